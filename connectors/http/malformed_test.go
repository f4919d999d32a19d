package http

import (
	"bytes"
	"fmt"
	nethttp "net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"creditsync/connectors"
	"creditsync/internal/testkit/golden"
	"creditsync/internal/testkit/webapi"
)

// TestMalformed holds what people read of each answer that is not as it should be, in both languages, and what is read in
// spite of it. A case is the options, and then the answers one after the other, each under its status and Content-Type; the
// last one is repeated.
func TestMalformed(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("testdata/malformed/*.http")
	if err != nil || len(cases) < 50 {
		t.Fatalf("%d cases, %v; want 50 at least", len(cases), err)
	}
	for _, path := range cases {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			s := webapi.Start(t)
			o := readCase(t, path, s)
			out, err := readAll(t, o, connectors.Request{Undecodable: 0.5, Match: func(cells []string) int {
				n := 0
				for _, c := range cells {
					if c == "编号" || c == "名称" {
						n++
					}
				}
				return n
			}})
			got := strings.ReplaceAll(out.Report(err), strings.TrimPrefix(s.URL, "http://"), "api.example")
			golden.CheckFile(t, path+".golden", got)
		})
	}
}

// readCase makes the server answer as the case says.
func readCase(t *testing.T, path string, s *webapi.Server) Options {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := bytes.Split(text, []byte(">>> "))
	o := Defaults()
	if err := yaml.UnmarshalWithOptions(parts[0], &o, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	o.URL, o.Retry.Times = s.URL+"/rows", 0
	s.Meddle(func(n int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
		head, body, _ := bytes.Cut(parts[min(n, len(parts)-1)], []byte("\n"))
		status, contentType, _ := strings.Cut(string(head), " ")
		var code int
		_, _ = fmt.Sscan(status, &code)
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(code)
		_, _ = w.Write(bytes.TrimSuffix(body, []byte("\n")))
		return true
	})
	return o
}
