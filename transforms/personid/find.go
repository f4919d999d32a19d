package personid

import (
	"creditsync/transforms/cndate"
	"creditsync/transforms/region"
)

// FindIn calls visit with the place of every resident number in text, in ascending order and without overlaps; numbers
// that overlap are one place. A place spans the blanks and dashes inside a number but none around it.
//
// 18 characters are a number when province, birth date and check character are right, in any width, whether they are
// glued to other digits or not, and also when blanks or dashes part them: after the 6th and 14th (6-8-4) anywhere, in
// other groups only when the groups begin and end with the number. 15 digits are a number when province and date are
// right and no digit is glued to them; they may be grouped 6-6-3. A date in the future, up to 2099, is not asked about.
//
// visit is called before FindIn goes on, and not kept. Nothing is allocated.
func FindIn(text []byte, visit func(start, end int)) { find(text, false, visit) }

// LooksLike is FindIn for refused rows, where the number may be what is wrong: beside what FindIn finds it visits every
// unbroken run of 15 or more digits whatever they say, and every 15 or 18 digits in groups that are parted alike, all by
// blanks or all by dashes. An X counts as a digit. Order numbers and codes of that length are visited, too.
func LooksLike(text []byte, visit func(start, end int)) { find(text, true, visit) }

// HasLong reports that b has a run of 15 or more digits, with or without blanks and dashes between them. Without one
// FindIn and LooksLike find nothing.
func HasLong(b []byte) bool {
	start, _ := findRun(b, 0)
	return start >= 0
}

func find(text []byte, broad bool, visit func(start, end int)) {
	for i := 0; i < len(text); {
		start, end := findRun(text, i)
		if start < 0 {
			return
		}
		searchRun(text, start, end, broad, visit)
		i = end
	}
}

// window holds the last elements of a run. Its size is a power of two above 18.
type window struct {
	ring [32]element
	n    int
}

func (w *window) push(e element) { w.ring[w.n%len(w.ring)] = e; w.n++ }

// back returns the element i places before the end; 1 is the last.
func (w *window) back(i int) *element { return &w.ring[(w.n-i)%len(w.ring)] }

// searchRun looks at every window of the run text[start:end].
func searchRun(text []byte, start, end int, broad bool, visit func(start, end int)) {
	var w window
	var found span // the place that is growing, not yet visited
	visited, groupStart, groupLen := 0, start, 0
	for p := start; ; {
		e, ok := element{}, false
		if p < end {
			e, ok = step(text, p)
		}
		parted := !ok || e.joint != glued
		hit := w.number(parted)
		if broad {
			hit = hit.join(w.alike(parted))
			if parted && groupLen >= minRun {
				hit = hit.join(span{groupStart, w.back(1).end})
			}
		}
		if !hit.empty() {
			if !found.empty() && hit.start >= found.end {
				visit(max(found.start, visited), found.end)
				visited, found = found.end, span{}
			}
			found = found.join(hit)
		}
		if !ok {
			break
		}
		if w.n == 0 {
			e.joint = first
		}
		if e.joint != glued {
			groupStart, groupLen = e.start, 0
		}
		groupLen++
		w.push(e)
		p = e.end
	}
	if !found.empty() {
		visit(max(found.start, visited), found.end)
	}
}

// span is a stretch of text; the zero span is none.
type span struct{ start, end int }

func (s span) empty() bool { return s.end == 0 }

func (s span) join(o span) span {
	switch {
	case s.empty():
		return o
	case o.empty():
		return s
	}
	return span{min(s.start, o.start), max(s.end, o.end)}
}

// number returns the place of a resident number that ends with the last element; parted says that a gap or the end of
// the run follows it.
func (w *window) number(parted bool) span {
	if w.n >= 18 && w.is18(parted) {
		return span{w.back(18).start, w.back(1).end}
	}
	if w.n >= 15 && parted && w.is15() {
		return span{w.back(15).start, w.back(1).end}
	}
	return span{}
}

func (w *window) is18(parted bool) bool {
	if !region.KnownProvinceDigits(w.back(18).v, w.back(17).v) {
		return false
	}
	if year := w.two(12)*100 + w.two(10); year < earliestYear || year > 2099 || !isDate(year, w.two(8), w.two(6)) {
		return false
	}
	sum, usual := 0, true
	for i := range 17 {
		e := w.back(18 - i)
		if e.v > 9 {
			return false
		}
		sum += int(e.v) * weights[i]
		if i > 0 && i != 6 && i != 14 && e.joint != glued {
			usual = false
		}
	}
	last := w.back(1)
	if last.joint != glued {
		usual = false
	}
	c := checkChars[sum%11]
	if last.v == 10 && c != 'X' || last.v < 10 && c != '0'+last.v {
		return false
	}
	return usual || parted && w.back(18).joint != glued
}

func (w *window) is15() bool {
	if w.back(15).joint == glued || !region.KnownProvinceDigits(w.back(15).v, w.back(14).v) {
		return false
	}
	gaps := [2]bool{w.back(9).joint != glued, w.back(3).joint != glued}
	if gaps[0] != gaps[1] {
		return false
	}
	for i := range 15 {
		e := w.back(15 - i)
		if e.v > 9 || i > 0 && i != 6 && i != 12 && e.joint != glued {
			return false
		}
	}
	return isDate(1900+w.two(9), w.two(7), w.two(5))
}

// two is the number of two digits, of which the first is i places before the end; more than 99 when one is an X.
func (w *window) two(i int) int {
	a, b := w.back(i).v, w.back(i-1).v
	if a > 9 || b > 9 {
		return 1000
	}
	return int(a)*10 + int(b)
}

func isDate(y, m, d int) bool {
	_, ok := cndate.FromCivil(y, m, d)
	return ok
}

// alike returns the place of 15 or 18 characters in complete groups that are all parted in the same manner.
func (w *window) alike(parted bool) span {
	if !parted {
		return span{}
	}
	for _, n := range [2]int{18, 15} {
		if w.n < n || w.back(n).joint == glued {
			continue
		}
		kind, same := glued, true
		for i := n - 1; i >= 1; i-- {
			switch j := w.back(i).joint; {
			case j == glued:
			case kind == glued:
				kind = j
			case kind != j:
				same = false
			}
		}
		if same {
			return span{w.back(n).start, w.back(1).end}
		}
	}
	return span{}
}
