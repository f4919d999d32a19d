package vault

import (
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emmansun/gmsm/sm4"
)

// Vault holds the keys of one deployment in memory. It is safe for concurrent use. It prints as its fingerprint only.
type Vault struct {
	path     string
	now      func() time.Time
	rotating sync.Mutex
	state    atomic.Pointer[state]
}

// state is what the keys of one keyFile make; it never changes, rotation makes a new one.
type state struct {
	identity    *mac
	reject      *mac
	row0, row1  uint64 // the key of RowHash
	index       *mac
	indexID     string
	ciphers     map[uint16]cipher.AEAD
	cipherNo    uint16
	cipherID    string
	pads        *mac // of nonces; see Sealer
	fingerprint string
}

func newState(f keyFile) (*state, error) {
	s := &state{identity: newMAC(f.Identity.Key), indexID: f.Index.Current, cipherID: f.Cipher.Current,
		ciphers: map[uint16]cipher.AEAD{}}
	k := s.identity.derive("creditsync reject")
	s.reject = newMAC(k[:])
	k = s.identity.derive("creditsync nonce pad")
	s.pads = newMAC(k[:])
	s.row0, s.row1 = s.sipKey("creditsync content row")
	k = s.identity.derive("creditsync fingerprint")
	s.fingerprint = hex.EncodeToString(k[:16])
	for _, k := range f.Index.Keys {
		if k.ID == f.Index.Current {
			s.index = newMAC(k.Key)
		}
	}
	for _, k := range f.Cipher.Keys {
		block, err := sm4.NewCipher(k.Key)
		if err != nil {
			return nil, fmt.Errorf("cipher key %s: %w", k.ID, err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("cipher key %s: %w", k.ID, err)
		}
		n, _ := keyNo("c", k.ID) // checked when the file was read
		s.ciphers[uint16(n)] = aead
		if k.ID == f.Cipher.Current {
			s.cipherNo = uint16(n)
		}
	}
	return s, nil
}

// Fingerprint tells whether two vaults have the same identity key: 32 hexadecimal digits, the first half of an HMAC-SM3
// over a fixed text. Rotation of the other keys keeps it. It may be stored and shown: it says nothing about the key.
func (v *Vault) Fingerprint() string { return v.state.Load().fingerprint }

// KeyIDs are the ids of the keys that make new indexes and ciphers, as "k1" and "c1".
func (v *Vault) KeyIDs() (index, cipher string) {
	s := v.state.Load()
	return s.indexID, s.cipherID
}

// RecordID is the identity of the record of a kind with a normalised natural key: the first 16 bytes of HMAC-SM3 under
// the identity key over kind || 0 || key. The same for ever, on every machine with the same keys (I2). A kind's name holds
// no zero byte.
func (v *Vault) RecordID(kind string, key []byte) [16]byte {
	var sum [32]byte
	v.state.Load().identity.named(kind, key, &sum)
	return [16]byte(sum[:16])
}

// RecordIDs is RecordID for the keys that lie one behind another in keys, the first one up to ends[0]. ids has as many places.
func (v *Vault) RecordIDs(kind string, keys []byte, ends []int32, ids [][16]byte) {
	v.state.Load().identity.each(append([]byte(kind), 0), keys, ends, func(first int, sums [][32]byte) {
		for i := range sums {
			ids[first+i] = [16]byte(sums[i][:16])
		}
	})
}

// RejectID is RecordID for refused rows, where key is the row as it was read with its violations. Under a key of its own:
// no reject has the id of a record.
func (v *Vault) RejectID(kind string, key []byte) [16]byte {
	var sum [32]byte
	v.state.Load().reject.named(kind, key, &sum)
	return [16]byte(sum[:16])
}

// Format prints the fingerprint whatever the verb, so that no log line ever holds a key.
func (v *Vault) Format(w fmt.State, _ rune) { fmt.Fprintf(w, "vault(%s)", v.Fingerprint()) }

// sipKey is the SipHash key of one purpose.
func (s *state) sipKey(purpose string) (uint64, uint64) {
	k := s.identity.derive(purpose)
	return binary.LittleEndian.Uint64(k[:8]), binary.LittleEndian.Uint64(k[8:16])
}
