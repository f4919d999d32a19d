package transforms

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"

	"creditsync/schemas"
	"creditsync/transforms/fold"
)

// choice is what a distinct cell of a code list came to.
type choice struct {
	state state
	// values are the canonical values in their order, without doubles; of a Choice there is one.
	values []string
	// shown are the values as they are stored: with IDs in unknown ones masked.
	shown   []string
	clear   []byte // the values joined by separator
	hash    uint64
	unknown bool // one of them is not in the list
	hidden  bool // shown differs from values
}

// separator joins the values of a Choices cell where it is hashed.
const separator = "\x1f"

// readChoices reads a column of a code list: each distinct cell once.
func (b *batch) readChoices(c *column) {
	if c.src == nil {
		return
	}
	last, lastPick := []byte(nil), uint32(0)
	for i := range b.rows {
		raw := c.src.raw(i)
		if len(raw) == 0 {
			continue
		}
		if !bytes.Equal(raw, last) {
			last, lastPick = raw, b.pick(c, raw)
		}
		b.putChoice(c, i, lastPick)
	}
}

// pick is the index of what raw comes to.
func (b *batch) pick(c *column, raw []byte) uint32 {
	if at, ok := c.memo.known[string(raw)]; ok {
		return uint32(at)
	}
	at := len(c.choice)
	c.choice = append(c.choice, b.parseChoice(c.plan, raw))
	c.memo.known[view(raw)] = int32(at)
	return uint32(at)
}

// putChoice gives cell i the choice of that index.
func (b *batch) putChoice(c *column, i int, pick uint32) {
	one := &c.choice[pick]
	c.pick[i], c.state[i] = pick, one.state
	b.sum[i] += one.hash
	if one.state > good {
		b.bad[i] = true
	}
}

// parseChoice reads one cell of a code list.
func (b *batch) parseChoice(p *fieldPlan, raw []byte) choice {
	v := fold.Name(b.foldTo[:0], raw)
	if fold.IsNull(v) || fold.IsPlaceholder(v) {
		return choice{}
	}
	if r := damaged(v); r != noRule {
		return choice{state: refused(r)}
	}
	if p.tooLong(v) {
		return choice{state: refused(ruleTooLong)}
	}
	text := string(v)
	var out choice
	if p.field.Type == schemas.Choices {
		out.values, out.unknown = p.list.split(text)
	} else if value, known := p.list.canonical(text); known {
		out.values = []string{value}
	} else if p.field.List.Open {
		out.values, out.unknown = []string{text}, true
	} else {
		return choice{state: refused(ruleNotInCodeList)}
	}
	if len(out.values) == 0 {
		return choice{}
	}
	out.state = good
	out.clear = []byte(strings.Join(out.values, separator))
	out.hash = p.hash(out.clear)
	out.shown = out.values
	for i, value := range out.values {
		if masked := b.maskIDs([]byte(value)); masked != nil {
			if !out.hidden {
				out.shown, out.hidden = append([]string(nil), out.values...), true
			}
			out.shown[i] = string(masked)
		}
	}
	return out
}

// codeList finds values and their synonyms.
type codeList struct {
	canon map[string]string // folded spelling → canonical value
	long  []string          // the folded spellings, the longest first
	other string
}

// newCodeList prepares a list of a kind.
func newCodeList(l *schemas.List) *codeList {
	c := &codeList{canon: map[string]string{}, other: l.Other}
	for _, v := range l.Values {
		for _, s := range append([]string{v.Text}, v.Synonyms...) {
			key := string(fold.Name(nil, []byte(s)))
			if _, taken := c.canon[key]; !taken {
				c.canon[key] = v.Text
				c.long = append(c.long, key)
			}
		}
	}
	sort.SliceStable(c.long, func(i, j int) bool { return len(c.long[i]) > len(c.long[j]) })
	return c
}

// canonical is the value of the list that s means; s itself where it begins with the list's Other prefix.
func (c *codeList) canonical(s string) (string, bool) {
	if v, ok := c.canon[s]; ok {
		return v, true
	}
	if c.other != "" && strings.HasPrefix(s, c.other) {
		return s, true
	}
	return s, false
}

// split reads several values that are parted by ; ； , ， 、 or |. A known value may hold a separator itself, so the
// longest known one is taken first. What is not known is kept as it is written. Doubles are dropped.
func (c *codeList) split(s string) (values []string, unknown bool) {
	for {
		s = strings.TrimLeftFunc(s, isBetween)
		if s == "" {
			return values, unknown
		}
		token := c.known(s)
		if token == "" {
			token = s
			if i := strings.IndexFunc(s, isSeparator); i >= 0 {
				token = s[:i]
			}
		}
		s = s[len(token):]
		value, ok := c.canonical(strings.TrimRightFunc(token, isBetween))
		unknown = unknown || !ok
		values = appendNew(values, value)
	}
}

// known is the longest known spelling that s begins with and that ends where a value ends; "" for none.
func (c *codeList) known(s string) string {
	for _, one := range c.long {
		rest, ok := strings.CutPrefix(s, one)
		if !ok {
			continue
		}
		rest = strings.TrimLeft(rest, " ")
		if r, _ := utf8.DecodeRuneInString(rest); rest == "" || isSeparator(r) {
			return one
		}
	}
	return ""
}

func isSeparator(r rune) bool {
	switch r {
	case ';', '；', ',', '，', '、', '|', '｜':
		return true
	}
	return false
}

func isBetween(r rune) bool { return r == ' ' || isSeparator(r) }

func appendNew(list []string, one string) []string {
	for _, s := range list {
		if s == one {
			return list
		}
	}
	return append(list, one)
}
