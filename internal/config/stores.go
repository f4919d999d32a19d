package config

import "bytes"

// withoutPipelines is a document with an empty list in the place of its pipelines, every line where it was. The section
// is found by its lines: it begins with its key at the left edge and ends before the next line that begins there, other
// than with a comment or an item of the list. Where that misleads, what is left is no whole configuration, or says
// nothing less: who reads it reads the whole document then.
func withoutPipelines(content []byte) []byte {
	out := make([]byte, 0, 4096)
	inside := false
	for line := range bytes.Lines(content) {
		switch first := line[0]; {
		case bytes.HasPrefix(line, []byte("pipelines:")):
			inside = true
			out = append(out, "pipelines: []\n"...)
			continue
		case first != ' ' && first != '\t' && first != '-' && first != '#' && first != '\n' && first != '\r':
			inside = false
		}
		if inside {
			line = []byte{'\n'}
		}
		out = append(out, line...)
	}
	return out
}
