package cli

import (
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Env is the process as the commands see it.
type Env struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	LookupEnv      func(name string) (value string, set bool)
	Now            func() time.Time
	// Executable is the path of this program, for the engine and the broker that it starts.
	Executable string
}

// getenv is LookupEnv for those who treat an unset variable as an empty one.
func (e Env) getenv(name string) string {
	v, _ := e.LookupEnv(name)
	return v
}

// terminal is the width of the terminal behind w; ok is false where there is none.
func terminal(w io.Writer) (width int, ok bool) {
	f, is := w.(*os.File)
	if !is || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return width, true
}

// colours reports whether w may be written to in colours (no-color.org).
func (e Env) colours(w io.Writer) bool {
	_, ok := terminal(w)
	return ok && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
}
