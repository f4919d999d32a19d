package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"creditsync/internal/fault"
)

// Bounds of a file that is still a configuration. They keep the YAML parser, whose memory grows with the square of the
// nesting and whose time grows with the square of the keys of one mapping, within a few seconds and megabytes.
const (
	maxBytes  = 1 << 20
	maxTokens = 100_000
	maxDepth  = 64
)

// parse returns the root of the only document in content; nil after it noted why there is none.
func parse(content []byte, bad *problems) ast.Node {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !readable(content, bad) {
		return nil
	}
	root, err := tree(string(content))
	var located located
	switch {
	case errors.As(err, &located):
		at := located.at
		if tab, ok := tabBefore(content, at.line); ok {
			bad.add(tab, "", fault.T("缩进里有制表符（Tab）；YAML 只允许用空格缩进", "a tab in the indentation; YAML wants spaces"))
			return nil
		}
		bad.add(at, "", and(fault.T("YAML 语法错误：", "YAML syntax: "), located.what, hint(content, at)))
		return nil
	case root == nil:
		bad.add(pos{1, 1}, "", fault.T("文件是空的；带注释的样例见 examples/creditsync.yaml",
			"the file is empty; examples/creditsync.yaml is a commented one"))
		return nil
	}
	if _, single := scalar(root); single {
		at := start(root)
		bad.add(at, "", and(fault.T("应为“键: 值”，冒号后面要有空格", "must be key: value, with a space after the colon"), hint(content, at)))
		return nil
	}
	return root
}

// readable notes what no YAML parser should see: too much, other encodings, control characters.
func readable(content []byte, bad *problems) bool {
	if len(content) > maxBytes {
		bad.add(pos{1, 1}, "", fault.T("文件有 %d 字节，超过配置文件的上限 %d 字节；这是配置文件吗？",
			"the file has %d bytes, more than the %d of a configuration; is it one?", len(content), maxBytes))
		return false
	}
	at := pos{1, 1}
	for i := 0; i < len(content); {
		r, n := utf8.DecodeRune(content[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad.add(at, "", fault.T("不是 UTF-8（字节 0x%02X）；请用编辑器另存为 UTF-8，文件可能是 GBK 或 UTF-16",
				"not UTF-8 (byte 0x%02X); save the file as UTF-8, it may be GBK or UTF-16", content[i]))
			return false
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7F:
			bad.add(at, "", fault.T("控制字符 U+%04X；请删掉它，文件可能不是 UTF-8 文本",
				"control character U+%04X; remove it, the file may not be UTF-8 text", r))
			return false
		case r == '\n':
			at = pos{at.line + 1, 0}
		}
		at.col++
		i += n
	}
	return true
}

// located is what the YAML library found, with its place.
type located struct {
	at   pos
	what fault.Text
}

func (l located) Error() string { return fmt.Sprintf("%d:%d: %s", l.at.line, l.at.col, l.what.EN) }

// tree parses one document. The library is outside code fed with outside bytes: a panic in it is a syntax error too.
func tree(content string) (root ast.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, located{pos{1, 1}, fault.T("解析器无法理解这份文件（%v）", "the parser cannot make sense of the file (%v)", r)}
		}
	}()
	tokens := lexer.Tokenize(content)
	if err := bounded(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var y yaml.Error
		if errors.As(err, &y) {
			return nil, located{tokenPos(y.GetToken()), translate(y.GetMessage())}
		}
		return nil, located{pos{1, 1}, translate(err.Error())}
	}
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.DirectiveType {
			continue
		}
		if root != nil {
			return nil, located{start(doc.Body), fault.T("文件里有第二个文档（---）；配置只能是一个文档",
				"a second document (---); a configuration is one")}
		}
		root = doc.Body
	}
	return root, nil
}

// bounded refuses what would cost the parser too much.
func bounded(tokens token.Tokens) error {
	depth, chain, line := 0, 0, 0
	for i, tk := range tokens {
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth = max(0, depth-1)
		case token.SequenceEntryType, token.MappingKeyType:
			if tk.Position.Line != line {
				chain, line = 0, tk.Position.Line
			}
			chain++
		}
		if depth > maxDepth || chain > maxDepth || tk.Position.IndentNum > 10*maxDepth {
			return located{tokenPos(tk), fault.T("嵌套太深", "nested too deeply")}
		}
		if i > maxTokens {
			return located{tokenPos(tk), fault.T("内容太多，不像配置文件", "too much for a configuration")}
		}
	}
	return nil
}

// tokenPos is where a token starts.
func tokenPos(tk *token.Token) pos {
	if tk == nil || tk.Position == nil {
		return pos{1, 1}
	}
	return pos{max(1, tk.Position.Line), max(1, tk.Position.Column)}
}

// tabBefore finds an indentation with a tab on line n or the one before or after it: there the parser stumbles over it.
func tabBefore(content []byte, n int) (pos, bool) {
	for i, line := range strings.Split(string(content), "\n") {
		if i+1 < n-1 || i+1 > n+1 {
			continue
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if tab := strings.IndexByte(indent, '\t'); tab >= 0 && len(indent) < len(strings.TrimRight(line, "\r")) {
			return pos{i + 1, tab + 1}, true
		}
	}
	return pos{}, false
}

// hint names the usual reason of a syntax error on this line.
func hint(content []byte, at pos) fault.Text {
	lines := strings.Split(string(content), "\n")
	if at.line > len(lines) {
		return fault.Text{}
	}
	line := lines[at.line-1]
	switch {
	case strings.Contains(line, "${") && strings.ContainsAny(line, "{["):
		return fault.T("；在 { } 或 [ ] 里，${…} 要加引号：\"${…}\"", "; inside { } or [ ] put ${…} in quotes: \"${…}\"")
	case strings.ContainsAny(line, "：，“”‘’"):
		return fault.T("；这一行有全角标点，YAML 要用半角的 : , \" '", "; the line has full-width punctuation, YAML wants : , \" '")
	case strings.Contains(line, "%") || strings.Contains(line, "@") || strings.Contains(line, "`") || strings.Contains(line, "*"):
		return both("；以 % @ ` * 开头的值要加引号", "; a value that begins with % @ ` * needs quotes")
	}
	return fault.Text{}
}

// translate puts the library's most usual sentences into Chinese; the others stay as they are.
func translate(en string) fault.Text {
	for _, t := range []fault.Text{
		{EN: "mapping value is not allowed in this context", ZH: "这里不能再出现“键: 值”；请检查缩进，或给含有冒号的值加引号"},
		{EN: "value is not allowed in this context", ZH: "这里不应有值；请检查缩进"},
		{EN: "',' or ']' must be specified", ZH: "缺少 “,” 或 “]”"},
		{EN: "',' or '}' must be specified", ZH: "缺少 “,” 或 “}”"},
		{EN: "sequence end token ']' not found", ZH: "“[” 没有对应的 “]”"},
		{EN: "could not find flow mapping end token '}'", ZH: "“{” 没有对应的 “}”"},
		{EN: "could not find map value", ZH: "键后面没有值"},
		{EN: "could not find end character of double-quoted text", ZH: "双引号没有结束"},
		{EN: "could not find end character of single-quoted text", ZH: "单引号没有结束"},
		{EN: "unexpected directive value. document not started", ZH: "值不能以 % 开头，请加引号"},
		{EN: "non-map value is specified", ZH: "这里应为“键: 值”；冒号后面要有空格"},
		{EN: "undefined alias name", ZH: "值不能以 * 开头，除非是别名"},
		{EN: "found an invalid key for this map", ZH: "键应为文字"},
		{EN: "unexpected key name", ZH: "这里应为“键: 值”；冒号后面要有空格"},
		{EN: "block sequence entries are not allowed in this context", ZH: "列表项（-）要另起一行"},
	} {
		if t.EN == en {
			return t
		}
	}
	return fault.Text{ZH: en, EN: en}
}
