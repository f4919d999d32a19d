package transforms_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/internal/vault"
	"creditsync/schemas"
	"creditsync/transforms"
)

// openVault makes keys.
func openVault(tb testing.TB) *vault.Vault {
	tb.Helper()
	v, _, err := vault.Open(filepath.Join(tb.TempDir(), "keys.json"), vault.Options{MayCreate: true, Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// vaultProtection is how the wiring hands the vault in.
func vaultProtection(v *vault.Vault) transforms.Protection {
	return transforms.Protection{
		RecordID: v.RecordID, RecordIDs: v.RecordIDs,
		RejectID: v.RejectID,
		Hash:     func(field string) func([]byte) uint64 { return v.FieldHasher(field).Sum64 },
		RowHash:  v.RowHash,
		Seal: func(class, kind, field string) func([]byte, *[32]byte, []byte) []byte {
			return v.Sealer(class, kind, field).Seal
		},
		SealAll: func(class, kind, field string) transforms.SealAll { return v.Sealer(class, kind, field).SealAll },
		Mask:    vault.Mask,
	}
}

func BenchmarkApply_Vault(b *testing.B) {
	o := transforms.BenchOptions()
	o.Protect = vaultProtection(openVault(b))
	transforms.RunBench(b, o)
}

// TestApply_ManyAtOnceIsOneByOne: how many values go to the vault together shows in nothing.
func TestApply_ManyAtOnceIsOneByOne(t *testing.T) {
	t.Parallel()
	o := transforms.BenchOptions()
	o.Protect = vaultProtection(openVault(t))
	alone := o
	alone.Protect.RecordIDs, alone.Protect.SealAll = nil, nil
	rows, refs := transforms.BenchInput()
	var outs []*transforms.Output
	for _, o := range []transforms.Options{o, alone} {
		tr, err := transforms.New(o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := tr.Apply(transforms.Input{Rows: rows, Refs: refs})
		if err != nil {
			t.Fatal(err)
		}
		defer out.Release()
		outs = append(outs, out)
	}
	for i, name := range outs[0].Accepted.Schema().Fields() {
		if got, want := outs[0].Accepted.Column(i), outs[1].Accepted.Column(i); !array.Equal(got, want) {
			t.Errorf("%s: the columns differ", name.Name)
		}
	}
	if !array.RecordEqual(outs[0].Rejects, outs[1].Rejects) || outs[0].AcceptedCheck != outs[1].AcceptedCheck {
		t.Error("the rejects or the checksums differ")
	}
	if n := outs[0].Accepted.NumRows(); n < 1000 {
		t.Errorf("only %d rows", n)
	}
}

// What the transformation hides opens again with the keys, and nothing else does.
func TestApply_HiddenValuesOpen(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	o := transforms.BenchOptions()
	o.Protect = vaultProtection(v)
	tr, err := transforms.New(o)
	if err != nil {
		t.Fatal(err)
	}
	rows, refs := transforms.BenchInput()
	out, err := tr.Apply(transforms.Input{Rows: rows.NewSlice(0, 100), Refs: array.NewSlice(refs, 0, 100).(*array.String)})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Release()
	at := func(r arrow.Record, name string) arrow.Array { return r.Column(r.Schema().FieldIndices(name)[0]) }
	sealer := v.Sealer(schemas.PersonalNumber, "admin_penalty", "legal_rep_id_no")
	clear, err := sealer.Open(at(out.Accepted, "legal_rep_id_no_cipher").(*array.Binary).Value(0), nil)
	if err != nil {
		t.Fatal(err)
	}
	var index [32]byte
	sealer.Index(clear, &index)
	if got := at(out.Accepted, "legal_rep_id_no_index").(*array.FixedSizeBinary).Value(0); string(got) != string(index[:16]) {
		t.Errorf("index %x, want %x", got, index[:16])
	}
	if got, want := at(out.Accepted, "legal_rep_id_no").(*array.String).Value(0), string(vault.Mask(vault.ResidentID, clear, nil)); got != want {
		t.Errorf("masked as %q, want %q", got, want)
	}
	raw, err := v.Sealer("raw", "admin_penalty", "raw").Open(at(out.Rejects, "raw_cipher").(*array.Binary).Value(0), nil)
	if err != nil || !bytes.HasPrefix(raw, []byte(`[["行政相对人名称","吉安市17号食品有限公司"]`)) {
		t.Errorf("the refused row opens as %s (%v)", raw, err)
	}
}
