package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxStatement is how long a statement's text may be, and how much of an insert's beginning is looked at for where its data
// begins: ClickHouse's max_query_size by default.
const (
	statementHead = 262144
	maxStatement  = 64 << 20
)

// request is what a client asks for over HTTP.
type request struct {
	text      string    // the statement; of an insert, with the data that was read together with it
	st        statement // what text says
	data      io.Reader // the data of an insert behind text; nil where there is none
	params    []Param
	settings  map[string]*string
	external  []external
	database  string
	format    string // for what has no FORMAT clause
	queryID   string
	sessionID string
	timeout   int  // seconds that the session lives on
	mustExist bool // session_check
	endIt     bool // close_session
	readOnly  bool
	wait      bool // wait_end_of_query
	native    bool // compress: answer in ClickHouse's compressed blocks
	method    string
	encoding  string // Content-Encoding of the answer
	revision  uint64
	close     func()
}

// external is a table sent along with a query.
type external struct {
	name, format, structure string
	data                    []byte
}

// ours are parameters of the URL that are not settings of the engine.
func ours(name string) bool {
	switch name {
	case "query", "database", "default_format", "user", "password", "quota_key", "query_id", "session_id", "session_timeout",
		"session_check", "close_session", "compress", "decompress", "wait_end_of_query", "buffer_size", "stacktrace",
		"client_protocol_version", "role", "enable_http_compression", "http_zlib_compression_level", "readonly":
		return true
	}
	return false
}

// readRequest reads a request's parameters and its statement, and of an insert the beginning of its data.
func readRequest(r *http.Request) (*request, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(badArguments, "The URL's parameters cannot be read: "+err.Error()+".")
	}
	q := &request{settings: map[string]*string{}, timeout: 60, close: func() {}, readOnly: r.Method != http.MethodPost}
	body, err := q.body(r, values)
	if err != nil {
		return nil, err
	}
	if err := q.parameters(r, values); err != nil {
		q.close()
		return nil, err
	}
	if err := q.statement(values.Get("query"), body); err != nil {
		q.close()
		return nil, err
	}
	return q, nil
}

// body decodes the request's body; of a form it takes the parts apart and adds the fields to values.
func (q *request) body(r *http.Request, values url.Values) (io.Reader, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return nil, q.form(r, values)
	}
	body, free, err := decoded(r.Body, r.Header.Get("Content-Encoding"), truthy(values.Get("decompress")))
	if err == nil {
		q.close = free
	}
	return body, err
}

// form reads a query with external tables, which is small.
func (q *request) form(r *http.Request, values url.Values) error {
	r.Body = http.MaxBytesReader(nil, r.Body, maxStatement)
	if err := r.ParseMultipartForm(maxStatement); err != nil {
		return refuse(badArguments, "The form cannot be read: "+err.Error()+".")
	}
	for name, fields := range r.MultipartForm.Value {
		values[name] = append(values[name], fields...)
	}
	for name, files := range r.MultipartForm.File {
		f, err := files[0].Open()
		if err != nil {
			return fmt.Errorf("open the form's part %s: %w", name, err)
		}
		data, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			return fmt.Errorf("read the form's part %s: %w", name, err)
		}
		t := external{name: name, data: data, format: values.Get(name + "_format"), structure: values.Get(name + "_structure")}
		if types := values.Get(name + "_types"); t.structure == "" && types != "" {
			for i, one := range strings.Split(types, ",") {
				t.structure += fmt.Sprintf(", _%d %s", i+1, one)
			}
			t.structure = strings.TrimPrefix(t.structure, ", ")
		}
		if t.format == "" {
			t.format = "TabSeparated"
		}
		for _, suffix := range []string{"_format", "_structure", "_types"} {
			values.Del(name + suffix)
		}
		q.external = append(q.external, t)
	}
	return nil
}

// parameters reads everything but the statement.
func (q *request) parameters(r *http.Request, values url.Values) error {
	for name, v := range values {
		value := v[len(v)-1]
		switch {
		case strings.HasPrefix(name, "param_"):
			q.params = append(q.params, Param{strings.TrimPrefix(name, "param_"), value})
		case !ours(name):
			q.settings[name] = &value
		}
	}
	header := func(parameter, name string) string {
		if v := values.Get(parameter); v != "" {
			return v
		}
		return r.Header.Get(name)
	}
	q.database = header("database", "X-ClickHouse-Database")
	q.format = header("default_format", "X-ClickHouse-Format")
	q.queryID, q.sessionID = values.Get("query_id"), values.Get("session_id")
	q.mustExist, q.endIt = truthy(values.Get("session_check")), truthy(values.Get("close_session"))
	q.readOnly = q.readOnly || values.Get("readonly") != "" && values.Get("readonly") != "0"
	q.wait, q.native = truthy(values.Get("wait_end_of_query")), truthy(values.Get("compress"))
	q.method = values.Get("network_compression_method")
	if truthy(values.Get("enable_http_compression")) {
		q.encoding = encodingFor(r.Header.Get("Accept-Encoding"))
	}
	var err error
	if v := values.Get("session_timeout"); v != "" {
		if q.timeout, err = strconv.Atoi(v); err != nil || q.timeout < 0 || q.timeout > 3600 {
			return refuse(badArguments, "Invalid session timeout: '"+v+"'. It is a number of seconds up to 3600.")
		}
	}
	if v := values.Get("client_protocol_version"); v != "" {
		if q.revision, err = strconv.ParseUint(v, 10, 64); err != nil {
			return refuse(badArguments, "Invalid client_protocol_version: '"+v+"'.")
		}
	}
	return nil
}

func truthy(v string) bool { return v == "1" || strings.EqualFold(v, "true") }

// statement joins what stands in the URL with the body, as ClickHouse does: the body goes on behind a line end.
func (q *request) statement(inURL string, body io.Reader) error {
	if body == nil {
		body = bytes.NewReader(nil)
	}
	if inURL != "" {
		body = io.MultiReader(strings.NewReader(inURL+"\n"), body)
	}
	head := make([]byte, max(statementHead, len(inURL)+1))
	n, err := fill(body, head)
	if err != nil && err != io.EOF {
		return broken(err)
	}
	q.text = string(head[:n])
	q.st = parseStatement(q.text)
	if inURL != "" {
		// Without a clause that says where data begins, the body does.
		if alone := parseStatement(inURL); alone.insert && alone.format == "" {
			q.st, q.st.data = alone, min(len(inURL)+1, n)
		}
	}
	switch {
	case q.st.insert:
		if err == nil {
			q.data = body
		}
		return nil
	case err == io.EOF:
		return nil
	}
	// A long statement that is no insert: the engine says whether it is too long for it.
	rest, err := io.ReadAll(io.LimitReader(body, maxStatement))
	if err != nil {
		return broken(err)
	}
	if len(rest) == maxStatement {
		return refuse(syntaxError, fmt.Sprintf("Max query size exceeded: the statement is longer than %d bytes.", maxStatement))
	}
	q.text += string(rest)
	q.st = parseStatement(q.text)
	return nil
}

// broken says that a body could not be read to its end.
func broken(err error) error {
	var e *Exception
	if errors.As(err, &e) {
		return e
	}
	return refuse(cannotReadAllData, "Cannot read all data of the request's body: "+err.Error()+".")
}
