package engine

import (
	"sync"
	"time"
)

// sticky keeps the sessions that clients name by session_id, until nobody has used them for their time.
type sticky struct {
	mu   sync.Mutex
	open map[string]*named
	max  int
}

type named struct {
	session *Session
	busy    bool
	expiry  *time.Timer
}

// take gives the session called id to one request. It fails while another request has it, as ClickHouse does.
func (k *sticky) take(id string, mustExist bool, make func() (*Session, error)) (*named, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if n := k.open[id]; n != nil {
		if n.busy {
			return nil, refuse(sessionIsLocked, "Session "+id+" is locked by a concurrent client.")
		}
		n.busy = true
		if n.expiry != nil {
			n.expiry.Stop()
		}
		return n, nil
	}
	if mustExist {
		return nil, refuse(sessionNotFound, "Session "+id+" not found.")
	}
	if len(k.open) >= k.max {
		return nil, refuse(tooManyQueries, "Too many sessions: close_session ends one, session_timeout shortens its life.")
	}
	s, err := make()
	if err != nil {
		return nil, err
	}
	n := &named{session: s, busy: true}
	k.open[id] = n
	return n, nil
}

// put gives it back for timeout.
func (k *sticky) put(id string, n *named, timeout time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n.busy = false
	if timeout <= 0 || k.open[id] != n {
		k.drop(id, n)
		return
	}
	n.expiry = time.AfterFunc(timeout, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if !n.busy && k.open[id] == n {
			k.drop(id, n)
		}
	})
}

func (k *sticky) drop(id string, n *named) {
	if k.open[id] == n {
		delete(k.open, id)
	}
	n.session.Close()
}

// closeAll ends the sessions that nobody uses; put ends the others.
func (k *sticky) closeAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, n := range k.open {
		if n.busy {
			delete(k.open, id)
			continue
		}
		n.expiry.Stop()
		k.drop(id, n)
	}
}
