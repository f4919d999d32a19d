package http

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"io"
	nethttp "net/http"
	"time"

	"creditsync/connectors/jsonrows"
	"creditsync/connectors/scratch"
	"creditsync/connectors/window"
	"creditsync/internal/fault"
)

// keep is how many bytes of rows wait in memory; what is more waits in an encrypted file without a name.
const keep = 8 << 20

// fetch reads all pages and looks at what only shows over several of them.
type fetch struct {
	o      Options
	client *client
	pager  *pager
	limits []param // since and until
	most   int     // rows that are asked for; 0: all

	rows   *scratch.Store
	shape  jsonrows.Shape
	n      int64
	total  int64 // −1: not known
	pages  map[digest]int
	keys   keys
	seen   *latest
	date   time.Time // the server's clock when it answered first; zero: it did not say
	ended  bool
	prefix [binary.MaxVarintLen64]byte
}

func newFetch(c *client, limits []param, most int, seen *latest) *fetch {
	return &fetch{o: c.o, client: c, pager: newPager(c.o), limits: limits, most: most, rows: scratch.New(keep), total: -1, pages: map[digest]int{}, keys: newKeys(c.o.Key), seen: seen}
}

// page reads the next page; ended is true after the last one.
func (f *fetch) page(ctx context.Context) error {
	doc, err := f.client.get(ctx, f.pager.ask(f.limits))
	if err != nil {
		if f.pager.pages > 0 && f.o.Page.End == endNotFound && fault.CodeOf(err) == "http.not_found" && (f.o.Page.By == byPage || f.o.Page.By == byOffset) {
			f.ended = true
			return f.whole()
		}
		return err
	}
	if f.pager.pages == 0 {
		f.date, _ = nethttp.ParseTime(doc.header.Get("Date"))
	}
	if err := f.count(doc); err != nil {
		return err
	}
	here, err := f.take(ctx, doc)
	if err != nil {
		return err
	}
	f.n += here
	more, err := f.pager.turn(doc, count{here: here, sofar: f.n, total: f.total})
	if err != nil {
		return err
	}
	if more && (f.most == 0 || f.n < int64(f.most)) {
		return nil
	}
	f.ended = true
	if f.most > 0 {
		return nil
	}
	return f.whole()
}

// count looks at the total: it must not move while the pages are read.
func (f *fetch) count(doc *document) error {
	total, told, err := doc.total()
	if err != nil || !told {
		return err
	}
	if f.total >= 0 && f.total != total {
		return changed(f.o, f.total, total)
	}
	f.total = total
	return nil
}

// whole looks at what was read to the end.
func (f *fetch) whole() error {
	switch {
	case f.total >= 0 && f.n != f.total:
		return wrongTotal(f.o, f.total, f.n)
	case f.n > 0 && f.keys.missing():
		return noKey(f.o, f.shape.Names())
	}
	return nil
}

// take keeps the rows of a page.
func (f *fetch) take(ctx context.Context, doc *document) (int64, error) {
	if doc.rows == nil {
		return 0, nil
	}
	f.keys.turn()
	records := jsonrows.Array(window.New(bytes.NewReader(doc.rows), jsonrows.MaxRecord), nil)
	var n int64
	for {
		rec, err := records.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			return n, f.rowFault(ctx, err)
		}
		if err := f.row(rec, f.n+n+1); err != nil {
			return n, err
		}
		n++
	}
	if n > 0 {
		id := digestOf(doc.rows)
		if before, again := f.pages[id]; again {
			return n, repeats(f.o, before, f.pager.pages+1)
		}
		f.pages[id] = f.pager.pages + 1
	}
	return n, nil
}

// rowFault is the fault of an array whose elements are no rows.
func (f *fetch) rowFault(ctx context.Context, err error) error {
	var bad *jsonrows.Syntax
	switch {
	case ctx.Err() != nil:
		return f.client.ended(ctx, err)
	case errors.As(err, &bad):
		return notRows(f.o, bad)
	}
	return err
}

// row keeps one row and what it says of keys and cursor.
func (f *fetch) row(rec jsonrows.Record, no int64) error {
	if rec.Rule != "" {
		return f.store(nil)
	}
	if err := f.shape.Learn(rec.JSON); err != nil {
		return tooManyKeys(f.o)
	}
	switch f.keys.add(rec.JSON) {
	case twiceHere:
		return keyTwice(f.o, no)
	case twiceBefore:
		return keyAgain(f.o, no)
	}
	if err := f.seen.look(rec.JSON, no); err != nil {
		return err
	}
	return f.store(rec.JSON)
}

// store writes a row behind the others; nil is one that was too long to be read.
func (f *fetch) store(json []byte) error {
	length := uint64(0)
	if json != nil {
		length = uint64(len(json)) + 1
	}
	_, err := f.rows.Write(binary.AppendUvarint(f.prefix[:0], length))
	if err == nil {
		_, err = f.rows.Write(json)
	}
	if err != nil {
		return noRoom(f.o, err)
	}
	return nil
}

// manyKeys is how many keys a generation of keys holds.
const manyKeys = 1 << 17

// What keys.add found.
const (
	fresh = iota
	twiceHere
	twiceBefore
)

// keys remembers the keys of the last rows, by digest: a row that comes again on a later page was moved there while the pages
// were read. What is remembered is bounded: two generations, of which the older one is forgotten.
type keys struct {
	paths    [][]string
	seed     maphash.Seed
	now, old map[uint64]bool
	here     map[uint64]bool // of the page
	none     bool            // rows came, and none had a key
	some     bool
}

func newKeys(columns []string) keys {
	k := keys{seed: maphash.MakeSeed(), now: map[uint64]bool{}, here: map[uint64]bool{}}
	for _, c := range columns {
		k.paths = append(k.paths, split(c))
	}
	return k
}

// missing reports that there are keys and that no row had them.
func (k *keys) missing() bool { return k.none && !k.some }

// turn begins a page.
func (k *keys) turn() {
	for id := range k.here {
		k.now[id] = true
	}
	clear(k.here)
	if len(k.now) > manyKeys {
		k.old, k.now = k.now, map[uint64]bool{}
	}
}

// add looks at the key of a row. A row without one is let pass.
func (k *keys) add(json []byte) int {
	if len(k.paths) == 0 {
		return fresh
	}
	var h maphash.Hash
	h.SetSeed(k.seed)
	for _, path := range k.paths {
		text := jsonrows.Text(jsonrows.Value(json, path...))
		if text == nil {
			k.none = true
			return fresh
		}
		_, _ = h.Write(text)
		_ = h.WriteByte(0)
	}
	k.some = true
	id := h.Sum64()
	switch {
	case k.here[id]:
		return twiceHere
	case k.now[id] || k.old[id]:
		return twiceBefore
	}
	k.here[id] = true
	return fresh
}
