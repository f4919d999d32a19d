package vault

import (
	"bytes"
	"os"
	"testing"

	"creditsync/internal/fault"

	"pgregory.net/rapid"
)

func TestSealer_SealAndOpen(t *testing.T) {
	t.Parallel()
	s := fixed(t).Sealer(ResidentID, "admin_penalty", "id_no")
	rapid.Check(t, func(t *rapid.T) {
		clear := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "clear")
		room := make([]byte, 3, 3+rapid.IntRange(0, 300).Draw(t, "room"))
		copy(room, "abc")
		var i1, i2 [32]byte
		out := s.Seal(clear, &i1, room)
		if got, want := len(out), 3+len(clear)+Overhead; got != want || string(out[:3]) != "abc" {
			t.Fatalf("%d bytes, want %d; begins with %q", got, want, out[:3])
		}
		if again := s.Seal(clear, &i2, nil); !bytes.Equal(again, out[3:]) || i1 != i2 {
			t.Fatal("the same value was sealed otherwise")
		}
		if again := s.Seal(clear, nil, nil); !bytes.Equal(again, out[3:]) {
			t.Fatal("the same value was sealed otherwise without its index")
		}
		got, err := s.Open(out[3:], []byte("xy"))
		if err != nil || string(got[:2]) != "xy" || !bytes.Equal(got[2:], clear) {
			t.Fatalf("opened %q, %v", got, err)
		}
	})
}

func TestSealer_Open_RefusesEveryChange(t *testing.T) {
	t.Parallel()
	s := fixed(t).Sealer(ResidentID, "admin_penalty", "id_no")
	var index [32]byte
	sealed := s.Seal([]byte("360802199001011238"), &index, nil)
	for i := range sealed {
		for _, bit := range []byte{1, 0x80} {
			bad := bytes.Clone(sealed)
			bad[i] ^= bit
			got, err := s.Open(bad, nil)
			if err == nil || got != nil {
				t.Fatalf("byte %d changed, opened %q", i, got)
			}
			if i == 1 || i == 2 {
				wantFault(t, err, fault.Input, "keys.unknown_id")
			} else {
				wantFault(t, err, fault.Input, "cipher.closed")
			}
		}
	}
	for n := range sealed {
		if _, err := s.Open(sealed[:n], nil); err == nil {
			t.Fatalf("opened the first %d bytes", n)
		}
	}
}

func TestSealer_FieldsAreApart(t *testing.T) {
	t.Parallel()
	v := fixed(t)
	clear := []byte("360802199001011238")
	var i1, i2, i3 [32]byte
	a := v.Sealer(ResidentID, "admin_penalty", "id_no")
	b := v.Sealer(ResidentID, "admin_penalty", "legal_rep_id_no")
	c := v.Sealer(Passport, "admin_penalty", "id_no")
	sa, sb, sc := a.Seal(clear, &i1, nil), b.Seal(clear, &i2, nil), c.Seal(clear, &i3, nil)
	if i1 != i2 {
		t.Error("one value of one class has two indexes: it cannot be joined")
	}
	if i1 == i3 {
		t.Error("two classes share an index")
	}
	nonce := func(b []byte) string { return string(b[nonceAt : nonceAt+nonceSize]) }
	if nonce(sa) == nonce(sb) || nonce(sa) == nonce(sc) {
		t.Error("two fields share a nonce")
	}
	_, err := b.Open(sa, nil)
	wantFault(t, err, fault.Input, "cipher.closed")
	_, err = v.Sealer(ResidentID, "court_notice", "id_no").Open(sa, nil)
	wantFault(t, err, fault.Input, "cipher.closed")
}

func TestVault_Rotation(t *testing.T) {
	t.Parallel()
	v := fixed(t)
	other, _, err := Open(v.path, Options{Now: clock}) // another process, which does not see what v adds
	if err != nil {
		t.Fatal(err)
	}
	clear := []byte("360802199001011238")
	var before, after [32]byte
	old := v.Sealer(ResidentID, "admin_penalty", "id_no")
	sealed := old.Seal(clear, &before, nil)
	id, row := v.RecordID("k", clear), v.RowHash(v.FieldHasher("f").Sum64(clear))
	if got, err := v.AddCipherKey(); err != nil || got != "c2" {
		t.Fatalf("%s, %v", got, err)
	}
	if got, err := other.AddIndexKey(); err != nil || got != "k2" {
		t.Fatalf("%s, %v", got, err)
	}
	v2, created, err := Open(v.path, Options{Now: clock})
	if err != nil || created {
		t.Fatalf("created %v, %v", created, err)
	}
	if index, cipher := v2.KeyIDs(); index != "k2" || cipher != "c2" {
		t.Errorf("keys %s and %s: one of two changes was lost", index, cipher)
	}
	if v2.Fingerprint() != v.Fingerprint() || v2.RecordID("k", clear) != id || v2.RowHash(v2.FieldHasher("f").Sum64(clear)) != row {
		t.Error("rotation changed what hangs on the identity key")
	}
	s := v2.Sealer(ResidentID, "admin_penalty", "id_no")
	if got, err := s.Open(sealed, nil); err != nil || !bytes.Equal(got, clear) {
		t.Errorf("what the old key sealed: %q, %v", got, err)
	}
	anew := s.Seal(clear, &after, nil)
	if before == after || bytes.Equal(anew, sealed) {
		t.Error("the new keys are not used")
	}
	_, err = old.Open(anew, nil)
	wantFault(t, err, fault.Input, "keys.unknown_id")
	info, err := os.Stat(v.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if got := names(t, v.path); len(got) != 1 {
		t.Errorf("left in the folder: %v", got)
	}
}

func TestVault_Rotation_RefusesAnotherFile(t *testing.T) {
	t.Parallel()
	v := fixed(t)
	if err := os.Remove(v.path); err != nil {
		t.Fatal(err)
	}
	_, err := v.AddIndexKey()
	wantFault(t, err, fault.Input, "keys.missing")
	if _, _, err := Open(v.path, Options{MayCreate: true, Now: clock}); err != nil {
		t.Fatal(err)
	}
	_, err = v.AddIndexKey()
	wantFault(t, err, fault.Input, "keys.changed")
}
