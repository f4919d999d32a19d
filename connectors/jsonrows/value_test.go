package jsonrows

import (
	"errors"
	"strings"
	"testing"
)

// TestValue finds single values beside the rows.
func TestValue(t *testing.T) {
	t.Parallel()
	const doc = ` { "a" : {"b": [1, {"c": 2}], "文": "x\ny", "n": null, "f": -0.50e1}, "a": 7, "t": true, "e": "" } `
	for _, test := range []struct{ path, value, text string }{
		{"a.b", `[1, {"c": 2}]`, "∅"}, {"a.文", `"x\ny"`, "x\ny"}, {"a.n", "null", "∅"}, {"a.f", "-0.50e1", "-0.50e1"}, {"t", "true", "true"}, {"e", `""`, ""},
		{"a.b.c", "∅", "∅"}, {"b", "∅", "∅"}, {"a.zz", "∅", "∅"}, {"t.x", "∅", "∅"},
	} {
		show := func(b []byte) string {
			if b == nil {
				return "∅"
			}
			return string(b)
		}
		got := Value([]byte(doc), strings.Split(test.path, ".")...)
		if show(got) != test.value || show(Text(got)) != test.text {
			t.Errorf("%s: got %s, %q", test.path, show(got), Text(got))
		}
	}
	if got := Keys([]byte(doc)); strings.Join(got, " ") != "a a t e" {
		t.Errorf("keys %q", got)
	}
	if Keys([]byte("[1]")) != nil || Value([]byte("[1]"), "a") != nil || string(Value([]byte(" [1] "))) != "[1]" {
		t.Error("an array has keys")
	}
}

// TestCheck says where a document is not JSON.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, good := range []string{`{}`, ` [1, "a", null] `, `"x"`, `-1.5`, `{"a":{"b":[[]]}}`} {
		if err := Check([]byte(good)); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, test := range []struct {
		doc          string
		line, column int
		cut          bool
	}{
		{``, 1, 1, true}, {`{"a":1`, 1, 7, true}, {"{\n \"文\": tru", 2, 10, true}, {"{\n \"a\": x}", 2, 7, false}, {`{} {}`, 1, 4, false}, {`[1,]`, 1, 4, false}, {strings.Repeat("[", 100), 1, 65, false},
	} {
		var bad *Syntax
		if err := Check([]byte(test.doc)); !errors.As(err, &bad) || bad.Line != test.line || bad.Column != test.column || bad.Truncated != test.cut {
			t.Errorf("%.20s: %+v, want line %d, column %d, cut %v", test.doc, bad, test.line, test.column, test.cut)
		}
	}
}
