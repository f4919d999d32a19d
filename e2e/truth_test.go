package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// generate writes a file of penalties with its truth into a folder of its own below the shared one, and returns that
// folder. See e2e/generator/README.md for the options.
func generate(t testing.TB, name string, options ...string) string {
	t.Helper()
	dir := filepath.Join(program.Dir(), name)
	args := append([]string{"generator/penalties.py", "--out", dir}, options...)
	if out, err := exec.Command("python3", args...).CombinedOutput(); err != nil {
		t.Fatalf("generator %v: %v\n%s", options, err, out)
	}
	return dir
}

// fields are those of a penalty in the order of the standard, as the people who query them know them.
var fields = strings.Fields(`subject_name subject_type uscc registration_no org_code tax_no public_institution_no social_org_no
legal_rep_name legal_rep_id_type legal_rep_id_no id_type id_no decision_no violation_type violation_fact legal_basis
penalty_category penalty_content fine_wanyuan confiscated_wanyuan license_revoked decision_date valid_until publicity_until
authority_name authority_uscc source_unit_name source_unit_uscc remark`)

// truth is what a correct reader must make of one row.
type truth struct {
	Row, Line  int
	OK         bool
	Key        []*string // decision_no, authority_uscc, subject, decision_date
	KeyOK      *bool     `json:"key_ok"` // nil: both readings can be defended
	Violations [][2]string
	Values     map[string]any
	Warnings   []string
	Superseded bool
	TextIDs    map[string][]string `json:"text_ids"`
}

// truths passes the truth of every row to fn, in the order of the file.
func truths(t testing.TB, dir string, fn func(truth)) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for decode := json.NewDecoder(bufio.NewReaderSize(f, 1<<20)); ; {
		var one truth
		if err := decode.Decode(&one); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		fn(one)
	}
}

// value is a field as the stores hold it: absent is empty, lists are joined, IDs are masked wherever they stand.
func (r truth) value(field string) string {
	switch v := r.Values[field].(type) {
	case nil:
		return ""
	case []any:
		list := make([]string, len(v))
		for i, one := range v {
			list[i] = one.(string)
		}
		return strings.Join(list, "|")
	case string:
		if field == "id_no" || field == "legal_rep_id_no" {
			return mask(v)
		}
		for _, id := range r.TextIDs[field] {
			v = maskIn(v, id)
		}
		return v
	}
	return "?"
}

// mask is what people may see of a number: area and end of a resident ID, less of anything else, also of an ID in full
// width. What came masked stays.
func mask(number string) string {
	runes := []rune(number)
	n := len(runes)
	head, end := 3, 2
	switch {
	case strings.Contains(number, "*"):
		return number
	case resident(number), n == 15 && digits(number):
		head, end = 6, 4
	case n <= 8:
		head, end = 0, 0
	}
	for i := head; i < n-end; i++ {
		runes[i] = '*'
	}
	return string(runes)
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// resident reports whether 18 characters are an ID by GB 11643: the weights are powers of 2 modulo 11.
func resident(s string) bool {
	if len(s) != 18 || !digits(s[:17]) {
		return false
	}
	sum := 0
	for i, weight := 16, 2; i >= 0; i, weight = i-1, weight*2%11 {
		sum += int(s[i]-'0') * weight
	}
	return "10X98765432"[sum%11] == strings.ToUpper(s)[17]
}

// maskIn masks an ID inside a text, in whichever width or case it is written there.
func maskIn(text, id string) string {
	runes := []rune(text)
	for at := 0; at+len(id) <= len(runes); at++ {
		if plain(runes[at:at+len(id)]) != id {
			continue
		}
		copy(runes[at:], []rune(mask(string(runes[at:at+len(id)]))))
		break
	}
	return string(runes)
}

// plain is a text in half width and capitals.
func plain(runes []rune) string {
	out := make([]rune, len(runes))
	for i, r := range runes {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		out[i] = unicode.ToUpper(r)
	}
	return string(out)
}

// summary is what the generator says of the whole file.
type summary struct {
	Rows, Good, Bad, Superseded, Records, IDs uint64
	RuleRows                                  map[string]uint64 `json:"rule_rows"`
	Warnings                                  map[string]uint64
}

func summaryOf(t testing.TB, dir string) summary {
	t.Helper()
	var s summary
	readJSON(t, filepath.Join(dir, "summary.json"), &s)
	return s
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// lines are the lines of a file without its last line break.
func lines(t testing.TB, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}
