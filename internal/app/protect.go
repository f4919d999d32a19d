package app

import (
	"creditsync/internal/vault"
	"creditsync/transforms"
)

// protection is the vault as package transforms wants it.
func protection(v *vault.Vault) transforms.Protection {
	return transforms.Protection{
		RecordID: v.RecordID, RecordIDs: v.RecordIDs,
		RejectID: v.RejectID,
		Hash:     func(field string) func([]byte) uint64 { return v.FieldHasher(field).Sum64 },
		RowHash:  v.RowHash,
		Seal: func(class, kind, field string) func(clear []byte, index *[32]byte, dst []byte) []byte {
			return v.Sealer(class, kind, field).Seal
		},
		SealAll: func(class, kind, field string) transforms.SealAll { return v.Sealer(class, kind, field).SealAll },
		Mask:    vault.Mask,
	}
}
