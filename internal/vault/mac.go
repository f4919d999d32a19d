package vault

import (
	"encoding"
	"hash"
	"sync"

	"github.com/emmansun/gmsm/sm3"

	"creditsync/internal/vault/lanes"
)

// mac is HMAC-SM3 (GB/T 15852.2, RFC 2104 over GB/T 32905) under one key, with the states after the inner and the outer
// key block computed once: a short message then costs two compressions instead of four. crypto/hmac does the same but
// wants one object per goroutine and key; a mac may be shared.
type mac struct {
	inner, outer []byte     // marshalled digest states
	scratches    sync.Pool  // of *scratch
	many         *lanes.MAC // nil where the machine cannot work on several messages at once
}

// scratch is what one computation works in. It lives in a pool because what passes through hash.Hash escapes.
type scratch struct {
	digest hash.Hash
	state  encoding.BinaryUnmarshaler
	sum    [sm3.Size]byte
	msg    []byte
}

func newScratch() any {
	d := sm3.New()
	return &scratch{digest: d, state: d.(encoding.BinaryUnmarshaler), msg: make([]byte, 0, 256)}
}

func newMAC(key []byte) *mac {
	var block [sm3.BlockSize]byte
	if len(key) > len(block) {
		short := sm3.Sum(key)
		key = short[:]
	}
	state := func(pad byte) []byte {
		copy(block[:], key)
		clear(block[len(key):])
		for i := range block {
			block[i] ^= pad
		}
		d := sm3.New()
		d.Write(block[:])
		b, err := d.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			panic("vault: sm3 state: " + err.Error()) // gmsm's digest never refuses
		}
		return b
	}
	m := &mac{inner: state(0x36), outer: state(0x5c), scratches: sync.Pool{New: newScratch}}
	if lanes.Available() {
		m.many = lanes.New(key)
	}
	return m
}

// sum writes the MAC of msg to out.
func (m *mac) sum(msg []byte, out *[sm3.Size]byte) {
	s := m.scratches.Get().(*scratch)
	m.in(s, msg, out)
	m.scratches.Put(s)
}

// named writes the MAC of name || 0 || msg to out. A name holds no zero byte, so no two pairs have the same message.
func (m *mac) named(name string, msg []byte, out *[sm3.Size]byte) {
	s := m.scratches.Get().(*scratch)
	s.msg = append(s.msg[:0], name...)
	s.msg = append(s.msg, 0)
	s.msg = append(s.msg, msg...)
	m.in(s, s.msg, out)
	m.forget(s)
}

// atOnce is how many messages are worked on together.
const atOnce = 64

// each calls done with the MACs of prefix || message for messages that lie one behind another in data, the first one up to
// ends[0]: some at a time, from the place of the first among all.
func (m *mac) each(prefix, data []byte, ends []int32, done func(first int, sums [][sm3.Size]byte)) {
	var sums [atOnce][sm3.Size]byte
	var near [atOnce]int32
	base := int32(0)
	for first := 0; first < len(ends); first += atOnce {
		n := copy(near[:], ends[first:])
		for i := range near[:n] {
			near[i] -= base
		}
		if part := data[base : base+near[n-1]]; m.many != nil {
			m.many.Sums(prefix, part, near[:n], sums[:n])
		} else {
			m.oneByOne(prefix, part, near[:n], sums[:n])
		}
		done(first, sums[:n])
		base += near[n-1]
	}
}

func (m *mac) oneByOne(prefix, data []byte, ends []int32, sums [][sm3.Size]byte) {
	s := m.scratches.Get().(*scratch)
	from := int32(0)
	for i, to := range ends {
		s.msg = append(append(s.msg[:0], prefix...), data[from:to]...)
		m.in(s, s.msg, &sums[i])
		from = to
	}
	m.forget(s)
}

// forget gives a scratch back without the message that it held.
func (m *mac) forget(s *scratch) {
	clear(s.msg[:cap(s.msg)])
	if cap(s.msg) > 4096 {
		s.msg = make([]byte, 0, 256)
	}
	m.scratches.Put(s)
}

func (m *mac) in(s *scratch, msg []byte, out *[sm3.Size]byte) {
	s.load(m.inner)
	s.digest.Write(msg)
	s.digest.Sum(s.sum[:0])
	s.load(m.outer)
	s.digest.Write(s.sum[:])
	s.digest.Sum(s.sum[:0])
	*out = s.sum
}

func (s *scratch) load(state []byte) {
	if err := s.state.UnmarshalBinary(state); err != nil {
		panic("vault: sm3 state: " + err.Error()) // it was marshalled by the same type
	}
}

// derive is the key for one purpose. Purposes are texts of this package and hold no zero byte, so that none of them is
// ever the message of a record id.
func (m *mac) derive(purpose string) [sm3.Size]byte {
	var k [sm3.Size]byte
	m.sum([]byte(purpose), &k)
	return k
}
