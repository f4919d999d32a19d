package engine

import (
	"errors"
	"time"
)

// insertChunk is how much of an insert's data is handed over at once. The engine queues a few of them.
const insertChunk = 256 << 10

// Insertion is an INSERT that takes data. It ends with Finish or Cancel, one of which has to be called.
type Insertion struct {
	session *Session
	stream  uintptr
	started time.Time
	settle  func(*Result) error // what is due before it may be acknowledged; may be nil
	over    bool                // the engine takes no more data
}

// errInsertOver says that the engine takes no more of an insert's data; Finish says why.
var errInsertOver = errors.New("the engine takes no more data")

// begin starts an INSERT without data; data has to come in format.
func (s *Session) begin(sql, format string, params []Param) (*Insertion, error) {
	s.clean()
	s.dirty = true // until it has come to its end
	lib := s.engine.lib
	in := &Insertion{session: s, started: time.Now(), stream: lib.call(lib.insert, *s.conn, sql, format, params)}
	if in.stream == 0 {
		return nil, refuse(unknownException, "The engine gave no insert stream.")
	}
	if text := cstring(lib.insertError(in.stream)); text != "" {
		lib.freeInsert(in.stream)
		return nil, exceptionOf(text)
	}
	return in, nil
}

// Write hands data over; it blocks while the engine is behind.
func (in *Insertion) Write(p []byte) (int, error) {
	if in.over {
		return 0, errInsertOver
	}
	if len(p) > 0 && in.session.engine.lib.appendInsert(in.stream, &p[0], uintptr(len(p))) != 0 {
		in.over = true
		return 0, errInsertOver
	}
	return len(p), nil
}

// Finish says that all data was there and waits until it is stored.
func (in *Insertion) Finish() (*Result, error) {
	lib := in.session.engine.lib
	defer lib.freeInsert(in.stream)
	r, err := lib.take(lib.doneInsert(in.stream), in.started, nil)
	in.session.dirty = err != nil
	if err == nil && in.settle != nil {
		err = in.settle(r)
	}
	return r, err
}

// Cancel drops what has not become a block of the table yet: of an insert smaller than a block, all of it.
func (in *Insertion) Cancel() {
	lib := in.session.engine.lib
	lib.cancelInsert(in.stream)
	lib.freeInsert(in.stream)
}
