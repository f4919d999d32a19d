package engine

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// libchdb writes every chunk of a streamed result as a document of its own: with its own header and its own end. Where
// documents put one behind the other are a document again, chunks are passed on; an Arrow stream is joined here; any other
// format is not streamed.

// joinable reports whether chunks of a format can be passed on as they come, which after joined they can for ArrowStream.
func joinable(format string) bool {
	switch strings.ToLower(format) {
	case "native", "tsv", "tsvraw", "tabseparated", "tabseparatedraw", "csv", "tskv", "lineasstring", "rawblob",
		"jsoneachrow", "jsonlines", "ndjson", "jsoncompacteachrow", "jsonstringseachrow", "jsoncompactstringseachrow",
		"rowbinary", "values", "msgpack", "null", "arrowstream":
		return true
	}
	return false
}

// arrowJoiner makes one Arrow IPC stream of many: the schema of the first, the batches of all, one end. Each Write holds
// one whole stream.
type arrowJoiner struct {
	to    io.Writer
	begun bool
}

// arrowEnd marks the end of an Arrow stream: a message without metadata.
var arrowEnd = []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}

// errArrow means that what libchdb wrote is not an Arrow stream.
var errArrow = errors.New("a chunk is not an Arrow stream")

// Write passes on the messages of a whole stream without its end and, but for the first stream, without its schema, which
// is the first message.
func (j *arrowJoiner) Write(p []byte) (int, error) {
	schema, err := arrowMessage(p)
	if err != nil {
		return 0, err
	}
	from, to := schema, schema
	if !j.begun {
		from, j.begun = 0, true
	}
	for to < len(p) {
		n, err := arrowMessage(p[to:])
		if err != nil {
			return 0, err
		}
		if n == len(arrowEnd) {
			break
		}
		to += n
	}
	if _, err := j.to.Write(p[from:to]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// finish ends the joined stream. A result without any chunk has no schema that could be told; nothing is written.
func (j *arrowJoiner) finish() error {
	if !j.begun {
		return nil
	}
	_, err := j.to.Write(arrowEnd)
	return err
}

// arrowMessage is the length of the message at the beginning of b: marker, length of the metadata, metadata, body. The
// body's length is the fourth field of the metadata's root table (Arrow columnar format, Message.fbs).
func arrowMessage(b []byte) (int, error) {
	if len(b) < 8 || binary.LittleEndian.Uint32(b) != 0xffffffff {
		return 0, errArrow
	}
	meta := int(int32(binary.LittleEndian.Uint32(b[4:])))
	if meta == 0 {
		return len(arrowEnd), nil
	}
	if meta < 8 || meta > len(b)-8 {
		return 0, errArrow
	}
	body, ok := arrowBody(b[8 : 8+meta])
	if !ok || body < 0 || body > int64(len(b)-8-meta) {
		return 0, errArrow
	}
	return 8 + meta + int(body), nil
}

// bodyLengthSlot is where a table's offset of its fourth field stands in its vtable.
const bodyLengthSlot = 4 + 3*2

// arrowBody reads bodyLength from a message's flatbuffer; absent means 0.
func arrowBody(m []byte) (int64, bool) {
	root := int(binary.LittleEndian.Uint32(m))
	if root < 0 || root > len(m)-4 {
		return 0, false
	}
	vtable := root - int(int32(binary.LittleEndian.Uint32(m[root:])))
	if vtable < 0 || vtable > len(m)-4 {
		return 0, false
	}
	if size := int(binary.LittleEndian.Uint16(m[vtable:])); size < bodyLengthSlot+2 || vtable+size > len(m) {
		return 0, size >= 4 && vtable+size <= len(m)
	}
	at := root + int(binary.LittleEndian.Uint16(m[vtable+bodyLengthSlot:]))
	if at == root {
		return 0, true
	}
	if at > len(m)-8 {
		return 0, false
	}
	return int64(binary.LittleEndian.Uint64(m[at:])), true
}
