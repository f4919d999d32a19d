package jsonrows

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"creditsync/connectors"
	"creditsync/connectors/window"
)

// readAll reads a text twice, once for its columns and once for its rows.
func readAll(text string, path string, lines bool, cut func(io.Reader) io.Reader) (names, rows []string, err error) {
	open := func() *Records {
		w := window.New(cut(strings.NewReader(text)), MaxRecord)
		if lines {
			return Lines(w)
		}
		var keys []string
		if path != "" {
			keys = strings.Split(path, ".")
		}
		return Array(w, keys)
	}
	shape := &Shape{}
	for r := open(); ; {
		rec, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if rec.Rule != "" {
			continue
		}
		var bad *Syntax
		if err := shape.Learn(rec.JSON); errors.As(err, &bad) && !lines {
			return nil, nil, r.Here(rec, bad)
		} else if err != nil && bad == nil {
			return nil, nil, err
		}
	}
	var row Row
	for r := open(); ; {
		rec, err := r.Next(context.Background())
		if err == io.EOF {
			return shape.Names(), rows, nil
		}
		if err != nil {
			return nil, rows, err
		}
		line := fmt.Sprint(rec.No)
		if rec.Rule == "" {
			var bad *Syntax
			if err := shape.Row(rec.JSON, &row); errors.As(err, &bad) {
				line += " " + r.Here(rec, bad).Error()
			} else if err != nil {
				return nil, rows, err
			}
			rec.Rule = row.Rule
			for i, c := range row.Cells {
				if c.Lo < 0 {
					line += "|∅"
				} else {
					line += "|" + string(row.Cell(i))
				}
			}
		}
		if rec.Rule != "" {
			line += " " + rec.Rule
		}
		rows = append(rows, line)
	}
}

func whole(r io.Reader) io.Reader { return r }

func check(t *testing.T, text, path string, lines bool, want string) {
	t.Helper()
	for _, cut := range []func(io.Reader) io.Reader{whole, iotest.OneByteReader} {
		names, rows, err := readAll(text, path, lines, cut)
		got := strings.Join(names, "|") + "\n" + strings.Join(rows, "\n")
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.200q: got\n%s\nwant\n%s", text, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	f := func(text, want string) { t.Helper(); check(t, text, "", true, want) }
	f(`{"a":"1","b":0.20}`+"\n"+`{"b":1e5,"c":true}`+"\r\n\n"+`{"a":null,"c":false,"b":360802199001011238}`, "a|b|c\n1|1|0.20|∅\n2|∅|1e5|true\n4|∅|360802199001011238|false")
	f(`{"甲":{"乙":"x","丙":{"丁":-0.0}},"甲.戊":"y"}`, "甲.乙|甲.丙.丁|甲.戊\n1|x|-0.0|y")
	f(`{"a":[1,"二",null,true],"b":[],"c":[{"x":1}, [2]],"d":{}}`, "a|b|c\n1|1；二；true|∅|[{\"x\":1}, [2]]")
	f(`{"a":"\u5409\u5b89 \ud842\udfb7\n\t\"\\\/\b\f\r"}`, "a\n1|吉安 𠮷\n\t\"\\/\b\f\r")
	f(`{"a":"x","a":"y"}`+"\n"+`{"a":{"b":1},"a.b":2}`+"\n"+`{"a":null,"a":"y"}`+"\n"+`{"a":"z"}`, "a|a.b\n1|x|∅ double_key\n2|∅|1 double_key\n3|∅|∅ double_key\n4|z|∅")
	f(`{"a":"\ud842"}`+"\n"+`{"a":"\ud842\u0041"}`+"\n{\"a\":\"\xff\"}\n"+`{"a":"\u0000"}`+"\n{\"a\":\"\uFFFD\"}", "a\n1|\uFFFD undecodable\n2|\uFFFDA undecodable\n3|\xff undecodable\n4|\x00 nul_byte\n5|\uFFFD undecodable")
	f("{\"a\":\"tab\there\"}\n", "a\n1|tab\there")
	f(`{"a":1}`+"\n"+`{"a":1,"new":2`+"\n"+`{"a":2}`, "a\n1|1\n2 line 2, column 15: the text breaks off here|1\n3|2")
	f("{\"a\":1}\n[1]\n\"x\"\n{}\n{\"a\":1} {\"a\":2}\n", "a\n1|1\n2 line 2, column 1: { is expected here|∅\n3 line 3, column 1: { is expected here|∅\n4|∅\n5 line 5, column 9: something follows the object|1")
	for bad, want := range map[string]string{
		`{"a":01}`: "column 7: a comma or } is expected here", `{"a":1.}`: "column 8: a digit is expected here", `{"a":-}`: "column 7: a digit is expected here",
		`{"a":+1}`: "column 6: a value is expected here", `{"a":NaN}`: "column 6: a value is expected here", `{"a":tru}`: "column 6: a value is expected here",
		`{"a":'x'}`: "column 6: a value is expected here", `{a:1}`: "column 2: a double quote is expected here", `{"a":1,}`: "column 8: a double quote is expected here", `{"a" 1}`: "column 6: : is expected here",
		`{"a":"\x"}`: "column 7: a backslash in a string means nothing", `{"a":"\u00g0"}`: "column 7: a backslash in a string means nothing", `{"a":[1 2]}`: "column 9: a comma or ] is expected here",
		`{"a":tr`: "column 8: the text breaks off here", `{"a":"x`: "column 8: the text breaks off here", `{"a":"\u00`: "column 11: the text breaks off here", `{"a":{"b":[`: "column 12: the text breaks off here",
	} {
		if err := new(Shape).Learn([]byte(bad)); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", bad, err, want)
		}
	}
	if err := new(Shape).Learn([]byte(`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}")); err == nil {
		t.Error("a hundred arrays in each other are taken")
	}
	if err := new(Shape).Row([]byte(`{"a":1}`), new(Row)); err != ErrUnknownKey {
		t.Errorf("a key that was not learned: %v", err)
	}
}

func TestArray(t *testing.T) {
	t.Parallel()
	f := func(text, path, want string) { t.Helper(); check(t, text, path, false, want) }
	f(`[{"a":1},{"a":"]}"} , {"a":"\"]"}]`, "", "a\n1|1\n2|]}\n3|\"]")
	f(" [ ]\n", "", "\n")
	f("{\"code\": 0, \"data\": {\"x\": [1, {\"y\": \"}\"}], \"list\": [\n {\"a\": 1},\n {\"a\": 2}\n], \"total\": 2}, \"msg\": \"]\"}\n", "data.list", "a\n1|1\n2|2")
	f(`{"list":[{"a":1}]}`, "list", "a\n1|1")
	f(`{"code":0,"数据":{"list":{"a":1}}}`, "data.list", "no array at data")
	f(`{"data":{"list":{"a":1}}}`, "data.list", "no array at data.list")
	f(`{"data":{"items":[]}}`, "data.list", "no array at data.list")
	f(`{"data":[{"a":1}]}`, "data.list", "no array at data")
	f(`{"a":1}`, "", "no array at ")
	f(`[{"a":1},{"a":2`, "", "line 1, column 16: the text breaks off here")
	f(`[{"a":1},{"a":2}`, "", "line 1, column 17: the text breaks off here")
	f(`[{"a":1},`, "", "line 1, column 10: the text breaks off here")
	f("[{\"a\":1},\n\n  7]", "", "line 3, column 3: an element of the array must be an object ({ })")
	f("[{\"a\":1},\n{\"b\":\n 吉}]", "", "line 3, column 2: a value is expected here")
	f(`[{"a":1} {"a":2}]`, "", "line 1, column 10: a comma or ] is expected here")
	f(`[{"a":1},]`, "", "line 1, column 10: there is a comma too many before ]")
	f(`[{"a":1}] [`, "", "line 1, column 11: something follows the end of the data")
	f(`{"list":[{"a":1}]`, "list", "line 1, column 18: the text breaks off here")
	f(`{"list":[{"a":1}],"list":[]}`, "list", `line 1, column 26: the key "list" comes twice in one object`)
	f(`{"list":[{"a":1}],"x"}`, "list", "line 1, column 22: : is expected here")
	f(`{"list":[{"a":1}],"x":}`, "list", "line 1, column 23: a value is expected here")
	f(``, "", "line 1, column 1: the text breaks off here")
	if got, want := Arrays([]byte(`{"code":0,"data":{"n":[1],"list":[{"a":[{}]}],"x":{"rows":[ {}]}},"tail":[{`)), []string{"data.list", "data.x.rows", "tail"}; !slices.Equal(got, want) {
		t.Errorf("arrays: got %q, want %q", got, want)
	}
}

// TestRecords_Giants holds records over all bounds, in the middle of others.
func TestRecords_Giants(t *testing.T) {
	t.Parallel()
	giant := `{"a":"` + strings.Repeat(`x\"]}`, MaxRecord/3) + `"}`
	long := `{"b":"k","a":"` + strings.Repeat("x", connectors.MaxCell+1) + `"}`
	for _, lines := range []bool{true, false} {
		text := `[{"a":1},` + giant + "," + long + `,{"a":3}]`
		if lines {
			text = `{"a":1}` + "\n" + giant + "\n" + long + "\n" + `{"a":3}`
		}
		names, rows, err := readAll(text, "", lines, whole)
		if err != nil || len(rows) != 4 || len(names) != 2 {
			t.Fatalf("lines %v: %d rows, %v", lines, len(rows), err)
		}
		if rows[0] != "1|1|∅" || rows[1] != "2 cell_too_large" || !strings.HasSuffix(rows[2], "|k cell_too_large") || rows[3] != "4|3|∅" {
			t.Errorf("lines %v: %q, %q, %.20q, %q", lines, rows[0], rows[1], rows[2], rows[3])
		}
	}
}

func TestShape_TooManyKeys(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for i := range MaxColumns + 1 {
		fmt.Fprintf(&b, `,"%d":1`, i)
	}
	s := &Shape{}
	if err := s.Learn(append([]byte("{"), append(b.Bytes()[1:], '}')...)); err != ErrTooManyColumns || len(s.Names()) != 0 {
		t.Errorf("got %v with %d names", err, len(s.Names()))
	}
}
