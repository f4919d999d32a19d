package show

// Build says which build of the program this is.
type Build struct {
	Version  string `json:"version"`
	Revision string `json:"revision"` // of the source; "" where it is not known
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Version is the line of `version`.
func (p Printer) Version(b Build) []byte {
	s := "creditsync " + b.Version
	if b.Revision != "" {
		s += " (" + b.Revision + ")"
	}
	return []byte(s + "  " + b.Go + " " + b.Platform + "\n")
}

// VersionJSON is the document of `version --json`.
func (p Printer) VersionJSON(b Build) []byte { return encode(b) }
