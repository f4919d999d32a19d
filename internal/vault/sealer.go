package vault

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"

	"creditsync/internal/fault"
)

// What Seal writes: one byte that says how the rest is to be read, two of the number of the key (big endian), the nonce,
// then SM4-GCM's cipher text and tag.
const (
	sealVersion = 1
	nonceAt     = 3
	nonceSize   = 12
	tagSize     = 16
	// Overhead is how much longer a cipher is than what it hides, in bytes.
	Overhead = nonceAt + nonceSize + tagSize
)

// Sealer makes the hidden columns of one field. It is safe for concurrent use and keeps to the keys that were current
// when it was made; it opens what any key of the vault at that time sealed.
//
// The index is HMAC-SM3 under a key derived from the index key and the *class* of the value, not its field: the same
// resident ID has the same index wherever it stands, which is what analysts join on.
//
// The cipher is SM4-GCM (GB/T 32907, mode as in NIST SP 800-38D) with kind || 0 || field as associated data, so a cipher
// that is moved to another column does not open. Its nonce is synthetic, as in SIV modes: the first 12 bytes of the
// index, XORed with a pad that is fixed for class, kind and field. So the same value in the same field has the same cipher
// always, and a message that is built twice is the same message (I2). Why that is safe:
//
//   - GCM breaks where one nonce serves two different texts or two different associated data under one key. Two
//     values of a class have indexes that collide in 96 bits with a chance of 2^-96 a pair: 2^-33 among 2^32 values.
//   - The same value in two fields has the same index, but the pads of the fields differ, hence so do the nonces.
//     Without the pads the tags of the two would give away GCM's authentication key.
//   - Two fields meet by accident only where index XOR index equals pad XOR pad: 2^-96 a pair again.
//   - That index and nonce are public, and so the pads, does not matter: GCM asks that nonces do not repeat, not that
//     they are secret. The index key and the cipher key are independent of each other.
//
// What equal ciphers show is that two values are equal, and the index shows that already. Lengths show too.
type Sealer struct {
	index   *mac
	pad     [nonceSize]byte
	aad     []byte
	no      uint16
	seal    cipher.AEAD
	ciphers map[uint16]cipher.AEAD
}

// Sealer returns that of one field of a kind whose values are of a class ("resident_id", "phone", …). Names hold no zero
// byte.
func (v *Vault) Sealer(class, kind, field string) *Sealer {
	s := v.state.Load()
	k := s.index.derive("creditsync index " + class)
	var pad [32]byte
	s.pads.named(class, []byte(kind+"\x00"+field), &pad)
	return &Sealer{
		index: newMAC(k[:]), pad: [nonceSize]byte(pad[:]), aad: []byte(kind + "\x00" + field),
		no: s.cipherNo, seal: s.ciphers[s.cipherNo], ciphers: s.ciphers,
	}
}

// Index writes the blind index of a normalised clear value to index.
func (s *Sealer) Index(clear []byte, index *[32]byte) { s.index.sum(clear, index) }

// Seal writes the blind index of a normalised clear value to index, which may be nil, appends its cipher,
// len(clear)+Overhead bytes, to dst and returns the extended slice. dst and clear must not overlap. It allocates nothing
// where dst has room.
func (s *Sealer) Seal(clear []byte, index *[32]byte, dst []byte) []byte {
	var own [32]byte
	if index == nil {
		index = &own
	}
	s.index.sum(clear, index)
	return s.encrypt(clear, index, dst)
}

// SealAll is Seal for the values that lie one behind another in values, the first one up to ends[0]. Their ciphers are appended
// to dst one behind another, where each ends to to; the first 16 bytes of the indexes go to index, which has as many
// places.
func (s *Sealer) SealAll(values []byte, ends []int32, index [][16]byte, dst []byte, to []int32) ([]byte, []int32) {
	from := int32(0)
	s.index.each(nil, values, ends, func(first int, sums [][32]byte) {
		for i := range sums {
			end := ends[first+i]
			dst = s.encrypt(values[from:end], &sums[i], dst)
			index[first+i], from = [16]byte(sums[i][:16]), end
			to = append(to, int32(len(dst)))
		}
	})
	return dst, to
}

// encrypt appends the cipher of a value with that index to dst.
func (s *Sealer) encrypt(clear []byte, index *[32]byte, dst []byte) []byte {
	start := len(dst)
	if need := start + len(clear) + Overhead; cap(dst) < need {
		dst = append(make([]byte, 0, max(need, 2*cap(dst))), dst...)
	}
	dst = append(dst, sealVersion)
	dst = binary.BigEndian.AppendUint16(dst, s.no)
	for i, p := range s.pad {
		dst = append(dst, index[i]^p)
	}
	return s.seal.Seal(dst, dst[start+nonceAt:], clear, s.aad)
}

// errClosed is the cause where a cipher does not open; it says no more, for nothing more is known.
var errClosed = errors.New("cipher does not open: it is damaged, of another field, or sealed under other keys")

// Open appends what sealed hides to dst and returns the extended slice. Where sealed was changed, comes from another kind
// or field or from other keys, it returns nil and a fault: Input with code "keys.unknown_id" where the key that sealed it
// is not in the vault, else also Input, "cipher.closed".
func (s *Sealer) Open(sealed, dst []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != sealVersion {
		return nil, closed(errClosed)
	}
	no := binary.BigEndian.Uint16(sealed[1:])
	aead, ok := s.ciphers[no]
	if !ok {
		return nil, fault.New(fault.Input, "keys.unknown_id", fault.T(
			"密文由密钥 c%d 加密，而密钥文件中没有它", "a cipher was sealed under key c%d, which the keys file does not hold", no)).
			Do(fault.T("请恢复包含该密钥的密钥文件", "restore the keys file that holds this key"))
	}
	out, err := aead.Open(dst, sealed[nonceAt:nonceAt+nonceSize], sealed[nonceAt+nonceSize:], s.aad)
	if err != nil {
		return nil, closed(errClosed)
	}
	return out, nil
}

func closed(err error) error {
	return fault.New(fault.Input, "cipher.closed", fault.T("打不开一项加密的证件号码", "an encrypted identifier cannot be opened")).Because(err).
		Do(fault.T("请确认数据未被改动，且密钥文件属于这套数据", "make sure that the data was not changed and that the keys file belongs to it"))
}

// Format prints the name of the field whatever the verb, so that no log line ever holds a key.
func (s *Sealer) Format(w fmt.State, _ rune) { fmt.Fprintf(w, "sealer(%q)", s.aad) }
