package http

import (
	"fmt"
	nethttp "net/http"
	"strings"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/testkit/webapi"
)

// TestFormats writes and reads times as documentation of APIs spells them.
func TestFormats(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("+08", 8*3600)
	at := time.Date(2024, 1, 3, 4, 5, 6, 78e6, zone)
	for _, test := range []struct{ format, want string }{
		{"", "2024-01-03 04:05:06"}, {"yyyy-MM-dd", "2024-01-03"}, {"yyyyMMddHHmmss", "20240103040506"}, {"yyyyMMddHHmmssSSS", "20240103040506078"}, {"unix", "1704225906"},
		{"unix_ms", "1704225906078"}, {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-01-03T04:05:06.078+08:00"}, {"yyyy-MM-ddTHH:mm:ssXXX", "2024-01-03T04:05:06+08:00"}, {"yyyy年MM月dd日", "2024年01月03日"},
		{"dd/MM/yyyy HH:mm", "03/01/2024 04:05"},
	} {
		f, err := parseFormat(test.format)
		if err != nil {
			t.Errorf("%s: %v", test.format, err)
			continue
		}
		if got := f.write(at); got != test.want {
			t.Errorf("%s: got %s, want %s", test.format, got, test.want)
		}
		back, err := f.read(test.want, zone)
		if err != nil || f.write(back.In(zone)) != test.want {
			t.Errorf("%s: %s is read as %s, %v", test.format, test.want, back, err)
		}
		for _, wrong := range []string{"", "x", test.want + "0:", test.want[:len(test.want)-1] + "x"} {
			if got, err := f.read(wrong, zone); err == nil {
				t.Errorf("%s: %q is read as %s", test.format, wrong, got)
			}
		}
	}
	if got, err := (timeFormat{parts: []string{"yyyy", "MM", "dd", "XXX"}}).read("20240103Z", zone); err != nil || got.UTC().Hour() != 0 {
		t.Errorf("Z: %s, %v", got, err)
	}
	for _, bad := range []string{"YYYY-MM-DD", "HH:mm", "yyyy-MM-dd'T", "yyyy-MM-dd hh:mm", "now"} {
		if _, err := parseFormat(bad); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// asked are the values of a parameter in the requests of a server from the n-th on.
func asked(s *webapi.Server, from int, name string) []string {
	var out []string
	for _, r := range s.Requests()[from:] {
		out = append(out, strings.Join(r.Params[name], ","))
	}
	return out
}

// TestIncremental_ByColumn goes on from the greatest value of a column, the lag before it, and never beyond the clock.
func TestIncremental_ByColumn(t *testing.T) {
	t.Parallel()
	s := webapi.Start(t)
	header, rows := penalties(100)
	rows[7][2] = "2999-01-01 00:00:00" // an API that says 9999-12-31 must not end all reading
	rows[8][2] = ""
	s.Fill(t, header, rows[:60])
	s.Since("updated_at")
	o := options(s, byPage)
	o.Since, o.Until, o.Cursor, o.Lag, o.Begin = &Bound{Param: "since"}, &Bound{Param: "until"}, "updated_at", "10s", "2020-01-01"
	first, err := readAll(t, o, connectors.Request{Window: connectors.Window{Until: "2998-12-31"}})
	if err != nil || len(first.Rows) != 59 {
		t.Fatalf("%d rows, %v", len(first.Rows), err)
	}
	if !strings.Contains(string(first.Cursor), `"2024-01-02T16:00:59Z"`) {
		t.Fatalf("cursor %s, want that of the last row", first.Cursor)
	}
	s.Fill(t, header, rows)
	s.Since("updated_at")
	n := len(s.Requests())
	second, err := readAll(t, o, connectors.Request{Cursor: first.Cursor})
	if err != nil || len(second.Rows) != 10+1+40 {
		t.Errorf("%d rows, %v; want those of the lag and after it", len(second.Rows), err)
	}
	if got := asked(s, n, "since"); got[0] != "2024-01-03 00:00:49" {
		t.Errorf("asked since %q", got)
	}
	if got := asked(s, n, "until"); len(got[0]) != len("2024-01-03 00:00:49") || got[0] < "2024-02" {
		t.Errorf("asked until %q, want now", got)
	}
	third, err := readAll(t, o, connectors.Request{Window: connectors.Window{Since: "2024-01-03 00:00:10", Until: "2024-01-03T00:00:20"}})
	if err != nil || len(third.Rows) != 10 {
		t.Errorf("a window: %d rows, %v", len(third.Rows), err)
	}
	o.Until = nil
	future, err := readAll(t, o, connectors.Request{})
	if err != nil || strings.Contains(string(future.Cursor), "2999") || strings.Contains(string(future.Cursor), "2024-01-0") {
		t.Errorf("cursor %s of a row in the future, want now, %v", future.Cursor, err)
	}
}

// TestIncremental_ByClock: an API whose rows do not say when they changed is read from the time of the last read on, by the
// slower one of the two clocks.
func TestIncremental_ByClock(t *testing.T) {
	t.Parallel()
	s := serve(t, 10)
	o := options(s, "all")
	o.Since = &Bound{Param: "since", Format: "unix"}
	s.Meddle(func(_ int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
		w.Header().Set("Date", "Wed, 03 Jan 2024 12:00:00 GMT")
		return false
	})
	first, err := readAll(t, o, connectors.Request{})
	if err != nil || !strings.Contains(string(first.Cursor), `"2024-01-03T12:00:00Z"`) {
		t.Fatalf("cursor %s, %v", first.Cursor, err)
	}
	if _, err := readAll(t, o, connectors.Request{Cursor: first.Cursor}); err != nil {
		t.Fatal(err)
	}
	if got, want := asked(s, 0, "since"), fmt.Sprint([]string{"", "1704279600"}); fmt.Sprint(got) != want {
		t.Errorf("asked since %q, want %s: an hour before", got, want)
	}
	empty := webapi.Start(t)
	eo := options(empty, "all")
	eo.Since = o.Since
	if out, err := readAll(t, eo, connectors.Request{}); err != nil || out.Cursor == nil {
		t.Errorf("nothing has changed: %v, cursor %s", err, out.Cursor)
	}
}

// TestCursor_Refused: a cursor of another source or column, a window that is none, and values that are no cursors.
func TestCursor_Refused(t *testing.T) {
	t.Parallel()
	s := serve(t, 10)
	o := options(s, "all")
	_, err := readAll(t, o, connectors.Request{Cursor: []byte("{}")})
	isFault(t, err, "http.cursor_unused")
	_, err = readAll(t, o, connectors.Request{Window: connectors.Window{Since: "2024-01-01"}})
	isFault(t, err, "http.cursor_unused")
	o.Since, o.Cursor = &Bound{Param: "since", Format: formatNumber}, "id"
	first, err := readAll(t, o, connectors.Request{})
	if err != nil || !strings.Contains(string(first.Cursor), `"value":"10"`) {
		t.Fatalf("cursor %s, %v", first.Cursor, err)
	}
	for _, test := range []struct {
		change func(*Options)
		want   connectors.Request
		code   string
	}{
		{func(o *Options) { o.URL += "/x" }, connectors.Request{Cursor: first.Cursor}, "http.cursor_other"},
		{func(o *Options) { o.Cursor = "updated_at" }, connectors.Request{Cursor: first.Cursor}, "http.cursor_other"},
		{func(o *Options) { o.Since = &Bound{Param: "since"} }, connectors.Request{Cursor: first.Cursor}, "http.cursor_other"},
		{func(*Options) {}, connectors.Request{Cursor: []byte("7")}, "http.cursor_other"},
		{func(*Options) {}, connectors.Request{Window: connectors.Window{Since: "2024-01-01"}}, "http.window"},
		{func(*Options) {}, connectors.Request{Window: connectors.Window{Since: "1", Until: "2"}}, "http.window"},
		{func(o *Options) { o.Until = &Bound{Param: "until", Format: formatNumber} }, connectors.Request{Window: connectors.Window{Since: "2", Until: "2"}}, "http.window"},
		{func(o *Options) { o.Since = &Bound{Param: "since"} }, connectors.Request{Window: connectors.Window{Since: "yesterday"}}, "http.window"},
		{func(o *Options) { o.Cursor = "name" }, connectors.Request{}, "http.cursor_value"},
		{func(o *Options) { o.Since, o.Cursor = &Bound{Param: "since"}, "name" }, connectors.Request{}, "http.cursor_value"},
	} {
		o := o
		test.change(&o)
		_, err := readAll(t, o, test.want)
		isFault(t, err, test.code)
	}
	n := len(s.Requests())
	if _, err := readAll(t, o, connectors.Request{Cursor: first.Cursor}); err != nil {
		t.Fatal(err)
	}
	if got := asked(s, n, "since"); got[0] != "-990" {
		t.Errorf("asked since %q, want 1000 before 10", got)
	}
}
