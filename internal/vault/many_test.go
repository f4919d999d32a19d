package vault

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestMany_IsOneByOne: what is identified, indexed and sealed together comes to what it comes to alone, on machines that can work
// on several messages at once and on others.
func TestMany_IsOneByOne(t *testing.T) {
	t.Parallel()
	for _, vectors := range []bool{true, false} {
		t.Run(fmt.Sprint("vectors ", vectors), func(t *testing.T) {
			t.Parallel()
			v := fixed(t)
			s := v.Sealer(ResidentID, "admin_penalty", "id_no")
			if !vectors {
				v.state.Load().identity.many, s.index.many = nil, nil
			}
			rapid.Check(t, func(t *rapid.T) { manyIsOneByOne(t, v, s) })
		})
	}
}

func manyIsOneByOne(t *rapid.T, v *Vault, s *Sealer) {
	var values []byte
	var ends []int32
	for range rapid.IntRange(0, 3*atOnce).Draw(t, "values") {
		values = append(values, rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "value")...)
		ends = append(ends, int32(len(values)))
	}
	ids, index := make([][16]byte, len(ends)), make([][16]byte, len(ends))
	v.RecordIDs("admin_penalty", values, ends, ids)
	sealed, to := s.SealAll(values, ends, index, []byte("before"), nil)
	from, at := int32(0), int32(len("before"))
	for i, end := range ends {
		one := values[from:end]
		if got, want := ids[i], v.RecordID("admin_penalty", one); got != want {
			t.Fatalf("record %d of %d: %x, want %x", i, len(ends), got, want)
		}
		var full [32]byte
		if got, want := sealed[at:to[i]], s.Seal(one, &full, nil); !bytes.Equal(got, want) {
			t.Fatalf("cipher %d of %d: %x, want %x", i, len(ends), got, want)
		}
		if got, want := index[i], [16]byte(full[:16]); got != want {
			t.Fatalf("index %d of %d: %x, want %x", i, len(ends), got, want)
		}
		from, at = end, to[i]
	}
	if len(to) != len(ends) || int(at) != len(sealed) {
		t.Fatalf("%d ciphers of %d bytes for %d values", len(to), len(sealed), len(ends))
	}
}
