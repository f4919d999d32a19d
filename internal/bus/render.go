package bus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"creditsync/schemas"
)

// Renderer makes the messages of committed versions as the relay makes them, for those who compare them or tell them again.
// It is not safe for concurrent use.
type Renderer struct{ enc *encoder }

// Rendered is the message of one version. Its memory is used again for the next one.
type Rendered struct {
	Seq     uint64
	Version uint32
	Op      string // upsert, delete or forget
	// Notify is false for a version that nobody is told of.
	Notify  bool
	ID      []byte // record id, 16 bytes
	Key     []byte // record id in hex
	Value   []byte // JSON; nil for a tombstone
	Headers []Header
}

// NewRenderer returns one for a kind on a deployment.
func NewRenderer(kind *schemas.Kind, deployment string) *Renderer {
	return &Renderer{newEncoder(kind, deployment)}
}

// Each passes the messages of all rows to fn, in their order, and ends with its first error; it closes the rows. run is the
// run that a commit belongs to, false for one whose rows are to be left out.
func (r *Renderer) Each(rows Rows, run func(commit uint64) (string, bool), fn func(Rendered) error) error {
	defer rows.Close()
	for {
		rec, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return outboxTrouble(fmt.Errorf("read versions of %s: %w", r.enc.kind.Name, err))
		}
		err = r.each(rec, run, fn)
		rec.Release()
		if err != nil {
			return err
		}
	}
}

func (r *Renderer) each(rec arrow.Record, run func(uint64) (string, bool), fn func(Rendered) error) error {
	e := r.enc
	if err := e.bind(rec); err != nil {
		return badRows(Commit{}, err)
	}
	for i := range e.rows {
		seq := e.seq.Value(i)
		of, ok := run(seq >> seqBits)
		if !ok {
			continue
		}
		if err := e.encode(i, of); err != nil {
			return badRows(Commit{No: seq >> seqBits}, err)
		}
		headers, err := decodeHeaders(e.headers)
		if err != nil {
			return badRows(Commit{No: seq >> seqBits}, err)
		}
		m := Rendered{Seq: seq, Version: e.version.Value(i), Op: e.op.Value(i), Notify: e.notify(i), ID: []byte(e.id.Value(i)), Key: e.key, Value: e.value, Headers: headers}
		if e.tombstone(i) {
			m.Value = nil
		}
		if err := fn(m); err != nil {
			return err
		}
	}
	return nil
}

// decodeHeaders reads headers as a record batch holds them (Kafka protocol, "Record").
func decodeHeaders(b []byte) ([]Header, error) {
	bad := errors.New("headers do not read back")
	next := func() (int64, bool) {
		n, used := binary.Varint(b)
		if used <= 0 {
			return 0, false
		}
		b = b[used:]
		return n, true
	}
	text := func() ([]byte, bool) {
		n, ok := next()
		if !ok || n < 0 || n > int64(len(b)) {
			return nil, false
		}
		t := b[:n]
		b = b[n:]
		return t, true
	}
	count, ok := next()
	if !ok {
		return nil, bad
	}
	list := make([]Header, 0, count)
	for range count {
		key, ok1 := text()
		value, ok2 := text()
		if !ok1 || !ok2 {
			return nil, bad
		}
		list = append(list, Header{string(key), value})
	}
	return list, nil
}
