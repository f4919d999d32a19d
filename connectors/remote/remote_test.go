package remote

import (
	"strings"
	"testing"
)

func TestPlaces_HidePersons(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, want string }{
		{"12", "t#12"}, {"1860382911238967296", "t#1860382911238967296"}, {"（2024）赣0802民初12号", "t#（2024）赣0802民初12号"},
		{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "t#a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}, {"91360802MA36T00X6M", "t#91360802MA36T00X6M"}, {"20240103120000", "t#20240103120000"},
		{"36080219900101982X", "t@1"}, {"案36080219900101982x号", "t@1"}, {"360802900101982", "t@1"}, {"13812345678", "t@1"}, {"E12345678", "t@1"},
		{"欧阳拟源", "t@1"}, {"John Smith", "t@1"}, {"", "t@1"}, {"1\n2", "t@1"}, {strings.Repeat("9", 300), "t@1"}, {"1\xff", "t@1"},
	} {
		r := Places{What: "t", Key: []int{0}}
		if got := string(r.Of([][]byte{[]byte(test.key)})); got != test.want {
			t.Errorf("%q: got %s, want %s", test.key, got, test.want)
		}
	}
	r := Places{What: "t", Key: []int{1, 0}}
	if got, want := string(r.Of([][]byte{[]byte("1"), []byte("2024-7")})), "t#2024-7/1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
