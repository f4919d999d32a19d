package config

import (
	"strings"

	"creditsync/internal/fault"
)

// nearest is the one of names that somebody who wrote s most likely meant; "" where none is near.
func nearest(s string, names []string) string {
	if len(s) > 200 {
		return "" // nobody mistypes a name of this length, and the distance is quadratic
	}
	folded := fold(s)
	best, bestDistance := "", len([]rune(folded))/3+1
	for _, n := range names {
		f := fold(n)
		if f == folded {
			return n
		}
		if d := distance([]rune(folded), []rune(f)); d < bestDistance || d == bestDistance && best == "" {
			best, bestDistance = n, d
		}
	}
	if best == "" {
		for _, n := range names { // "lang" for language, "penalty" for admin_penalty
			if f := fold(n); len(folded) > 2 && (strings.HasPrefix(f, folded) || strings.HasSuffix(f, folded)) {
				return n
			}
		}
	}
	if best != "" && bestDistance >= len([]rune(folded)) {
		return ""
	}
	return best
}

// instead says what may be written: the nearest name, or all of them where none is near.
func instead(s string, names []string) fault.Text {
	if near := nearest(s, names); near != "" {
		return meant(near)
	}
	return and(fault.T("；可用：", "; known: "), list(names))
}

// fold removes what people vary: case and the marks between words.
func fold(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

// distance is the number of letters to add, drop, change or swap with their neighbour to get from a to b
// (optimal string alignment).
func distance(a, b []rune) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, now := rows[(i+2)%3], rows[(i+0)%3], rows[(i+1)%3]
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
	}
	return rows[(len(a)+1)%3][len(b)]
}
