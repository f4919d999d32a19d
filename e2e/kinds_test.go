package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"creditsync/internal/bus"
	"creditsync/internal/testkit/hostile"
	"creditsync/schemas"
)

// TestKinds_HostileSamples runs the samples of every kind, which were written by hand, through the program: what the view
// and the quarantine hold is what their writer says, and every message is valid under the schema that is published.
func TestKinds_HostileSamples(t *testing.T) {
	var pipelines strings.Builder
	for _, k := range schemas.All() {
		fmt.Fprintf(&pipelines, "\n  - {name: %[1]s, kind: %[1]s, mode: snapshot, source: {file: {path: \"inbox/%[1]s/*.csv\"}}, error_budget: {share: 100%%, min_rows: 20}}", k.Name)
	}
	s := newSite(t, setup{pipelines: pipelines.String() + "\n"})
	rows := map[string]map[string]hostile.Row{}
	for _, k := range schemas.All() {
		rows[k.Name] = map[string]hostile.Row{}
		for _, table := range hostile.Tables(t, "..", k.Name) {
			body, err := os.ReadFile(table.Path)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join("inbox", k.Name, table.Name+".csv")
			s.write(name, string(body))
			for _, row := range table.Rows {
				rows[k.Name][fmt.Sprintf("%s:%d", filepath.ToSlash(name), row.Line)] = row
			}
		}
	}
	s.up()
	for _, r := range s.runs(0) {
		if r.State != "done" || r.Error != nil || r.Superseded > 0 || r.Read != uint64(len(rows[r.Kind])) {
			t.Errorf("run of %s: %+v", r.Kind, r)
		}
		r.balanced(t)
	}
	for _, k := range schemas.All() {
		s.sub(k.Name, func(t *testing.T) {
			s.holdsKind(t, k, rows[k.Name])
			s.tellsKind(t, k, rows[k.Name])
		})
	}
}

// holdsKind holds the view and the quarantine of a kind against the samples.
func (s *site) holdsKind(t *testing.T, k *schemas.Kind, want map[string]hostile.Row) {
	exprs := make([]string, len(k.Fields))
	for i := range k.Fields {
		exprs[i] = asText(&k.Fields[i])
	}
	got := map[string]bool{}
	s.each("SELECT source_ref, ["+strings.Join(exprs, ", ")+"], arraySort(warnings) FROM credit."+k.Name, func(b []byte) {
		var ref string
		var values, warnings []string
		if err := json.Unmarshal(b, &[]any{&ref, &values, &warnings}); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
		row := want[ref]
		got[ref] = true
		if !row.Accepted || !slices.Equal(warnings, row.Warnings) {
			t.Errorf("%s: in the view with warnings %v; want accepted %v, %v", ref, warnings, row.Accepted, row.Warnings)
		}
		for i, f := range k.Fields {
			if v, said := row.Values[f.Name]; said && values[i] != v {
				t.Errorf("%s: %s is %q, want %q", ref, f.Name, values[i], v)
			}
		}
	})
	s.each("SELECT source_ref, arraySort(arrayMap(v -> concat(v.1, ':', v.2), violations)) FROM credit.quarantine FINAL WHERE kind = '"+k.Name+"'", func(b []byte) {
		var ref string
		var rules []string
		if err := json.Unmarshal(b, &[]any{&ref, &rules}); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
		got[ref] = true
		if !slices.Equal(rules, want[ref].Refused) {
			t.Errorf("%s: refused for %v, want %v", ref, rules, want[ref].Refused)
		}
	})
	for ref := range want {
		if !got[ref] {
			t.Errorf("%s is neither in the view nor in quarantine", ref)
		}
	}
	s.wantText("0", "SELECT count() FROM system.columns WHERE database = 'credit' AND table IN ('"+k.Name+"', '"+k.Name+"_history') AND NOT match(comment, '[一-龥]')")
}

// asText is the SQL of a field's value as the samples write it.
func asText(f *schemas.Field) string {
	text := "toString(" + f.Name + ")"
	switch f.Type {
	case schemas.Choices:
		return "arrayStringConcat(" + f.Name + ", '|')"
	case schemas.Money:
		text = fmt.Sprintf("toDecimalString(%s, %d)", f.Name, f.Scale())
	}
	return "ifNull(" + text + ", '')"
}

// tellsKind holds the messages of a kind against the schema in docs/reference and against the samples.
func (s *site) tellsKind(t *testing.T, k *schemas.Kind, want map[string]hostile.Row) {
	body, err := os.ReadFile(filepath.Join("..", "docs", "reference", "messages", k.Name+".schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("message.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("message.json")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	s.told("credit."+k.Name, func(m bus.Message) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(m.Value))
		if err == nil {
			err = schema.Validate(v)
		}
		if err != nil {
			t.Errorf("%s: %v", place(m), err)
		}
		ref := s.payload(m).Source.Ref
		if !want[ref].Accepted || told[ref] {
			t.Errorf("%s tells of %s, which was refused or told before", place(m), ref)
		}
		told[ref] = true
	})
	for ref, row := range want {
		if row.Accepted && !told[ref] {
			t.Errorf("no message tells of %s", ref)
		}
	}
}
