package bureau

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// row is one line of the file.
type row struct {
	penalty Penalty
	cells   []string
	torn    bool   // written without quotes
	rule    string // under which it is refused; empty when it is loaded
	used    bool   // it is special in some way: nothing else happens to it
}

// Book is what the bureau delivers each night: all of its penalties.
type Book struct {
	rng      *rand.Rand
	rows     []*row
	twice    int // rows that were pasted twice
	mixedUp  int // rows with a fine in the wrong unit
	reserved []Penalty
}

// What there is of each, whatever the size of the book.
const (
	pastedTwice = 3
	unitMixUps  = 18
)

// New makes the book of a seed, of about n penalties; at least 1,000. The same seed makes the same book.
func New(seed uint64, n int) *Book {
	b := &Book{rng: rand.New(rand.NewPCG(seed, 0x5851F42D4C957F2D))}
	serial := 0
	for _, o := range offices() {
		list := newPenalties(b.rng, o, n*o.share/100, &serial)
		if o.region == "360800" {
			// The last ones come later: what the city's own bureau decides until the third night.
			cut := len(list) - added
			b.reserved, list = list[cut:], list[:cut]
		}
		for _, p := range list {
			b.rows = append(b.rows, &row{penalty: p, cells: o.clerk.row(&p)})
		}
	}
	for _, m := range mistakes() {
		for range max(1, m.share*n/3000) {
			r := b.pick(m.fits)
			m.spoil(r)
			r.rule = m.rule
		}
	}
	for range unitMixUps {
		mixUp(b.pick(func(p *Penalty) bool { return p.fine > 0 && p.fine <= 5000 }))
		b.mixedUp++
	}
	for range pastedTwice {
		r := b.pick(always)
		at := slices.Index(b.rows, r) + 1
		b.rows = slices.Insert(b.rows, at, &row{penalty: r.penalty, cells: slices.Clone(r.cells), used: true})
		b.twice++
	}
	return b
}

// pick is a row that nothing has happened to yet: the first from a random place on.
func (b *Book) pick(fits func(*Penalty) bool) *row {
	from := b.rng.IntN(len(b.rows))
	for i := range b.rows {
		if r := b.rows[(from+i)%len(b.rows)]; !r.used && fits(&r.penalty) {
			r.used = true
			return r
		}
	}
	panic("bureau: the book is too small for what has to happen in it")
}

// Rows is how many rows the file has below its header.
func (b *Book) Rows() int { return len(b.rows) }

// Twice is how many rows are in the file twice.
func (b *Book) Twice() int { return b.twice }

// MixedUp is how many fines are in the wrong unit.
func (b *Book) MixedUp() int { return b.mixedUp }

// Refused is how many rows creditsync should refuse, by rule.
func (b *Book) Refused() map[string]int {
	n := map[string]int{}
	for _, r := range b.rows {
		if r.rule != "" {
			n[r.rule]++
		}
	}
	return n
}

// Personal are the resident IDs that stand anywhere in the book, right or wrong.
func (b *Book) Personal() []string {
	var ids []string
	for _, r := range b.rows {
		for _, id := range []string{r.penalty.subject.id, r.cells[colID], r.cells[colRepID]} {
			if len(id) == 18 && !strings.Contains(id, "+") {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
