package city

import (
	"slices"
	"strings"
	"testing"

	"creditsync/examples/tour/bureau"
)

func TestBook_SameSeedSameBytes(t *testing.T) {
	t.Parallel()
	var files [2]strings.Builder
	for i := range files {
		book := bureau.New(7, 3000)
		book.Next()
		if err := book.Write(&files[i]); err != nil {
			t.Fatal(err)
		}
	}
	if files[0].String() != files[1].String() {
		t.Error("one seed made two different files")
	}
}

func TestBook_NextIsSmallAndKnown(t *testing.T) {
	t.Parallel()
	book := bureau.New(20240103, 3000)
	before := book.Rows()
	d := book.Next()
	if got, want := book.Rows(), before+len(d.Added)-len(d.Removed); got != want {
		t.Errorf("rows: got %d, want %d", got, want)
	}
	if d.Inserted() != 9 || d.Updated() != 12 || d.Deleted() != 5 {
		t.Errorf("got %d, %d, %d, want 9, 12, 5", d.Inserted(), d.Updated(), d.Deleted())
	}
	seen := map[string]bool{}
	for _, p := range slices.Concat(d.Changed, d.Removed, d.Added, []bureau.Penalty{d.Spoiled, d.Mended}) {
		if seen[p.DocNo()] {
			t.Errorf("%s is in the difference twice", p.DocNo())
		}
		seen[p.DocNo()] = true
	}
}
