package engine

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// Conversation is what one connection of a client of another protocol than HTTP says to the engine: a session that lives as
// long as the connection, opened with the first statement, so that a connection that asks nothing costs nothing. It is not
// safe for concurrent use.
type Conversation struct {
	engine   *Engine
	revision uint64
	session  *Session
}

// Converse begins a conversation in which blocks have the form of a revision of the protocol. The caller closes it.
func (e *Engine) Converse(revision uint64) *Conversation {
	return &Conversation{engine: e, revision: revision}
}

// Use makes database the conversation's.
func (c *Conversation) Use(database string) error {
	if err := c.open(); err != nil {
		return err
	}
	return c.session.Use(database)
}

func (c *Conversation) open() (err error) {
	if c.session == nil {
		c.session, err = c.engine.Session()
	}
	return err
}

// Close ends the conversation; its temporary tables are gone.
func (c *Conversation) Close() {
	if c.session != nil {
		c.session.Close()
	}
}

// Setting is a setting of one statement. One that is not known is an error only when it is Important, as in ClickHouse.
type Setting struct {
	Name, Value string
	Important   bool
}

// Query is a statement with what a client sends along with it.
type Query struct {
	ID       string // the client's name for it, by which it can be killed; "" has none
	Text     string
	Settings []Setting // for this statement alone
	Params   []Param
}

// Column is a column's name and its whole type.
type Column struct{ Name, Type string }

// Plan is a statement that may run: who may not do what was found out before, and its settings are set.
type Plan struct {
	// Wants says that the statement is an INSERT whose data the client has to send, in blocks of Columns.
	Wants bool
	// Columns are those of the result, or of the data that is wanted; nil where they are not known before there are blocks.
	Columns []Column

	conversation *Conversation
	q            *request
	restore      func()
}

// Plan looks at a statement and prepares it; an error is what the client is told. The caller closes the plan before the
// conversation's next one, and has acquired a place before.
func (c *Conversation) Plan(query Query) (*Plan, error) {
	if err := c.open(); err != nil {
		return nil, err
	}
	q := &request{text: withoutFormat(query.Text), params: query.Params, settings: map[string]*string{}, close: func() {}, revision: c.revision, sessionID: "connection", queryID: query.ID}
	q.st = parseStatement(q.text)
	if parsed := parseStatement(query.Text); parsed.insert {
		q.text, q.st = query.Text, parsed
	}
	if err := c.take(q, query.Settings); err != nil {
		return nil, err
	}
	p := &Plan{conversation: c, q: q, Wants: q.st.insert && strings.Trim(q.text[q.st.data:], " \t\r\n;") == ""}
	if !p.Wants && !c.engine.options.AllowFileFunctions {
		if err := q.plainValues(); err != nil {
			return nil, err
		}
	}
	if q.summed() {
		one := "1"
		q.settings["output_format_json_quote_denormals"] = &one // else NaN would become NULL on the way
	}
	restore, err := c.session.prepare(q)
	if err != nil {
		return nil, err
	}
	p.restore = restore
	if err := p.look(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// take gives q the settings that are known. readonly is not set but kept: it could not be taken back.
func (c *Conversation) take(q *request, settings []Setting) error {
	if len(settings) == 0 {
		return nil
	}
	all := make(map[string]*string, len(settings))
	for i := range settings {
		all[settings[i].Name] = &settings[i].Value
	}
	_, known, err := c.session.settings(all)
	if err != nil {
		return err
	}
	for i, s := range settings {
		switch {
		case s.Name == "readonly":
			q.readOnly = q.readOnly || s.Value != "0"
		case known[s.Name], s.Important:
			q.settings[s.Name] = &settings[i].Value
		}
	}
	return nil
}

// look refuses what must not run and finds out the columns.
func (p *Plan) look() error {
	s, q := p.conversation.session, p.q
	if err := s.allowed(q); err != nil {
		return err
	}
	if err := s.engine.room.admit(q.st, q.text); err != nil {
		return err
	}
	var err error
	switch {
	case p.Wants:
		p.Columns, err = s.target(q)
	case q.st.streams():
		p.Columns, _ = s.describe("("+q.bare()+"\n)", q.params) // a statement that cannot be a subquery says what it is by its blocks
	}
	for _, c := range p.Columns {
		if _, bad := parseType(c.Type); bad != nil && err == nil {
			err = unsendable(c.Type)
		}
	}
	return err
}

// Close takes back the statement's settings.
func (p *Plan) Close() { p.restore() }

// Blocks returns a writer for what Run hands out that writes Native blocks of the conversation's revision to to, and calls
// around with true before each block and with false behind it.
func (p *Plan) Blocks(to io.Writer, around func(begins bool) error) io.Writer {
	return &nativeWriter{to: to, revision: p.conversation.revision, around: around, zones: func() (map[string]string, error) {
		full := make(map[string]string, len(p.Columns))
		for _, c := range p.Columns {
			full[c.Name] = c.Type
		}
		return full, nil
	}}
}

// Run runs the statement and hands its output, Native blocks of revision 0, to each, which must not keep them; one call has
// blocks of one part. The end of ctx
// kills what only reads; what writes is waited for. The error of ctx is returned as it is.
func (p *Plan) Run(ctx context.Context, each func(part Part, blocks []byte) error) (r *Result, err error) {
	s, q := p.conversation.session, p.q
	ctx, done := s.engine.running.add(ctx, q)
	defer done()
	rows := eachWriter(func(blocks []byte) error { return each(Rows, blocks) })
	switch {
	case q.st.insert:
		r, err = s.insert(ctx, q)
	case q.st.streams() && q.summed() && len(p.Columns) > 0:
		r, err = p.runSummed(ctx, each)
	case q.st.streams() && !q.summed():
		r, err = s.stream(ctx, rows, q, "Native", &joiner{})
	default:
		r, err = s.write(ctx, rows, q, "Native")
	}
	if err == nil {
		err = s.engine.settled(q, r)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return r, err
}

type eachWriter func([]byte) error

func (w eachWriter) Write(b []byte) (int, error) { return len(b), w(b) }

// Insert begins the INSERT, whose blocks of revision 0 are then written to the insertion.
func (p *Plan) Insert() (*Insertion, error) {
	in, err := p.conversation.session.begin(p.q.st.sql, "Native", p.q.params)
	if err != nil {
		return nil, err
	}
	in.settle = func(r *Result) error { return p.conversation.engine.settled(p.q, r) }
	return in, nil
}

// Progress is what the conversation's statement has done so far, asked of the engine; zero where that cannot be known.
// It may be called while Run runs.
func (p *Plan) Progress() Progress { return p.conversation.engine.progress(p.conversation.session.tag) }

// streams reports whether the statement is one that libchdb streams.
func (st statement) streams() bool {
	return !st.insert && slices.Contains([]string{"SELECT", "WITH", "FROM"}, st.first)
}

// summed reports whether rows of another kind come behind the rows.
func (q *request) summed() bool {
	v := q.settings["extremes"]
	return q.st.totals || v != nil && *v != "0"
}

// bare is the statement without its format and the semicolon.
func (q *request) bare() string {
	return strings.TrimRight(strings.TrimSpace(withoutFormat(q.text)), ";")
}

// described is a line of DESCRIBE's answer.
type described struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	DefaultType string `json:"default_type"`
}

// described are the columns of a table, a table function or a subquery in brackets.
func (s *Session) described(what string, params []Param) ([]described, error) {
	_, out, err := s.run("DESCRIBE TABLE "+what, "JSONEachRow", params)
	if err != nil {
		return nil, err
	}
	var list []described
	for decode := json.NewDecoder(strings.NewReader(string(out))); ; {
		var d described
		if err := decode.Decode(&d); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
}

func (s *Session) describe(what string, params []Param) ([]Column, error) {
	list, err := s.described(what, params)
	columns := make([]Column, len(list))
	for i, d := range list {
		columns[i] = Column{d.Name, d.Type}
	}
	return columns, err
}

// target are the columns that an INSERT's data has to have: those that it names, else all that can be inserted.
func (s *Session) target(q *request) ([]Column, error) {
	list, err := s.described(q.st.into, q.params)
	if err != nil {
		return nil, err
	}
	if q.st.columns != "" {
		return s.named(q, list)
	}
	var columns []Column
	for _, d := range list {
		if d.DefaultType != "MATERIALIZED" && d.DefaultType != "ALIAS" && d.DefaultType != "EPHEMERAL" {
			columns = append(columns, Column{d.Name, d.Type})
		}
	}
	return columns, nil
}

// named are the columns of an INSERT's list, which may also be * EXCEPT (…).
func (s *Session) named(q *request, list []described) ([]Column, error) {
	columns := make([]Column, len(list))
	for i, d := range list {
		columns[i] = Column{d.Name, d.Type}
	}
	return s.describe("(SELECT "+q.st.columns+" FROM null("+QuoteString(structure(columns))+"))", nil)
}
