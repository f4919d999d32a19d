package xlsx

import (
	"context"
	"encoding/xml"
)

// style is what a cell's format means for its number.
type style struct {
	is styleKind
	// Of a date: which parts of it are shown.
	year, month, day, clock bool
	// Of a number with something around it: the pieces of its format.
	pieces []piece
}

type styleKind uint8

const (
	plain     styleKind = iota // the number itself
	date                       // a day, with or without a time, or a time of day
	percent                    // a hundredth
	written                    // a number with text or noughts around it
	otherwise                  // a number that is shown as something else: in thousands, or 1 as 是
)

// stylesPart is what is read of the part of formats. The names have no namespaces: those of the transitional and the
// strict form differ.
type stylesPart struct {
	XMLName xml.Name `xml:"styleSheet"`
	Formats []struct {
		ID   int    `xml:"numFmtId,attr"`
		Code string `xml:"formatCode,attr"`
	} `xml:"numFmts>numFmt"`
	Cells []struct {
		Format int `xml:"numFmtId,attr"`
	} `xml:"cellXfs>xf"`
}

// readStyles works out the style of every format that cells name by its place.
func readStyles(ctx context.Context, p parts, part string) ([]style, error) {
	var in stylesPart
	if err := p.decode(ctx, part, &in); err != nil {
		return nil, err
	}
	known := map[int]style{}
	for _, f := range in.Formats {
		known[f.ID] = parseFormat(f.Code)
	}
	out := make([]style, len(in.Cells))
	for i, c := range in.Cells {
		s, ok := known[c.Format]
		if !ok {
			s = parseFormat(builtIn(c.Format))
			known[c.Format] = s
		}
		out[i] = s
	}
	return out, nil
}

// builtIn is the format code that a number means without a definition (ECMA-376 part 1, 18.8.30), those of dates as
// Chinese programs have them.
func builtIn(id int) string {
	switch {
	case id == 9 || id == 10:
		return "0%"
	case id == 14, id == 15, id == 30, id >= 50 && id <= 51, id >= 53 && id <= 54, id == 58:
		return "yyyy-m-d"
	case id == 16, id == 28, id == 29:
		return "m-d"
	case id == 17, id == 27, id == 36, id == 52, id == 57:
		return "yyyy-m"
	case id == 31:
		return "yyyy-m-d"
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 55 && id <= 56:
		return "h:mm:ss"
	case id == 22:
		return "yyyy-m-d h:mm"
	}
	return "General"
}
