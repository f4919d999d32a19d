package native

import (
	"bufio"
	"io"
	"net"
	"sync"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"creditsync/internal/engine"
)

// out writes packets to a client. Its methods may be called concurrently; a packet is never written into another.
type out struct {
	mu       sync.Mutex
	to       *bufio.Writer
	revision int
	sent     engine.Progress // what progress packets have told of the present query

	frames *engine.FrameWriter // of the present query, if it is compressed
	code   proto.ServerCode    // of the blocks that are written now
}

// patient ends a write that the client does not take for too long.
type patient struct{ net.Conn }

func (p patient) Write(b []byte) (int, error) {
	_ = p.SetWriteDeadline(time.Now().Add(patience)) // the write says what is wrong
	return p.Conn.Write(b)
}

// packet sends one small packet at once.
func (o *out) packet(encode func(b *proto.Buffer)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.write(encode, true)
}

func (o *out) write(encode func(b *proto.Buffer), flush bool) error {
	var b proto.Buffer
	encode(&b)
	_, err := o.to.Write(b.Buf)
	if err == nil && flush {
		err = o.to.Flush()
	}
	return err
}

func (o *out) exception(e *engine.Exception) error {
	x := proto.Exception{Code: proto.Error(e.Code), Name: "DB::Exception", Message: e.Said()}
	return o.packet(func(b *proto.Buffer) {
		proto.ServerCodeException.Encode(b)
		x.EncodeAware(b, o.revision)
	})
}

func (o *out) endOfStream() error { return o.packet(proto.ServerCodeEndOfStream.Encode) }

// begin prepares for the blocks of a query.
func (o *out) begin(compressed bool, method string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.frames, o.sent, o.code = nil, engine.Progress{}, proto.ServerCodeData
	if compressed {
		o.frames = engine.NewFrameWriter(o.to, method)
	}
}

// eventsInInsert is the revision from which clients wait for a packet of profile events behind every block of an INSERT.
const eventsInInsert = 54456

// events are the columns of such a packet.
var events = [...]engine.Column{{Name: "host_name", Type: "String"}, {Name: "current_time", Type: "DateTime"}, {Name: "thread_id", Type: "UInt64"},
	{Name: "type", Type: "Enum8('increment' = 1, 'gauge' = 2)"}, {Name: "name", Type: "String"}, {Name: "value", Type: "Int64"}}

// noEvents tells a client that waits for them that there are none.
func (o *out) noEvents() error {
	if o.revision < eventsInInsert {
		return nil
	}
	return o.packet(func(b *proto.Buffer) {
		proto.ServerProfileEvents.Encode(b)
		b.PutString("")
		o.description(b, events[:])
	})
}

// header sends a block without rows: what the columns are. Without columns it says that there are no more blocks.
func (o *out) header(columns []engine.Column) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var b proto.Buffer
	o.description(&b, columns)
	err := o.around(true)
	if err == nil {
		_, err = o.Write(b.Buf)
	}
	if err == nil {
		err = o.around(false)
	}
	if err == nil {
		err = o.to.Flush()
	}
	return err
}

// description is a block without rows.
func (o *out) description(b *proto.Buffer, columns []engine.Column) {
	if proto.FeatureBlockInfo.In(o.revision) {
		proto.BlockInfo{BucketNum: -1}.Encode(b)
	}
	b.PutInt(len(columns))
	b.PutInt(0)
	for _, c := range columns {
		b.PutString(c.Name)
		b.PutString(c.Type)
		if proto.FeatureCustomSerialization.In(o.revision) {
			b.PutBool(false)
		}
	}
}

// Write takes a piece of a block; around is called before and behind the block. Both are called with the lock held.
func (o *out) Write(p []byte) (int, error) {
	if o.frames != nil {
		return o.frames.Write(p)
	}
	return o.to.Write(p)
}

func (o *out) around(begins bool) error {
	if begins {
		return o.write(func(b *proto.Buffer) {
			o.code.Encode(b)
			b.PutString("")
		}, false)
	}
	if o.frames != nil {
		return o.frames.Flush()
	}
	return nil
}

// codes are those of the parts of an answer.
var codes = [...]proto.ServerCode{engine.Rows: proto.ServerCodeData, engine.Totals: proto.ServerCodeTotals, engine.Extremes: proto.ServerCodeExtremes}

// blocks sends what a statement has put out, by w, which writes to o.
func (o *out) blocks(w io.Writer, part engine.Part, native []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.code = codes[part]
	defer func() { o.code = proto.ServerCodeData }()
	if _, err := w.Write(native); err != nil {
		return err
	}
	return o.to.Flush()
}

// progress tells how much was done since the last time.
func (o *out) progress(now engine.Progress, written engine.Result) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	more := func(to uint64, from *uint64) uint64 {
		d := to - min(to, *from)
		*from = max(*from, to)
		return d
	}
	p := proto.Progress{Rows: more(now.Rows, &o.sent.Rows), Bytes: more(now.Bytes, &o.sent.Bytes), TotalRows: more(now.Total, &o.sent.Total),
		WroteRows: written.WrittenRows, WroteBytes: written.WrittenBytes}
	if d := now.Elapsed - o.sent.Elapsed; d > 0 {
		p.ElapsedNs, o.sent.Elapsed = uint64(d), now.Elapsed
	}
	return o.write(func(b *proto.Buffer) {
		proto.ServerCodeProgress.Encode(b)
		p.EncodeAware(b, o.revision)
	}, true)
}

func (o *out) profile(r *engine.Result, blocks uint64) error {
	return o.packet(func(b *proto.Buffer) {
		proto.Profile{Rows: r.ResultRows, Bytes: r.ResultBytes, Blocks: blocks}.EncodeAware(b, o.revision)
	})
}
