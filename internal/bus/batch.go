package bus

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Where the parts of a record batch of magic 2 stand (Kafka protocol, "Record Batch"), and what we set there.
const (
	atLength      = 8
	atLeaderEpoch = 12
	atMagic       = 16
	atCRC         = 17
	atAttributes  = 21
	atLastDelta   = 23
	atFirstTime   = 27
	atMaxTime     = 35
	atProducer    = 43
	atEpoch       = 51
	atSequence    = 53
	atCount       = 57
	batchHeader   = 61

	transactional = 1 << 4
	zstdCodec     = 4
	noCodec       = 0
)

// batchLimit is how many bytes of records a batch takes before the next one begins: below the 1 MB that a broker accepts
// by default, even if nothing could be compressed.
const batchLimit = 900 << 10

// batch is a run of records for one partition, in the making or ready to be sent.
type batch struct {
	records []byte
	count   int
	packed  []byte // records, compressed; empty before pack
}

// pack compresses the records. Who sends the batch is not known yet and does not matter.
func (b *batch) pack(z *zstd.Encoder) { b.packed = z.EncodeAll(b.records, b.packed[:0]) }

// add appends one record. A nil value makes a tombstone; headers stand in their final form.
func (b *batch) add(key, value, headers []byte) {
	size := 2 + varintLen(b.count) + varintLen(len(key)) + len(key) + len(headers)
	if value == nil {
		size++
	} else {
		size += varintLen(len(value)) + len(value)
	}
	r := appendVarint(b.records, size)
	r = append(r, 0, 0) // no attributes; the time of its batch
	r = appendVarint(r, b.count)
	r = append(appendVarint(r, len(key)), key...)
	if value == nil {
		r = appendVarint(r, -1)
	} else {
		r = append(appendVarint(r, len(value)), value...)
	}
	b.records = append(r, headers...)
	b.count++
}

// producerID is who writes: what InitProducerID answered.
type producerID struct {
	id    int64
	epoch int16
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// wire is the batch as a produce request carries it, its length in front, as part of a transaction of pid whose next
// sequence number in this partition is seq. Its records are all of the time ms. It shares the batch's memory.
func (b *batch) wire(pid producerID, seq int32, ms int64) io.Reader {
	attributes, payload := uint16(transactional|noCodec), b.records
	if len(b.packed) > 0 {
		attributes, payload = transactional|zstdCodec, b.packed
	}
	front := make([]byte, 4+batchHeader)
	h := front[4:]
	put := binary.BigEndian
	put.PutUint32(front, uint32(batchHeader+len(payload)))
	put.PutUint32(h[atLength:], uint32(batchHeader+len(payload)-atLeaderEpoch))
	put.PutUint32(h[atLeaderEpoch:], ^uint32(0))
	h[atMagic] = 2
	put.PutUint16(h[atAttributes:], attributes)
	put.PutUint32(h[atLastDelta:], uint32(b.count-1))
	put.PutUint64(h[atFirstTime:], uint64(ms))
	put.PutUint64(h[atMaxTime:], uint64(ms))
	put.PutUint64(h[atProducer:], uint64(pid.id))
	put.PutUint16(h[atEpoch:], uint16(pid.epoch))
	put.PutUint32(h[atSequence:], uint32(seq))
	put.PutUint32(h[atCount:], uint32(b.count))
	sum := crc32.Update(crc32.Checksum(h[atAttributes:], castagnoli), castagnoli, payload)
	put.PutUint32(h[atCRC:], sum)
	return io.MultiReader(bytes.NewReader(front), bytes.NewReader(payload))
}
