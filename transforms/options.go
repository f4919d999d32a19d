package transforms

import (
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/schemas"
	"creditsync/transforms/cndate"
)

// Sentence is what a person reads, in both languages.
type Sentence struct{ ZH, EN string }

// In returns the sentence in a language, "zh" or "en"; anything but "zh" reads English.
func (s Sentence) In(language string) string {
	if language == "zh" {
		return s.ZH
	}
	return s.EN
}

// Protection are the functions that identify, hash, hide and mask. They hold the keys; this package never sees one. All
// are safe for concurrent use, and so are the functions they return.
type Protection struct {
	// RecordID is the identity of the record of a kind with a natural key.
	RecordID func(kind string, key []byte) [16]byte
	// RecordIDs is RecordID for keys that lie one behind another, the first one up to ends[0]; nil for one at a time. ids has
	// as many places as ends.
	RecordIDs func(kind string, keys []byte, ends []int32, ids [][16]byte)
	// RejectID is the identity of a refused row: what it was as read, and its violations.
	RejectID func(kind string, content []byte) [16]byte
	// Hash returns the keyed hash of one field's values. Summed over the fields that a row has, and passed through
	// RowHash, they are the row's content_hash.
	Hash func(field string) func(value []byte) uint64
	// RowHash is the content_hash of a row from the sum over its fields; nil for the sum itself.
	RowHash func(sum uint64) uint64
	// Seal returns the function that appends the cipher of a clear value to dst and writes its blind index, whose first
	// 16 bytes are stored, to index, which is never nil.
	Seal func(class, kind, field string) func(clear []byte, index *[32]byte, dst []byte) []byte
	// SealAll returns what Seal returns, for many values at once; nil for one at a time.
	SealAll func(class, kind, field string) SealAll
	// Mask appends the form of a value that people may see to dst.
	Mask func(class string, clear, dst []byte) []byte
}

// SealAll seals the values that lie one behind another, the first one up to ends[0]. It appends their ciphers to dst and where
// each of them ends to to, and writes the stored part of each blind index to index, which has as many places as ends.
type SealAll func(values []byte, ends []int32, index [][16]byte, dst []byte, to []int32) ([]byte, []int32)

// complete puts one at a time in the place of what does many at once.
func (p *Protection) complete() {
	if p.RecordIDs == nil {
		one := p.RecordID
		p.RecordIDs = func(kind string, keys []byte, ends []int32, ids [][16]byte) {
			from := int32(0)
			for i, end := range ends {
				ids[i], from = one(kind, keys[from:end]), end
			}
		}
	}
	if p.SealAll == nil {
		seal := p.Seal
		p.SealAll = func(class, kind, field string) SealAll {
			one := seal(class, kind, field)
			return func(values []byte, ends []int32, index [][16]byte, dst []byte, to []int32) ([]byte, []int32) {
				from := int32(0)
				for i, end := range ends {
					var full [32]byte
					dst = one(values[from:end], &full, dst)
					index[i], from, to = [16]byte(full[:16]), end, append(to, int32(len(dst)))
				}
				return dst, to
			}
		}
	}
}

// Options say what a Transformer makes of which source.
type Options struct {
	Kind *schemas.Kind
	// Map names the source column of a field where the header does not tell: field → header.
	Map map[string]string
	// Today is the current day in China.
	Today   func() cndate.Day
	Protect Protection
	// Alloc is where the buffers of what Apply returns come from; nil for Arrow's default.
	Alloc memory.Allocator
	// RunNo is the number of the run, which every staged row carries.
	RunNo uint64
	// Receipt is the header of the column that names the refused row which a row corrects ("回执号"); "" for none.
	Receipt string
	// Original returns the refused row, as it was read, that a receipt names; nil where there are none. With it a cell
	// that comes back as it was masked takes its clear text back.
	Original func(receipt string) (cells []Cell, known bool)
	// Language of the messages of refused rows: "zh" or "en".
	Language string
}

// Cell is one cell of a row as it was read, with the header of its column; "" where the row is longer than the header.
type Cell struct{ Header, Text string }

// check reports what the caller forgot. A kind whose key may be absent from an accepted row is a programmer's mistake.
func (o *Options) check() error {
	p := &o.Protect
	switch {
	case o.Kind == nil:
		return errors.New("transforms: no kind")
	case o.Today == nil:
		return errors.New("transforms: no today")
	case p.RecordID == nil || p.RejectID == nil || p.Hash == nil || p.Seal == nil || p.Mask == nil:
		return errors.New("transforms: protection is incomplete")
	}
	if err := o.Kind.Validate(); err != nil {
		return err
	}
	if err := checkSubject(o.Kind); err != nil {
		return err
	}
	need := []string{o.Kind.Subject.Type, o.Kind.Subject.Name}
	for _, part := range o.Kind.Key {
		if part.Field != "" {
			need = append(need, part.Field)
		}
	}
	for _, name := range need {
		if f, ok := o.Kind.Field(name); !ok || !f.Required {
			return fmt.Errorf("transforms: kind %s: field %q is part of the key and not required", o.Kind.Name, name)
		}
	}
	for name := range o.Map {
		if _, ok := o.Kind.Field(name); !ok {
			return fmt.Errorf("transforms: kind %s has no field %q to map", o.Kind.Name, name)
		}
	}
	return nil
}

// checkSubject makes sure that the fields of the subject are of the types that a key is made of.
func checkSubject(k *schemas.Kind) error {
	types := map[string]schemas.Type{k.Subject.Type: schemas.Choice, k.Subject.Name: schemas.Name, k.Subject.USCC: schemas.Code}
	for _, c := range k.Subject.Codes {
		types[c] = schemas.Code
	}
	for name, want := range types {
		if f, ok := k.Field(name); !ok || f.Type != want {
			return fmt.Errorf("transforms: kind %s: field %q of the subject is no %s", k.Name, name, want)
		}
	}
	return nil
}
