package http

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	nethttp "net/http"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"creditsync/connectors/remote"
)

// whole reads an answer to its end, unpacked and in UTF-8. framed is false for an answer whose end is that of its connection:
// one that was cut short looks whole then.
func (c *client) whole(resp *nethttp.Response, cancel context.CancelCauseFunc) (body []byte, framed bool, err error) {
	framed = resp.ContentLength >= 0 || len(resp.TransferEncoding) > 0
	quiet := &patient{src: resp.Body, timer: time.AfterFunc(c.o.Silence, func() { cancel(errSilent) }), silence: c.o.Silence}
	defer quiet.timer.Stop()
	src := &peeked{src: quiet}
	var from io.Reader = src
	switch how := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); {
	case how == "gzip" || how == "x-gzip" || how == "" && src.begins("\x1f\x8b"):
		z, err := gzip.NewReader(from)
		if err != nil {
			return nil, framed, c.broken(resp, err)
		}
		from = z
	case how != "" && how != "identity":
		return nil, framed, packed(c.o, how)
	}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(from, c.o.MaxPage+1))
	switch {
	case err != nil:
		return nil, framed, c.broken(resp, err)
	case n > c.o.MaxPage:
		return nil, framed, tooLarge(c.o)
	}
	text, err := c.decode(b.Bytes(), resp.Header.Get("Content-Type"))
	return text, framed, err
}

// broken is the fault of an answer that breaks off or cannot be unpacked.
func (c *client) broken(resp *nethttp.Response, err error) error {
	switch cause := context.Cause(resp.Request.Context()); {
	case errors.Is(cause, errSilent):
		return silent(c.o)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), !remote.IsNetwork(err) && !errors.Is(err, io.ErrUnexpectedEOF):
		if remote.IsTLS(err) {
			return tlsFault(c.o, remote.OneLine(err))
		}
		return damaged(c.o, remote.OneLine(err))
	}
	return connectionLost(c.o, remote.Bare(err))
}

// patient reads a body and counts as silent when nothing comes for a while.
type patient struct {
	src     io.Reader
	timer   *time.Timer
	silence time.Duration
}

// Read implements io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	n, err := p.src.Read(b)
	p.timer.Reset(p.silence)
	return n, err
}

// peeked lets the first bytes of a stream be looked at.
type peeked struct {
	src  io.Reader
	head []byte
	err  error
}

func (p *peeked) begins(with string) bool {
	b := make([]byte, len(with))
	for len(p.head) < len(with) && p.err == nil {
		var n int
		n, p.err = p.src.Read(b[len(p.head):])
		p.head = b[:len(p.head)+n]
	}
	return string(p.head) == with
}

// Read implements io.Reader.
func (p *peeked) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	if p.err != nil {
		return 0, p.err
	}
	return p.src.Read(b)
}

// charset is how the text of an answer is written.
type charset int

const (
	charsetAuto charset = iota
	charsetUTF8
	charsetGB18030 // GBK and GB 2312 are subsets of it
)

// namedCharset is what Options.Encoding means.
func namedCharset(name string) (charset, bool) {
	switch strings.ToLower(name) {
	case "auto":
		return charsetAuto, true
	case "utf-8", "utf8", "us-ascii":
		return charsetUTF8, true
	case "gb18030", "gbk", "gb2312", "cp936":
		return charsetGB18030, true
	}
	return charsetAuto, false
}

// decode makes UTF-8 of a body: by what the configuration says, else by its byte order mark, else by the Content-Type. JSON
// is UTF-8 where nobody says otherwise (RFC 8259 §8.1); bytes that are not refuse their row.
func (c *client) decode(b []byte, contentType string) ([]byte, error) {
	set, _ := namedCharset(c.o.Encoding) // Validate saw to it
	if rest, marked := bytes.CutPrefix(b, []byte("\xef\xbb\xbf")); marked {
		return rest, nil
	}
	if set == charsetAuto {
		name := mediaCharset(contentType)
		known := true
		if name != "" {
			set, known = namedCharset(name)
		}
		if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) || !known && !ascii(b) {
			return nil, unknownCharset(c.o, name)
		}
	}
	if set != charsetGB18030 {
		return b, nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		return nil, unknownCharset(c.o, "gb18030")
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
