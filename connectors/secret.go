package connectors

import "fmt"

const mask = "•••"

// Secret is a text that no log line, page, document or error shows: every format verb, JSON, YAML and slog print •••.
// The zero value is an empty secret.
type Secret struct {
	// Behind a pointer, because fmt prints unexported fields of unexported fields without asking their methods.
	text *string
}

// NewSecret wraps s.
func NewSecret(s string) Secret { return Secret{text: &s} }

// Reveal returns the text itself, to be handed to a client library and nowhere else.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is nothing to keep secret.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// Format prints ••• for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(mask)) }

// String is •••.
func (Secret) String() string { return mask }

// MarshalText is •••, in JSON and in YAML.
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }
