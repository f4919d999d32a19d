package transforms

import (
	"bytes"

	"creditsync/transforms/docno"
	"creditsync/transforms/fold"
	"creditsync/transforms/region"
	"creditsync/transforms/uscc"
)

// codeless: an organisation, or whatever is no natural person, without any code.
func codeless(b *batch, c []*column, i int) bool {
	if string(c[0].clear(i)) == b.t.key.person {
		return false
	}
	for _, code := range c[1:] {
		if code.state[i] == good && !uscc.Absent(code.text.at(i)) {
			return false
		}
	}
	return true
}

// otherRegion: not the digits of a county, a township or a village of a known province (GB/T 2260, GB/T 10114).
func otherRegion(_ *batch, c []*column, i int) bool {
	v := c[0].text.at(i)
	for _, d := range v {
		if d-'0' > 9 {
			return true
		}
	}
	return len(v) != 6 && len(v) != 9 && len(v) != 12 || !region.KnownProvince(v)
}

// otherCaseType: the number says 民, 刑, 行 or 赔 and the type another of them.
func otherCaseType(_ *batch, c []*column, i int) bool {
	said := docno.CaseType(c[0].text.at(i))
	value := c[1].group(i)
	return said != "" && value != "" && said != value
}

// group is the group of the code list's value in cell i of a Choice; "" where it has none.
func (c *column) group(i int) string { return c.groupOf(string(c.clear(i))) }

func (c *column) groupOf(value string) string {
	for _, v := range c.field.List.Values {
		if v.Text == value {
			return v.Group
		}
	}
	return ""
}

// otherPerformance: nothing was performed and yet a part is named that was, or all was and a part is named that was not.
func otherPerformance(_ *batch, c []*column, i int) bool {
	switch string(c[0].clear(i)) {
	case "全部未履行":
		return saysSomething(c[1], i)
	case "全部已履行":
		return saysSomething(c[2], i)
	}
	return false
}

// saysSomething: the text is there and is not one of the ways to say that there is nothing.
func saysSomething(c *column, i int) bool {
	v := c.text.at(i)
	if c.state[i] != good || fold.IsPlaceholder(v) {
		return false
	}
	v = bytes.TrimRight(bytes.TrimSuffix(bytes.TrimSuffix(v, []byte("元")), []byte("万")), "0.")
	return len(v) > 0
}
