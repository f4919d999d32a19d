package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
)

// joiner makes one result of a streamed query's chunks. libchdb finishes the format with every chunk and begins it anew with
// the next, so a format with a beginning and an end of its own comes out as several results. A joiner cuts the repeated
// beginning off; formats for which that is not possible are not streamed.
type joiner struct {
	begun bool
	head  func(chunk []byte) (int, error) // how long a chunk's beginning is; nil for formats that have none
	end   []byte                          // what ends each chunk and has to come once
}

var errChunk = errors.New("a chunk of the result has not the form that its format should have")

// arrowEnd ends an Arrow stream: the mark of a message, and its length 0.
var arrowEnd = []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}

// joinerFor is the way to join chunks of a format; nil where there is none.
func joinerFor(format string) *joiner {
	f := strings.ToLower(format)
	switch f {
	case "native", "rowbinary", "csv", "tsv", "tsvraw", "tabseparated", "tabseparatedraw", "raw", "tskv", "jsoneachrow", "jsonl", "jsonlines",
		"ndjson", "jsoncompacteachrow", "jsonstringseachrow", "jsoncompactstringseachrow", "msgpack", "rawblob", "lineasstring", "null":
		return &joiner{}
	case "arrowstream":
		return &joiner{head: arrowHead, end: arrowEnd}
	}
	base, lines := f, 0
	if b, ok := strings.CutSuffix(f, "withnames"); ok {
		base, lines = b, 1
	} else if b, ok := strings.CutSuffix(f, "withnamesandtypes"); ok {
		base, lines = b, 2
	}
	switch {
	case lines == 0:
		return nil
	case base == "rowbinary":
		return &joiner{head: func(chunk []byte) (int, error) { return binaryHead(chunk, lines) }}
	case base == "csv", base == "tsv", base == "tabseparated", base == "jsoncompacteachrow", base == "jsoncompactstringseachrow":
		return &joiner{head: func(chunk []byte) (int, error) { return textHead(chunk, lines, base == "csv") }}
	}
	return nil
}

// piece is the part of a chunk that belongs into the result.
func (j *joiner) piece(chunk []byte) ([]byte, error) {
	if j.end != nil {
		rest, ok := bytes.CutSuffix(chunk, j.end)
		if !ok {
			return nil, errChunk
		}
		chunk = rest
	}
	if !j.begun || j.head == nil {
		j.begun = true
		return chunk, nil
	}
	n, err := j.head(chunk)
	if err != nil {
		return nil, err
	}
	return chunk[n:], nil
}

// last is what ends the result.
func (j *joiner) last() []byte {
	if !j.begun {
		return nil
	}
	return j.end
}

// textHead is the length of so many lines. In CSV a name in quotes may hold line ends; the other formats escape them.
func textHead(chunk []byte, lines int, quotes bool) (int, error) {
	inQuotes := false
	for i, c := range chunk {
		switch c {
		case '"':
			inQuotes = quotes && !inQuotes
		case '\n':
			if !inQuotes {
				if lines--; lines == 0 {
					return i + 1, nil
				}
			}
		}
	}
	return 0, errChunk
}

// binaryHead is the length of a number of columns and so many texts for each.
func binaryHead(chunk []byte, texts int) (int, error) {
	b := block{data: chunk}
	for n := b.varint() * uint64(texts); n > 0 && !b.short; n-- {
		b.skip(b.varint(), 1)
	}
	if b.short {
		return 0, errChunk
	}
	return b.pos, nil
}

// arrowHead is the length of the first message, which is the schema: mark, length of the description, description.
func arrowHead(chunk []byte) (int, error) {
	if len(chunk) < 8 || !bytes.Equal(chunk[:4], arrowEnd[:4]) {
		return 0, errChunk
	}
	n := uint64(binary.LittleEndian.Uint32(chunk[4:])) + 8
	if n > uint64(len(chunk)) {
		return 0, errChunk
	}
	return int(n), nil
}

// joiner is the way to stream q's answer in format; nil if it has to be run to its end first.
func (q *request) joiner(format string) *joiner {
	switch q.st.first {
	case "SELECT", "WITH", "FROM":
	default:
		return nil // libchdb streams nothing else
	}
	if v := q.settings["extremes"]; q.st.totals || v != nil && *v != "0" {
		return nil // these come behind the rows, and libchdb mixes them up
	}
	if strings.HasPrefix(strings.ToLower(format), "json") {
		const array = "output_format_json_array_of_rows" // gives a format without a beginning one
		if q.settings[array] != nil || q.sessionID != "" || strings.Contains(strings.ToLower(q.text), array) {
			return nil
		}
	}
	return joinerFor(format)
}
