package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLeaf_Parse(t *testing.T) {
	t.Parallel()
	f := func(l leaf, text string, want any) {
		t.Helper()
		got, ok := l.parse(text)
		if want == nil {
			if ok {
				t.Errorf("%q: got %v, want a refusal", text, got)
			}
			return
		}
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v %v, want %v", text, got, ok, want)
		}
	}
	d := durationLeaf()
	f(d, "7d", 7*24*time.Hour)
	f(d, "1d12h", 36*time.Hour)
	f(d, "1h30m", 90*time.Minute)
	f(d, "0s", time.Duration(0))
	for _, bad := range []string{"", "5", "d", "-1d", "1d-1h", "+1h", "1.5d", "99999d99999999h", "1w"} {
		f(d, bad, nil)
	}
	s := sizeLeaf()
	f(s, "512MiB", int64(512<<20))
	f(s, "2 GB", int64(2e9))
	f(s, "1B", int64(1))
	for _, bad := range []string{"", "0B", "5", "-1MB", "1.5GiB", "999999999999999TiB", "1Gib"} {
		f(s, bad, nil)
	}
	p := shareLeaf()
	f(p, "5%", 0.05)
	f(p, "0%", 0.0)
	f(p, "0.5 %", 0.005)
	f(p, "100%", 1.0)
	for _, bad := range []string{"", "%", "100.1%", "-1%", "5", "NaN%", "1e1%"} {
		f(p, bad, nil)
	}
	a := addressLeaf(0)
	for _, good := range []string{"127.0.0.1:0", ":8080", "[::1]:9000", "localhost:65535"} {
		f(a, good, good)
	}
	for _, bad := range []string{"", "host", "host:", "host:65536", "::1:80", "http://h:80", "u@h:1"} {
		f(a, bad, nil)
	}
	f(addressLeaf(1), ":9092", nil)
	f(addressLeaf(1), "h:0", nil)
	n := nameLeaf()
	f(n, "市监局_2024.v1", "市监局_2024.v1")
	for _, bad := range []string{"", "-a", ".", "..", "a/b", "a b", strings.Repeat("a", 65)} {
		f(n, bad, nil)
	}
	i := integer(field{}, 8)
	f(i, "127", int64(127))
	for _, bad := range []string{"128", "-129", "0x1F", "1_0", "1.0", ""} {
		f(i, bad, nil)
	}
}

// A name with one letter wrong leads back to itself, when no other name is as near.
func TestNearest_OneSlip(t *testing.T) {
	t.Parallel()
	names := []string{"snapshot", "append", "incremental", "error_budget", "mass_delete", "data_dir", "schedule"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "name")
		r := []rune(name)
		at := rapid.IntRange(0, len(r)-1).Draw(t, "at")
		switch rapid.IntRange(0, 2).Draw(t, "slip") {
		case 0:
			r = slices.Delete(r, at, at+1)
		case 1:
			r = slices.Insert(r, at, rapid.RuneFrom([]rune("abcxyz")).Draw(t, "letter"))
		default:
			if at > 0 {
				r[at-1], r[at] = r[at], r[at-1]
			}
		}
		if got := nearest(string(r), names); got != name {
			t.Fatalf("%q: got %q, want %q", string(r), got, name)
		}
	})
}

func TestNearest_NothingNear(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "frobnicate", "x", "决定书文号", strings.Repeat("a", 1000)} {
		if got := nearest(s, []string{"snapshot", "append", "data_dir"}); got != "" {
			t.Errorf("%q: got %q", s, got)
		}
	}
}

// The distance is a metric as far as people notice.
func TestDistance_IsSymmetric(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := []rune(rapid.StringN(0, 8, -1).Draw(t, "a")), []rune(rapid.StringN(0, 8, -1).Draw(t, "b"))
		there, back := distance(a, b), distance(b, a)
		if there != back || (there == 0) != (string(a) == string(b)) || there > max(len(a), len(b)) {
			t.Fatalf("%q %q: %d and %d", string(a), string(b), there, back)
		}
	})
}

func TestProblems_AreBounded(t *testing.T) {
	t.Parallel()
	p := newProblems("f")
	for i := range 3 * maxShown {
		p.add(pos{i + 1, 1}, "", both("坏", "bad"))
	}
	if got, want := strings.Count(p.err().Error(), "\n"), maxShown; got != want {
		t.Errorf("got %d lines, want %d", got, want)
	}
	if want := fmt.Sprintf("%d more", 2*maxShown); !strings.Contains(p.err().Error(), want) {
		t.Errorf("want %q", want)
	}
}
