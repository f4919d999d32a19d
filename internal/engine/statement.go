package engine

import "strings"

// statement is what the server has to know of a statement's text to run it the right way.
type statement struct {
	insert  bool   // INSERT with data behind it, not INSERT … SELECT
	sql     string // the text; of an insert, the part before FORMAT or VALUES
	format  string // the FORMAT clause's, "Values" for VALUES, else ""
	data    int    // of an insert: where in the text its data begins
	totals  bool   // WITH TOTALS or extremes: cannot be streamed
	input   bool   // INSERT … SELECT … FROM input(), whose data libchdb loses
	infile  bool   // FROM INFILE or INTO OUTFILE: a file of the client's, and here the client is the engine's process
	first   string // the first keyword, upper case
	holder  string // the engine of a CREATE DATABASE
	into    string // of an insert: the table, or the table function with its arguments
	columns string // of an insert: the list of columns, without its brackets
	kill    int    // KILL QUERY … SYNC: where the word SYNC begins; else 0
}

// parseStatement looks at the beginning of text, which may be followed by more data of an insert.
func parseStatement(text string) statement {
	st := statement{sql: text}
	p := clauseParser{lexer: lexer{text: text}}
	p.advance()
	for p.is("(") {
		p.advance()
	}
	st.first = p.upper()
	switch st.first {
	case "INSERT":
		p.insert(&st)
	case "WITH":
		p.depth = 0
		for p.ok && !(p.depth == 0 && (p.upper() == "INSERT" || p.upper() == "SELECT")) {
			p.advance()
		}
		p.rest(&st, p.ok && p.upper() == "INSERT")
	default:
		p.rest(&st, false)
	}
	return st
}

// clauseParser walks over tokens and knows how deep in brackets it is.
type clauseParser struct {
	lexer
	token token
	ok    bool
	depth int
}

func (p *clauseParser) advance() {
	p.token, p.ok = p.next()
	if !p.ok || p.token.kind != symbol {
		return
	}
	switch p.text[p.token.start] {
	case '(', '[', '{':
		p.depth++
	case ')', ']', '}':
		p.depth--
	}
}

// upper is the current word in upper case; "" where the token is no bare word.
func (p *clauseParser) upper() string {
	if !p.ok || p.token.kind != word || p.token.end-p.token.start > 64 {
		return ""
	}
	return strings.ToUpper(p.text[p.token.start:p.token.end])
}

// place is where the current token begins.
func (p *clauseParser) place() int {
	if !p.ok {
		return len(p.text)
	}
	return p.token.start
}

func (p *clauseParser) is(s string) bool {
	return p.ok && p.token.kind == symbol && p.text[p.token.start:p.token.end] == s
}

// skipBrackets goes behind the bracket that the current token opens.
func (p *clauseParser) skipBrackets() {
	depth := p.depth
	for p.advance(); p.ok && p.depth >= depth; {
		p.advance()
	}
	p.advance()
}

// insert reads INSERT INTO [TABLE] [FUNCTION] name [(columns)] … up to its data or SELECT.
func (p *clauseParser) insert(st *statement) {
	p.advance()
	function := false
	for _, optional := range []string{"INTO", "TABLE", "FUNCTION"} {
		if p.upper() == optional {
			p.advance()
			function = optional == "FUNCTION"
		}
	}
	start := p.place()
	p.name()
	if function && p.is("(") {
		p.skipBrackets()
	}
	st.into = strings.TrimSpace(p.text[start:p.place()])
	if start = p.place(); p.is("(") {
		p.skipBrackets()
		list := p.text[start+1 : p.place()]
		st.columns = list[:max(strings.LastIndexByte(list, ')'), 0)]
	}
	for p.ok {
		if p.is("(") || p.is("[") || p.is("{") {
			p.skipBrackets()
			continue
		}
		if p.is(";") {
			break
		}
		switch p.upper() {
		case "SELECT", "WITH":
			p.rest(st, true)
			return
		case "FROM":
			st.infile = true
			return
		case "VALUES", "VALUE":
			st.insert, st.sql, st.format, st.data = true, p.text[:p.token.start], "Values", p.token.end
			return
		case "FORMAT":
			p.insertFormat(st)
			return
		}
		p.advance()
	}
	st.insert, st.data = true, len(p.text)
	if p.ok { // a semicolon
		st.sql = p.text[:p.token.start]
	}
}

// name skips a table's name, or a table function with its arguments, so that neither is taken for a clause.
func (p *clauseParser) name() {
	for p.ok {
		if p.is("{") {
			p.skipBrackets()
		} else {
			p.advance()
		}
		if !p.is(".") {
			return
		}
		p.advance()
	}
}

// insertFormat reads the format's name and where data begins: behind it, white space and at most one line end.
func (p *clauseParser) insertFormat(st *statement) {
	st.insert, st.sql = true, p.text[:p.token.start]
	p.advance()
	if !p.ok {
		st.data = len(p.text)
		return
	}
	st.format = p.text[p.token.start:p.token.end]
	i := p.token.end
	if strings.EqualFold(st.format, "VALUES") {
		st.format, st.data = "Values", i
		return
	}
	for i < len(p.text) && strings.IndexByte(" \t\f\v", p.text[i]) >= 0 {
		i++
	}
	if i < len(p.text) && p.text[i] == ';' {
		i++
	}
	if i < len(p.text) && p.text[i] == '\r' {
		i++
	}
	if i < len(p.text) && p.text[i] == '\n' {
		i++
	}
	st.data = i
}

// rest reads a statement without data from here to its end.
func (p *clauseParser) rest(st *statement, inserts bool) {
	previous, second, killing := "", "", st.first == "KILL"
	for p.ok {
		at, w := p.depth, p.upper()
		start := p.token.start
		p.advance()
		switch {
		case w == "TOTALS" && previous == "WITH", w == "EXTREMES":
			st.totals = true
		case inserts && w == "INPUT" && p.is("("):
			st.input = true
		case w == "OUTFILE" && previous == "INTO", w == "INFILE" && previous == "FROM":
			st.infile = true
		case w == "FORMAT" && at == 0 && p.upper() != "" && p.endsWithFormat():
			st.format = p.text[p.token.start:p.token.end]
		case w == "ENGINE" && at == 0 && second == "DATABASE" && st.holder == "":
			if p.is("=") {
				p.advance()
			}
			if p.ok {
				st.holder = p.text[p.token.start:p.token.end]
			}
		case killing && w == "SYNC" && at == 0:
			st.kill = start
		}
		if second == "" && w != "" && w != st.first && w != "OR" && w != "REPLACE" {
			second = w
		}
		previous = w
	}
}

// endsWithFormat reports whether the current token, which follows the word FORMAT, can be a format's name: behind it is the end
// of the statement or a clause that may follow. So a column named format is not taken for the clause.
func (p *clauseParser) endsWithFormat() bool {
	ahead := clauseParser{lexer: p.lexer}
	ahead.advance()
	return !ahead.ok || ahead.is(";") || ahead.upper() == "SETTINGS" || ahead.upper() == "INTO"
}
