package file

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"creditsync/internal/fault"
	"creditsync/internal/testkit/golden"

	"github.com/goccy/go-yaml"
)

// TestMalformed holds what people read of each damaged file and of each mistaken configuration, in both languages, and what
// is read in spite of the damage. Beside a file may stand the options that it is read with (NAME.yaml); a .yaml without a file is
// a mistaken configuration.
func TestMalformed(t *testing.T) {
	t.Parallel()
	const dir = "testdata/malformed"
	if golden.Updating() {
		for name, b := range damagedFiles(t) {
			write(t, filepath.Join(dir, name), b)
		}
	}
	files, err := filepath.Glob(dir + "/*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		name := filepath.Base(f)
		beside, isOptions := strings.CutSuffix(name, ".yaml")
		if strings.HasSuffix(name, ".golden") || isOptions && slices.Contains(files, filepath.Join(dir, beside)) {
			continue
		}
		n++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(name)
			sidecar := f
			if !isOptions {
				sidecar += ".yaml"
			}
			if b, err := os.ReadFile(sidecar); err == nil {
				if err := yaml.UnmarshalWithOptions(b, &o, yaml.Strict()); err != nil {
					t.Fatal(err)
				}
			}
			want := wantColumns("决定书文号", "名称", "处罚日期", "备注")
			want.Undecodable = 0.5
			got := ""
			if err := o.Validate(); err != nil {
				got = report(result{err: err})
			} else {
				got = report(readAll(t, dir, o, want))
			}
			golden.CheckFile(t, f+".golden", got)
		})
	}
	if n < 100 {
		t.Errorf("%d damaged files and mistakes, want 100 at least", n)
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
