package http

import (
	"context"
	"errors"
	"io"
	nethttp "net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// get asks for a page, again and again where that may help.
func (c *client) get(ctx context.Context, a ask) (*document, error) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.Multiplier, wait.MaxInterval = c.o.Retry.Wait, 2, c.o.Retry.Longest
	for try := 1; ; try++ {
		if err := c.limiter.Wait(ctx); err != nil {
			return nil, c.ended(ctx, err)
		}
		doc, err := c.once(ctx, a)
		if err == nil {
			return doc, nil
		}
		if ctx.Err() != nil {
			return nil, c.ended(ctx, err)
		}
		again, after := fault.Retryable(err)
		var whole *connectors.Interrupted
		if !again || try >= c.tries || after > c.o.Retry.Longest || errors.As(err, &whole) {
			return nil, err
		}
		if err := pause(ctx, max(wait.NextBackOff(), after)); err != nil {
			return nil, c.ended(ctx, err)
		}
	}
}

// ended is why a context ended, where it did: somebody stopped the read, or it took too long. err is the answer otherwise.
func (c *client) ended(ctx context.Context, err error) error {
	switch deadline, bounded := ctx.Deadline(); {
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case ctx.Err() != nil, bounded && c.now().Add(time.Second).After(deadline):
		return overtime(c.o)
	}
	var told *fault.Error
	if !errors.As(err, &told) {
		return overtime(c.o) // the limiter sees that its turn comes too late
	}
	return err
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errSilent ends a request over which nothing comes any more.
var errSilent = errors.New("silence")

// once asks for a page.
func (c *client) once(ctx context.Context, a ask) (*document, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := c.request(ctx, a)
	if err != nil {
		return nil, nextElsewhere(c.o, err.Error())
	}
	sent := c.now()
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.unanswered(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 2 && resp.StatusCode != nethttp.StatusPartialContent {
		body, whole, err := c.whole(resp, cancel)
		if err != nil {
			return nil, err
		}
		return c.document(resp, body, whole)
	}
	head, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // what it says is an addition
	words := c.words(resp, head)
	switch code := resp.StatusCode; {
	case code == nethttp.StatusTooManyRequests || code == nethttp.StatusServiceUnavailable:
		return nil, busy(c.o, resp.Status, words, retryAfter(resp.Header.Get("Retry-After"), c.now()))
	case code == nethttp.StatusRequestTimeout || code == nethttp.StatusTooEarly || code >= 500:
		return nil, serverError(c.o, resp.Status, words)
	case code == nethttp.StatusUnauthorized || code == nethttp.StatusForbidden:
		return nil, denied(c.o, resp.Status, words, skew(resp, sent))
	case code == nethttp.StatusNotFound || code == nethttp.StatusGone:
		return nil, notFound(c.o, resp.Status, words)
	case code == nethttp.StatusProxyAuthRequired:
		return nil, proxyRefused(c.o, resp.Status)
	case code/100 == 3:
		return nil, redirectRefused(c.o, resp.Status)
	}
	return nil, refused(c.o, resp.Status, words)
}

// retryAfter is how long a server asks to wait: seconds, or until a date (RFC 9110 §10.2.3).
func retryAfter(value string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := nethttp.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// skew is by how much the clock of the server is ahead of ours; 0 for less than a minute. Gateways refuse a signature whose
// time is not theirs.
func skew(resp *nethttp.Response, sent time.Time) time.Duration {
	at, err := nethttp.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0
	}
	d := at.Sub(sent)
	if d.Abs() < time.Minute {
		return 0
	}
	return d.Truncate(time.Second)
}
