package file

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/fault"

	"github.com/goccy/go-yaml"
)

// Every key of the options is explained in both languages, and nothing else is.
func TestOptions_KeysAreExplained(t *testing.T) {
	t.Parallel()
	keys := Options{}.Keys()
	fields := reflect.VisibleFields(reflect.TypeFor[Options]())
	for _, f := range fields {
		name := f.Tag.Get("yaml")
		if text := keys[name]; text.ZH == "" || text.EN == "" {
			t.Errorf("%s: got %+v, want a sentence in both languages", name, text)
		}
	}
	if got, want := len(keys), len(fields); got != want {
		t.Errorf("got %d keys, want %d", got, want)
	}
}

func TestOptions_Validate(t *testing.T) {
	t.Parallel()
	f := func(change func(*Options), en, zh string) {
		t.Helper()
		o := options("inbox/*.csv")
		change(&o)
		err := o.Validate()
		var bad *fault.Error
		if en == "" {
			if err != nil {
				t.Errorf("got %v", err)
			}
			return
		}
		if !errors.As(err, &bad) || bad.What.EN != en || bad.What.ZH != zh || bad.Class != fault.Input {
			t.Errorf("got %v, want\n%s\n%s", err, en, zh)
		}
		if _, err := New(o, connectors.Place{}); err == nil {
			t.Errorf("New takes what Validate refuses: %s", en)
		}
	}
	f(func(*Options) {}, "", "")
	f(func(o *Options) { o.Encoding, o.Format, o.Take, o.Delimiter = "GBK", "CSV", "Newest", "tab" }, "", "")
	f(func(o *Options) { o.Delimiter = ";" }, "", "")
	f(func(o *Options) { o.Path = " " }, "path: must not be empty", "path：不能为空")
	f(func(o *Options) { o.Path = "a[b" }, `path: unbalanced [ ] in "a[b"`, `path："a[b" 中的方括号不成对`)
	f(func(o *Options) { o.Format = "xls" }, `format: must be one of auto, csv, tsv, xlsx, json, jsonl, got "xls"`, `format：应为 auto, csv, tsv, xlsx, json, jsonl 之一，现为 "xls"`)
	f(func(o *Options) { o.Take, o.HeaderRow = "first", -1 },
		`take: must be one of all, newest, got "first"; header_row: must be 0..1000 (0: found by itself), got -1`,
		`take：应为 all, newest 之一，现为 "first"；header_row：应在 0 到 1000 之间（0 为自动识别），现为 -1`)
	f(func(o *Options) { o.Encoding = "big5" },
		`encoding: must be one of auto, utf-8, gb18030, gbk, utf-16, utf-16le, utf-16be, got "big5"`,
		`encoding：应为 auto, utf-8, gb18030, gbk, utf-16, utf-16le, utf-16be 之一，现为 "big5"`)
	for _, d := range []string{"，", `"`, "a", ",,", "\n"} {
		o := options("a.csv")
		o.Delimiter = d
		if err := o.Validate(); err == nil || !strings.HasPrefix(err.Error(), "delimiter: ") {
			t.Errorf("delimiter %q: got %v", d, err)
		}
	}
}

func TestDefinition_FromYAML(t *testing.T) {
	t.Parallel()
	d := Definition()
	o := d.Options()
	text := "{path: 'inbox/penalties/*.csv', encoding: auto, take: newest, delimiter: ';', header_row: 3, allow_empty: true}"
	if err := yaml.UnmarshalWithOptions([]byte(text), o, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	want := Options{Path: "inbox/penalties/*.csv", Format: "auto", Encoding: "auto", Take: "newest", Delimiter: ";", HeaderRow: 3, AllowEmpty: true}
	if got := *o.(*Options); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, err := d.Build(o, connectors.Place{Dir: "/nowhere"}); err != nil {
		t.Errorf("build: %v", err)
	}
	if s, err := d.Build(d.Options(), connectors.Place{}); err == nil || s != nil {
		t.Errorf("build without a path: got %v, %v, want nil and an error", s, err)
	}
	if d.Serves(connectors.Incremental) {
		t.Error("a file has no cursor")
	}
}
