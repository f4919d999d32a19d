package sql

import (
	"slices"
	"sort"
	"strings"
)

// nearest is the one of names that was most likely meant; "" where none is near.
func nearest(meant string, names []string) string {
	best, at := "", 0
	for _, n := range names {
		if strings.EqualFold(n, meant) {
			return n
		}
		d := distance([]rune(strings.ToLower(meant)), []rune(strings.ToLower(n)))
		if d <= max(1, len([]rune(meant))/3) && (best == "" || d < at) {
			best, at = n, d
		}
	}
	return best
}

// distance is how many letters have to be put in, left out or changed.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		corner := row[0]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			corner, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, corner+cost)
		}
	}
	return row[len(b)]
}

// some are a few of names, for people.
func some(names []string) string {
	const most = 12
	list := append([]string(nil), names...)
	sort.Strings(list)
	if len(list) > most {
		return strings.Join(list[:most], ", ") + ", …"
	}
	return strings.Join(list, ", ")
}

// nearestTable is nearest for names of tables, of which the schema may have been left out or be too much.
func nearestTable(meant string, names []string) string {
	if near := nearest(meant, names); near != "" {
		return near
	}
	bare := make([]string, len(names))
	for i, n := range names {
		bare[i] = n[strings.LastIndexByte(n, '.')+1:]
	}
	if near := nearest(meant[strings.LastIndexByte(meant, '.')+1:], bare); near != "" {
		return names[slices.Index(bare, near)]
	}
	return ""
}
