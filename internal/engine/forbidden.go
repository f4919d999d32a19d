package engine

import (
	"regexp"
	"strings"
)

// suspect finds statements that may call a function that reads files or runs text as SQL: by name, or by a quoted name with
// escapes in it.
var suspect = regexp.MustCompile("(?i)\\b(file|eval)\\b|[`\"][^`\"]*\\\\")

// inTree finds such a call in the engine's own parse tree.
var inTree = regexp.MustCompile(`(?im)^\s*Function (file|eval)\b`)

// fileSettings name files that the engine would read.
var fileSettings = regexp.MustCompile(`(?i)\bformat_(schema|template_row|template_resultset)\b`)

// expressions is the setting that lets VALUES hold any expression, and so any function.
const expressions = "input_format_values_interpret_expressions"

// forbidden refuses what the engine's access control lets through though it reaches out of the data directory. INTO OUTFILE
// and FROM INFILE are done by the client, and here the client is the engine's process; they are always refused. The rest, such
// as the functions file and eval, only without Options.AllowFileFunctions.
func (s *Session) forbidden(q *request) error {
	if q.st.infile {
		return refuse(accessDenied, "INTO OUTFILE and FROM INFILE are for clients; over HTTP, send and receive the data itself.")
	}
	if s.engine.options.AllowFileFunctions {
		return nil
	}
	for name := range q.settings {
		if fileSettings.MatchString(name) {
			return refuse(accessDenied, "The setting "+name+" is not allowed here.")
		}
	}
	if m := fileSettings.FindString(q.st.sql); m != "" {
		return refuse(accessDenied, "The setting "+m+" is not allowed here.")
	}
	switch strings.ToLower(q.st.holder) {
	case "", "atomic", "memory", "ordinary", "lazy":
	default:
		return refuse(accessDenied, "Databases of engine "+q.st.holder+" are not allowed here.")
	}
	if !suspect.MatchString(q.st.sql) {
		return nil
	}
	return s.inspect(q)
}

// inspect asks the engine's parser whether a statement calls a function that is not allowed.
func (s *Session) inspect(q *request) error {
	text := q.st.sql
	if q.st.insert {
		text += " FORMAT Null"
	}
	_, tree, err := s.run("EXPLAIN AST "+strings.TrimRight(strings.TrimSpace(text), ";"), "TSVRaw", q.params)
	if err != nil {
		return err
	}
	if inTree.Match(tree) {
		return refuse(accessDenied, "The functions file and eval are not allowed here.")
	}
	return nil
}

// plainValues lets VALUES hold expressions only where all of them can be seen and none is suspect; otherwise they hold
// literals, as an export's do.
func (q *request) plainValues() error {
	if !q.st.insert || q.st.format != "" && q.st.format != "Values" {
		return nil
	}
	if strings.Contains(strings.ToLower(q.st.sql), expressions) {
		return refuse(accessDenied, "The setting "+expressions+" is not allowed in an INSERT here.")
	}
	if q.data == nil && !suspect.MatchString(q.text) {
		return nil
	}
	off := "0"
	q.settings[expressions] = &off
	return nil
}
