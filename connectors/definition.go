package connectors

import (
	"fmt"
	"sort"

	"creditsync/internal/fault"
)

// Mode is what absence from a source means.
type Mode string

// The modes of a pipeline.
const (
	Snapshot    Mode = "snapshot"    // the source holds all; absence means deletion
	Append      Mode = "append"      // the source adds and corrects; absence means nothing
	Incremental Mode = "incremental" // as append, from the cursor on
)

// Place is where a source is configured.
type Place struct {
	// Dir is the folder of the configuration file, absolute; relative paths start there.
	Dir string
}

// Definition is one kind of source as the configuration knows it.
type Definition struct {
	// Name is the key under `source:`.
	Name string
	// Modes that it can serve.
	Modes []Mode
	// Options returns a pointer to its options with the defaults filled in; its fields carry yaml tags and comments. The
	// type may implement Keyed, Moded and Placed.
	Options func() any
	// Build makes the source from what Options returned and the configuration filled. It touches nothing outside.
	Build func(options any, at Place) (Source, error)
}

// Keyed options explain each of their keys in both languages, by its path below the source.
type Keyed interface{ Keys() map[string]fault.Text }

// Moded options do not fit every mode that the Definition serves: an incremental read needs to know its cursor.
type Moded interface{ Suits(Mode) error }

// Placed options say in a few words where the source is, without secrets, for people who read how a run went.
type Placed interface{ Where() string }

// Define builds a Definition with typed options.
func Define[O any](name string, modes []Mode, defaults O, build func(O, Place) (Source, error)) Definition {
	return Definition{
		Name: name, Modes: modes,
		Options: func() any { o := defaults; return &o },
		Build: func(options any, at Place) (Source, error) {
			o, ok := options.(*O)
			if !ok {
				return nil, fmt.Errorf("source %s: options of type %T", name, options)
			}
			return build(*o, at)
		},
	}
}

// Serves reports whether the source can be read in mode m.
func (d Definition) Serves(m Mode) bool {
	for _, one := range d.Modes {
		if one == m {
			return true
		}
	}
	return false
}

// Registry is the kinds of source by name.
type Registry map[string]Definition

// NewRegistry lists definitions by name; two of one name are a programmer's error.
func NewRegistry(defs ...Definition) Registry {
	r := Registry{}
	for _, d := range defs {
		if _, twice := r[d.Name]; twice {
			panic("connectors: " + d.Name + " is defined twice")
		}
		r[d.Name] = d
	}
	return r
}

// Names of the registry in order.
func (r Registry) Names() []string {
	names := make([]string, 0, len(r))
	for n := range r {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
