package jsonrows

import (
	"errors"
	"strings"
)

// Shape is the columns of objects: the paths of their values in the order in which they came up first.
type Shape struct {
	root   node
	nodes  int
	rows   uint64 // that were read
	names  []string
	byName map[string]int
}

// node is a key at its place among the keys of the object that it stands in.
type node struct {
	key    string
	path   string
	column int // −1 while no value stood there
	kids   []*node
	byKey  map[string]*node // of many kids
	parent *node
	seen   uint64 // number of the row that had it last
}

// manyKids is from how many kids on they are found by a map.
const manyKids = 8

// MaxColumns bounds a shape: keys that are more are not names of columns but data.
const MaxColumns = 16_384

// ErrTooManyColumns says that the objects have more keys than a table has columns.
var ErrTooManyColumns = errors.New("more keys than a table has columns")

// ErrUnknownKey says that an object has a key that was not learned.
var ErrUnknownKey = errors.New("a key that was not there before")

// Names of the columns.
func (s *Shape) Names() []string { return s.names }

// kid finds the key among the kids of n; hint is where it stood in the object before. It returns nil for a key that is new.
func (n *node) kid(key []byte, hint int) (*node, int) {
	if hint < len(n.kids) && n.kids[hint].key == string(key) {
		return n.kids[hint], hint + 1
	}
	if n.byKey != nil {
		return n.byKey[string(key)], hint + 1
	}
	for i, k := range n.kids {
		if k.key == string(key) {
			return k, i + 1
		}
	}
	return nil, hint
}

// add makes a new kid.
func (n *node) add(key []byte) *node {
	k := &node{key: string(key), path: strings.ToValidUTF8(string(key), "\uFFFD"), column: -1, parent: n}
	if n.parent != nil {
		k.path = n.path + "." + k.path
	}
	n.kids = append(n.kids, k)
	switch {
	case n.byKey != nil:
		n.byKey[k.key] = k
	case len(n.kids) == manyKids:
		n.byKey = map[string]*node{}
		for _, one := range n.kids {
			n.byKey[one.key] = one
		}
	}
	return k
}

// learn gives n a column.
func (s *Shape) learn(n *node) error {
	if s.byName == nil {
		s.byName = map[string]int{}
	}
	if c, ok := s.byName[n.path]; ok {
		n.column = c
		return nil
	}
	if len(s.names) == MaxColumns {
		return ErrTooManyColumns
	}
	n.column = len(s.names)
	s.byName[n.path] = n.column
	s.names = append(s.names, n.path)
	return nil
}

// forget takes back the columns from number n on: what was learned from a text that turned out to be no object.
func (s *Shape) forget(n int) {
	if len(s.names) == n {
		return
	}
	for _, name := range s.names[n:] {
		delete(s.byName, name)
	}
	s.names = s.names[:n]
	s.root.forget(n)
}

func (n *node) forget(from int) {
	if n.column >= from {
		n.column = -1
	}
	for _, k := range n.kids {
		k.forget(from)
	}
}

// Learn takes the columns of an object. Its error is *Syntax, and nothing is learned then, or ErrTooManyColumns.
func (s *Shape) Learn(object []byte) error {
	had := len(s.names)
	s.root.column = -1
	p := parser{b: object, shape: s}
	err := p.whole()
	if err != nil {
		s.forget(had)
	}
	return err
}

// Row reads an object's values into row, which is reused. Its error is *Syntax or ErrUnknownKey.
func (s *Shape) Row(object []byte, row *Row) error {
	row.reset(len(s.names))
	s.rows++
	p := parser{b: object, shape: s, row: row}
	return p.whole()
}
