package config

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"creditsync/internal/fault"
)

// field is one key of a struct as its tags say it.
type field struct {
	key   string
	index []int
	// is names the syntax of a text where its Go type does not: listen, hostport, path, name, size, share, source; or
	// says that a secret must stand elsewhere, in a variable or a file: elsewhere.
	is       string
	min, max *int64
}

// fields are the keys of a struct in order, those of inlined structs among them.
func fields(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, options, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		if strings.Contains(options, "inline") && sf.Type.Kind() == reflect.Struct {
			for _, inner := range fields(sf.Type) {
				inner.index = append([]int{i}, inner.index...)
				out = append(out, inner)
			}
			continue
		}
		if !sf.IsExported() || tag == "-" {
			continue
		}
		if tag == "" {
			tag = strings.ToLower(sf.Name) // as the YAML library names it
		}
		out = append(out, field{
			key: tag, index: []int{i}, is: sf.Tag.Get("is"),
			min: bound(sf.Tag.Get("min")), max: bound(sf.Tag.Get("max")),
		})
	}
	return out
}

// structType is what fields says of a struct.
type structType struct {
	fields []field
	names  []string
	byKey  map[string]field
}

// shape looks at a type once: a thousand pipelines are of the same.
func (d *decoder) shape(t reflect.Type) *structType {
	s := d.shapes[t]
	if s == nil {
		s = &structType{fields: fields(t), byKey: map[string]field{}}
		for _, f := range s.fields {
			s.names, s.byKey[f.key] = append(s.names, f.key), f
		}
		d.shapes[t] = s
	}
	return s
}

func bound(s string) *int64 {
	if s == "" {
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil
	}
	return &v
}

// join writes the path of a key below path; keys that would make it unreadable are quoted.
func join(path, key string) string {
	if key == "" || len(key) > longest || strings.ContainsAny(key, ".[]\n\"") {
		key = quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// parent is the path of what path is a part of.
func parent(path string) string {
	if i := strings.LastIndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return ""
}

// entry is one key of a mapping.
type entry struct {
	key   string
	at    pos
	value ast.Node
}

// resolve goes through anchors, aliases and tags to the value itself; nil where there is none, which is noted.
func (d *decoder) resolve(n ast.Node, path string) ast.Node {
	for {
		if d.steps++; d.steps > maxSteps {
			if d.steps == maxSteps+1 {
				d.bad.add(start(n), path, fault.T("别名（*）展开后太大", "the aliases (*) expand to too much"))
			}
			return nil
		}
		switch m := n.(type) {
		case *ast.AnchorNode:
			n = m.Value
		case *ast.AliasNode:
			n = d.alias[m]
			if n == nil {
				return nil // noted when the aliases were read
			}
		case *ast.TagNode:
			if !knownTag(m.GetToken()) {
				d.bad.add(start(m), path, fault.T("不支持标签 %s", "tag %s is not supported", quote(m.GetToken().Value)))
				return nil
			}
			n = m.Value
		case nil:
			return nil
		default:
			return n
		}
	}
}

// entries are the keys of a mapping, each once: what is written twice is noted, what << brings yields to what is
// written. ok is false for anything but a mapping.
func (d *decoder) entries(n ast.Node, path string) (out []entry, ok bool) {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		return nil, false
	}
	first := map[string]pos{}
	var merged []entry
	for _, v := range values {
		if v.Key.IsMergeKey() {
			merged = append(merged, d.merged(v.Value, path)...)
			continue
		}
		key, at, ok := d.key(v, path)
		if !ok {
			continue
		}
		if before, twice := first[key]; twice {
			d.bad.add(at, join(path, key), fault.T("这个键在第 %d 行已经写过", "the key is already there on line %d", before.line))
			continue
		}
		first[key] = at
		out = append(out, entry{key: key, at: at, value: v.Value})
	}
	for _, e := range merged {
		if _, there := first[e.key]; !there {
			first[e.key] = e.at
			out = append(out, e)
		}
	}
	return out, true
}

// merged are the entries that a << brings: those of one mapping or of a list of them, the first one winning.
func (d *decoder) merged(n ast.Node, path string) []entry {
	n = d.resolve(n, path)
	if n == nil {
		return nil
	}
	parts := []ast.Node{n}
	if s, ok := n.(*ast.SequenceNode); ok {
		parts = s.Values
	}
	var out []entry
	for _, p := range parts {
		p = d.resolve(p, path)
		if p == nil {
			continue
		}
		entries, ok := d.entries(p, path)
		if !ok {
			d.bad.add(start(p), join(path, "<<"), fault.T("<< 后面应为一组键值", "<< wants a mapping"))
			continue
		}
		d.steps += len(entries)
		out = append(out, entries...)
	}
	return out
}

// key is the text of a key.
func (d *decoder) key(v *ast.MappingValueNode, path string) (string, pos, bool) {
	var k ast.Node = v.Key
	if m, ok := k.(*ast.MappingKeyNode); ok {
		k = m.Value
	}
	text, ok := scalar(k)
	if !ok {
		d.bad.add(start(v.Key), path, fault.T("键应为文字", "a key must be text"))
		return "", pos{}, false
	}
	return text, start(k), true
}
