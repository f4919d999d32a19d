package config

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"creditsync/connectors"
	"creditsync/connectors/file"
	"creditsync/connectors/http"
	"creditsync/connectors/sql"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/golden"
)

const example = "../../examples/creditsync.yaml"

// everyKey lists the paths of all keys of the configuration.
func everyKey(t reflect.Type, path string) []string {
	switch t.Kind() {
	case reflect.Pointer:
		return everyKey(t.Elem(), path)
	case reflect.Slice:
		return everyKey(t.Elem(), path+"[]")
	case reflect.Struct:
		if _, leaf := leafOf(t, ""); leaf {
			return nil
		}
	default:
		return nil
	}
	var all []string
	for _, f := range fields(t) {
		inner := join(path, f.key)
		all = append(all, inner)
		ft := t.FieldByIndex(f.index).Type
		if _, leaf := leafOf(ft, f.is); !leaf && f.is != "source" {
			all = append(all, everyKey(ft, inner)...)
		}
	}
	return all
}

func compiled(t *testing.T) (*jsonschema.Schema, []byte) {
	t.Helper()
	text, err := JSONSchema(testKnown())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("creditsync.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("creditsync.json")
	if err != nil {
		t.Fatal(err)
	}
	return s, text
}

// generalDocument reads a file as editors do, without anything replaced.
func generalDocument(t *testing.T, content []byte) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(bytes.TrimPrefix(content, []byte("\ufeff")))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestJSONSchema_Golden(t *testing.T) {
	t.Parallel()
	_, text := compiled(t)
	golden.CheckFile(t, "testdata/creditsync.schema.json", string(text))
}

func TestJSONSchema_AcceptsWhatLoads(t *testing.T) {
	t.Parallel()
	s, _ := compiled(t)
	for _, file := range append(matching(t, "testdata/*.good.yml"), example) {
		if strings.Contains(file, "anchors") {
			continue // << is not in YAML 1.2, and the converter leaves it as a key
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(generalDocument(t, content)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestJSONSchema_RefusesWhatEditorsCanSee(t *testing.T) {
	t.Parallel()
	s, _ := compiled(t)
	for _, name := range []string{
		"unknown_key", "unknown_key_top", "unknown_kind", "unknown_field", "unknown_source", "two_sources", "unknown_option", "mode_misspelt",
		"durations", "percentages", "sizes", "addresses", "language", "warehouse_both", "wrong_types", "kafka", "bad_names", "overlap",
		"clickhouse_no_url", "catch_up",
	} {
		content, err := os.ReadFile("testdata/" + name + ".bad.yml")
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(generalDocument(t, content)) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestKeys_EachHasASentenceAndNoOtherHas(t *testing.T) {
	t.Parallel()
	keys := everyKey(reflect.TypeFor[Config](), "")
	if len(keys) < 50 {
		t.Fatalf("got %d keys: %v", len(keys), keys)
	}
	docs := sentences()
	for _, k := range keys {
		if docs[k].ZH == "" || docs[k].EN == "" {
			t.Errorf("%s has no sentence in keys.go", k)
		}
	}
	for k := range docs {
		if !slices.Contains(keys, k) {
			t.Errorf("keys.go explains %s, which no struct has", k)
		}
	}
}

func TestKeys_EachIsInTheSchema(t *testing.T) {
	t.Parallel()
	_, text := compiled(t)
	for path, doc := range sentences() {
		if !bytes.Contains(text, []byte(doc.ZH+`\n`)) {
			t.Errorf("%s is not described in the schema", path)
		}
	}
}

// TestKeys_EachFieldHasADocComment holds the Go side: the comment of a field or of the group that it stands in.
func TestKeys_EachFieldHasADocComment(t *testing.T) {
	t.Parallel()
	set := token.NewFileSet()
	for _, file := range []string{"config.go", "pipeline.go"} {
		f, err := parser.ParseFile(set, file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			grouped := false
			last := 0
			for _, field := range s.Fields.List {
				line := set.Position(field.Pos()).Line
				grouped = field.Doc != nil || grouped && line == last+1
				if !grouped {
					t.Errorf("%s: %v has no comment", set.Position(field.Pos()), field.Names)
				}
				last = line
			}
			return true
		})
	}
}

// refused are the keys that are a part of the file's shape and that this version refuses.
var refused = []string{"ledger.postgres", "warehouse.clickhouse.cluster"}

// commented is a setting that is switched off: a # with no space after it.
var commented = regexp.MustCompile(`(?m)^#([^ \n#].*|  +(- )?[a-z].*)$`)

func TestExample_HasEveryKeyAndLoads(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range everyKey(reflect.TypeFor[Config](), "") {
		key := path[strings.LastIndexAny(path, ".")+1:]
		at := regexp.MustCompile(`(?m)(^#? *(- )?|[{,] ?)` + key + `:`)
		if !at.Match(content) && !slices.ContainsFunc(refused, func(r string) bool { return path == r || strings.HasPrefix(path, r+".") }) {
			t.Errorf("%s is not in %s", path, example)
		}
	}
	for name, options := range map[string]reflect.Type{"a file": reflect.TypeOf(file.Options{}), "a database": reflect.TypeOf(sql.Options{})} {
		for _, f := range fields(options) {
			if !regexp.MustCompile(`(?m)^#?        ` + f.key + `:`).Match(content) {
				t.Errorf("option %s of %s is not in %s", f.key, name, example)
			}
		}
	}
	known := testKnown()
	known.Sources = connectors.NewRegistry(file.Definition())
	if _, err := Load(example, testLookup(nil), known); err != nil {
		t.Error(fault.Say(err, fault.English))
	}
}

// The alternatives that the example switches off load too, in place of the sections that are on.
func TestExample_AlternativesLoad(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	engine := regexp.MustCompile(`(?m)^#(    (password: ..CREDITSYNC_ENGINE|library: ).*)$`).ReplaceAll(content, []byte("$1"))
	servers := regexp.MustCompile(`(?ms)^(warehouse|bus):\n.*?\n\n`).ReplaceAll(content, nil)
	servers = commented.ReplaceAll(servers, []byte("$1"))
	for name, text := range map[string][]byte{"engine": engine, "servers": servers} {
		look := testLookup(map[string]string{"CREDITSYNC_ENGINE_PASSWORD": "x", "CREDITSYNC_CLICKHOUSE_PASSWORD": "x", "CREDITSYNC_WEBHOOK": "https://hooks.example/x", "PROCUREMENT_TOKEN": "x", "PROCUREMENT_SECRET": "x", "PROCUREMENT_PASSWORD": "x"})
		look.ReadFile = func(path string) ([]byte, error) {
			if strings.HasSuffix(path, ".txt") {
				return []byte("x"), nil
			}
			return text, nil
		}
		known := testKnown()
		known.Sources = connectors.NewRegistry(file.Definition(), sql.Definition(), http.Definition())
		known.Kinds["procurement_blacklist"] = []string{"subject_name"}
		c, err := Load(DefaultPath, look, known)
		if err != nil {
			t.Errorf("%s: %s\n%s", name, fault.Say(err, fault.English), text)
			continue
		}
		if name == "servers" && (c.Warehouse.ClickHouse == nil || c.Bus.Kafka == nil) {
			t.Errorf("the alternatives are not on:\n%s", text)
		}
		if name == "engine" && (c.Warehouse.Embedded.Password.Empty() || c.Warehouse.Embedded.Library == "") {
			t.Errorf("the engine's settings are not on:\n%s", text)
		}
	}
}

func TestChoices_AreTheModesOfConnectors(t *testing.T) {
	t.Parallel()
	got := choices(reflect.TypeFor[connectors.Mode]())
	if want := []string{"snapshot", "append", "incremental"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
