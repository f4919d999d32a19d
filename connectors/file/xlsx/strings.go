package xlsx

import (
	"context"
	"encoding/binary"
	"io"
	"strconv"

	"creditsync/connectors/scratch"
	"creditsync/connectors/window"
)

const (
	inGroup  = 128       // texts that are kept together
	maxText  = 8 << 20   // of XML of one text; programs stop at 32,767 characters
	maxTexts = 256 << 20 // texts: more than a sheet has cells that are worth it
)

// Strings is the table of texts that the cells of a workbook share. The first of them stay in memory, the others in a scratch
// file, in the order in which they were first used; so memory is bounded however many there are.
type Strings struct {
	bounds bounds
	groups []group
	loaded []int // groups beyond the resident ones that are in memory, the oldest first
	inUse  int   // bytes of them
	held   int   // bytes of resident groups
	aside  *scratch.Store
	count  int

	open []byte   // texts of the group that is being filled
	ends []uint32 // of each of them
}

// bounds of the shared texts in memory.
type bounds struct {
	resident int // bytes of the first groups, which stay: the texts that come up again and again are among them
	cached   int // bytes of the others that are in memory at once
}

func usualBounds() bounds { return bounds{resident: 48 << 20, cached: 16 << 20} }

// group is inGroup texts: where each of them ends, then the texts.
type group struct {
	b    []byte // nil where it is not in memory
	at   int64  // in the scratch file
	size int
}

// Strings reads the table up to text number last, all of it for a negative one. Whoever gets it closes it.
func (b *Book) Strings(ctx context.Context, last int) (*Strings, error) {
	s := &Strings{bounds: b.bounds}
	if b.strings == "" {
		return s, nil
	}
	src, err := b.parts.open(b.strings, maxStrings)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	ahead := window.NewAhead(src)
	defer ahead.Close()
	if err := s.read(ctx, b.strings, window.New(ahead, 2*maxText), last); err != nil {
		s.Close()
		return nil, err
	}
	return s, s.flush()
}

// read reads the elements <si> of the part.
func (s *Strings) read(ctx context.Context, part string, w *window.Window, last int) error {
	inside := false
	for last < 0 || s.count <= last {
		if s.count%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		n, what, err := s.next(w.Bytes(), inside)
		if err != nil {
			return damaged(part, err)
		}
		switch what {
		case needsMore:
			switch err := w.More(); {
			case err == window.ErrFull:
				return tooLarge(part, maxText)
			case err == io.EOF && inside:
				return damaged(part, io.ErrUnexpectedEOF)
			case err == io.EOF:
				return nil
			case err != nil:
				return err
			}
			continue
		case entered:
			inside = true
		case left:
			inside = false
		}
		w.Drop(n)
		if len(s.ends) == inGroup {
			if err := s.flush(); err != nil {
				return err
			}
		}
		if s.count > maxTexts {
			return tooLarge(part, maxTexts)
		}
	}
	return nil
}

// step is what became of a piece of XML.
type step uint8

const (
	needsMore step = iota // it is not whole
	passed                // nothing to see in it
	entered               // the list begins
	left                  // the list ends
)

func errDoctype() error {
	return because("它声明了文档类型（DTD）", "it declares a document type (DTD)")
}

// next looks at the next tag of b, and at the whole element where it is a text.
func (s *Strings) next(b []byte, inside bool) (n int, what step, err error) {
	k := indexTag(b)
	if k < 0 {
		return 0, needsMore, nil
	}
	t, end, ok := readTag(b, k)
	switch {
	case !ok:
		return 0, needsMore, nil
	case t.form == doctype:
		return 0, passed, errDoctype()
	case t.is("sst"):
		if t.form == single {
			return end, passed, nil
		}
		return end, entered, nil
	case t.ends("sst"):
		return end, left, nil
	case inside && t.is("si"):
		from := len(s.open)
		if t.form == opening {
			if s.open, end, ok = appendRich(s.open, b, end); !ok {
				s.open = s.open[:from]
				return 0, needsMore, nil
			}
		}
		s.ends = append(s.ends, uint32(len(s.open)))
		s.count++
	}
	return end, passed, nil
}

// appendRich appends the text of an element <si> or <is> whose opening tag ends at i: that of its parts, without readings.
func appendRich(dst, b []byte, i int) (out []byte, end int, ok bool) {
	from := len(dst)
	for {
		k := indexTag(b[i:])
		if k < 0 {
			return dst, 0, false
		}
		t, end, ok := readTag(b, i+k)
		if !ok {
			return dst, 0, false
		}
		i = end
		switch {
		case t.form == closing && string(t.name) != "r":
			return unescape(dst, from), i, true
		case t.form == opening && string(t.name) == "t":
			dst, i, ok = appendContent(dst, b, i)
		case t.form == opening && string(t.name) != "r": // <rPh>, <rPr>
			i, ok = skip(b, i, &t)
		}
		if !ok {
			return dst, 0, false
		}
	}
}

// flush ends the group that is being filled.
func (s *Strings) flush() error {
	if len(s.ends) == 0 {
		return nil
	}
	head := 4 * inGroup
	b := make([]byte, head, head+len(s.open))
	for i := range inGroup {
		binary.LittleEndian.PutUint32(b[4*i:], s.ends[min(i, len(s.ends)-1)])
	}
	b = append(b, s.open...)
	g := group{b: b, size: len(b)}
	if s.held+len(b) > s.bounds.resident {
		if s.aside == nil {
			s.aside = scratch.New(0)
		}
		g.at = s.aside.Size()
		if _, err := s.aside.Write(b); err != nil {
			return err
		}
		g.b = nil
	} else {
		s.held += len(b)
	}
	s.groups = append(s.groups, g)
	s.open, s.ends = s.open[:0], s.ends[:0]
	return nil
}

func errNoText() error {
	return because("有单元格引用了不存在的文字", "a cell names a shared text that is not there")
}

// appendTo appends text number i.
func (s *Strings) appendTo(dst []byte, i int) ([]byte, error) {
	if i < 0 || i >= s.count {
		return dst, errNoText()
	}
	g := &s.groups[i/inGroup]
	if g.b == nil {
		if err := s.load(i / inGroup); err != nil {
			return dst, err
		}
	}
	b, at := g.b, i%inGroup
	from := uint32(0)
	if at > 0 {
		from = binary.LittleEndian.Uint32(b[4*at-4:])
	}
	texts := b[4*inGroup:]
	return append(dst, texts[from:binary.LittleEndian.Uint32(b[4*at:])]...), nil
}

// load brings a group into memory, and the oldest ones out of it.
func (s *Strings) load(i int) error {
	g := &s.groups[i]
	for len(s.loaded) > 0 && s.inUse+g.size > s.bounds.cached {
		old := &s.groups[s.loaded[0]]
		s.inUse -= old.size
		old.b, s.loaded = nil, s.loaded[1:]
	}
	b := make([]byte, g.size)
	if _, err := s.aside.ReadAt(b, g.at); err != nil {
		return err
	}
	g.b, s.loaded, s.inUse = b, append(s.loaded, i), s.inUse+g.size
	return nil
}

// Close frees the table.
func (s *Strings) Close() {
	s.groups, s.loaded, s.count = nil, nil, 0
	if s.aside != nil {
		s.aside.Close()
	}
}

// texts are the shared texts of a workbook.
type texts interface {
	appendTo(dst []byte, i int) ([]byte, error)
}

// wanted is in the place of the shared texts while it is found out which of them are needed.
type wanted struct{ last int }

func (w *wanted) appendTo(dst []byte, i int) ([]byte, error) {
	w.last = max(w.last, i)
	return append(dst, '0'), nil // so that the cell is not blank
}

// appendShared appends the text whose number is v.
func appendShared(dst, v []byte, from texts) ([]byte, error) {
	i, err := strconv.Atoi(string(v))
	if err != nil {
		return dst, errNoText()
	}
	return from.appendTo(dst, i)
}
