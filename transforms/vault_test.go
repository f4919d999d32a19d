package transforms_test

import (
	"path/filepath"
	"testing"
	"time"

	"creditsync/internal/vault"
	"creditsync/transforms"
)

// vaultProtection is how the wiring hands the vault in.
func vaultProtection(tb testing.TB) transforms.Protection {
	tb.Helper()
	v, _, err := vault.Open(filepath.Join(tb.TempDir(), "keys.json"), vault.Options{MayCreate: true, Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	return transforms.Protection{
		RecordID: v.RecordID,
		RejectID: v.RejectID,
		Hash:     func(field string) func([]byte) uint64 { return v.FieldHasher(field).Sum64 },
		RowHash:  v.RowHash,
		Seal: func(class, kind, field string) func([]byte, *[32]byte, []byte) []byte {
			s := v.Sealer(class, kind, field)
			return func(clear []byte, index *[32]byte, dst []byte) []byte {
				if index == nil {
					index = new([32]byte)
				}
				return s.Seal(clear, index, dst)
			}
		},
		Mask: vault.Mask,
	}
}

func BenchmarkApply_Vault(b *testing.B) {
	o := transforms.BenchOptions()
	o.Protect = vaultProtection(b)
	transforms.RunBench(b, o)
}
