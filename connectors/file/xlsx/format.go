package xlsx

import (
	"strings"
	"unicode/utf8"
)

// piece is a part of a number format: text, or a place for one digit.
type piece struct {
	text  string
	digit byte // '0', '#' or '?'; 0 for text
}

// A format code has up to four sections: of positive numbers, of negative ones, of nought, of text. What a cell means is
// told by the first one; only a change of scale counts wherever it stands.

// parseFormat tells what a number format code means (ECMA-376 part 1, 18.8.31).
func parseFormat(code string) style {
	sections := splitSections(code)
	if len(sections) > 3 {
		sections = sections[:3]
	}
	first := readSection(sections[0])
	for _, other := range sections[1:] {
		if s := readSection(other); s.scaled && !first.isDate() {
			first.scaled = true
		}
	}
	return first.style()
}

// splitSections cuts a code at the semicolons that are not quoted.
func splitSections(code string) []string {
	var out []string
	from := 0
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			k := strings.IndexByte(code[i+1:], '"')
			if k < 0 {
				i = len(code)
			} else {
				i += k + 1
			}
		case '\\', '!':
			i++
		case '[':
			if k := strings.IndexByte(code[i:], ']'); k > 0 {
				i += k
			}
		case ';':
			out = append(out, code[from:i])
			from = i + 1
		}
	}
	return append(out, code[min(from, len(code)):])
}

// section is one section of a format code.
type section struct {
	pieces      []piece
	letters     string // y m d h s: of the parts of dates, in their order
	percent     bool
	scaled      bool // a comma divides by a thousand
	conditional bool // [>=1000]
	elapsed     bool // [h]: hours that go beyond a day
	other       bool // scientific or a fraction
}

func (s *section) text(t string) {
	if n := len(s.pieces); n > 0 && s.pieces[n-1].digit == 0 {
		s.pieces[n-1].text += t
		return
	}
	s.pieces = append(s.pieces, piece{text: t})
}

// readSection takes a section apart.
func readSection(code string) section {
	var s section
	for len(code) > 0 {
		n := s.take(code)
		code = code[n:]
	}
	return s
}

// take reads the first element of a section and returns its length.
func (s *section) take(code string) int {
	for _, general := range []string{"General", "G/通用格式"} {
		if len(code) >= len(general) && strings.EqualFold(code[:len(general)], general) {
			s.pieces = append(s.pieces, piece{digit: '#'})
			return len(general)
		}
	}
	for _, noon := range []string{"AM/PM", "A/P", "上午/下午"} {
		if len(code) >= len(noon) && strings.EqualFold(code[:len(noon)], noon) {
			s.letters += "h"
			return len(noon)
		}
	}
	r, size := utf8.DecodeRuneInString(code)
	switch r {
	case '"':
		end := strings.IndexByte(code[1:], '"')
		if end < 0 {
			end = len(code) - 1
		}
		s.text(code[1 : 1+end])
		return min(len(code), end+2)
	case '\\', '!':
		_, next := utf8.DecodeRuneInString(code[1:])
		s.text(code[1 : 1+next])
		return 1 + next
	case '_', '*': // as wide as, and filled with, the character behind it
		_, next := utf8.DecodeRuneInString(code[1:])
		return 1 + next
	case '[':
		return s.bracket(code)
	}
	return s.sign(r, code, size)
}

// sign reads an unquoted character, size bytes long, and returns the length of its element.
func (s *section) sign(r rune, code string, size int) int {
	switch r {
	case '0', '#', '?', '.':
		s.pieces = append(s.pieces, piece{digit: byte(r)})
	case '@':
		s.pieces = append(s.pieces, piece{digit: '#'})
	case ',':
		s.scaled = s.scaled || s.divides(code[1:])
	case '%':
		s.percent = true
	case '/':
		s.other = true
	case 'y', 'm', 'd', 'h', 's', 'Y', 'M', 'D', 'H', 'S':
		s.letters += strings.ToLower(string(r))
	case 'a', 'A': // the day of the week
		s.letters += "d"
	case 'g', 'G', 'b', 'B': // eras
		s.letters += "y"
	case 'e', 'E':
		if len(code) > 1 && (code[1] == '+' || code[1] == '-') {
			s.other = true
			return 2
		}
		s.letters += "y"
	default:
		s.text(code[:size])
	}
	return size
}

// divides reports whether the comma before rest divides by a thousand: no place for a digit of the whole number follows.
func (s *section) divides(rest string) bool {
	digits := false
	for _, p := range s.pieces {
		digits = digits || p.digit != 0
	}
	rest = strings.TrimLeft(rest, ",")
	return digits && (rest == "" || !strings.ContainsRune("0#?", rune(rest[0])))
}

// bracket reads what stands in brackets: a colour, a condition, a currency with its locale, or elapsed time.
func (s *section) bracket(code string) int {
	end := strings.IndexByte(code, ']')
	if end < 0 {
		return len(code)
	}
	inner := code[1:end]
	switch {
	case strings.HasPrefix(inner, "$"):
		currency, _, _ := strings.Cut(inner[1:], "-")
		if currency != "" {
			s.text(currency)
		}
	case inner == "":
	case strings.ContainsRune("<>=", rune(inner[0])):
		s.conditional = true
	case strings.Trim(strings.ToLower(inner), "h") == "", strings.Trim(strings.ToLower(inner), "m") == "", strings.Trim(strings.ToLower(inner), "s") == "":
		s.elapsed = true
	}
	return end + 1
}

func (s *section) isDate() bool { return s.letters != "" && !s.elapsed }

// style is what the section means.
func (s *section) style() style {
	switch {
	case s.isDate():
		has := func(l string) bool { return strings.Contains(s.letters, l) }
		out := style{is: date, year: has("y"), day: has("d"), clock: has("h") || has("s")}
		out.month = has("m") && (!out.clock || out.day || out.year)
		return out
	case s.scaled:
		return style{is: otherwise}
	case s.percent:
		return style{is: percent}
	case s.elapsed, s.other:
		return style{}
	}
	pieces, more := s.read()
	switch {
	case !more:
		return style{}
	case s.conditional, s.ends().none():
		return style{is: otherwise}
	}
	return style{is: written, pieces: pieces}
}

// ends is where the places for digits begin and end among the pieces.
func (s *section) ends() span {
	out := span{-1, -1}
	for i, p := range s.pieces {
		if p.digit != 0 {
			if out.first < 0 {
				out.first = i
			}
			out.last = i
		}
	}
	return out
}

type span struct{ first, last int }

func (s span) none() bool { return s.first < 0 }

// read are the pieces of a format without those that say nothing, and whether people read more in them than a number: text
// around it or in it, or noughts in front. Blanks around it, its sign and the brackets of negative numbers say nothing.
// Behind a point the digits are shown as they are.
func (s *section) read() (out []piece, more bool) {
	noughts, point, digits := 0, false, s.ends()
	for i, p := range s.pieces {
		switch {
		case p.digit == '.':
			point = true
		case p.digit != 0 && !point:
			if out = append(out, p); p.digit == '0' {
				noughts++
			}
		case p.digit == 0:
			text := strings.Trim(p.text, " \u00a0")
			inside := digits.first < i && i < digits.last
			if text != "" && (inside || strings.Trim(text, "()+-（）－") != "") {
				out, more = append(out, piece{text: text}), true
			}
		}
	}
	return out, more || noughts > 1
}
