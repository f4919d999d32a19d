package remote

import (
	"bytes"
	"unicode/utf8"

	"creditsync/connectors"
)

// Refuse copies what could be read of a refused row, up to connectors.MaxCell bytes.
func Refuse(ref, rule string, cells [][]byte) connectors.Refused {
	out := connectors.Refused{Ref: ref, Rule: rule}
	room := connectors.MaxCell
	for _, c := range cells {
		if len(c) > room {
			c = c[:room]
			for len(c) > 0 && !utf8.RuneStart(c[len(c)-1]) {
				c = c[:len(c)-1]
			}
			if n := len(c); n > 0 && c[n-1] >= utf8.RuneSelf {
				c = c[:n-1] // the beginning of a character that did not fit
			}
		}
		out.Cells = append(out.Cells, string(bytes.ToValidUTF8(c, []byte("\uFFFD"))))
		if room -= len(c); room <= 0 {
			break
		}
	}
	return out
}
