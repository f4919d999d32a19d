package config

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"

	"github.com/goccy/go-yaml"

	"creditsync/internal/fault"
)

// JSONSchema describes creditsync.yaml to editors (JSON Schema 2020-12), from the same structs, syntaxes and sentences
// that Load uses. Options of a source explain their keys by a method Keys() map[string]fault.Text.
func JSONSchema(known Known) ([]byte, error) {
	g := generator{known: known, docs: sentences()}
	root := g.of(reflect.TypeFor[Config](), field{}, "")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "creditsync.yaml"
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the schema of the configuration: %w", err)
	}
	return append(out, '\n'), nil
}

// schema is one JSON Schema; encoding/json writes its keywords in order.
type schema map[string]any

type generator struct {
	known Known
	docs  map[string]fault.Text
}

// replaced is a value that is known only when the file is loaded.
const replaced = `\$\{`

// of is the schema of a Go type at path.
func (g generator) of(t reflect.Type, f field, path string) schema {
	if l, ok := leafOf(t, f.is); ok {
		return single(l)
	}
	if s, ok := g.own(t, path); ok {
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.of(t.Elem(), f, path)
	case reflect.Struct:
		return g.structure(t, path)
	case reflect.Slice:
		return schema{"type": []string{"array", "null"}, "items": g.of(t.Elem(), f, path+"[]")}
	case reflect.Map:
		return schema{"type": []string{"object", "null"}, "additionalProperties": g.of(t.Elem(), field{}, path+".*")}
	case reflect.String:
		return schema{"type": []string{"string", "number", "boolean"}}
	case reflect.Bool:
		return either(schema{"type": "boolean"})
	case reflect.Float32, reflect.Float64:
		return either(schema{"type": "number"})
	}
	if l, ok := plainLeaf(t, f); ok {
		return either(l.schema)
	}
	return schema{}
}

// own is the schema of a type that decodes itself: a text, a structure with a short form, or anything.
func (g generator) own(t reflect.Type, path string) (schema, bool) {
	text := schema{"type": []string{"string", "number", "boolean"}}
	switch p := reflect.PointerTo(t); {
	case p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		if t.Kind() == reflect.Struct && len(fields(t)) > 0 {
			return schema{"anyOf": []any{text, g.structure(t, path)}}, true
		}
		return text, true
	case p.Implements(reflect.TypeFor[yaml.BytesUnmarshaler]()), p.Implements(reflect.TypeFor[yaml.InterfaceUnmarshaler]()),
		p.Implements(reflect.TypeFor[yaml.NodeUnmarshaler]()):
		return schema{}, true
	}
	return nil, false
}

// structure is the schema of a mapping.
func (g generator) structure(t reflect.Type, path string) schema {
	properties := schema{}
	short := schema(nil)
	for _, f := range fields(t) {
		inner := join(path, f.key)
		ft := t.FieldByIndex(f.index)
		var s schema
		if f.is == "source" {
			s = g.sources()
		} else {
			s = g.of(ft.Type, f, inner)
		}
		if h, ok := reflect.New(t).Interface().(interface{ shorthand() string }); ok && h.shorthand() == f.key {
			short = g.of(ft.Type, f, inner)
		}
		properties[f.key] = g.described(s, inner)
	}
	s := schema{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
	switch t {
	case reflect.TypeFor[Warehouse]():
		s["maxProperties"] = 1
	case reflect.TypeFor[Bus]():
		s["not"] = schema{"type": "object", "required": []string{"embedded", "kafka"}}
	case reflect.TypeFor[SASL]():
		s["required"] = []string{"mechanism", "user", "password"}
	case reflect.TypeFor[Kafka]():
		s["required"] = []string{"brokers"}
	case reflect.TypeFor[ClickHouse]():
		s["required"] = []string{"url"}
	case reflect.TypeFor[Webhook]():
		s["required"] = []string{"url"}
	case reflect.TypeFor[Pipeline]():
		g.pipeline(s)
	}
	if short != nil {
		return schema{"anyOf": []any{short, s}}
	}
	return s
}

// pipeline adds what depends on the record kinds.
func (g generator) pipeline(s schema) {
	s["type"] = "object"
	s["required"] = []string{"name", "kind", "source"}
	kinds := make([]string, 0, len(g.known.Kinds))
	for k := range g.known.Kinds {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	if len(kinds) == 0 {
		return
	}
	kind := s["properties"].(schema)["kind"].(schema)
	delete(kind, "type")
	kind["anyOf"] = either(schema{"enum": kinds})["anyOf"]
	var rules []any
	for _, k := range kinds {
		rules = append(rules, schema{
			"if":   schema{"properties": schema{"kind": schema{"const": k}}},
			"then": schema{"properties": schema{"map": schema{"propertyNames": schema{"enum": g.known.Kinds[k]}}}},
		})
	}
	s["allOf"] = rules
}

// sources is the schema of `source:`: exactly one of the types that are known.
func (g generator) sources() schema {
	properties := schema{}
	for _, name := range g.known.Sources.Names() {
		options := g.known.Sources[name].Options()
		inner := generator{known: g.known, docs: map[string]fault.Text{}}
		if k, ok := options.(interface{ Keys() map[string]fault.Text }); ok {
			inner.docs = k.Keys()
		}
		properties[name] = inner.of(reflect.TypeOf(options), field{}, "")
	}
	return schema{
		"type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
	}
}

// described adds the sentence of path.
func (g generator) described(s schema, path string) schema {
	doc, ok := g.docs[path]
	if !ok {
		return s
	}
	s["description"] = doc.ZH + "\n" + doc.EN
	return s
}

// single is the schema of a text with a syntax of its own.
func single(l leaf) schema {
	if l.schema == nil {
		return schema{"type": []string{"string", "number", "boolean"}}
	}
	return either(l.schema)
}

// either allows a value that is replaced when the file is loaded.
func either(s map[string]any) schema {
	return schema{"anyOf": []any{s, schema{"type": "string", "pattern": replaced}}}
}
