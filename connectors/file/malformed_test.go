package file

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creditsync/internal/fault"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestMalformed holds what people read of each damaged file, in both languages, and what is read in spite of the damage.
func TestMalformed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/malformed/*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		if strings.HasSuffix(f, ".golden") {
			continue
		}
		n++
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			want := wantColumns("决定书文号", "名称", "处罚日期", "备注")
			want.Undecodable = 0.2
			got := report(readAll(t, "testdata/malformed", options(filepath.Base(f)), want))
			golden := f + ".golden"
			if *update {
				write(t, golden, []byte(got))
			}
			b, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(b) {
				t.Errorf("got\n%s\nwant\n%s", got, b)
			}
		})
	}
	if n < 25 {
		t.Errorf("%d damaged files, want 25 at least", n)
	}
}

// report says what came of a read.
func report(r result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "rows read: %d\n", len(r.rows))
	for _, one := range r.refused {
		fmt.Fprintf(&b, "refused: %s %s %q\n", one.Ref, one.Rule, one.Cells)
	}
	var f *fault.Error
	switch {
	case errors.As(r.err, &f):
		fmt.Fprintf(&b, "class %d, code %s, again %v\n\n%s\n\n%s\n", f.Class, f.Code, f.Retry, fault.Say(r.err, fault.Chinese), fault.Say(r.err, fault.English))
	case r.err != nil:
		fmt.Fprintf(&b, "error: %v\n", r.err)
	}
	return b.String()
}
