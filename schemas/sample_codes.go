package schemas

import (
	"fmt"
	"strings"
)

// code is an identifier of the field's format with a right check character.
func (s *sampler) code(f *Field) string {
	switch f.Format {
	case USCC:
		return s.uscc(f)
	case OrgCode:
		return orgCode(s.digits(8))
	case PersonNo:
		return s.residentID()
	}
	n := 12
	if f.Max > 0 && f.Max < n {
		n = f.Max
	}
	return s.digits(n)
}

func (s *sampler) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('1' + s.rng.IntN(9))
	}
	return string(b)
}

// usccAlphabet is that of GB 32100-2015, table B.1: no I, O, S, V and Z.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// uscc is a unified social credit code by GB 32100-2015: registrar and kind of body, the seat's division, an organisation
// code, and the check character with weights 3^i mod 31. Its first two characters fit the subject's type.
func (s *sampler) uscc(f *Field) string {
	head := "11" // a government body
	if subject := s.kind.Subject; f.Name == subject.USCC {
		head = "91"
		if s.of(subject.Type) == IndividualBusiness {
			head = "92"
		}
	}
	body := head + "360802" + orgCode(s.digits(8))
	sum, weight := 0, 1
	for _, c := range body {
		sum += strings.IndexRune(usccAlphabet, c) * weight
		weight = weight * 3 % 31
	}
	return body + string(usccAlphabet[(31-sum%31)%31])
}

// orgCode is an organisation code by GB 11714-1997 of eight digits.
func orgCode(digits string) string {
	sum := 0
	for i, weight := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[i]-'0') * weight
	}
	return digits + string("0X987654321"[sum%11])
}

// residentID is a resident ID by GB 11643-1999. The sequence numbers 980 to 989 mark it as test data, as in
// e2e/generator.
func (s *sampler) residentID() string {
	body := fmt.Sprintf("360802%04d%02d%02d98%d", 1950+s.rng.IntN(50), 1+s.rng.IntN(12), 1+s.rng.IntN(28), s.rng.IntN(10))
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * weight
	}
	return body + string("10X98765432"[sum%11])
}
