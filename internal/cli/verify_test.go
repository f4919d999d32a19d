package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/fault"
)

func TestVerify_ExitStatus(t *testing.T) {
	t.Parallel()
	equal := app.Verified{Name: "current", Kind: "admin_penalty", Checked: 3}
	differs, failed := equal, equal
	differs.Differences = []app.Difference{{Sort: "missing", Count: 2, What: fault.T("缺少", "missing")}}
	failed.Err = errAway
	for name, c := range map[string]struct {
		parts []app.Verified
		err   error
		want  int
	}{
		"equal":              {[]app.Verified{equal}, nil, 0},
		"differs":            {[]app.Verified{equal, differs}, nil, 1},
		"Kafka is away":      {[]app.Verified{failed, differs}, nil, 3},
		"there is no such":   {nil, errWrong, 2},
		"nothing at all yet": {nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{verified: c.parts, err: c.err}
			got := call(t, f, "verify", "market", "--since", "2024-03-01", "-c", "$CONFIG", "--json")
			if got.status != c.want || !json.Valid([]byte(got.stdout)) {
				t.Errorf("got %d, want %d: %q", got.status, c.want, got.stdout)
			}
			if f.verify.Since != "2024-03-01" || !slices.Equal(f.verify.Names, []string{"market"}) || f.verify.Examples != 5 {
				t.Errorf("got %+v", f.verify)
			}
			if text := call(t, f, "verify", "-c", "$CONFIG"); text.status != c.want || c.err == nil && !strings.Contains(text.stdout, "nothing") && len(c.parts) > 0 && !strings.Contains(text.stdout, "admin_penalty") {
				t.Errorf("got %d %q", text.status, text.stdout)
			}
		})
	}
}
