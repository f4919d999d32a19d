package cli

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"creditsync/internal/app"
	"creditsync/internal/fault"
)

// A repair does nothing that was not agreed to; where nobody can be asked, --yes agrees.
func TestRepair_AsksAndPassesTheWish(t *testing.T) {
	t.Parallel()
	next := []app.Mended{{Kind: "admin_penalty", Code: "stores.ledger_older", What: fault.T("台账旧", "the ledger is older"), Will: fault.T("找回台账", "bring it back")}}
	for name, c := range map[string]struct {
		args string
		next []app.Mended
		err  error
		want app.RepairWish
		exit int
		says string
	}{
		"nothing is wrong":    {"repair", nil, nil, app.RepairWish{}, 0, "nothing to mend"},
		"nobody agrees":       {"repair", next, nil, app.RepairWish{}, 1, "add --yes"},
		"agreed beforehand":   {"repair market --yes", next, nil, app.RepairWish{Names: []string{"market"}}, 0, "[mended] the ledger is older"},
		"only shown":          {"repair --dry-run --yes", next, nil, app.RepairWish{DryRun: true}, 1, "nothing was changed"},
		"told again":          {"repair --retell --yes", next, nil, app.RepairWish{Choice: app.Retell}, 0, "mended"},
		"not told again":      {"repair --no-retell --yes", next, nil, app.RepairWish{Choice: app.NoRetell}, 0, "mended"},
		"a new ledger":        {"repair --adopt 0b46d290 --yes", next, nil, app.RepairWish{Adopt: "0b46d290"}, 0, "mended"},
		"both choices":        {"repair --retell --no-retell", next, nil, app.RepairWish{}, 2, "exclude each other"},
		"Kafka is away":       {"repair --yes", next, errAway, app.RepairWish{}, 3, "look at the address"},
		"both choices in zh":  {"repair --retell --no-retell --language zh", next, nil, app.RepairWish{}, 2, "只能选一个"},
		"nobody agrees in zh": {"repair --language zh", next, nil, app.RepairWish{}, 1, "同意列出的做法时加 --yes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{next: c.next, err: c.err}
			got := call(t, f, append(strings.Fields(c.args), "-c", "$CONFIG")...)
			if len(f.repair.Names) == 0 {
				f.repair.Names = nil
			}
			if got.status != c.exit || !strings.Contains(got.stdout+got.stderr, c.says) || !reflect.DeepEqual(f.repair, c.want) {
				t.Errorf("got %+v, wish %+v", got, f.repair)
			}
			if doc := call(t, &fake{next: c.next, err: c.err}, append(strings.Fields(c.args), "--json", "-c", "$CONFIG")...); doc.status != c.exit || !json.Valid([]byte(doc.stdout)) {
				t.Errorf("as a document: got %+v", doc)
			}
		})
	}
}

func TestReplay_PassesTheWish(t *testing.T) {
	t.Parallel()
	args := strings.Fields("replay admin_penalty --from 2024-03-01 --to 33554431 --record 0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b -c $CONFIG")
	want := app.RetellWish{Kind: "admin_penalty", From: "2024-03-01", To: "33554431", Record: "0f3a9c52d4be4d6f8a7b6c5d4e3f2a1b"}
	for language, says := range map[string]string{"en": "got 7 messages", "zh": "发 7 条消息"} {
		f := &fake{}
		if got := call(t, f, append(slices.Clone(args), "--language", language)...); got.status != 0 || f.retell != want || !strings.Contains(got.stdout, says) {
			t.Errorf("%s: got %+v, wish %+v", language, got, f.retell)
		}
	}
	f := &fake{}
	if got := call(t, f, append(args, "--dry-run", "--json")...); got.status != 0 || !f.retell.DryRun || !json.Valid([]byte(got.stdout)) {
		t.Errorf("got %+v, wish %+v", got, f.retell)
	}
	if got := call(t, &fake{err: errWrong}, "replay", "admin_penalty", "-c", "$CONFIG"); got.status != 2 {
		t.Errorf("got %+v", got)
	}
	if got := call(t, &fake{}, "replay", "-c", "$CONFIG"); got.status != 2 {
		t.Errorf("without a kind: %+v", got)
	}
}
