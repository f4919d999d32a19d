package e2e

import (
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"creditsync/internal/vault"
)

// remedies are what a clerk writes into a cell that was refused; fields that are not here are left as they are.
var remedies = map[string]string{
	"valid_until": "2099-12-31", "publicity_until": "2099-12-31", "license_revoked": "", "remark": "",
	"violation_type": "其他违法行为", "legal_rep_name": "王拟", "legal_basis": "《中华人民共和国行政处罚法》第九条",
}

// sheet is a spreadsheet as a clerk has it.
type sheet struct {
	header []string
	rows   [][]string
}

func (h sheet) column(name string) int { return slices.Index(h.header, name) }

// TestReceipts: refused rows go out as spreadsheets and come back corrected under their receipt numbers.
func TestReceipts(t *testing.T) {
	t.Parallel()
	dir := generate(t, "receipts", "--rows", "2000", "--seed", "17", "--defects", "0.2", "--keyed-defects", "--header", "field", "--no-huge")
	all := summaryOf(t, dir)
	s := newSite(t, setup{pipelines: strings.Replace(oneSnapshot, "*.csv", "*", 1)})
	s.put(filepath.Join(dir, "penalties.csv"), "inbox/penalties.csv")
	s.up()
	if r := s.done(); r.Rejected != all.Bad || r.Inserted != all.Records {
		t.Fatalf("first load: %+v", r)
	}
	open := s.openRows()
	if uint64(len(open)) != all.Bad {
		t.Fatalf("%d open rows, want %d", len(open), all.Bad)
	}
	sheets := s.exported(t, open)
	corrected, mended := correct(t, sheets, open)
	s.write("inbox/更正.xlsx", corrected)
	own := string(read(t, s.path("inbox/penalties.csv")))

	s.sub("a file of corrections deletes nothing", func(t *testing.T) {
		s.remove("inbox/penalties.csv")
		n := uint64(len(mended))
		if got, want := s.done().counts(), (counts{read: n, accepted: n, inserted: n, published: n}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		s.wantText(fmt.Sprint(all.Records+n), "SELECT count() FROM credit.admin_penalty")
		s.statesAre(t, mended, "resolved")
		for _, r := range s.quarantine() {
			if strings.Contains(r.Ref, "更正") {
				t.Errorf("corrected row is refused: %+v", r.Violations)
			}
		}
		s.wantText(fmt.Sprint("open\t", all.Bad-n, "\nresolved\t", n), "SELECT state, count() FROM credit.quarantine FINAL GROUP BY state ORDER BY state")
		s.restored(t, dir, n)
	})
	s.sub("the broken rows come again", func(t *testing.T) {
		s.write("inbox/penalties.csv", own)
		n := uint64(len(mended))
		if got, want := s.done().counts(), (counts{read: all.Rows + n, accepted: all.Good + n, rejected: all.Bad, unchanged: all.Records + n, superseded: all.Superseded}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		s.statesAre(t, mended, "open")
	})
	s.sub("the corrections are taken away", func(t *testing.T) {
		s.remove("inbox/更正.xlsx")
		n := uint64(len(mended))
		if got, want := s.done().counts(), (counts{read: all.Rows, accepted: all.Good, rejected: all.Bad, unchanged: all.Records, superseded: all.Superseded}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		s.wantText(fmt.Sprint(all.Records+n), "SELECT count() FROM credit.admin_penalty")
	})
	s.sub("show, dismiss, replay", func(t *testing.T) { s.works(t, open, all) })
}

// openRows are the open refused rows by receipt.
func (s *site) openRows() map[string]refused {
	s.t.Helper()
	rows := map[string]refused{}
	for _, r := range s.quarantine("--state", "open") {
		rows[r.Receipt] = r
	}
	return rows
}

// exported writes the spreadsheets and holds them against the open rows.
func (s *site) exported(t *testing.T, open map[string]refused) []sheet {
	t.Helper()
	var doc struct {
		Files []struct {
			Path, Authority string
			Rows            int
		}
	}
	s.into(&doc, 0, "quarantine", "export", "penalties", "--to", "refused")
	var sheets []sheet
	seen := map[string]bool{}
	for _, f := range doc.Files {
		if !filepath.IsAbs(f.Path) {
			f.Path = s.path(f.Path)
		}
		one := openSheet(t, f.Path)
		if len(one.rows) != f.Rows {
			t.Errorf("%s: %d rows, want %d", f.Path, len(one.rows), f.Rows)
		}
		for _, row := range one.rows {
			receipt := row[one.column("回执号")]
			r, known := open[receipt]
			if !known || seen[receipt] || r.Authority != f.Authority {
				t.Fatalf("%s: receipt %q of %q: not open, or written twice", f.Path, receipt, r.Authority)
			}
			seen[receipt] = true
			for _, v := range r.Violations {
				if !strings.Contains(row[one.column("拒绝原因")], v.Message) {
					t.Errorf("%s: the reason %q is not given", receipt, v.Message)
				}
			}
			for _, c := range r.Cells {
				if at := one.column(c.Header); at < 0 || row[at] != c.Text {
					t.Errorf("%s: cell %q differs from what was read", receipt, c.Header)
				}
			}
		}
		sheets = append(sheets, one)
	}
	if len(seen) != len(open) {
		t.Errorf("%d rows were exported, %d are open", len(seen), len(open))
	}
	return sheets
}

func openSheet(t *testing.T, path string) sheet {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetList()[0])
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s: %d rows, %v", path, len(rows), err)
	}
	one := sheet{header: rows[0], rows: rows[1:]}
	for i := range one.rows { // cells that are empty at the end are left out
		for len(one.rows[i]) < len(one.header) {
			one.rows[i] = append(one.rows[i], "")
		}
	}
	return one
}

// correct writes one workbook, as the spreadsheets are, with the rows whose every violation has a remedy, and says which receipts these are.
func correct(t *testing.T, sheets []sheet, open map[string]refused) (string, []string) {
	t.Helper()
	header := append([]string{"回执号", "拒绝原因"}, fields...)
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	write := func(row []string) {
		n++
		cells := make([]any, len(row))
		for i, c := range row {
			cells[i] = c
		}
		if err := w.SetRow(fmt.Sprintf("A%d", n), cells); err != nil {
			t.Fatal(err)
		}
	}
	write(header)
	var mended []string
	for _, one := range sheets {
		for _, row := range one.rows {
			receipt := row[one.column("回执号")]
			out := make([]string, len(header))
			for i, name := range header {
				if at := one.column(name); at >= 0 {
					out[i] = row[at]
				}
			}
			whole := true
			for _, v := range open[receipt].Violations {
				remedy, known := remedies[v.Field]
				if !known {
					whole = false
					break
				}
				out[slices.Index(header, v.Field)] = remedy
			}
			if whole {
				write(out)
				mended = append(mended, receipt)
			}
		}
	}
	if len(mended) < 20 {
		t.Fatalf("%d rows can be corrected: too few to say anything", len(mended))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), mended
}

// statesAre fails unless the receipts are in the state.
func (s *site) statesAre(t *testing.T, receipts []string, state string) {
	t.Helper()
	now := map[string]string{}
	for _, r := range s.quarantine() {
		now[r.Receipt] = r.State
	}
	for _, receipt := range receipts {
		if now[receipt] != state {
			t.Errorf("%s is %q, want %q", receipt, now[receipt], state)
		}
	}
}

// restored holds the IDs of corrected rows, which came back as stars, against the numbers of the input.
func (s *site) restored(t *testing.T, dir string, corrected uint64) {
	t.Helper()
	known := map[string]bool{}
	for _, name := range []string{"ids.txt", "otherids.txt"} {
		for _, id := range lines(t, filepath.Join(dir, name)) {
			known[id] = true
		}
	}
	keys, _, err := vault.Open(s.path("data/keys.json"), vault.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	rows, opened := 0, 0
	for _, field := range []string{"id_no", "legal_rep_id_no"} {
		for _, r := range query[struct{ Masked, Sealed string }](s, fmt.Sprintf("SELECT ifNull(%[1]s, '') AS Masked, hex(%[1]s_cipher) AS Sealed FROM credit.admin_penalty_live FINAL WHERE source_ref LIKE '%%更正.xlsx[%%'", field)) {
			rows++
			if r.Masked == "" {
				continue
			}
			if len(r.Masked) == 18 && strings.Count(r.Masked, "*") == 4 { // masked by the department itself: nobody knows more
				if r.Sealed != "" {
					t.Errorf("%s %s came masked and has a cipher", field, r.Masked)
				}
				continue
			}
			sealed, _ := hex.DecodeString(r.Sealed)
			clear, err := keys.Sealer("resident_id", "admin_penalty", field).Open(sealed, nil)
			if err != nil || !known[string(clear)] {
				t.Errorf("%s %s: its cipher does not open as a number of the input (%v)", field, r.Masked, err)
				continue
			}
			opened++
		}
	}
	if uint64(rows) != 2*corrected || opened < 5 {
		t.Errorf("%d cells of %d corrected rows, %d numbers opened", rows, corrected, opened)
	}
}

// works shows rows, sets one aside, and reads others again.
func (s *site) works(t *testing.T, open map[string]refused, all summary) {
	var one refused
	for _, r := range open {
		if len(r.Violations) == 1 && r.Violations[0].Rule == "too_long" {
			one = r
		}
	}
	var doc struct{ Rows []refused }
	s.into(&doc, 0, "quarantine", "show", one.Receipt[:11])
	if len(doc.Rows) != 1 || doc.Rows[0].Receipt != one.Receipt || len(doc.Rows[0].Cells) != len(fields) {
		t.Fatalf("show %s: %+v", one.Receipt[:11], doc.Rows)
	}
	if out := s.want(0, "quarantine", "show", one.Receipt).stdout; !strings.Contains(out, one.Receipt) || !strings.Contains(out, one.Violations[0].Message) {
		t.Errorf("show: %s", out)
	}
	if got := len(s.quarantine("--state", "open", "--rule", "too_long")); uint64(got) != all.RuleRows["too_long"] {
		t.Errorf("--rule too_long lists %d rows, want %d", got, all.RuleRows["too_long"])
	}
	s.want(2, "quarantine", "show", "HZ-0000000000000000")
	s.want(2, "quarantine", "dismiss", "--reason", "没有说哪些")
	s.want(2, "quarantine", "dismiss", one.Receipt)

	s.want(0, "quarantine", "dismiss", one.Receipt, "--reason", "来源单位已撤销")
	s.statesAre(t, []string{one.Receipt}, "dismissed")
	s.done() // the same row comes again
	s.statesAre(t, []string{one.Receipt}, "dismissed")
	if _, there := s.openRows()[one.Receipt]; there {
		t.Error("a dismissed row is listed as open")
	}

	var again document
	s.into(&again, 0, "quarantine", "replay", "--rule", "not_a_date")
	if r := again.Pipelines; len(r) != 1 || r[0].Rejected != all.RuleRows["not_a_date"] || r[0].Accepted+r[0].Deleted+r[0].Published > 0 {
		t.Errorf("replay under the same rules: %+v", r)
	}
	if got := len(s.quarantine("--state", "open", "--rule", "not_a_date")); uint64(got) != all.RuleRows["not_a_date"] {
		t.Errorf("%d rows are open after a replay that changed nothing, want %d", got, all.RuleRows["not_a_date"])
	}
}

// TestReceipts_Replay: a map was wrong; put right, the refused rows are read again from the quarantine.
func TestReceipts_Replay(t *testing.T) {
	t.Parallel()
	dir := generate(t, "replay", "--rows", "200", "--seed", "18", "--defects", "0", "--header", "field", "--no-huge", "--duplicates", "0")
	in, err := os.Open(filepath.Join(dir, "penalties.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	until := slices.Index(rows[0], "valid_until")
	var b strings.Builder
	w := csv.NewWriter(&b)
	for i, row := range rows {
		other := row[until]
		switch {
		case i == 0:
			other = "另一日期"
		case i%20 == 0:
			other = "不详"
		}
		if err := w.Write(append(row, other)); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	s := newSite(t, setup{pipelines: oneSnapshot + "    map: {valid_until: 另一日期}\n"})
	s.write("inbox/a.csv", b.String())
	s.up()
	if r := s.done(); r.Inserted != 190 || r.Rejected != 10 || r.Rules["not_a_date"] != 10 {
		t.Fatalf("with the wrong map: %+v", r)
	}
	s.configure(setup{})
	var doc document
	s.into(&doc, 0, "quarantine", "replay", "--pipeline", "penalties")
	if len(doc.Pipelines) != 1 {
		t.Fatalf("replay: %+v", doc)
	}
	if got, want := doc.Pipelines[0].counts(), (counts{read: 10, accepted: 10, inserted: 10, published: 10}); got != want {
		t.Errorf("replay: got %+v, want %+v", got, want)
	}
	s.wantText("replayed\t10", "SELECT state, count() FROM credit.quarantine FINAL GROUP BY state")
	s.wantText("200", "SELECT count() FROM credit.admin_penalty")
	if got, want := s.done().counts(), (counts{read: 200, accepted: 200, unchanged: 200}); got != want {
		t.Errorf("the night after: got %+v, want %+v", got, want)
	}
}
