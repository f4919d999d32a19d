// Package uscc checks unified social credit codes (统一社会信用代码, GB 32100-2015): 18 characters, of which the first says who
// registered the subject, the second what it is, the next six where, nine are its organisation code (GB 11714) and the
// last is the check character.
//
// Only length, alphabet and check character decide. What the first characters say, whether the region exists and whether
// the inner organisation code is right are hints: codes that fail them are in real use. An all-digit resident number may
// pass every check here, so a value is a code because its column says so, never because its check is right;
// [LooksLikePersonID] is the guard of such columns.
package uscc

import (
	"creditsync/transforms/cndate"
	"creditsync/transforms/orgcode"
	"creditsync/transforms/personid"
	"creditsync/transforms/region"
)

// Len is the length of a code.
const Len = 18

// Reason says why a code is not accepted.
type Reason uint8

const (
	// OK: length, alphabet and check character are right.
	OK Reason = iota
	// BadFormat: not 18 characters of the alphabet.
	BadFormat
	// CheckDigit: the check character does not belong to the first 17.
	CheckDigit
)

// alphabet holds the 31 characters of GB 32100, section 4, by their number: no I, O, S, V and Z.
const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// bad marks a byte that no code contains.
const bad = 0xFF

var values = func() (t [256]uint8) {
	for i := range t {
		t[i] = bad
	}
	for i := range alphabet {
		t[alphabet[i]] = uint8(i)
	}
	return t
}()

var weights = [Len - 1]uint32{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// absent stands where a subject has no code.
const absent = "00000000000000000X"

// Check checks a folded code (fold.Code). The placeholder of Absent does not pass: ask for it first.
func Check(b []byte) Reason {
	if len(b) != Len || values[b[Len-1]] == bad {
		return BadFormat
	}
	switch want := CheckChar(b[:Len-1]); {
	case want == 0:
		return BadFormat
	case want != b[Len-1]:
		return CheckDigit
	}
	return OK
}

// CheckChar returns the check character of the 17 characters of first17, 0 when they are not a code's.
func CheckChar(first17 []byte) byte {
	if len(first17) != len(weights) {
		return 0
	}
	sum := uint32(0)
	for i, w := range weights {
		v := values[first17[i]]
		if v == bad {
			return 0
		}
		sum += uint32(v) * w
	}
	return alphabet[(31-sum%31)%31]
}

// Absent reports the placeholder, 17 zeros and an X, that stands for the code of an individual business without one.
func Absent(b []byte) bool { return string(b) == absent }

// InnerOrgCodeOK reports that characters 9 to 17 are an organisation code with a right check character, as they are in
// every code that was issued by the rules. A false answer is worth a warning, no more.
func InnerOrgCodeOK(b []byte) bool {
	return len(b) == Len && orgcode.Check(b[8:17]) == orgcode.OK
}

// LooksLikePersonID reports a resident number in a column of codes: a value that is a valid number (GB 11643) and is not
// also a plausible code in every part. Such a value must not be stored as a code, where everybody may read it.
func LooksLikePersonID(b []byte) bool {
	if len(b) != Len || !region.KnownProvince(b) {
		return false // the usual way out: 9x, N and A are no provinces
	}
	class, reason := personid.Check(b, cndate.LongTerm)
	if class != personid.Resident18 || reason != personid.OK {
		return false
	}
	plausible := Check(b) == OK && InnerOrgCodeOK(b) && KindOf(b) != Unknown && region.KnownProvince(b[2:])
	return !plausible
}
