package http

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"creditsync/connectors"
)

// Source is one configured API.
type Source struct {
	o       Options
	limiter *rate.Limiter
	now     func() time.Time
}

var _ connectors.Source = (*Source)(nil)

// New makes a source; its error is that of Options.Validate. Nothing is asked.
func New(o Options) (*Source, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	limit, err := parseRate(o.Rate)
	if err != nil {
		return nil, err // Validate saw to it
	}
	return &Source{o: o, limiter: rate.NewLimiter(limit, 1), now: time.Now}, nil
}

// Check implements connectors.Source: it asks for the first page, once, and looks for the rows in it.
func (s *Source) Check(ctx context.Context) error {
	r, err := s.open(ctx, connectors.Request{Rows: 1}, 1)
	if err != nil {
		return err
	}
	return r.Close()
}

// Open implements connectors.Source: it asks for the first page. The others are asked for by the first Next.
func (s *Source) Open(ctx context.Context, want connectors.Request) (connectors.Reader, error) {
	r, err := s.open(ctx, want, s.o.Retry.Times+1)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (s *Source) open(ctx context.Context, want connectors.Request, tries int) (*reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.o.Since == nil && (want.Cursor != nil || !want.Window.Whole()) {
		return nil, cursorUnused()
	}
	zone := s.o.Zone
	if zone == nil {
		zone = want.Zone
	}
	if zone == nil {
		zone = time.UTC
	}
	r := &reader{o: s.o, want: want, done: new(atomic.Int64), began: s.now()}
	r.deadline = r.began.Add(s.o.Timeout)
	var limits []param
	if s.o.Since != nil {
		var err error
		if r.span, err = s.o.span(want, zone, r.began); err != nil {
			return nil, err
		}
		limits = s.o.spanParams(r.span, zone)
		r.seen = newLatest(s.o, zone)
	}
	c, err := s.newClient(zone, tries, r.done)
	if err != nil {
		return nil, err
	}
	r.client = c
	r.fetch = newFetch(c, limits, want.Rows, r.seen)
	if err := r.first(ctx); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}
