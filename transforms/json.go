package transforms

import (
	"bytes"
	"encoding/json"
)

// appendText appends s as a JSON string. What is not UTF-8 in it becomes U+FFFD.
func appendText(dst []byte, s string) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false) // it is read by people, and by no browser as it is
	if err := e.Encode(s); err != nil {
		panic("transforms: encode a string: " + err.Error()) // a string always encodes
	}
	return append(dst, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// appendMember appends a member to the JSON object that dst begins, or begins it.
func appendMember(dst []byte, name, value string) []byte {
	if len(dst) == 0 {
		dst = append(dst, '{')
	} else {
		dst = append(dst, ',')
	}
	dst = append(appendText(dst, name), ':')
	return appendText(dst, value)
}

// appendCells appends a row as [[header, cell], …].
func appendCells(dst []byte, cells []Cell) []byte {
	dst = append(dst, '[')
	for i, c := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(append(dst, '['), c.Header), ',')
		dst = append(appendText(dst, c.Text), ']')
	}
	return append(dst, ']')
}
