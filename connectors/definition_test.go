package connectors

import (
	"context"
	"slices"
	"testing"
)

type silent struct{ where string }

func (silent) Open(context.Context, Request) (Reader, error) { return nil, nil }
func (silent) Check(context.Context) error                   { return nil }

type silentOptions struct{ Name string }

func define(name string) Definition {
	return Define(name, []Mode{Append}, silentOptions{"default"}, func(o silentOptions, at Place) (Source, error) {
		return silent{at.Dir + "/" + o.Name}, nil
	})
}

func TestDefinition_Build(t *testing.T) {
	t.Parallel()
	d := define("silent")
	a, b := d.Options().(*silentOptions), d.Options().(*silentOptions)
	a.Name = "changed"
	if b.Name != "default" {
		t.Errorf("options of one pipeline show in those of another: %q", b.Name)
	}
	s, err := d.Build(a, Place{Dir: "/etc"})
	if got, want := s, (silent{"/etc/changed"}); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := d.Build("text", Place{}); err == nil {
		t.Error("build takes options of another type")
	}
	if !d.Serves(Append) || d.Serves(Snapshot) {
		t.Errorf("serves append %v, snapshot %v", d.Serves(Append), d.Serves(Snapshot))
	}
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	r := NewRegistry(define("b"), define("a"))
	if got, want := r.Names(), []string{"a", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("two definitions of one name are taken")
		}
	}()
	NewRegistry(define("a"), define("a"))
}
