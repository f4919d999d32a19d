package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/go-faster/city"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// maxFrame is how many bytes one of ClickHouse's compressed blocks may hold, before and after decompression. It is what
// ch-go, and so clickhouse-go, takes at most.
const maxFrame = 128 << 20

// frameHeader is a frame's beginning: hash (16), method (1), size from the method on (4), size of the plain data (4).
const frameHeader = 25

// The methods of ClickHouse's compressed blocks that clients use.
const (
	methodNone = 0x02
	methodLZ4  = 0x82
	methodZSTD = 0x90
)

// Frames reads what is in ClickHouse's own compressed blocks, one after the other. Memory is taken as a block's bytes come
// and not as its beginning claims, and none is read ahead. The end in the middle of a block is io.ErrUnexpectedEOF.
type Frames struct {
	from  io.Reader
	raw   bytes.Buffer
	plain []byte
	left  []byte // of plain, what is not read yet
	zstd  *zstd.Decoder
}

// NewFrames returns a reader of the frames in from.
func NewFrames(from io.Reader) *Frames { return &Frames{from: from} }

// Read implements io.Reader; one call never reads from more than one frame.
func (f *Frames) Read(p []byte) (int, error) {
	for len(f.left) == 0 {
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.left)
	f.left = f.left[n:]
	return n, nil
}

// Left is how many bytes of the present frame are not read yet.
func (f *Frames) Left() int { return len(f.left) }

func (f *Frames) next() error {
	var head [frameHeader]byte
	if _, err := io.ReadFull(f.from, head[:]); err != nil {
		return err // io.EOF before the first byte of a frame is a proper end
	}
	packed, plain := int64(binary.LittleEndian.Uint32(head[17:]))-9, int64(binary.LittleEndian.Uint32(head[21:]))
	if packed < 0 || packed > maxFrame || plain > maxFrame {
		return f.broken(fmt.Sprintf("a block of %d bytes, %d decompressed: at most %d are taken", packed, plain, maxFrame))
	}
	f.raw.Reset()
	f.raw.Write(head[16:])
	if _, err := io.CopyN(&f.raw, f.from, packed); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	if sum := city.CH128(f.raw.Bytes()); sum.Low != binary.LittleEndian.Uint64(head[:]) || sum.High != binary.LittleEndian.Uint64(head[8:]) {
		return f.broken("the checksum does not match the data")
	}
	if err := f.unpack(head[16], f.raw.Bytes()[9:], int(plain)); err != nil {
		return err
	}
	f.left = f.plain
	return nil
}

// unpack decompresses packed into plain, which has to become size bytes.
func (f *Frames) unpack(method byte, packed []byte, size int) (err error) {
	switch method {
	case methodNone:
		f.plain = append(f.plain[:0], packed...)
	case methodLZ4:
		if size > 255*len(packed)+64 {
			return f.broken("the data cannot be as large as it says") // LZ4 makes no more of a byte
		}
		f.plain = grown(f.plain, size)
		var n int
		if n, err = lz4.UncompressBlock(packed, f.plain); err == nil {
			f.plain = f.plain[:n]
		}
	case methodZSTD:
		if f.zstd == nil {
			if f.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxFrame)); err != nil {
				return err
			}
		}
		f.plain, err = f.zstd.DecodeAll(packed, f.plain[:0])
	default:
		return f.broken(fmt.Sprintf("the method 0x%02x is not known", method))
	}
	if err != nil {
		return f.broken(err.Error())
	}
	if len(f.plain) != size {
		return f.broken(fmt.Sprintf("%d bytes came out and should be %d", len(f.plain), size))
	}
	return nil
}

// grown is b with room for exactly n bytes.
func grown(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

func (f *Frames) broken(why string) error {
	return refuse(cannotDecompress, "Cannot decompress: "+why+".")
}

// Close gives back what decompressing holds.
func (f *Frames) Close() {
	if f.zstd != nil {
		f.zstd.Close()
	}
}
