package bus

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// texts is a column of texts or bytes, whichever of Arrow's encodings ClickHouse chose. A value lives as long as its
// record.
type texts interface {
	IsNull(i int) bool
	Value(i int) string
	Len() int
}

// asTexts accepts utf8, binary, their large forms and dictionaries of them.
func asTexts(a arrow.Array) (texts, error) {
	switch a := a.(type) {
	case *array.String:
		return a, nil
	case *array.LargeString:
		return a, nil
	case *array.Binary:
		return binaryTexts{a}, nil
	case *array.LargeBinary:
		return largeTexts{a}, nil
	case *array.FixedSizeBinary:
		return fixedTexts{a}, nil
	case *array.Dictionary:
		words, err := asTexts(a.Dictionary())
		if err != nil {
			return nil, err
		}
		return dictTexts{a, words}, nil
	}
	return nil, fmt.Errorf("is %s, not text", a.DataType())
}

type binaryTexts struct{ *array.Binary }

func (t binaryTexts) Value(i int) string { return t.ValueString(i) }

type largeTexts struct{ *array.LargeBinary }

func (t largeTexts) Value(i int) string { return t.ValueString(i) }

type fixedTexts struct{ *array.FixedSizeBinary }

// Value shares the record's memory, as the other encodings do.
func (t fixedTexts) Value(i int) string {
	b := t.FixedSizeBinary.Value(i)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

type dictTexts struct {
	*array.Dictionary
	words texts
}

func (t dictTexts) IsNull(i int) bool {
	return t.Dictionary.IsNull(i) || t.words.IsNull(t.GetValueIndex(i))
}

func (t dictTexts) Value(i int) string { return t.words.Value(t.GetValueIndex(i)) }

// lists is a column of lists of texts.
type lists struct {
	array array.ListLike
	items texts
}

func asLists(a arrow.Array) (lists, error) {
	l, ok := a.(array.ListLike)
	if !ok {
		return lists{}, fmt.Errorf("is %s, not a list", a.DataType())
	}
	items, err := asTexts(l.ListValues())
	if err != nil {
		return lists{}, fmt.Errorf("is a list whose item %w", err)
	}
	return lists{l, items}, nil
}

// span is where the items of row i stand; empty where the list is absent.
func (l lists) span(i int) (from, to int) {
	if l.array.IsNull(i) {
		return 0, 0
	}
	a, b := l.array.ValueOffsets(i)
	return int(a), int(b)
}

// amounts is a column of decimals.
type amounts struct {
	*array.Decimal128
	scale int32
}

func asAmounts(a arrow.Array, want arrow.DataType) (amounts, error) {
	d, ok := a.(*array.Decimal128)
	if !ok {
		return amounts{}, fmt.Errorf("is %s, not %s", a.DataType(), want)
	}
	got, need := d.DataType().(*arrow.Decimal128Type), want.(*arrow.Decimal128Type)
	if got.Scale != need.Scale {
		return amounts{}, fmt.Errorf("is %s, not %s", got, need)
	}
	return amounts{d, got.Scale}, nil
}

// appendDecimal writes n / 10^scale with all its decimal places, so that equal values are equal texts.
func appendDecimal(dst []byte, n decimal128.Num, scale int32) []byte {
	if n.Sign() < 0 {
		dst = append(dst, '-')
		n = n.Negate()
	}
	if n.HighBits() != 0 || n.LowBits() > 1<<63 {
		return append(dst, n.ToString(scale)...)
	}
	var digits [32]byte
	at := len(digits)
	v := n.LowBits()
	for places := int32(0); v > 0 || places <= scale; places++ {
		if places == scale && scale > 0 {
			at--
			digits[at] = '.'
		}
		at--
		digits[at] = byte('0' + v%10)
		v /= 10
	}
	return append(dst, digits[at:]...)
}

// appendDay writes a day counted from 1970-01-01 as in ISO 8601. The years that ClickHouse's Date32 holds, 1900 to 2299,
// have four digits.
func appendDay(dst []byte, day int32) []byte {
	t := arrow.Date32(day).ToTime()
	y, m, d := t.Date()
	return append(dst, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+int(m)/10), byte('0'+int(m)%10), '-', byte('0'+d/10), byte('0'+d%10))
}

// numbers binds a column to the one Arrow type that it must have.
func numbers[A arrow.Array](a arrow.Array) (A, error) {
	n, ok := a.(A)
	if !ok {
		return n, fmt.Errorf("is %s", a.DataType())
	}
	return n, nil
}

// flags is a column of yes and no, which ClickHouse sends as a boolean or as a byte.
func asFlags(a arrow.Array) (func(i int) bool, error) {
	switch a := a.(type) {
	case *array.Boolean:
		return a.Value, nil
	case *array.Uint8:
		return func(i int) bool { return a.Value(i) != 0 }, nil
	}
	return nil, fmt.Errorf("is %s, not yes or no", a.DataType())
}
