package http

import (
	nethttp "net/http"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/connectors/connectorstest"
	"creditsync/internal/testkit/webapi"
)

// TestClauses holds the contract of every source, reading from a cursor on, with each way of paging.
func TestClauses(t *testing.T) {
	for _, by := range []string{byPage, byOffset, byCursor, byLink} {
		t.Run(by, func(t *testing.T) {
			connectorstest.Run(t, connectorstest.Fixture{Definition: Definition(), New: func(t *testing.T) connectorstest.System { return newSystem(t, by) }})
		})
	}
}

// system is an API in the hands of a clause.
type system struct {
	*webapi.Server
	o Options
}

func newSystem(t *testing.T, by string) *system {
	t.Helper()
	s := &system{Server: webapi.Start(t)}
	s.o = options(s.Server, by)
	s.o.Page.Size, s.o.MaxPage = 1500, 256<<20
	s.o.Since, s.o.Cursor, s.o.Lag, s.o.Key = &Bound{Param: "since", Format: formatNumber}, "编号", "0", []string{"编号"}
	return s
}

// options that read a server with one of its ways of paging.
func options(s *webapi.Server, by string) Options {
	o := Defaults()
	o.URL = s.URL + "/" + by
	o.Records, o.Total = "data.list", "data.total"
	o.OK = &OK{Path: "code", Is: []string{"0"}, Message: "msg"}
	o.Page.By = by
	o.Retry = Retry{Times: 4, Wait: time.Millisecond, Longest: 10 * time.Second}
	switch by {
	case "all":
		o.Page.By = ""
	case byPage:
		o.Page.Param, o.Page.SizeParam = "pageNum", "pageSize"
	case byOffset:
		o.Page.Param, o.Page.SizeParam = "offset", "limit"
	case byCursor:
		o.Page.Param, o.Page.SizeParam, o.Page.Next = "cursor", "limit", "data.next"
	case byLink:
		o.Page.SizeParam = "limit"
	}
	return o
}

func source(t *testing.T, o Options) connectors.Source {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Source implements connectorstest.System.
func (s *system) Source(t *testing.T) connectors.Source { return source(t, s.o) }

// Fill implements connectorstest.System.
func (s *system) Fill(t *testing.T, table connectorstest.Table) {
	s.Server.Fill(t, table.Header, table.Rows)
	s.Since("编号")
}

// Break implements connectorstest.System: in the middle of the twelfth answer the connection ends, each time.
func (s *system) Break(*testing.T) {
	s.Meddle(func(n int, w nethttp.ResponseWriter, r *nethttp.Request) bool {
		if n < 12 {
			return false
		}
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write([]byte(`{"code":0,"data":{"total":32768,"list":[{"编号":"1"},`))
		panic(nethttp.ErrAbortHandler)
	})
}

// Remove implements connectorstest.System.
func (s *system) Remove(*testing.T) { s.Stop() }
