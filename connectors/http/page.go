package http

import (
	"crypto/sha256"
	"net/url"
	"strconv"
)

// digest tells pages, cursors and links apart.
type digest [16]byte

func digestOf(b []byte) digest {
	sum := sha256.Sum256(b)
	return digest(sum[:16])
}

// pager knows which page is asked for next.
type pager struct {
	o      Options
	number int64 // of the page, or of the first row of the next one
	cursor string
	link   *url.URL
	seen   map[digest]bool // cursors and links that were there
	pages  int
}

func newPager(o Options) *pager {
	return &pager{o: o, number: o.firstNumber(), seen: map[digest]bool{}}
}

// firstNumber is the number of the first page; offsets begin at 0.
func (o Options) firstNumber() int64 {
	if o.Page.By == byOffset {
		return 0
	}
	return o.Page.First
}

// ask is what the next page is asked for by.
func (p *pager) ask(limits []param) ask {
	if p.link != nil {
		return ask{link: p.link}
	}
	a := ask{params: limits}
	page := p.o.Page
	if page.SizeParam != "" && page.By != "" {
		a.params = append(a.params, param{name: page.SizeParam, value: strconv.FormatInt(page.Size, 10), number: true})
	}
	switch page.By {
	case byPage, byOffset:
		a.params = append(a.params, param{name: page.Param, value: strconv.FormatInt(p.number, 10), number: true})
	case byCursor:
		if p.cursor != "" {
			a.params = append(a.params, param{name: page.Param, value: p.cursor})
		}
	}
	return a
}

// count is what is known of the rows so far.
type count struct {
	here  int64 // on the page
	sofar int64
	total int64 // −1: not known
}

// turn goes to the next page and reports whether there is one.
func (p *pager) turn(d *document, n count) (bool, error) {
	p.pages++
	more, told, err := d.more()
	if err != nil {
		return false, err
	}
	switch p.o.Page.By {
	case byPage:
		p.number++
	case byOffset:
		p.number += n.here
	case byCursor, byLink:
		return p.follow(d, n, more || !told)
	default:
		return false, nil
	}
	switch {
	case told && more && n.here == 0:
		return false, stuck(p.o, p.pages)
	case told:
		return more, nil
	case n.total >= 0:
		return n.sofar < n.total && n.here > 0, nil
	case p.o.Page.End == endShort:
		return n.here >= p.o.Page.Size, nil
	}
	return n.here > 0, nil
}

// follow goes where the answer leads.
func (p *pager) follow(d *document, n count, more bool) (bool, error) {
	if !more {
		return false, nil
	}
	var next string
	if p.o.Page.Next != "" {
		next, _ = d.text(p.o.Page.Next)
	} else {
		next = nextLink(d.header.Values("Link"))
	}
	if next == "" {
		if p.o.Page.More != "" {
			return false, noNext(p.o)
		}
		return false, nil
	}
	id := digestOf([]byte(next))
	if p.o.Page.By == byLink {
		to, err := d.at.Parse(next)
		if err != nil {
			return false, nextElsewhere(p.o, "this is no address")
		}
		if !sameOrigin(to, p.o.address()) {
			return false, nextElsewhere(p.o, to.Scheme+"://"+to.Host)
		}
		p.link = to
		id = digestOf([]byte(to.String()))
	}
	if p.seen[id] {
		if n.here == 0 { // at the end, some repeat the last one
			return false, nil
		}
		return false, stuck(p.o, p.pages)
	}
	p.seen[id], p.cursor = true, next
	return true, nil
}
