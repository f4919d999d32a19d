package jsonrows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// slow flattens an object with encoding/json; ok is false for what that package does not take for one, and for what it lets
// pass and this one does not.
func slow(object []byte) (cells map[string]string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	var in map[string]any
	if err := d.Decode(&in); err != nil || in == nil || d.More() || bytes.Contains(object, []byte("\uFFFD")) {
		return nil, false
	}
	cells = map[string]string{}
	ok = true
	var put func(path string, v any)
	put = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, one := range v {
				if path != "" || k == "" {
					k = path + "." + k
				}
				put(k, one)
			}
		case []any:
			ok = false
		case nil:
		default:
			if _, twice := cells[path]; twice {
				ok = false
			}
			text := fmt.Sprint(v)
			ok = ok && !strings.ContainsAny(text, "\uFFFD\x00")
			cells[path] = text
		}
	}
	for k, one := range in {
		put(k, one)
		ok = ok && k != ""
	}
	return cells, ok
}

// FuzzObject_MatchesEncodingJSON: what encoding/json takes for an object is one, with the same values, and nothing else is.
func FuzzObject_MatchesEncodingJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":"1","b":0.20,"c":{"d":[1,"x",null],"e":null}}`, `{"a":"\u5409\ud842\udfb7\n"}`, `{"a":1,"a":2}`, `{"a.b":1,"a":{"b":2}}`, `{"a":-0e+1}`, ` { } `, `{"a":tru`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, row := &Shape{}, &Row{}
		err := s.Learn(b)
		if want := json.Valid(b) && bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("{")); want && err != nil && !bytes.Contains(b, []byte("[[[[")) && bytes.Count(b, []byte("{")) < maxDepth {
			t.Fatalf("%q is an object: %v", b, err)
		} else if !want && err == nil && !slices.ContainsFunc(b, func(c byte) bool { return c < ' ' }) {
			t.Fatalf("%q is taken for an object", b)
		}
		if err != nil {
			return
		}
		if err := s.Row(b, row); err != nil {
			t.Fatalf("%q was learned and is not read: %v", b, err)
		}
		want, ok := slow(b)
		if !ok || row.Rule != "" {
			return
		}
		for i, name := range s.Names() {
			if got := string(row.Cell(i)); got != want[name] && !strings.Contains(name, "\uFFFD") {
				t.Errorf("%q: %q is %q, want %q", b, name, got, want[name])
			}
		}
	})
}

// FuzzRecords_AnyPieces reads texts that come whole and byte by byte.
func FuzzRecords_AnyPieces(f *testing.F) {
	for _, seed := range []string{
		`[{"a":1},{"a":"]"}]`, `{"data":{"list":[{"a":1},{"b":"\\\""}],"n":1},"x":[1,{"y":2}]}`, "{\"a\":1}\n\n{\"a\":\n", `{"data":{"list":[{"a":1}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		for _, path := range []string{"", "data.list", "lines"} {
			lines := path == "lines"
			names, rows, err := readAll(text, path, lines, whole)
			names2, rows2, err2 := readAll(text, path, lines, iotest.OneByteReader)
			if !slices.Equal(names, names2) || !slices.Equal(rows, rows2) || fmt.Sprint(err) != fmt.Sprint(err2) {
				t.Fatalf("whole: %q %q %v\npieces: %q %q %v", names, rows, err, names2, rows2, err2)
			}
			if err == nil && !lines && !json.Valid([]byte(text)) && !slices.ContainsFunc([]byte(text), func(c byte) bool { return c < ' ' }) {
				t.Fatalf("%q is no JSON and was read: %q", text, rows)
			}
		}
	})
}
