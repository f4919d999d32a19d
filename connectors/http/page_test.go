package http

import (
	"fmt"
	nethttp "net/http"
	"strings"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/webapi"
)

// TestPages_Same: each way of paging gives the same rows, also where the server gives fewer at once than it was asked for, and
// where it does not say how many there are.
func TestPages_Same(t *testing.T) {
	t.Parallel()
	const rows = 1003
	s := serve(t, rows)
	for _, by := range []string{"all", byPage, byOffset, byCursor, byLink} {
		for _, size := range []int64{1, 100, 1003, 6000} {
			if by == "all" && size > 1 || size == 1 && by != byOffset {
				continue
			}
			for _, post := range []string{"", sendQuery, sendForm, sendJSON} {
				if post != "" && (by == byLink || size != 100) {
					continue
				}
				for _, tells := range []bool{true, false} {
					o := options(s, by)
					if o.Page.Size = size; !tells {
						o.Total = ""
					}
					if post != "" {
						o.Method, o.Send = "POST", post
					}
					o.Key = []string{"id"}
					out := got(t, o)
					same(t, out, rows)
					if want := strings.TrimPrefix(s.URL, "http://") + "/" + by + "#7"; len(out.Refs) < 7 || out.Refs[6] != want {
						t.Errorf("%s %d: refs %.100q, want %s among them", by, size, out.Refs, want)
					}
				}
			}
		}
	}
}

// TestPages_EndsByEachSign: total, more, an empty page, a short page and a page that is not there end the pages.
func TestPages_EndsByEachSign(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*Options)
		meddle webapi.Meddle
		asked  int
	}{
		{"total", func(*Options) {}, nil, 5},
		{"total in a header", func(o *Options) { o.Total = "header:X-Total-Count" }, nil, 5},
		{"more", func(o *Options) { o.Total, o.Page.More = "", "data.more" }, nil, 5},
		{"empty", func(o *Options) { o.Total = "" }, nil, 6},
		{"short", func(o *Options) { o.Total, o.Page.End = "", endShort }, nil, 5},
		{"404", func(o *Options) { o.Total, o.Page.End = "", endNotFound }, func(n int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
			if n == 6 {
				w.WriteHeader(nethttp.StatusNotFound)
			}
			return n == 6
		}, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, 430)
			s.Meddle(test.meddle)
			o := options(s, byPage)
			o.Page.Size = 100
			test.change(&o)
			same(t, got(t, o), 430)
			if n := len(s.Requests()); n != test.asked {
				t.Errorf("%d requests, want %d", n, test.asked)
			}
		})
	}
}

// page answers one page by hand.
func pageOf(total int, next string, ids ...int) webapi.Meddle {
	return func(_ int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
		var rows [][]byte
		for _, id := range ids {
			rows = append(rows, fmt.Appendf(nil, `{"id":%d,"name":"甲"}`, id))
		}
		webapi.Answer(w, total, next, rows...)
		return true
	}
}

// script answers the n-th request with the n-th page, and those after it with the last one.
func script(pages ...webapi.Meddle) webapi.Meddle {
	return func(n int, w nethttp.ResponseWriter, r *nethttp.Request) bool {
		return pages[min(n, len(pages))-1](n, w, r)
	}
}

// TestPages_ThatDoNotFit: pages that repeat, do not move, or change while they are read break the read as a whole, in words;
// nothing of it is handed out.
func TestPages_ThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		by     string
		change func(*Options)
		pages  []webapi.Meddle
		code   string
		anew   bool
		words  []string
	}{
		{"the page number is ignored", byPage, nil, []webapi.Meddle{pageOf(9, "", 1, 2, 3)}, "http.repeats", false, []string{"第 2 页与第 1 页"}},
		{"the last page is repeated after it", byPage, func(o *Options) { o.Total = "" }, []webapi.Meddle{pageOf(0, "", 1, 2), pageOf(0, "", 3)}, "http.repeats", false, []string{"page.end: short"}},
		{"a page comes again later", byOffset, nil, []webapi.Meddle{pageOf(9, "", 1, 2), pageOf(9, "", 3, 4), pageOf(9, "", 1, 2)}, "http.repeats", false, nil},
		{"the cursor does not move", byCursor, func(o *Options) { o.Total = "" }, []webapi.Meddle{pageOf(0, "a", 1), pageOf(0, "a", 2)}, "http.stuck", false, nil},
		{"the cursor goes in a circle", byCursor, func(o *Options) { o.Total = "" }, []webapi.Meddle{pageOf(0, "a", 1), pageOf(0, "b", 2), pageOf(0, "a", 3)}, "http.stuck", false, nil},
		{"the total grows", byOffset, nil, []webapi.Meddle{pageOf(4, "", 1, 2), pageOf(5, "", 3, 4)}, "http.changed", true, []string{"4", "5"}},
		{"the total shrinks", byPage, nil, []webapi.Meddle{pageOf(4, "", 1, 2), pageOf(3, "", 4)}, "http.changed", true, nil},
		{"fewer than the total", byPage, nil, []webapi.Meddle{pageOf(4, "", 1, 2), pageOf(4, "")}, "http.total", true, []string{"4", "2"}},
		{"more than the total", byCursor, nil, []webapi.Meddle{pageOf(2, "a", 1, 2), pageOf(2, "", 3)}, "http.total", true, nil},
		{"no pages are configured", "", nil, []webapi.Meddle{pageOf(4, "a", 1, 2)}, "http.total", true, nil},
		{"a row moved over the border", byPage, func(o *Options) { o.Total = ""; o.Key = []string{"id"} }, []webapi.Meddle{pageOf(0, "", 1, 2), pageOf(0, "", 2, 3)}, "http.key_again", true, []string{"第 3 行"}},
		{"a row moved by two pages", byPage, func(o *Options) { o.Total = ""; o.Key = []string{"id", "name"} }, []webapi.Meddle{pageOf(0, "", 1, 2), pageOf(0, "", 3, 4), pageOf(0, "", 1, 5)}, "http.key_again", true, nil},
		{"a key that is none", byPage, func(o *Options) { o.Key = []string{"name"} }, []webapi.Meddle{pageOf(2, "", 1, 2)}, "http.key_twice", false, nil},
		{"a key that is not there", byPage, func(o *Options) { o.Key = []string{"nr"} }, []webapi.Meddle{pageOf(2, "", 1, 2)}, "http.no_key", false, []string{"id, name"}},
		{"more pages and no rows", byPage, func(o *Options) { o.Total, o.Page.More = "", "data.more" }, []webapi.Meddle{pageOf(0, "x", 1), pageOf(0, "x")}, "http.stuck", false, nil},
		{"more pages and no cursor", byCursor, func(o *Options) { o.Page.Next, o.Page.More = "data.after", "data.more" }, []webapi.Meddle{pageOf(2, "x", 1)}, "http.no_next", false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := webapi.Start(t)
			s.Meddle(script(test.pages...))
			o := options(s, test.by)
			o.Page.By = test.by
			if test.change != nil {
				test.change(&o)
			}
			out, err := readAll(t, o, connectors.Request{})
			isFault(t, err, test.code, test.words...)
			if again, _ := fault.Retryable(err); again != test.anew {
				t.Errorf("worth another try: %v, want %v", again, test.anew)
			}
			if len(out.Rows) > 0 {
				t.Errorf("%d rows were handed out", len(out.Rows))
			}
		})
	}
}

// TestPages_AtTheEnd: an empty page with an old cursor is the end, and rows without a key are let pass.
func TestPages_AtTheEnd(t *testing.T) {
	t.Parallel()
	s := webapi.Start(t)
	s.Meddle(script(pageOf(0, "a", 1), pageOf(0, "b", 2), pageOf(0, "b")))
	o := options(s, byCursor)
	o.Total = ""
	if out := got(t, o); len(out.Rows) != 2 {
		t.Errorf("%d rows, want 2", len(out.Rows))
	}
	s.Meddle(func(_ int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
		webapi.Answer(w, 3, "", []byte(`{"id":1}`), []byte(`{"name":"乙"}`), []byte(`{"name":"丙"}`))
		return true
	})
	o = options(s, "all")
	o.Key = []string{"id"}
	if out := got(t, o); len(out.Rows) != 3 || !strings.HasSuffix(out.Refs[0], "/all#1") || !strings.HasSuffix(out.Refs[2], "/all@3") {
		t.Errorf("%d rows, %q", len(out.Rows), out.Refs)
	}
}

// TestPreview_AsksForNoMore: a look at the first rows asks for their page alone.
func TestPreview_AsksForNoMore(t *testing.T) {
	t.Parallel()
	s := serve(t, 1000)
	o := options(s, byPage)
	o.Page.Size = 100
	out, err := readAll(t, o, connectors.Request{Rows: 150})
	if err != nil || len(out.Rows) != 150 || len(s.Requests()) != 2 {
		t.Errorf("%d rows of %d requests, %v; want 150 of 2", len(out.Rows), len(s.Requests()), err)
	}
	if err := source(t, o).Check(t.Context()); err != nil || len(s.Requests()) != 3 {
		t.Errorf("check: %v, %d requests", err, len(s.Requests())-2)
	}
}

// TestLink reads the header Link as RFC 8288 has it.
func TestLink(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ header, want string }{
		{`<https://a/b?c=1>; rel="next"`, "https://a/b?c=1"}, {`<x>; rel=next`, "x"}, {`<x>;REL="prev Next"`, "x"}, {`<x>; rel=prev`, ""}, {`<x>; rel=prev; rel=next`, ""},
		{`<a>; rel="first"; title="b, <c>; rel=next", <d,e>; rel="next"`, "d,e"}, {`<a>; title="\"; rel=next"; rel=last, <b> ; rel = next`, "b"}, {"", ""}, {"<", ""}, {"<x", ""}, {`<x>; rel="next`, "x"}, {"x; rel=next", ""},
		{`<x>; title; rel=next`, "x"}, {`<x>;`, ""}, {`<?from=2>; rel=next`, "?from=2"},
	} {
		if got := nextLink([]string{test.header}); got != test.want {
			t.Errorf("%s: got %q, want %q", test.header, got, test.want)
		}
	}
	if got := nextLink([]string{"<a>; rel=prev", "<b>; rel=next"}); got != "b" {
		t.Errorf("two headers: got %q", got)
	}
}

// TestKeys_AreBounded: what is remembered of keys does not grow with the rows, and reaches back far enough.
func TestKeys_AreBounded(t *testing.T) {
	t.Parallel()
	k := newKeys([]string{"id"})
	for page := range 600 {
		k.turn()
		for i := range 1000 {
			if found := k.add(fmt.Appendf(nil, `{"id":%d}`, page*1000+i)); found != fresh {
				t.Fatalf("row %d of page %d: %d", i, page, found)
			}
		}
		if n := len(k.now) + len(k.old) + len(k.here); n > 2*manyKeys+3000 {
			t.Fatalf("%d keys are remembered after page %d", n, page)
		}
	}
	k.turn()
	if k.add([]byte(`{"id":590000}`)) != twiceBefore || k.add([]byte(`{"id":600000}`)) != fresh || k.add([]byte(`{"id":600000}`)) != twiceHere {
		t.Error("keys of pages that were read a moment ago are forgotten")
	}
}
