package file

import (
	"strings"

	"creditsync/connectors/file/xlsx"
)

// grid is the first rows of a sheet with the cells that are merged in them.
type grid struct {
	rows   map[int][]string
	merges []xlsx.Rect // that begin in those rows
}

// block is the rows of a header.
type block struct{ top, bottom int }

// maxHeadMerges bounds the merged cells that headers are looked for in.
const maxHeadMerges = 512

func gridOf(s xlsx.Survey) *grid {
	g := &grid{rows: map[int][]string{}}
	last := 0
	for _, l := range s.Lines {
		g.rows[l.Number] = l.Cells
		last = l.Number
	}
	for _, m := range s.Merges {
		if int(m.Top) <= last && len(g.merges) < maxHeadMerges {
			g.merges = append(g.merges, m)
		}
	}
	return g
}

// blockOf is the header that row belongs to if it is one: with the rows that are tied to it by cells merged from top to bottom.
// What reaches further than a header does is no header.
func (g *grid) blockOf(row int) block {
	b := block{row, row}
	for grown := true; grown; {
		grown = false
		for _, m := range g.merges {
			top, bottom := int(m.Top), int(m.Bottom)
			if bottom == top || top > b.bottom || bottom < b.top || bottom-top >= maxBlock {
				continue
			}
			if top < b.top || bottom > b.bottom {
				b = block{min(top, b.top), max(bottom, b.bottom)}
				grown = true
			}
		}
	}
	if b.bottom-b.top >= maxBlock {
		return block{row, row}
	}
	return b
}

// merged is the merged cell that a cell is a part of; ok is false for a cell of its own.
func (g *grid) merged(row, column int) (m xlsx.Rect, ok bool) {
	for _, m := range g.merges {
		if int(m.Top) <= row && row <= int(m.Bottom) && int(m.Left) <= column && column <= int(m.Right) {
			return m, true
		}
	}
	return m, false
}

// at is the text of a cell, that of the merged cell which it is a part of.
func (g *grid) at(row, column int) string {
	if m, ok := g.merged(row, column); ok {
		row, column = int(m.Top), int(m.Left)
	}
	if cells := g.rows[row]; column < len(cells) {
		return trimName(cells[column])
	}
	return ""
}

// names are the names of the columns under a header of one or several rows. Under 处罚机关 a column 名称 may be called either
// or 处罚机关名称: the name that is known counts, the longer one first.
func (g *grid) names(b block, match func([]string) int) []string {
	width := 0
	for row := b.top; row <= b.bottom; row++ {
		width = max(width, len(g.rows[row]))
	}
	names, whole := make([]string, width), make([]string, width)
	count := map[string]int{}
	for c := range names {
		if m, ok := g.merged(b.bottom, c); ok && int(m.Left) < c {
			continue // a header over several columns is the name of the first one
		}
		var parts []string
		for row := b.top; row <= b.bottom; row++ {
			if t := g.at(row, c); t != "" && (len(parts) == 0 || parts[len(parts)-1] != t) {
				parts = append(parts, t)
			}
		}
		if len(parts) == 0 {
			continue
		}
		whole[c] = strings.Join(parts, "")
		names[c] = parts[len(parts)-1]
		if len(parts) > 1 && match != nil && match([]string{whole[c]}) > 0 {
			names[c] = whole[c]
		}
		count[names[c]]++
	}
	for c, n := range names {
		if count[n] > 1 && n != "" {
			names[c] = whole[c]
		}
	}
	return names
}
