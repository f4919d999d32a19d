package http

import (
	"bytes"
	"errors"
	nethttp "net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"creditsync/connectors/jsonrows"
	"creditsync/connectors/remote"
)

// document is one answer that is whole and says that it is one.
type document struct {
	o      Options
	json   []byte
	header nethttp.Header
	at     *url.URL // where it came from in the end
	rows   []byte   // the array of rows; nil for none
}

// inHeaders begins a path that names a header.
const inHeaders = "header:"

// document reads an answer.
func (c *client) document(resp *nethttp.Response, body []byte, framed bool) (*document, error) {
	text := bytes.TrimLeft(body, " \t\r\n")
	switch {
	case len(text) == 0:
		return nil, noContent(c.o, resp.Status)
	case text[0] == '<':
		return nil, noJSON(c.o, c.clean(titleOf(text)))
	}
	if err := jsonrows.Check(body); err != nil {
		var bad *jsonrows.Syntax
		switch errors.As(err, &bad); {
		case bad == nil:
			return nil, err
		case bad.Truncated && !framed:
			return nil, connectionLost(c.o, errors.New("connection closed by the other side"))
		}
		return nil, brokenJSON(c.o, bad)
	}
	d := &document{o: c.o, json: body, header: resp.Header, at: resp.Request.URL}
	if ok := c.o.OK; ok != nil {
		value, there := d.text(ok.Path)
		if !there || !slices.Contains(ok.Is, value) {
			return nil, failed(c.o, ok, value, there, c.words(resp, body), slices.Contains(ok.Again, value))
		}
	}
	if err := d.findRows(c.words(resp, body)); err != nil {
		return nil, err
	}
	return d, nil
}

// split is a path as keys.
func split(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, ".")
}

// value is the JSON at a path; nil where there is none. A text on the way that is JSON itself is gone into: gateways wrap the
// answers of what is behind them so.
func (d *document) value(path []string) []byte {
	at := d.json
	for _, key := range path {
		if at = inner(jsonrows.Value(at, key)); at == nil {
			return nil
		}
	}
	return bytes.TrimSpace(at)
}

// inner is the JSON that a text holds, or the value itself.
func inner(value []byte) []byte {
	if len(value) == 0 || value[0] != '"' {
		return value
	}
	text := bytes.TrimSpace(jsonrows.Text(value))
	if len(text) == 0 || text[0] != '{' && text[0] != '[' || jsonrows.Check(text) != nil {
		return value
	}
	return text
}

// text is the single value at a path, or in a header; there is false for none and for null.
func (d *document) text(path string) (text string, there bool) {
	if name, ok := strings.CutPrefix(path, inHeaders); ok {
		text = strings.TrimSpace(d.header.Get(name))
		return text, text != ""
	}
	b := jsonrows.Text(d.value(split(path)))
	return strings.TrimSpace(string(b)), b != nil
}

// findRows finds the array of rows; null is an array of none.
func (d *document) findRows(words string) error {
	path := split(d.o.Records)
	for i := range path {
		if d.value(path[:i+1]) == nil {
			return noRecords(d.o, strings.Join(path[:i+1], "."), nil, jsonrows.Keys(d.value(path[:i])), jsonrows.Arrays(d.json), words)
		}
	}
	switch at := d.value(path); {
	case string(at) == "null":
	case at[0] == '[':
		d.rows = at
	default:
		return noRecords(d.o, d.o.Records, at, nil, jsonrows.Arrays(d.json), words)
	}
	return nil
}

// total is how many rows there are in all, where the API tells.
func (d *document) total() (n int64, told bool, err error) {
	if d.o.Total == "" {
		return 0, false, nil
	}
	text, there := d.text(d.o.Total)
	n, bad := strconv.ParseInt(text, 10, 64)
	if !there || bad != nil || n < 0 {
		return 0, false, noTotal(d.o, there)
	}
	return n, true, nil
}

// more is whether another page follows, where the API tells.
func (d *document) more() (more, told bool, err error) {
	if d.o.Page.More == "" {
		return false, false, nil
	}
	switch text, there := d.text(d.o.Page.More); {
	case !there:
		return false, false, noMore(d.o)
	case strings.EqualFold(text, "true") || text == "1" || strings.EqualFold(text, "y"):
		return true, true, nil
	case strings.EqualFold(text, "false") || text == "0" || strings.EqualFold(text, "n"):
		return false, true, nil
	}
	return false, false, noMore(d.o)
}

// longWords bounds what is shown of a server's words.
const longWords = 200

var title = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// titleOf is what a web page is called.
func titleOf(page []byte) string {
	if m := title.FindSubmatch(page); m != nil {
		return string(m[1])
	}
	return ""
}

// words is what a server says for people in an answer that is none.
func (c *client) words(resp *nethttp.Response, body []byte) string {
	text := bytes.TrimSpace(body)
	if len(text) == 0 {
		return ""
	}
	if text[0] == '<' {
		return c.clean(titleOf(text))
	}
	if jsonrows.Check(text) != nil {
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
			return c.clean(string(text))
		}
		return ""
	}
	d := document{o: c.o, json: text, header: resp.Header}
	paths := []string{"msg", "message", "error_description", "errmsg", "error.message", "error", "detail"}
	if c.o.OK != nil && c.o.OK.Message != "" {
		paths = append([]string{c.o.OK.Message}, paths...)
	}
	for _, path := range paths {
		if said, there := d.text(path); there && said != "" {
			return c.clean(said)
		}
	}
	return ""
}

// clean makes words of a server fit to be shown: one line, short, without our secrets and without numbers of persons.
func (c *client) clean(said string) string {
	said = strings.ToValidUTF8(said, "\uFFFD")
	for _, secret := range c.o.secrets() {
		for _, form := range []string{secret, url.QueryEscape(secret)} {
			said = strings.ReplaceAll(said, form, "•••")
		}
	}
	said = remote.Mask(strings.Join(strings.Fields(said), " "))
	if r := []rune(said); len(r) > longWords {
		said = string(r[:longWords]) + "…"
	}
	return said
}

// secrets are the texts that nobody may see.
func (o Options) secrets() []string {
	var all []string
	if a := o.Auth; a != nil {
		if a.Header != nil {
			value := a.Header.Value.Reveal()
			all = append(all, value)
			if _, token, ok := strings.Cut(value, " "); ok { // Bearer …
				all = append(all, token)
			}
		}
		if a.Query != nil {
			all = append(all, a.Query.Value.Reveal())
		}
		if a.Basic != nil {
			all = append(all, a.Basic.Password.Reveal())
		}
	}
	if o.Sign != nil {
		all = append(all, o.Sign.Secret.Reveal())
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}
