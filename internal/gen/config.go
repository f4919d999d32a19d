package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"creditsync/connectors"
	"creditsync/internal/config"
)

// node is the part of a JSON Schema that the page shows.
type node struct {
	Type        any              `json:"type"`
	Description string           `json:"description"`
	Properties  map[string]*node `json:"properties"`
	Items       *node            `json:"items"`
	AnyOf       []*node          `json:"anyOf"`
	Enum        []any            `json:"enum"`
	Required    []string         `json:"required"`
	Minimum     *float64         `json:"minimum"`
	Maximum     *float64         `json:"maximum"`
}

// configPage lists every key of the configuration from its JSON Schema, in the order in which the code declares them.
func configPage(schema []byte, sources connectors.Registry) (string, error) {
	var top node
	if err := json.Unmarshal(schema, &top); err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# 配置 / Configuration\n\n")
	b.WriteString("`creditsync.yaml` 的每个键；带注释的样例见 [examples/creditsync.yaml](../../examples/creditsync.yaml)。不认识的键是错误；密码写成 `${变量}` 或 `${file:路径}`；相对路径相对于配置文件。\n")
	b.WriteString("Every key of creditsync.yaml; a commented sample is in examples. Unknown keys are errors; write passwords as `${NAME}` or `${file:path}`; relative paths are relative to the file.\n\n")
	b.WriteString("| 键 key | 值 value | 说明 | meaning |\n| --- | --- | --- | --- |\n")
	rows(&b, "", top.shape(), keyOrder(reflect.TypeFor[config.Config](), ""))
	for _, name := range sources.Names() {
		options := reflect.TypeOf(sources[name].Options()).Elem()
		source := top.Properties["pipelines"].Items.shape().Properties["source"].shape().Properties[name].shape()
		fmt.Fprintf(&b, "\n## 来源 `%s` / source `%s`\n\n", name, name)
		var modes []string
		for _, m := range sources[name].Modes {
			modes = append(modes, "`"+string(m)+"`")
		}
		fmt.Fprintf(&b, "可用的方式 / modes：%s\n\n| 键 key | 值 value | 说明 | meaning |\n| --- | --- | --- | --- |\n", strings.Join(modes, "、"))
		for _, key := range keyOrder(options, "") {
			n := source.below(key)
			if n == nil {
				return "", fmt.Errorf("source %s: the schema has no key %s", name, key)
			}
			zh, en, told := strings.Cut(n.Description, "\n")
			if !told {
				return "", fmt.Errorf("source %s: its options have no method Keys that explains %s", name, key)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", key, cell(n.values()), cell(zh), cell(en))
		}
	}
	return b.String(), nil
}

// rows writes one row for each key below n, parents before their children.
func rows(b *strings.Builder, at string, n *node, order []string) {
	keys := make([]string, 0, len(n.Properties))
	for k := range n.Properties {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y string) int {
		if d := slices.Index(order, at+x) - slices.Index(order, at+y); d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	for _, k := range keys {
		child, path := n.Properties[k], at+k
		zh, en, _ := strings.Cut(child.Description, "\n")
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", path, cell(child.values()), cell(zh), cell(en))
		if k == "source" { // each type of source has a table of its own
			continue
		}
		if s := child.shape(); s.Items != nil {
			rows(b, path+"[].", s.Items.shape(), order)
		} else {
			rows(b, path+".", s, order)
		}
	}
}

// shape is the alternative of n that has properties or items, n itself where there is none.
func (n *node) shape() *node {
	for _, one := range n.AnyOf {
		if s := one.shape(); s.Properties != nil || s.Items != nil {
			return s
		}
	}
	return n
}

// below is the node of a path of keys; nil where there is none.
func (n *node) below(path string) *node {
	for _, key := range strings.Split(path, ".") {
		if n = n.shape().Properties[key]; n == nil {
			return nil
		}
	}
	return n
}

// values says what may be written there.
func (n *node) values() string {
	var parts []string
	for _, one := range append([]*node{n}, n.AnyOf...) {
		switch {
		case len(one.Enum) > 0:
			for _, e := range one.Enum {
				parts = append(parts, fmt.Sprintf("`%v`", e))
			}
		case one.Minimum != nil && one.Maximum != nil:
			parts = append(parts, strconv.FormatFloat(*one.Minimum, 'f', -1, 64)+" … "+strconv.FormatFloat(*one.Maximum, 'f', -1, 64))
		case one.Properties != nil:
			parts = append(parts, "{…}")
		case one.Items != nil:
			parts = append(parts, "[…]")
		}
	}
	return strings.Join(parts, " ")
}

// keyOrder are the paths of the yaml keys of a structure and of what it holds, in the order of the declaration.
func keyOrder(t reflect.Type, at string) []string {
	switch t.Kind() {
	case reflect.Pointer:
		return keyOrder(t.Elem(), at)
	case reflect.Slice:
		return keyOrder(t.Elem(), strings.TrimSuffix(at, ".")+"[].")
	case reflect.Struct:
	default:
		return nil
	}
	var keys []string
	for f := range t.Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" || key == "-" {
			continue
		}
		keys = append(keys, at+key)
		keys = append(keys, keyOrder(f.Type, at+key+".")...)
	}
	return keys
}
