package bureau

import (
	"strconv"
	"strings"
	"time"
)

// mistake is one way in which a row goes wrong for good.
type mistake struct {
	share int    // rows of three thousand
	rule  string // under which creditsync should refuse the row
	fits  func(p *Penalty) bool
	spoil func(r *row)
}

// mistakes are those that clerks really make.
func mistakes() []mistake {
	return []mistake{
		{9, "check_digit", coded, func(r *row) { r.swap(colUSCC, 9) }},                                                             // two characters exchanged
		{4, "bad_format", coded, func(r *row) { r.cells[colUSCC] = strings.Replace(r.cells[colUSCC], "0", "O", 1) }},               // the letter for the digit
		{4, "bad_format", coded, func(r *row) { r.cells[colUSCC] = r.cells[colUSCC][:len(r.cells[colUSCC])-1] }},                   // the last one not copied
		{5, "check_digit", personal, func(r *row) { r.swap(colID, 14) }},                                                           //
		{3, "lost_digits", personal, func(r *row) { r.cells[colID] = "3.60802E+17" }},                                              // Excel took it for a number
		{2, "birth_date", personal, func(r *row) { r.cells[colID] = impossible(r.cells[colID]) }},                                  // 30 February
		{4, "not_in_code_list", coded, func(r *row) { r.cells[colType] = "有限责任公司" }},                                               // the legal form instead
		{4, "not_a_date", always, func(r *row) { r.cells[colDate] = "2024年2月30日" }},                                                //
		{3, "in_the_future", always, func(r *row) { r.cells[colDate] = r.penalty.office.clerk.date(mistyped(r.penalty.date)) }},    // 2042 for 2024
		{5, "before_decision", always, func(r *row) { r.cells[colUntil] = r.penalty.office.clerk.date(earlier(r.penalty.date)) }},  // last year's, copied
		{5, "not_a_number", fined, func(r *row) { r.cells[colFine] = "详见处罚决定书" }},                                                  //
		{5, "required", fined, func(r *row) { r.cells[colFine] = "" }},                                                             //
		{3, "required", always, func(r *row) { r.cells[colFact] = "" }},                                                            //
		{2, "required", personal, func(r *row) { r.cells[colID] = "" }},                                                            //
		{3, "ragged_row", typed, func(r *row) { r.torn, r.cells[colFact] = true, strings.Replace(r.cells[colFact], "，", ",", 1) }}, // a comma without quotes
	}
}

func always(*Penalty) bool     { return true }
func typed(p *Penalty) bool    { return !p.office.workbook }
func coded(p *Penalty) bool    { return p.subject.code != "" && strings.Contains(p.subject.code[9:], "0") }
func personal(p *Penalty) bool { return p.subject.kind == person }
func fined(p *Penalty) bool    { return p.fine > 0 }

// swap exchanges the first two neighbours from a place on that differ.
func (r *row) swap(col, from int) {
	b := []byte(strings.TrimSpace(r.cells[col]))
	for i := from; i+1 < len(b); i++ {
		if b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			break
		}
	}
	r.cells[col] = string(b)
}

// impossible gives a resident ID a birthday that no year has, with a check character that fits.
func impossible(id string) string {
	body := id[:10] + "0230" + id[14:17]
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * weight
	}
	return body + string("10X98765432"[sum%11])
}

// mistyped is the day in a year whose last two digits were exchanged: 2024 → 2042.
func mistyped(t time.Time) time.Time {
	return t.AddDate(t.Year()%10*10+t.Year()/10%10-t.Year()%100, 0, 0)
}

// earlier is a day of the year before.
func earlier(t time.Time) time.Time { return t.AddDate(-1, 0, 0) }

// mixUp writes the fine in 元 into the column of 万元. The row is loaded, with a warning.
func mixUp(r *row) { r.cells[colFine] = strconv.Itoa(r.penalty.fine) }
