package transforms

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/internal/testkit/golden"
	"creditsync/schemas"
)

// What the clerks read of a file in which everything is wrong that can be.
func TestApply_HostileGolden(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join("testdata", "hostile.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"zh", "en"} {
		o := options()
		o.Language = language
		out := applyTable(t, o, lines[0], lines[1:],
			RefusedRow{Ref: "inbox/a.csv:9", Rule: "ragged_row", Cells: []string{"测试甲", "自然人", "360802199001011238"}},
			RefusedRow{Ref: "inbox/a.csv:10", Rule: "undecodable", Cells: append([]string{"\xff坏"}, lines[1][1:]...)},
			RefusedRow{Ref: "inbox/a.csv:11", Rule: "no_such_rule"})
		defer out.Release()
		noClear(t, out, "360802199001011238", "360802199001011239", "360803190002291193", "36080219900101123", "360802 19900101 1238")
		golden.CheckFile(t, filepath.Join("testdata", "hostile."+language+".txt"), describe(out))
	}
}

func describe(out *Output) string {
	var s strings.Builder
	fmt.Fprintf(&s, "read %d, accepted %d, rejected %d, unkeyed %d, warned %d\n", out.Count.Read, out.Count.Accepted, out.Count.Rejected, out.Count.Unkeyed, out.Count.Warned)
	for i := range int(out.Rejects.NumRows()) {
		fmt.Fprintf(&s, "\n%s, authority %q, keyed %v\n", text(out.Rejects, schemas.ColSourceRef, i), text(out.Rejects, "authority", i),
			idOf(out.Rejects, schemas.ColRecordID, i) != [16]byte{})
		messages := list(col(out.Rejects, "messages"), i)
		for k, v := range violations(out, i) {
			fmt.Fprintf(&s, "  %-40s %s\n", v, messages[k])
		}
		fmt.Fprintf(&s, "  %s\n", text(out.Rejects, "raw_masked", i))
	}
	return s.String()
}
