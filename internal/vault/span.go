package vault

import "slices"

// Span is a piece of a text that holds a value of a class: the bytes from Start up to, not including, End.
type Span struct {
	Start, End int
	Class      string
}

// MaskSpans appends text to dst with the spans masked and returns the extended slice. Spans may come in any order. Those
// that overlap are masked as one, as an "other" value: two finders that each saw half of a number must not together show
// more of it than either mask would. What lies outside the text is ignored.
func MaskSpans(text []byte, spans []Span, dst []byte) []byte {
	if len(spans) > 1 {
		spans = slices.Clone(spans)
		slices.SortFunc(spans, func(a, b Span) int { return a.Start - b.Start })
	}
	at := 0
	for i := 0; i < len(spans); {
		one := clip(spans[i], len(text))
		for i++; i < len(spans) && spans[i].Start < one.End; i++ {
			next := clip(spans[i], len(text))
			if next != one {
				one = Span{one.Start, max(one.End, next.End), Other}
			}
		}
		if one.Start >= one.End {
			continue
		}
		dst = append(dst, text[at:one.Start]...)
		dst = Mask(one.Class, text[one.Start:one.End], dst)
		at = one.End
	}
	return append(dst, text[at:]...)
}

func clip(s Span, n int) Span {
	s.Start = min(max(s.Start, 0), n)
	s.End = min(max(s.End, s.Start), n)
	return s
}
