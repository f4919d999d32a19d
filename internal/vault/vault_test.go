package vault

import (
	"bytes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/dchest/siphash"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"pgregory.net/rapid"
)

// The published examples of the algorithms, so that a library that changes under us is seen at once.
func TestAlgorithms_PublishedVectors(t *testing.T) {
	t.Parallel()
	digest := sm3.Sum([]byte("abc")) // GB/T 32905-2016, A.1
	if got, want := hex.EncodeToString(digest[:]), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"; got != want {
		t.Errorf("SM3 %s, want %s", got, want)
	}
	key := unhex(t, "0123456789abcdeffedcba9876543210")
	block, err := sm4.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, 16)
	block.Encrypt(out, key) // GB/T 32907-2016, A.1
	if got, want := hex.EncodeToString(out), "681edf34d206965e86b3e94f536e4246"; got != want {
		t.Errorf("SM4 %s, want %s", got, want)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	var clear strings.Builder // RFC 8998, A.1
	for _, c := range "abcdefea" {
		clear.WriteString(strings.Repeat(string(c), 16))
	}
	sealed := aead.Seal(nil, unhex(t, "00001234567800000000abcd"), unhex(t, clear.String()), unhex(t, "feedfacedeadbeeffeedfacedeadbeefabaddad2"))
	if got, want := hex.EncodeToString(sealed), "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"+
		"d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"; got != want {
		t.Errorf("SM4-GCM %s, want %s", got, want)
	}
	if got, want := siphash.Hash(0x0706050403020100, 0x0f0e0d0c0b0a0908, nil), uint64(0x726fdb47dd0e0e31); got != want {
		t.Errorf("SipHash-2-4 %x, want %x", got, want)
	}
}

func TestMAC_IsHMAC(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 0, 130).Draw(t, "key")
		msg := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "msg")
		h := hmac.New(sm3.New, key)
		h.Write(msg)
		var got [32]byte
		newMAC(key).sum(msg, &got)
		if want := h.Sum(nil); !bytes.Equal(got[:], want) {
			t.Fatalf("%x, want %x", got, want)
		}
		h.Reset()
		h.Write(append([]byte("kind\x00"), msg...))
		newMAC(key).named("kind", msg, &got)
		if want := h.Sum(nil); !bytes.Equal(got[:], want) {
			t.Fatalf("named: %x, want %x", got, want)
		}
	})
}

// What stands here was computed by other code as well: HMAC-SM3 and SM4-GCM by OpenSSL, SipHash from its paper. If one of them changes, every stored
// record becomes another record or every stored cipher stays closed.
func TestVault_Golden(t *testing.T) {
	t.Parallel()
	v := fixed(t)
	id := []byte("360802199001011238")
	var index [32]byte
	sealed := v.Sealer(ResidentID, "admin_penalty", "id_no").Seal(id, &index, nil)
	f := v.FieldHasher("decision_no")
	for _, c := range []struct{ name, got, want string }{
		{"fingerprint", v.Fingerprint(), "5d778247e2b33863cc61381848afaf0e"},
		{"record", fmt.Sprintf("%x", v.RecordID("admin_penalty", []byte("k"))), "0afc02582d0a3d3e1447093fba075113"},
		{"reject", fmt.Sprintf("%x", v.RejectID("admin_penalty", []byte("k"))), "9d8f3764553a64b8ce543a9c6b2c4c9a"},
		{"index", fmt.Sprintf("%x", index), "88de19a9792dd828bbdc996f0e86fb25b26492cfdff66da7d0b5adbf03f9b54a"},
		{"cipher", fmt.Sprintf("%x", sealed), "010001cb5c937c68f196b7c8740e734a7075caf7066943c29e55e8f81372ffd8da3c90a27eeae7bac86f331b51a8130f99"},
		{"field", fmt.Sprintf("%x", f.Sum64([]byte("1号"))), "188c0472ccad677f"},
		{"row", fmt.Sprintf("%x", v.RowHash(f.Sum64([]byte("1号")))), "5c6cba576fc5c191"},
	} {
		if c.got != c.want {
			t.Errorf("%s %s, want %s", c.name, c.got, c.want)
		}
	}
}

func TestVault_IDsAreApart(t *testing.T) {
	t.Parallel()
	v := fixed(t)
	seen := map[[16]byte]string{}
	for name, id := range map[string][16]byte{
		"record":              v.RecordID("a", []byte("bc")),
		"record, split else":  v.RecordID("ab", []byte("c")),
		"record, other kind":  v.RecordID("b", []byte("bc")),
		"record without key":  v.RecordID("a", nil),
		"reject":              v.RejectID("a", []byte("bc")),
		"reject, other kind":  v.RejectID("b", []byte("bc")),
		"reject, split else":  v.RejectID("ab", []byte("c")),
		"record, a zero byte": v.RecordID("a", []byte("\x00bc")),
	} {
		if other, ok := seen[id]; ok {
			t.Errorf("%s and %s have one id", name, other)
		}
		seen[id] = name
	}
}

func TestRowHash_OrderAndAbsenceDoNotMatter(t *testing.T) {
	t.Parallel()
	v := fixed(t)
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.MapOf(rapid.StringMatching(`[a-z_]{1,12}`), rapid.SliceOfN(rapid.Byte(), 0, 80)).Draw(t, "row")
		names := make([]string, 0, len(row))
		for name := range row {
			names = append(names, name)
		}
		hash := func(names []string) uint64 {
			var sum uint64
			for _, name := range names {
				sum += v.FieldHasher(name).Sum64(row[name])
			}
			return v.RowHash(sum)
		}
		want := hash(names)
		if got := hash(rapid.Permutation(names).Draw(t, "order")); got != want {
			t.Fatalf("%x in another order, want %x", got, want)
		}
		if len(names) == 0 {
			return
		}
		one := rapid.SampledFrom(names).Draw(t, "one")
		before := row[one]
		row[one] = append(append([]byte(nil), before...), 'x')
		if hash(names) == want {
			t.Fatalf("a change of %s was not seen", one)
		}
		row[one] = before
		var others []string
		for _, name := range names {
			if name != one {
				others = append(others, name)
			}
		}
		if hash(others) == want {
			t.Fatalf("the loss of %s was not seen", one)
		}
	})
}

func TestFieldHasher_StringAndBytesAgree(t *testing.T) {
	t.Parallel()
	f := fixed(t).FieldHasher("remark")
	for _, s := range []string{"", "a", "行政处罚决定书", strings.Repeat("x", 1000)} {
		if got, want := f.Sum64String(s), f.Sum64([]byte(s)); got != want {
			t.Errorf("%q: %x, want %x", s, got, want)
		}
	}
	if fixed(t).FieldHasher("a").Sum64([]byte("x")) == fixed(t).FieldHasher("b").Sum64([]byte("x")) {
		t.Error("two fields hash one value alike")
	}
}

func TestVault_PrintsNoKey(t *testing.T) {
	t.Parallel()
	v := fixed(t)
	s := v.Sealer(ResidentID, "admin_penalty", "id_no")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got, want := fmt.Sprintf(verb, v), "vault("+v.Fingerprint()+")"; got != want {
			t.Errorf("%s: %s, want %s", verb, got, want)
		}
		if got, want := fmt.Sprintf(verb, s), `sealer("admin_penalty\x00id_no")`; got != want {
			t.Errorf("%s: %s, want %s", verb, got, want)
		}
	}
}

func TestVault_ConcurrentUse(t *testing.T) {
	t.Parallel()
	v := fixed(t)
	s := v.Sealer(ResidentID, "admin_penalty", "id_no")
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 300 {
				clear := fmt.Appendf(nil, "36080219900101%02d%02d", g, i%100)
				var a, b [32]byte
				sealed := s.Seal(clear, &a, nil)
				v.Sealer(ResidentID, "admin_penalty", "id_no").Index(clear, &b)
				got, err := s.Open(sealed, nil)
				if err != nil || !bytes.Equal(got, clear) || a != b {
					t.Errorf("%s came back as %s, %v", clear, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
