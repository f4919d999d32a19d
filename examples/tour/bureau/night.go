package bureau

import "slices"

// The known small difference of the third night.
const (
	changed = 12
	removed = 5
	added   = 8
)

// Difference is what happened in the bureau between two nights.
type Difference struct {
	Changed, Removed, Added []Penalty
	Spoiled                 Penalty // was fine, and is refused now
	Mended                  Penalty // was refused, and is fine now
}

// Inserted, Updated and Deleted are what a sync should make of it.
func (d Difference) Inserted() int { return len(d.Added) + 1 }

// Updated is how many records should get a new version.
func (d Difference) Updated() int { return len(d.Changed) }

// Deleted is how many records should be gone.
func (d Difference) Deleted() int { return len(d.Removed) }

// Next turns the book into that of a later night and says what is different.
func (b *Book) Next() Difference {
	var d Difference
	for i := range changed {
		d.Changed = append(d.Changed, b.change(i))
	}
	for range removed {
		r := b.pick(always)
		d.Removed = append(d.Removed, r.penalty)
		b.rows = slices.DeleteFunc(b.rows, func(one *row) bool { return one == r })
	}
	r := b.pick(fined)
	r.cells[colFine], r.rule = "按决定书执行", "not_a_number"
	d.Spoiled = r.penalty
	d.Mended = b.mend("check_digit")
	for i := range b.reserved {
		p := &b.reserved[i]
		d.Added = append(d.Added, *p)
		b.rows = append(b.rows, &row{penalty: *p, cells: p.office.clerk.row(p), used: true})
	}
	b.reserved = nil
	return d
}

// change alters a penalty as bureaus do afterwards: a fine is reduced on review, or another column is filled in.
func (b *Book) change(i int) Penalty {
	r := b.pick(func(p *Penalty) bool { return i%3 > 0 || p.fine >= 1000 })
	p := &r.penalty
	switch i % 3 {
	case 0:
		p.fine, p.remark = p.fine/2, "经行政复议变更罚款数额"
	case 1:
		p.publicity = p.date.AddDate(0, 6, 0)
	case 2:
		p.remark = "罚没款已全部缴清"
	}
	r.cells = p.office.clerk.row(p)
	return *p
}

// mend writes a row that was refused under a rule as it should have been. It is a row of a body with a code.
func (b *Book) mend(rule string) Penalty {
	i := slices.IndexFunc(b.rows, func(r *row) bool { return r.rule == rule && r.penalty.subject.code != "" })
	r := b.rows[i]
	r.cells, r.torn, r.rule = r.penalty.office.clerk.row(&r.penalty), false, ""
	return r.penalty
}
