package app

import (
	"context"
	"sync"

	"creditsync/internal/vault"
	"creditsync/internal/warehouse"
	"creditsync/transforms"
)

// originals finds refused rows as they were read by their receipt number, so that what was masked on the sheet that went
// back to the department need not be typed again. They are read at the first receipt and stay sealed until asked for.
func originals(ctx context.Context, w *warehouse.Warehouse, v *vault.Vault) func(string) ([]transforms.Cell, bool) {
	load := sync.OnceValue(func() map[string]warehouse.Reject {
		list, err := w.Rejects(ctx, warehouse.RejectFilter{})
		if err != nil { // the masked cells then stay as they came, and are refused where that is not enough
			return nil
		}
		byReceipt := make(map[string]warehouse.Reject, len(list))
		for _, r := range list {
			byReceipt[receipt(r.ID)] = r
		}
		return byReceipt
	})
	return func(number string) ([]transforms.Cell, bool) {
		r, ok := load()[number]
		if !ok {
			return nil, false
		}
		clear, err := v.Sealer("raw", r.Kind, "raw").Open([]byte(r.RawCipher), nil)
		if err != nil {
			return nil, false
		}
		cells, err := parseCells(clear)
		return cells, err == nil
	}
}
