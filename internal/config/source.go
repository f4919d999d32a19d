package config

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// sentence is what a fault says, in both languages, with its causes, on one line.
func sentence(err error) fault.Text {
	return fault.Text{
		ZH: strings.ReplaceAll(fault.Say(err, fault.Chinese), "\n", "；"),
		EN: strings.ReplaceAll(fault.Say(err, fault.English), "\n", "; "),
	}
}

// source decodes and builds the source of a pipeline.
func (d *decoder) source(n ast.Node, pipeline reflect.Value, path string) {
	p := pipeline.Addr().Interface().(*Pipeline)
	n = d.resolve(n, path)
	entries, ok := d.entries(n, path)
	names := d.known.Sources.Names()
	if !ok || len(entries) != 1 {
		d.bad.add(d.place(path), path, and(fault.T("应恰好有一个来源类型：", "must have exactly one source type: "), list(names)))
		return
	}
	e := entries[0]
	def, ok := d.known.Sources[e.key]
	if !ok {
		d.bad.add(e.at, join(path, e.key), and(fault.T("没有这种来源", "unknown source type"), instead(e.key, names)))
		return
	}
	inner := join(path, e.key)
	d.at[inner] = e.at
	options := def.Options()
	d.value(e.value, reflect.ValueOf(options), inner, field{})
	if d.bad.under(inner) {
		return
	}
	if v, ok := options.(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			d.each(err, inner)
			return
		}
	}
	src, err := def.Build(options, connectors.Place{Dir: d.expand.dir})
	if err != nil {
		d.each(err, inner)
		return
	}
	p.SourceType, p.Options, p.Source = e.key, options, src
}

// each notes every error that was joined into err.
func (d *decoder) each(err error, path string) {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range j.Unwrap() {
			d.each(one, path)
		}
		return
	}
	d.foreign(err, path, false)
}
