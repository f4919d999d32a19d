package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
)

// prepare gives a session the request's database, settings and external tables. restore takes them away again, for a session
// that serves further requests: what a request sets in its URL is for that request alone.
func (s *Session) prepare(q *request) (restore func(), err error) {
	var undo []func()
	restore = func() {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}
	if q.database != "" && !(q.sessionID == "" && q.database == "default") {
		if q.sessionID != "" {
			before, err := s.one("SELECT currentDatabase()")
			if err != nil {
				return nil, err
			}
			undo = append(undo, func() { _ = s.Use(before) })
		}
		if err := s.Use(q.database); err != nil {
			return nil, err
		}
	}
	if len(q.settings) > 0 {
		if q.sessionID != "" {
			before, _, err := s.settings(q.settings)
			if err != nil {
				return nil, err
			}
			undo = append(undo, func() { _ = s.Set(before) })
		}
		if err := s.Set(q.settings); err != nil {
			restore()
			return nil, err
		}
	}
	for _, t := range q.external {
		undo = append(undo, func() { _, _, _ = s.run("DROP TEMPORARY TABLE IF EXISTS "+QuoteName(t.name), "TSV", nil) })
		if err := s.load(t); err != nil {
			restore()
			return nil, err
		}
	}
	return restore, nil
}

// one is the single value that a short statement returns.
func (s *Session) one(sql string) (string, error) {
	_, out, err := s.run(sql, "TSVRaw", nil)
	return strings.TrimSuffix(string(out), "\n"), err
}

// settings are the values that the named settings have now, nil for those at their default, and which of them there are.
func (s *Session) settings(names map[string]*string) (now map[string]*string, known map[string]bool, err error) {
	var list []string
	now, known = make(map[string]*string, len(names)), make(map[string]bool, len(names))
	for name := range names {
		list = append(list, QuoteString(name))
		now[name] = nil
	}
	_, out, err := s.run("SELECT name, changed, value FROM system.settings WHERE name IN ("+strings.Join(list, ", ")+")", "TSVRaw", nil)
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if len(fields) < 3 {
			continue
		}
		known[fields[0]] = true
		if fields[1] != "0" {
			now[fields[0]] = &fields[2]
		}
	}
	return now, known, nil
}

// load makes a temporary table of what a client sent along.
func (s *Session) load(t external) error {
	if _, _, err := s.run("CREATE TEMPORARY TABLE "+QuoteName(t.name)+" ("+t.structure+") ENGINE = Memory", "TSV", nil); err != nil {
		return err
	}
	_, err := s.Insert(context.Background(), "INSERT INTO "+QuoteName(t.name), t.format, nil, bytes.NewReader(t.data))
	return err
}

// allowed refuses what cannot or must not be run.
func (s *Session) allowed(q *request) error {
	if q.st.input {
		return refuse(notImplemented, "The embedded engine cannot INSERT … SELECT … FROM input(): insert the data into a table and select from that.")
	}
	if err := s.forbidden(q); err != nil {
		return err
	}
	if q.st.insert {
		if q.readOnly {
			return readOnlyRefusal()
		}
		return nil
	}
	a, ok := s.analyse(q.text)
	if !ok {
		return nil // the engine says what is wrong with it
	}
	if a.statementCount > 1 && q.st.first != "EXPLAIN" && !strings.Contains(strings.ToUpper(q.text), "PARALLEL") {
		return refuse(syntaxError, "Syntax error (Multi-statements are not allowed): send one statement at a time.")
	}
	if q.readOnly && a.class != 0 && q.st.first != "SET" && q.st.first != "USE" {
		return readOnlyRefusal()
	}
	return nil
}

func readOnlyRefusal() error {
	return refuse(readOnly, "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries.")
}

// write runs a statement to its end and writes its output.
func (s *Session) write(ctx context.Context, w io.Writer, q *request, format string) (*Result, error) {
	text := q.text
	if instead := s.engine.running.instead(text); instead != "" {
		text = instead
	} else if q.st.kill > 0 {
		text = text[:q.st.kill] + "ASYNC" + text[q.st.kill+len("SYNC"):] // libchdb waits for ever in KILL … SYNC
	}
	return s.Exec(ctx, text, format, q.params, func(output []byte) error { _, err := w.Write(output); return err })
}

// stream runs a query and writes its output as it comes.
func (s *Session) stream(ctx context.Context, w io.Writer, q *request, format string, j *joiner) (*Result, error) {
	r, err := s.Query(ctx, q.text, format, q.params, func(chunk []byte) error {
		piece, err := j.piece(chunk)
		if err == nil {
			_, err = w.Write(piece)
		}
		return err
	})
	if errors.Is(err, errNotStreamable) {
		return s.write(ctx, w, q, format)
	}
	if err != nil {
		return nil, err
	}
	if end := j.last(); end != nil {
		_, err = w.Write(end)
	}
	return r, err
}

// insert streams an insert's data, first what was read together with the statement.
func (s *Session) insert(ctx context.Context, q *request) (*Result, error) {
	format := q.st.format
	if format == "" {
		format = q.format
	}
	if format == "" {
		format = "Values"
	}
	var data io.Reader = strings.NewReader(q.text[q.st.data:])
	if q.data != nil {
		data = io.MultiReader(data, q.data)
	}
	r, err := s.Insert(ctx, q.st.sql, format, q.params, data)
	if err != nil {
		return nil, broken(err)
	}
	return r, nil
}

// types are the full names of the types of a query's columns.
func (s *Session) types(q *request) map[string]string {
	types := map[string]string{}
	columns, _ := s.describe("("+q.bare()+"\n)", q.params) // a statement that cannot be a subquery keeps its types as they are
	for _, c := range columns {
		types[c.Name] = c.Type
	}
	return types
}

// withoutFormat is a query without its FORMAT clause.
func withoutFormat(text string) string {
	p := clauseParser{lexer: lexer{text: text}}
	for p.advance(); p.ok; {
		at, w, start := p.depth, p.upper(), p.token.start
		p.advance()
		if w == "FORMAT" && at == 0 && p.upper() != "" && p.endsWithFormat() {
			return text[:start] + text[p.token.end:]
		}
	}
	return text
}
