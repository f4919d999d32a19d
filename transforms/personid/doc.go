// Package personid checks resident identity numbers (公民身份号码, GB 11643-1999) and finds them in free text, so that none
// is stored or shown in clear.
//
// A number has 18 characters: six digits of a region, eight of the birth date, three of a sequence (any value) and a
// check character. Until 1999 it had 15, without century and check. The region's first two digits must be a province;
// the county is not looked at, because many numbers carry codes that no longer exist. A number of which some
// characters are replaced by asterisks, as courts publish them, is a class of its own and cannot be checked.
//
// [Check] judges a field. [FindIn] finds numbers in text with certainty enough to encrypt the text; [LooksLike] finds
// whatever might be one, also a mistyped one, for masking refused rows.
//
// A valid number may also satisfy the check of a unified social credit code (GB 32100): every 31st does. In text the
// number wins, since hiding a code is a blemish and showing a number is a breach; true codes do not have a birth date
// in the right place, but for those of a few counties numbered 19 or 20. In a column of codes, package uscc decides.
package personid
