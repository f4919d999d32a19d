package engine

import (
	"fmt"
	"strconv"
	"strings"
)

// shape is how a column's values lie in a Native block.
type shape uint8

const (
	ofFixed    shape = iota // size bytes a value
	ofStrings               // a length and bytes a value
	ofNullable              // a byte a row, then the values
	ofArray                 // the end of each row as UInt64, then the elements
	ofTuple                 // element column after element column
	ofLowCard               // a dictionary and indexes
	ofVariant               // a byte a row says which, then each variant's values
)

// columnType knows how long a column of a type is, which only its type and its own bytes say.
type columnType struct {
	shape shape
	size  uint64
	parts []*columnType
}

// walker goes over the bytes of a column, wherever they are. After an error every further step does nothing.
type walker interface {
	skip(n, size uint64)       // n items of size bytes
	texts(n uint64)            // n texts: a length and bytes each
	uint64() uint64            // a number that says how much follows
	tags(n uint64) [256]uint64 // n single bytes, counted by their value
	failed() error
}

// prefix goes over what a column has before its data.
func (t *columnType) prefix(b walker) error {
	switch t.shape {
	case ofLowCard:
		b.skip(1, 8) // version of the dictionary's form
		return nil
	case ofVariant:
		if b.uint64() != 0 {
			return fmt.Errorf("a Variant column has its discriminators in a form that is not known")
		}
	}
	for _, p := range t.parts {
		if err := p.prefix(b); err != nil {
			return err
		}
	}
	return nil
}

// skip goes over rows values.
func (t *columnType) skip(b walker, rows uint64) error {
	if err := b.failed(); err != nil || rows == 0 {
		return err
	}
	switch t.shape {
	case ofFixed:
		b.skip(rows, t.size)
	case ofStrings:
		b.texts(rows)
	case ofNullable:
		b.skip(rows, 1)
		return t.parts[0].skip(b, rows)
	case ofArray:
		b.skip(rows-1, 8)
		return t.parts[0].skip(b, b.uint64())
	case ofTuple:
		if len(t.parts) == 0 {
			b.skip(rows, 1)
		}
		for _, p := range t.parts {
			if err := p.skip(b, rows); err != nil {
				return err
			}
		}
	case ofLowCard:
		return t.skipDictionary(b)
	case ofVariant:
		return t.skipVariant(b, rows)
	}
	return nil
}

func (t *columnType) skipDictionary(b walker) error {
	flags := b.uint64()
	if err := t.parts[0].skip(b, b.uint64()); err != nil {
		return err
	}
	b.skip(b.uint64(), 1<<(flags&3))
	return nil
}

func (t *columnType) skipVariant(b walker, rows uint64) error {
	counts := b.tags(rows)
	for i, p := range t.parts {
		if err := p.skip(b, counts[i]); err != nil {
			return err
		}
	}
	return nil
}

// sizes are the types of a fixed width, without their parameters.
var sizes = map[string]uint64{
	"Int8": 1, "UInt8": 1, "Bool": 1, "Enum8": 1, "Nothing": 1,
	"Int16": 2, "UInt16": 2, "Date": 2, "Enum16": 2, "BFloat16": 2,
	"Int32": 4, "UInt32": 4, "Float32": 4, "Date32": 4, "DateTime": 4, "Time": 4, "IPv4": 4, "Decimal32": 4,
	"Int64": 8, "UInt64": 8, "Float64": 8, "DateTime64": 8, "Time64": 8, "Decimal64": 8,
	"Int128": 16, "UInt128": 16, "UUID": 16, "IPv6": 16, "Decimal128": 16,
	"Int256": 32, "UInt256": 32, "Decimal256": 32,
}

// geometry are names for nested types.
var geometry = map[string]string{
	"Point": "Tuple(Float64, Float64)", "Ring": "Array(Point)", "LineString": "Array(Point)",
	"Polygon": "Array(Ring)", "MultiLineString": "Array(LineString)", "MultiPolygon": "Array(Polygon)",
}

// maxTypeDepth bounds how deeply types nest.
const maxTypeDepth = 64

// parseType reads a type's name as ClickHouse writes it.
func parseType(s string) (*columnType, error) { return parseTypeAt(s, 0) }

func parseTypeAt(s string, depth int) (*columnType, error) {
	name, arguments, err := splitType(s)
	if err != nil || depth > maxTypeDepth {
		return nil, fmt.Errorf("type %q is not known", s)
	}
	if size, ok := sizes[name]; ok {
		return &columnType{size: size}, nil
	}
	if strings.HasPrefix(name, "Interval") {
		return &columnType{size: 8}, nil
	}
	if as, ok := geometry[name]; ok {
		return parseTypeAt(as, depth+1)
	}
	return parseNested(s, name, arguments, depth)
}

func parseNested(s, name string, arguments []string, depth int) (*columnType, error) {
	t := &columnType{}
	switch {
	case name == "String":
		return &columnType{shape: ofStrings}, nil
	case name == "FixedString" && len(arguments) == 1:
		n, err := strconv.ParseUint(arguments[0], 10, 31)
		return &columnType{size: n}, err
	case name == "Decimal" && len(arguments) == 2:
		n, err := strconv.Atoi(arguments[0])
		return &columnType{size: decimalSize(n)}, err
	case name == "SimpleAggregateFunction" && len(arguments) >= 2:
		return parseTypeAt(arguments[len(arguments)-1], depth+1)
	case name == "Nullable" && len(arguments) == 1:
		t.shape = ofNullable
	case name == "Array" && len(arguments) == 1:
		t.shape = ofArray
	case name == "LowCardinality" && len(arguments) == 1:
		t.shape = ofLowCard
		if inner, values, err := splitType(arguments[0]); err == nil && inner == "Nullable" && len(values) == 1 {
			arguments = values // the dictionary holds the values alone; NULL is an index
		}
	case name == "Tuple", name == "Map", name == "Nested":
		t.shape = ofTuple
	case name == "Variant" && len(arguments) <= 255:
		t.shape = ofVariant
	default:
		return nil, fmt.Errorf("type %q is not known", s)
	}
	for _, a := range arguments {
		p, err := parseElement(a, depth+1, name == "Tuple" || name == "Nested")
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, p)
	}
	if name == "Map" || name == "Nested" {
		return &columnType{shape: ofArray, parts: []*columnType{t}}, nil
	}
	return t, nil
}

func decimalSize(precision int) uint64 {
	switch {
	case precision <= 9:
		return 4
	case precision <= 18:
		return 8
	case precision <= 38:
		return 16
	}
	return 32
}

// parseElement reads an argument that is a type, in tuples with a name before it.
func parseElement(s string, depth int, named bool) (*columnType, error) {
	t, err := parseTypeAt(s, depth)
	if err == nil || !named {
		return t, err
	}
	l := lexer{text: s}
	if first, ok := l.next(); ok && first.end < len(s) && s[first.end] == ' ' {
		return parseTypeAt(strings.TrimSpace(s[first.end:]), depth)
	}
	return nil, err
}

// splitType splits Name(argument, argument) at the commas between its outermost brackets.
func splitType(s string) (name string, arguments []string, err error) {
	open := strings.IndexByte(s, '(')
	if open < 0 {
		return s, nil, nil
	}
	name = s[:open]
	p := clauseParser{lexer: lexer{text: s, pos: open}}
	start := open + 1
	for p.advance(); p.ok; p.advance() {
		switch {
		case p.depth == 0:
			if a := strings.TrimSpace(s[start:p.token.start]); a != "" {
				arguments = append(arguments, a)
			}
			if p.token.end != len(s) {
				return "", nil, fmt.Errorf("type %q goes on behind its bracket", s)
			}
			return name, arguments, nil
		case p.depth == 1 && p.is(","):
			arguments = append(arguments, strings.TrimSpace(s[start:p.token.start]))
			start = p.token.end
		}
	}
	return "", nil, fmt.Errorf("type %q lacks a bracket", s)
}
