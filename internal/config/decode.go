package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"creditsync/internal/fault"
)

// maxSteps bounds the nodes that one file decodes to: aliases of aliases repeat a small file beyond all bounds.
const maxSteps = 200_000

// decoder lays a document over Go values that hold the defaults. It is our own, over the library's syntax tree, because
// the library's decoder stops at the first problem, reads 010 as eight, and knows nothing of secrets.
type decoder struct {
	bad    *problems
	expand expander
	known  Known
	alias  map[*ast.AliasNode]ast.Node
	steps  int
	// at is the place of every path that the document has, raw what was written there before anything was replaced.
	at  map[string]pos
	raw map[string]string
	// misspelt are the paths that an unknown key was most likely meant to be.
	misspelt map[string]bool
	shapes   map[reflect.Type]*structType
}

// value decodes n into dst. Problems are noted; dst keeps its default where there is one.
func (d *decoder) value(n ast.Node, dst reflect.Value, path string, f field) {
	n = d.resolve(n, path)
	if n == nil {
		return
	}
	if _, there := d.at[path]; !there || !empty(n) {
		d.at[path] = start(n)
	}
	if d.special(n, dst, path, f) {
		return
	}
	if dst.Kind() == reflect.Pointer {
		if dst.IsNil() {
			dst.Set(prototype(dst.Type().Elem()))
		}
		d.value(n, dst.Elem(), path, f)
		return
	}
	switch dst.Kind() {
	case reflect.Struct:
		d.structure(n, dst, path)
	case reflect.Slice:
		d.sequence(n, dst, path, f)
	case reflect.Map:
		d.mapping(n, dst, path, f)
	default:
		d.plain(n, dst, path, f)
	}
}

// special decodes the types that have a syntax of their own.
func (d *decoder) special(n ast.Node, dst reflect.Value, path string, f field) bool {
	if l, ok := leafOf(dst.Type(), f.is); ok {
		if text, raw, ok := d.text(n, path, l.want); ok {
			v, good := l.parse(text)
			if !good {
				d.refuse(path, l, raw)
				return true
			}
			if f.is == "elsewhere" && text == raw && text != "" {
				d.bad.add(d.place(path), path, both("不能把密码写在这里；请写成 ${变量} 或 ${file:路径}",
					"a password does not belong here; write it as ${NAME} or ${file:path}"))
				return true
			}
			if p, ok := v.(string); ok && f.is == "path" {
				v = d.expand.absolute(p)
			}
			dst.Set(reflect.ValueOf(v).Convert(dst.Type()))
		}
		return true
	}
	if !dst.CanAddr() {
		return false
	}
	if s, ok := dst.Addr().Interface().(interface{ shorthand() string }); ok {
		if _, single := scalar(n); single {
			for _, one := range d.shape(dst.Type()).fields {
				if one.key == s.shorthand() {
					d.value(n, dst.FieldByIndex(one.index), path, one)
				}
			}
			return true
		}
	}
	switch u := dst.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		if _, single := scalar(n); !single && dst.Kind() == reflect.Struct && len(d.shape(dst.Type()).fields) > 0 {
			return false // a structure with a short form
		}
		if text, raw, ok := d.text(n, path, fault.T("一个值", "a value")); ok {
			_, secret := u.(interface{ Reveal() string })
			d.foreign(u.UnmarshalText([]byte(text)), path, secret || raw != text)
		}
		return true
	case yaml.BytesUnmarshaler, yaml.InterfaceUnmarshaler, yaml.NodeUnmarshaler:
		d.foreign(yaml.NodeToValue(n, u, yaml.Strict()), path, false)
		return true
	}
	return false
}

// refuse notes a value that is not what it must be.
func (d *decoder) refuse(path string, l leaf, raw string) {
	what := must(l.want)
	if !l.secret {
		what = and(what, got(raw), meant(l.meant(raw)))
	}
	d.bad.add(d.place(path), path, what)
}

// foreign notes the error of a type that decodes itself. An error that may repeat a replaced text is not shown.
func (d *decoder) foreign(err error, path string, hide bool) {
	if err == nil {
		return
	}
	var y yaml.Error
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		d.bad.add(d.place(path), path, sentence(err))
	case hide:
		d.bad.add(d.place(path), path, fault.T("值不合适", "the value does not fit"))
	case errors.As(err, &y):
		d.bad.add(tokenPos(y.GetToken()), path, fault.T("%s", "%s", y.GetMessage()))
	default:
		d.bad.add(d.place(path), path, fault.T("%v", "%v", err))
	}
}

// structure decodes a mapping into the fields of a struct, strictly.
func (d *decoder) structure(n ast.Node, dst reflect.Value, path string) {
	if empty(n) {
		return // `warehouse:` with nothing below it: the defaults
	}
	known := d.shape(dst.Type())
	entries, ok := d.entries(n, path)
	if !ok {
		d.wrongType(n, path, fault.T("一组键值", "a mapping"))
		return
	}
	for _, e := range entries {
		f, ok := known.byKey[e.key]
		if !ok {
			d.unknownKey(e, path, known.names)
			continue
		}
		inner := join(path, e.key)
		d.at[inner] = e.at
		if f.is == "source" {
			d.source(e.value, dst, inner)
			continue
		}
		d.value(e.value, dst.FieldByIndex(f.index), inner, f)
	}
}

// sequence decodes a list; each element starts from the prototype of its type.
func (d *decoder) sequence(n ast.Node, dst reflect.Value, path string, f field) {
	if empty(n) {
		return
	}
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrongType(n, path, fault.T("列表（每项以 - 开头）", "a list (each item begins with -)"))
		return
	}
	out := reflect.MakeSlice(dst.Type(), len(s.Values), len(s.Values))
	for i, item := range s.Values {
		inner := fmt.Sprintf("%s[%d]", path, i)
		out.Index(i).Set(prototype(dst.Type().Elem()).Elem())
		if item = d.resolve(item, inner); item == nil {
			continue // an alias of nothing, which was noted
		}
		if empty(item) {
			d.at[inner] = start(item)
			d.wrongType(item, inner, fault.T("一个值", "a value"))
			continue
		}
		d.value(item, out.Index(i), inner, f)
	}
	dst.Set(out)
}

// mapping decodes into a map with text keys.
func (d *decoder) mapping(n ast.Node, dst reflect.Value, path string, f field) {
	if empty(n) {
		return
	}
	entries, ok := d.entries(n, path)
	if !ok || dst.Type().Key().Kind() != reflect.String {
		d.wrongType(n, path, fault.T("一组键值", "a mapping"))
		return
	}
	out := reflect.MakeMap(dst.Type())
	for _, e := range entries {
		v := prototype(dst.Type().Elem()).Elem()
		inner := join(path, e.key)
		d.at[inner] = e.at
		d.value(e.value, v, inner, f)
		out.SetMapIndex(reflect.ValueOf(e.key).Convert(dst.Type().Key()), v)
	}
	dst.Set(out)
}

// plain decodes texts, numbers and booleans.
func (d *decoder) plain(n ast.Node, dst reflect.Value, path string, f field) {
	l, ok := plainLeaf(dst.Type(), f)
	if !ok { // a shape that only the library can fill, such as any
		d.foreign(yaml.NodeToValue(n, dst.Addr().Interface(), yaml.Strict()), path, false)
		return
	}
	text, raw, ok := d.text(n, path, l.want)
	if !ok {
		return
	}
	v, good := l.parse(text)
	if !good {
		d.refuse(path, l, raw)
		return
	}
	dst.Set(reflect.ValueOf(v).Convert(dst.Type()))
}

// text is a single value with everything replaced, and as it is written.
func (d *decoder) text(n ast.Node, path string, want fault.Text) (text, raw string, ok bool) {
	raw, ok = scalar(n)
	if !ok {
		d.wrongType(n, path, want)
		return "", "", false
	}
	d.raw[path] = raw
	text, _, wrong := d.expand.expand(raw)
	for _, w := range wrong {
		d.bad.add(start(n), path, w)
	}
	return text, raw, len(wrong) == 0
}

// wrongType notes a value of the wrong shape.
func (d *decoder) wrongType(n ast.Node, path string, want fault.Text) {
	is := named(n)
	d.bad.add(d.place(path), path, and(must(want), fault.Text{ZH: "，实为" + is.ZH, EN: ", got " + is.EN}))
}

// unknownKey notes a key that the place does not have, with what may have been meant.
func (d *decoder) unknownKey(e entry, path string, names []string) {
	inner := join(path, e.key)
	what := fault.T("没有这个键", "unknown key")
	switch near := nearest(e.key, names); {
	case near != "":
		what = and(what, meant(near))
		d.misspelt[join(path, near)] = true
	case elsewhere(e.key) != (fault.Text{}):
		what = and(what, elsewhere(e.key))
	default:
		sort.Strings(names)
		what = and(what, fault.T("；这里可以写：", "; known here: "), list(names))
	}
	d.bad.add(e.at, inner, what)
}

// place is where path stands, or what it is a part of where the document does not have it.
func (d *decoder) place(path string) pos {
	for {
		if at, ok := d.at[path]; ok {
			return at
		}
		if path == "" {
			return pos{1, 1}
		}
		path = parent(path)
	}
}

// prototype is a pointer to a new value of t with its defaults.
func prototype(t reflect.Type) reflect.Value {
	v := reflect.New(t)
	switch p := v.Interface().(type) {
	case *Pipeline:
		*p = defaultPipeline()
	case *Kafka:
		p.Partitions = 6
	}
	return v
}

// plainLeaf is the syntax of a Go kind.
func plainLeaf(t reflect.Type, f field) (leaf, bool) {
	switch t.Kind() {
	case reflect.String:
		return leaf{want: fault.T("文字", "text"), parse: func(s string) (any, bool) { return s, true }}, true
	case reflect.Bool:
		return leaf{
			want:  oneOf([]string{"true", "false"}),
			parse: func(s string) (any, bool) { return s == "true", s == "true" || s == "false" },
			near:  boolean,
		}, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integer(f, t.Bits()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if f.min == nil {
			zero := int64(0)
			f.min = &zero
		}
		return integer(f, min(63, t.Bits()+1)), true
	case reflect.Float32, reflect.Float64:
		return leaf{want: fault.T("数字", "a number"), parse: func(s string) (any, bool) {
			v, err := strconv.ParseFloat(s, 64)
			return v, err == nil && v-v == 0 // neither infinite nor NaN
		}}, true
	}
	return leaf{}, false
}
