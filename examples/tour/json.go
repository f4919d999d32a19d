package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// longest is how many columns of a text a reader is shown: ciphers and facts are long.
const longest = 58

// filled lays JSON out in lines of at most width columns: an object or list that fits on a line stays on it, and one that
// does not has as many of its members on a line as fit. Long texts are cut. Members keep their order.
func filled(r io.Reader, width int) (string, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	root, err := parse(d)
	if err != nil {
		return "", err
	}
	return strings.Join(root.lines("", "", width), "\n"), nil
}

// node is a value: a text as it is written, or brackets with members.
type node struct {
	text       string
	open, shut string // empty for a text
	names      []string
	members    []*node
}

// parse reads one value.
func parse(d *json.Decoder) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		return parseMembers(d, v)
	case string:
		return &node{text: `"` + cut(v, longest) + `"`}, nil
	case nil:
		return &node{text: "null"}, nil
	}
	return &node{text: fmt.Sprint(token)}, nil
}

func parseMembers(d *json.Decoder, open json.Delim) (*node, error) {
	n := &node{open: open.String(), shut: map[json.Delim]string{'{': "}", '[': "]"}[open]}
	for d.More() {
		name := ""
		if open == '{' {
			token, err := d.Token()
			if err != nil {
				return nil, err
			}
			name = fmt.Sprintf("%q: ", token)
		}
		one, err := parse(d)
		if err != nil {
			return nil, err
		}
		n.names, n.members = append(n.names, name), append(n.members, one)
	}
	_, err := d.Token() // the closing bracket
	return n, err
}

// flat is the value on one line.
func (n *node) flat() string {
	if n.open == "" {
		return n.text
	}
	parts := make([]string, len(n.members))
	for i, m := range n.members {
		parts[i] = n.names[i] + m.flat()
	}
	return n.open + strings.Join(parts, ", ") + n.shut
}

// lines lays the value out behind an indentation and a name.
func (n *node) lines(indent, name string, width int) []string {
	if n.open == "" || columns(indent+name+n.flat()) <= width {
		return []string{indent + name + n.flat()}
	}
	lines, inner, line := []string{indent + name + n.open}, indent+"  ", ""
	flush := func() {
		if line != "" {
			lines = append(lines, inner+line)
		}
		line = ""
	}
	for i, m := range n.members {
		part := n.names[i] + m.flat()
		if i < len(n.members)-1 {
			part += ","
		}
		switch {
		case columns(inner+part) > width && m.open != "":
			flush()
			lines = append(lines, m.lines(inner, n.names[i], width)...)
			if i < len(n.members)-1 {
				lines[len(lines)-1] += ","
			}
			continue
		case line != "" && columns(inner+line+" "+part) > width:
			flush()
		}
		if line != "" {
			line += " "
		}
		line += part
	}
	flush()
	return append(lines, indent+n.shut)
}
