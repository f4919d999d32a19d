package vault

import (
	"encoding/binary"
	"unsafe"

	"github.com/dchest/siphash"
)

// The content hash of a row tells whether a record changed:
//
//	content_hash = RowHash( Σ FieldHasher(field).Sum64(normalised clear value) mod 2^64 ), over the fields that are there
//
// A sum does not depend on the order of the fields and can be built column by column; an absent field adds nothing, so a
// field that a kind gains later changes the hash of no old record. An empty value that is there does add.
//
// Each field is hashed by SipHash-2-4, a pseudorandom function, under a key of its own. Two different rows then have
// equal sums with a chance of 2^-64: what differs is at least one value of the function that nothing else determines. Only
// a record and its own predecessor are ever compared, so there is no birthday bound over all records: 10^9 comparisons
// miss one change with a chance of 5·10^-11. Sums alone would be linear: who supplies rows and sees their hashes could
// combine differences until they cancel. RowHash, SipHash again, hides the sum, so that all that shows is whether two
// rows are equal.

// FieldHasher hashes the values of one field. It is a value, safe for concurrent use.
type FieldHasher struct{ k0, k1 uint64 }

// FieldHasher returns that of the field with this name, which holds no zero byte.
func (v *Vault) FieldHasher(field string) FieldHasher {
	k0, k1 := v.state.Load().sipKey("creditsync content field " + field)
	return FieldHasher{k0, k1}
}

// Sum64 is what one value adds to the sum of its row. It does not allocate.
func (h FieldHasher) Sum64(value []byte) uint64 { return siphash.Hash(h.k0, h.k1, value) }

// Sum64String is Sum64 of a string's bytes.
func (h FieldHasher) Sum64String(value string) uint64 {
	return siphash.Hash(h.k0, h.k1, unsafe.Slice(unsafe.StringData(value), len(value))) // it is only read
}

// RowHash is the content hash of a row from the sum over its fields.
func (v *Vault) RowHash(sum uint64) uint64 {
	s := v.state.Load()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], sum)
	return siphash.Hash(s.row0, s.row1, b[:])
}
