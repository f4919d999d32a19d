package http

import (
	"bytes"
	nethttp "net/http"
	"net/url"
	"strings"
	"testing"

	"creditsync/connectors/jsonrows"
	"creditsync/internal/fault"
)

// FuzzLink: the header Link is the other side's. Whatever it holds, what is found stands in it, and a link that is written
// behind it in good order is found where nothing before it is.
func FuzzLink(f *testing.F) {
	f.Add(`<https://a/b?c=1>; rel="next", <x>; rel=prev`)
	f.Add(`<a>; title="\"; rel=next`)
	f.Fuzz(func(t *testing.T, header string) {
		got := nextLink([]string{header})
		if !strings.Contains(header, got) {
			t.Errorf("%q is not in %q", got, header)
		}
		if behind := nextLink([]string{header, `<z>; rel="next"`}); behind != got && (got != "" || behind != "z") {
			t.Errorf("%q, and %q with a good one behind it", got, behind)
		}
	})
}

// FuzzEnvelope: an answer is the other side's. Whatever it holds, it is an answer or a whole fault, and the rows are an array
// that stands in it.
func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(`{"code":0,"msg":"成功","data":{"total":1,"more":true,"next":"a","list":[{"id":1}]}}`), "application/json")
	f.Add([]byte(`{"code":0,"data":"{\"list\":[{}]}"}`), "text/plain; charset=gbk")
	f.Add([]byte(`<html><title>x</title>`), "text/html")
	f.Add([]byte("\xef\xbb\xbf[]"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		c := &client{o: Defaults()}
		c.o.URL, c.o.Records, c.o.Total, c.o.Page.More, c.o.OK = "https://api.example/rows", "data.list", "data.total", "data.more", &OK{Path: "code", Is: []string{"0"}}
		resp := &nethttp.Response{Header: nethttp.Header{"Content-Type": {contentType}}, Request: &nethttp.Request{URL: new(url.URL)}, Status: "200 OK"}
		text, err := c.decode(body, contentType)
		if err != nil {
			isFault(t, err, "http.charset")
			return
		}
		d, err := c.document(resp, text, true)
		if err != nil {
			var code string
			for _, one := range []string{"http.no_content", "http.no_json", "http.broken_json", "http.not_ok", "http.no_records"} {
				if strings.Contains(fault.CodeOf(err), one) {
					code = one
				}
			}
			isFault(t, err, code)
			return
		}
		if d.rows != nil && (d.rows[0] != '[' || jsonrows.Check(d.rows) != nil || !bytes.Contains(text, []byte("list"))) {
			t.Errorf("rows %q", d.rows)
		}
		if n, told, err := d.total(); err == nil && told && n < 0 {
			t.Errorf("a total of %d", n)
		}
		_, _, _ = d.more()
	})
}
