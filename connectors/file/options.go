package file

import (
	"fmt"
	"strings"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// Options of `source: {file: …}`.
type Options struct {
	// Path of the file or files: a path or a pattern with *, ? and [ ] in any of its parts, relative to the configuration
	// file. Files whose names start with a dot or with ~$ match only where the pattern says so.
	Path string `yaml:"path"`
	// Format is auto, csv, tsv, xlsx, json or jsonl. auto tells them by what a file holds, whatever its name is; among
	// separators it tries comma, tab, semicolon and | and takes the one under which the header has the most known columns.
	// Of an archive it is the format of the members.
	Format string `yaml:"format"`
	// Encoding is auto, utf-8, gb18030, gbk, utf-16, utf-16le or utf-16be. A byte order mark wins over it.
	Encoding string `yaml:"encoding"`
	// Take is all, or newest: the newest file without a receipt column and the files with one that are newer still.
	Take string `yaml:"take"`
	// Delimiter between cells, one character or "tab"; empty: found by itself.
	Delimiter string `yaml:"delimiter"`
	// HeaderRow is the line of the header, of a sheet its row, counted from 1; 0: found by itself among the first 20.
	HeaderRow int `yaml:"header_row"`
	// Sheet of a workbook: its name, its number from 1 on, or all; empty: those with known columns in their header that are
	// not hidden. Several sheets are read one after another and must have the same columns.
	Sheet string `yaml:"sheet"`
	// Records is where in a JSON object the array of records stands, keys joined by dots (data.list); empty: the text is the
	// array, or has an object a line.
	Records string `yaml:"records"`
	// Member is which files of a zip are read: a pattern for their names, or with a slash for their paths; empty: those that
	// are tables by their names.
	Member string `yaml:"member"`
	// AllowEmpty accepts a file without data rows. In a snapshot it deletes whatever such a file delivered before.
	AllowEmpty bool `yaml:"allow_empty"`
}

// Values of Options.Take and, beside csv and tsv, of Options.Format.
const (
	takeAll     = "all"
	takeNewest  = "newest"
	formatXLSX  = "xlsx"
	formatJSON  = "json"
	formatJSONL = "jsonl"
)

// maxHeaderRow bounds header_row: no title block is longer.
const maxHeaderRow = 1000

// Defaults are the options of a source that names nothing but its path.
func Defaults() Options {
	return Options{Format: "auto", Encoding: "auto", Take: takeAll}
}

// Definition of the source `file`.
func Definition() connectors.Definition {
	modes := []connectors.Mode{connectors.Snapshot, connectors.Append}
	return connectors.Define("file", modes, Defaults(), func(o Options, at connectors.Place) (connectors.Source, error) {
		s, err := New(o, at)
		if err != nil {
			return nil, err
		}
		return s, nil
	})
}

// Validate names everything that is wrong with the options, as one error of class Input; nil if nothing is.
func (o Options) Validate() error {
	var zh, en []string
	bad := func(t fault.Text) { zh, en = append(zh, t.ZH), append(en, t.EN) }
	if strings.TrimSpace(o.Path) == "" {
		bad(fault.T("path：不能为空", "path: must not be empty"))
	} else if err := checkPattern(o.Path); err != nil {
		bad(fault.T("path：%q 中的方括号不成对", "path: unbalanced [ ] in %q", o.Path))
	}
	oneOf := func(name, got string, known []string) {
		for _, k := range known {
			if strings.EqualFold(got, k) {
				return
			}
		}
		list := strings.Join(known, ", ")
		bad(fault.T("%[1]s：应为 %[2]s 之一，现为 %[3]q", "%[1]s: must be one of %[2]s, got %[3]q", name, list, got))
	}
	oneOf("format", o.Format, []string{"auto", "csv", "tsv", formatXLSX, formatJSON, formatJSONL})
	if _, ok := namedEncoding(o.Encoding); !ok {
		oneOf("encoding", o.Encoding, []string{"auto", "utf-8", "gb18030", "gbk", "utf-16", "utf-16le", "utf-16be"})
	}
	oneOf("take", o.Take, []string{takeAll, takeNewest})
	if _, err := o.delimiter(); err != nil {
		bad(fault.T("delimiter：应为一个字符（不能是引号、字母、数字、换行），制表符写作 tab，现为 %q",
			"delimiter: must be one ASCII character (no quote, letter, digit or line break) or tab, got %q", o.Delimiter))
	}
	if o.HeaderRow < 0 || o.HeaderRow > maxHeaderRow {
		bad(fault.T("header_row：应在 0 到 %d 之间（0 为自动识别），现为 %d", "header_row: must be 0..%d (0: found by itself), got %d", maxHeaderRow, o.HeaderRow))
	}
	if checkPattern(o.Member) != nil {
		bad(fault.T("member：%q 中的方括号不成对", "member: unbalanced [ ] in %q", o.Member))
	}
	for _, t := range o.conflicts() {
		bad(t)
	}
	if len(zh) == 0 {
		return nil
	}
	return fault.New(fault.Input, "file.options", fault.Text{ZH: strings.Join(zh, "；"), EN: strings.Join(en, "; ")})
}

// conflicts are options that do not go together.
func (o Options) conflicts() (out []fault.Text) {
	only := func(name, value string, formats ...string) {
		for _, f := range append(formats, "auto") {
			if value == "" || strings.EqualFold(o.Format, f) {
				return
			}
		}
		out = append(out, fault.T("%s：对 format: %s 没有意义，请去掉其中一个", "%s: means nothing with format: %s; remove one of them", name, o.Format))
	}
	only("sheet", o.Sheet, formatXLSX)
	only("records", o.Records, formatJSON)
	only("delimiter", o.Delimiter, "csv", "tsv")
	if o.HeaderRow > 0 {
		only("header_row", fmt.Sprint(o.HeaderRow), "csv", "tsv", formatXLSX)
	}
	if strings.Contains("."+o.Records+".", "..") && o.Records != "" {
		out = append(out, fault.T("records：%q 中有空的键，应写作 data.list 的样子", "records: an empty key in %q; write it as data.list", o.Records))
	}
	return out
}

// delimiter is the declared one; 0 where it is to be found.
func (o Options) delimiter() (byte, error) {
	switch {
	case o.Delimiter == "":
		return 0, nil
	case strings.EqualFold(o.Delimiter, "tab"), o.Delimiter == `\t`:
		return '\t', nil
	}
	c := o.Delimiter[0]
	letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	if len(o.Delimiter) != 1 || letter || c == '"' || c == '\n' || c == '\r' || c == 0 || c >= 0x80 {
		return 0, fmt.Errorf("delimiter %q", o.Delimiter)
	}
	return c, nil
}

// delimiters to try on a file of that name, the likeliest first.
func (o Options) delimiters(name string) []byte {
	if d, err := o.delimiter(); err == nil && d != 0 {
		return []byte{d}
	}
	lower := strings.TrimSuffix(strings.ToLower(name), ".gz")
	switch {
	case strings.EqualFold(o.Format, "tsv"):
		return []byte{'\t'}
	case strings.EqualFold(o.Format, "csv"):
		return []byte{',', ';', '|', '\t'}
	case strings.HasSuffix(lower, ".tsv"), strings.HasSuffix(lower, ".tab"):
		return []byte{'\t', ',', ';', '|'}
	}
	return []byte{',', '\t', ';', '|'}
}
