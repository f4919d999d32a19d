// Package cndate reads the calendar dates that Chinese departments write, whatever the spelling, as days since
// 1970-01-01, the unit of Arrow's and ClickHouse's Date32.
//
// Accepted: 2024-01-03, 2024/1/3, 2024.01.03 (one kind of separator), 20240103, 2024年1月3日, 二〇二四年一月三日 with every
// common form of the zero, Excel's day numbers of the 1900 system, each with a time of day if the source gives one, and
// with full-width digits. 长期, 永久, 9999 and every date from 2099-12-31 on mean "without end" and become [LongTerm], as
// the 双公示 standard writes it.
//
// Refused: whatever cannot be a date (2023-02-29, 0000-00-00, a year alone, two-digit years, mixed separators) and
// what lies before [Min], which is a typing mistake in every record that this program carries.
//
// A time of day is read and dropped: the date stays as written. Only when a time comes with a zone other than +08:00
// is the instant moved to China's calendar first: 2024-01-02T16:00:00Z is how programs write 2024-01-03, 00:00 in
// Beijing. China has had no summer time since 1991; the fixed offset is meant.
//
// It knows nothing of today: "in the future" is for the caller to say.
package cndate

// Day is a calendar date as the number of days since 1970-01-01.
type Day int32

// The bounds of what Parse accepts.
const (
	// Min is 1949-01-01; an earlier date is OutOfRange.
	Min Day = -7670
	// LongTerm is 2099-12-31, which stands for "without end" and for every later date.
	LongTerm Day = 47481
)

// FromCivil returns the day of a date in the proleptic Gregorian calendar, and whether there is such a date. Years 1
// to 9999 exist.
func FromCivil(year, month, day int) (Day, bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	// Years that begin in March put the leap day at their end; 400 of them have 146,097 days.
	y, m := year, month-3
	if m < 0 {
		y, m = y-1, m+12
	}
	era := y / 400
	yearOfEra := y % 400
	dayOfYear := (153*m+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return Day(era*146097 + dayOfEra - 719468), true
}

// Civil returns the year, month and day of d, for dates from year 1 to 9999.
func Civil(d Day) (year, month, day int) {
	z := int(d) + 719468
	era := z / 146097
	dayOfEra := z % 146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*m+2)/5 + 1
	year, month = era*400+yearOfEra, m+3
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

// AppendISO appends d as YYYY-MM-DD to dst.
func AppendISO(dst []byte, d Day) []byte {
	y, m, dd := Civil(d)
	return append(dst,
		'0'+byte(y/1000), '0'+byte(y/100%10), '0'+byte(y/10%10), '0'+byte(y%10), '-',
		'0'+byte(m/10), '0'+byte(m%10), '-', '0'+byte(dd/10), '0'+byte(dd%10))
}

// String returns d as YYYY-MM-DD.
func (d Day) String() string { return string(AppendISO(nil, d)) }

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
