package report

import (
	"fmt"
	"html"
	"strings"
)

// The room of a plot, in pixels: names at the left, figures at the right.
const (
	width  = 860
	left   = 130
	right  = 190
	row    = 30
	head   = 56
	foot   = 34
	middle = width - left - right
)

// colours of the parts, told apart also by who sees no colours, and readable on light and dark pages.
const (
	ink    = "#24292f"
	faint  = "#d0d7de"
	own    = "#0a5ca8"
	engine = "#e3a008"
	broker = "#7d8590"
	floor  = "#cf222e"
	aim    = "#1a7f37"
)

// canvas is an SVG in the making.
type canvas struct{ strings.Builder }

func open(title string, rows int) *canvas {
	c := &canvas{}
	high := head + rows*row + foot
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, high, width, high)
	fmt.Fprintf(c, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n", html.EscapeString(title))
	c.text(8, 20, "start", ink, title)
	return c
}

func (c *canvas) text(x, y float64, anchor, fill, text string) {
	fmt.Fprintf(c, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, fill, html.EscapeString(text))
}

func (c *canvas) line(x1, y1, x2, y2 float64, stroke string, thick float64) {
	fmt.Fprintf(c, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%.1f"/>`+"\n", x1, y1, x2, y2, stroke, thick)
}

func (c *canvas) bar(x, y, wide, high float64, fill string) {
	fmt.Fprintf(c, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, y, wide, high, fill)
}

func (c *canvas) dot(x, y float64, fill string) {
	fmt.Fprintf(c, `<circle cx="%.1f" cy="%.1f" r="4.5" fill="%s"/>`+"\n", x, y, fill)
}

// key explains colours in the second line.
func (c *canvas) key(pairs ...string) {
	x := float64(left)
	for i := 0; i < len(pairs); i += 2 {
		c.bar(x, 32, 10, 10, pairs[i])
		c.text(x+14, 41, "start", ink, pairs[i+1])
		x += 40 + 7*float64(len(pairs[i+1]))
	}
}

func (c *canvas) close() string {
	c.WriteString("</svg>\n")
	return c.String()
}
