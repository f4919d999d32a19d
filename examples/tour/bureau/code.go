package bureau

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// usccAlphabet is that of GB 32100-2015: no I, O, S, V and Z.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// companyCode is the unified social credit code of who registered with a bureau since 2015: eight characters of
// registrar and region, an organisation code that begins with MA, and the check character.
func companyCode(head string, serial int) string {
	digits := []byte("MA000000")
	for i := 7; i >= 2; i-- {
		digits[i] = usccAlphabet[serial%31]
		serial /= 31
	}
	return uscc(head + orgCode(string(digits)))
}

// officeCode is the code of a government body, whose organisation code is older and has digits only.
func officeCode(region string, serial int) string {
	return uscc("11" + region + orgCode(fmt.Sprintf("%08d", serial)))
}

// uscc completes a unified social credit code by its check character.
func uscc(body string) string {
	sum, weight := 0, 1
	for _, c := range body {
		sum += strings.IndexRune(usccAlphabet, c) * weight
		weight = weight * 3 % 31
	}
	return body + string(usccAlphabet[(31-sum%31)%31])
}

// orgCode completes an organisation code by GB 11714-1997.
func orgCode(eight string) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	sum := 0
	for i, weight := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += strings.IndexByte(alphabet, eight[i]) * weight
	}
	return eight + string("0X987654321"[sum%11])
}

// residentID is a resident ID by GB 11643-1999 of somebody who was born in a region on a day. Its sequence number says
// that it is nobody's.
func residentID(rng *rand.Rand, region, day string) string {
	body := fmt.Sprintf("%s%s98%d", region, day, rng.IntN(10))
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * weight
	}
	return body + string("10X98765432"[sum%11])
}

// birthday is a day in the form of resident IDs.
func birthday(rng *rand.Rand) string {
	return time.Date(1958, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(44*365)).Format("20060102")
}
