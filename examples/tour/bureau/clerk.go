package bureau

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// clerk is how an office writes. All of its rows are written so, every night.
type clerk struct {
	date     func(time.Time) string
	money    func(yuan int) string
	brackets string // around the year of a document number
	joint    string // between categories
	types    func(kind string) string
	sloppy   bool // blanks where none belong, codes in small letters
}

// The ways to write a day.
func dashes(t time.Time) string   { return t.Format(time.DateOnly) }
func slashes(t time.Time) string  { return t.Format("2006/1/2") }
func dots(t time.Time) string     { return t.Format("2006.01.02") }
func compact(t time.Time) string  { return t.Format("20060102") }
func chinese(t time.Time) string  { return t.Format("2006年1月2日") }
func midnight(t time.Time) string { return t.Format("2006-01-02 00:00:00") }

// serials is what Excel makes of a day that lost its format.
func serials(t time.Time) string {
	return strconv.Itoa(int(t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24))
}

// fullWidth is the day in the digits of a Chinese input method.
func fullWidth(t time.Time) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, chinese(t))
}

// numerals is the day as it stands at the end of a decision: 二〇二四年一月三日.
func numerals(t time.Time) string {
	digits := []rune("〇一二三四五六七八九")
	small := func(n int) string {
		switch {
		case n < 10:
			return string(digits[n])
		case n < 20:
			return strings.TrimSuffix("十"+string(digits[n%10]), "〇")
		}
		return strings.TrimSuffix(string(digits[n/10])+"十"+string(digits[n%10]), "〇")
	}
	year := ""
	for _, c := range strconv.Itoa(t.Year()) {
		year += string(digits[c-'0'])
	}
	return year + "年" + small(int(t.Month())) + "月" + small(t.Day()) + "日"
}

// The ways to write an amount in a column of 万元.
func wanyuan(n int) string     { return strconv.FormatFloat(float64(n)/10_000, 'f', -1, 64) }
func sixDecimals(n int) string { return fmt.Sprintf("%d.%06d", n/10_000, n%10_000*100) }
func withUnit(n int) string    { return wanyuan(n) + "万元" }

// yuan has thousands separators, and a unit other than the column's.
func yuan(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s + "元"
}

// inWords is a round sum as it is written on a cheque, and others as figures.
func inWords(n int) string {
	digits := []rune("零壹贰叁肆伍陆柒捌玖")
	for _, unit := range []struct {
		size int
		name string
	}{{10_000, "万"}, {1_000, "仟"}, {100, "佰"}} {
		if n%unit.size == 0 && n/unit.size < 10 && n > 0 {
			return string(digits[n/unit.size]) + unit.name + "元整"
		}
	}
	return yuan(n)
}

// The ways to say what a subject is.
func standardTypes(kind string) string { return kind }

func shortTypes(kind string) string {
	return map[string]string{organisation: "企业", business: "个体户", person: "个人"}[kind]
}

func numberTypes(kind string) string {
	return map[string]string{organisation: "1", business: "4", person: "2"}[kind]
}

// row is the penalty as the office writes it, in the order of the columns.
func (c clerk) row(p *Penalty) []string {
	row := make([]string, columnCount)
	s := &p.subject
	row[colTeam] = p.office.brief + []string{"综合执法大队", "城区分局", "城南分局", "食品股"}[p.no%4]
	row[colName], row[colType], row[colUSCC], row[colOldNo] = s.name, c.types(s.kind), s.code, s.oldNo
	if s.kind == person {
		row[colIDType], row[colID] = []string{"身份证", "居民身份证"}[p.no%2], s.id
	} else {
		row[colRep], row[colRepID] = s.who, s.id
	}
	brackets := []rune(c.brackets)
	row[colDocNo] = strings.NewReplacer("〔", string(brackets[0]), "〕", string(brackets[1])).Replace(p.DocNo())
	row[colOffence], row[colFact], row[colBasis] = p.offence.name, p.fact, p.offence.basis
	row[colCategory], row[colContent] = strings.Join(p.offence.categories, c.joint), p.content()
	if p.fine > 0 {
		row[colFine] = c.money(p.fine)
	}
	if p.confiscated > 0 {
		row[colConfiscated] = c.money(p.confiscated)
	}
	row[colLicence] = p.licence
	row[colDate], row[colUntil] = c.date(p.date), c.date(p.date.AddDate(3, 0, 0))
	if p.offence.revokes {
		row[colUntil] = "长期"
	}
	if !p.publicity.IsZero() {
		row[colPublicity] = c.date(p.publicity)
	}
	row[colOffice], row[colOfficeCode], row[colSource], row[colSourceCode] = p.office.name, p.office.uscc, p.office.name, p.office.uscc
	row[colRemark] = p.remark
	if c.sloppy {
		c.smudge(row, p.no)
	}
	return row
}

// smudge puts blanks and small letters where a hurried clerk leaves them, the same in the same row every night.
func (c clerk) smudge(row []string, n int) {
	switch n % 5 {
	case 0:
		row[colUSCC] = strings.ToLower(row[colUSCC])
	case 1:
		row[colName] += "　"
	case 2:
		row[colUSCC] = " " + row[colUSCC]
	case 3:
		row[colDocNo] = strings.Replace(row[colDocNo], "号", " 号", 1)
	}
}
