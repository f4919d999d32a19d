package wire

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
)

// Exchange is one request on its way, with its answer. Its methods are called by one goroutine at a time, and may be after
// the function that was told of it has returned.
type Exchange struct {
	// Name is what is asked for: a statement's first words, as in "INSERT INTO credit.commits", or the name of a request of
	// Kafka's protocol, as in "EndTxn".
	Name string
	// Text is the whole statement; "" for Kafka.
	Text string

	ctx     context.Context // ends with the proxy
	deliver func(share float64) error
	answer  func() error
	cut     func()
	setting func(name, value string)
}

// Deliver lets the request through and waits until the server has answered it. Its error is that the server did not.
func (x *Exchange) Deliver() error { return x.deliver(1) }

// Setting adds one of ClickHouse's settings to a statement that has not been delivered yet.
func (x *Exchange) Setting(name, value string) { x.setting(name, value) }

// DeliverPart lets a share of the request through, 0 to 1, and then breaks the connection to the server off, as the kernel
// does for a client that dies while it sends.
func (x *Exchange) DeliverPart(share float64) { _ = x.deliver(share) }

// Answer gives the client the answer of a request that was delivered. A client that is gone gets none.
func (x *Exchange) Answer() { _ = x.answer() }

// Pass delivers and answers.
func (x *Exchange) Pass() {
	if x.Deliver() == nil {
		x.Answer()
	} else {
		x.Cut()
	}
}

// Cut breaks the connection to the client off: the client does not learn what becomes of its request, and whoever has cut
// may still deliver it.
func (x *Exchange) Cut() { x.cut() }

// Await waits for ch; false means that the proxy was closed meanwhile.
func (x *Exchange) Await(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	case <-x.ctx.Done():
		return false
	}
}

// Proxy is a server in front of another one. It ends with the test.
type Proxy struct {
	// Addr is its host:port.
	Addr string

	ctx  context.Context
	end  context.CancelFunc
	play atomic.Pointer[func(*Exchange)]
	mu   sync.Mutex
	seen []string
}

// Play makes do decide about each request from here on, on a goroutine of the request's own; nil lets all through. A
// request that do neither answers nor cuts is cut when do returns.
func (p *Proxy) Play(do func(*Exchange)) {
	if do == nil {
		do = (*Exchange).Pass
	}
	p.play.Store(&do)
}

// Forget empties the list of requests that were seen.
func (p *Proxy) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = nil
}

// Seen are the names of the requests since Forget, in the order in which they came.
func (p *Proxy) Seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.seen...)
}

func (p *Proxy) meet(x *Exchange) {
	p.mu.Lock()
	p.seen = append(p.seen, x.Name)
	p.mu.Unlock()
	x.ctx = p.ctx
	(*p.play.Load())(x)
}

func newProxy(t testing.TB) *Proxy {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(cancel)
	p := &Proxy{ctx: ctx, end: cancel}
	p.Play(nil)
	return p
}

// Trick is done to one request; all others pass.
type Trick struct {
	met  atomic.Bool
	done chan struct{}
}

// Once makes do decide about the nth request, from 1, of that name.
func (p *Proxy) Once(name string, nth int64, do func(*Exchange)) *Trick {
	k := &Trick{done: make(chan struct{})}
	var count atomic.Int64
	p.Play(func(x *Exchange) {
		if x.Name != name || count.Add(1) != nth {
			x.Pass()
			return
		}
		k.met.Store(true)
		do(x)
		close(k.done)
	})
	return k
}

// Met reports whether the request has come.
func (k *Trick) Met() bool { return k.met.Load() }

// Done is closed when what was to be done to it is done.
func (k *Trick) Done() <-chan struct{} { return k.done }

// LoseRequest is a request that never arrives.
func LoseRequest(x *Exchange) { x.Cut() }

// LoseAnswer is a request that is carried out and whose answer is lost.
func LoseAnswer(x *Exchange) {
	_ = x.Deliver() // a server that is gone has no answer either
	x.Cut()
}

// Late is a request whose sender is left without an answer, and which arrives when release is closed.
func Late(release <-chan struct{}) func(*Exchange) {
	return func(x *Exchange) {
		x.Cut()
		if x.Await(release) {
			_ = x.Deliver() // the server may refuse it by then
		}
	}
}
