package engine

import (
	"bufio"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// zstdWindow bounds what decoding a client's zstd may cost in memory.
const zstdWindow = 128 << 20

// decoded undoes a request's Content-Encoding and, with native, ClickHouse's own compressed blocks. Its end is an error unless
// body too has come to a proper end. close frees what decoding holds.
func decoded(body io.Reader, encoding string, native bool) (r io.Reader, close func(), err error) {
	r, close = body, func() {}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity", "none", "auto": // "none", "auto" and "gz" are ClickHouse's own words, which dlt says
	case "gzip", "x-gzip", "gz":
		r, err = gzip.NewReader(bufio.NewReaderSize(body, 1<<16))
	case "deflate":
		r, err = zlib.NewReader(bufio.NewReaderSize(body, 1<<16))
	case "lz4":
		r = lz4.NewReader(body)
	case "zstd":
		var d *zstd.Decoder
		if d, err = zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(zstdWindow)); err == nil {
			r, close = d, d.Close
		}
	default:
		return nil, nil, refuse(notImplemented, "The embedded engine does not know the Content-Encoding "+encoding+": use gzip, deflate, lz4, zstd or none.")
	}
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, nil, refuse(cannotDecompress, "Cannot decompress the request's body: "+err.Error()+".")
	}
	if native {
		frames, free := NewFrames(r), close
		r, close = frames, func() { frames.Close(); free() }
	}
	if r != body {
		r = &drained{r: r, body: body}
	}
	return r, close, nil
}

// drained reads r and then what is left of the body below it, so that a broken transfer behind the compressed data's own end
// is an error too.
type drained struct{ r, body io.Reader }

func (d *drained) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err == io.EOF {
		if left, bodyErr := io.Copy(io.Discard, d.body); bodyErr != nil {
			err = bodyErr
		} else if left > 0 && n == 0 {
			err = refuse(cannotDecompress, "There is more behind the compressed data of the request's body.")
		}
	}
	return n, err
}

// encodingFor chooses a Content-Encoding that the client accepts; "" for none.
func encodingFor(accept string) string {
	accepted := map[string]bool{}
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		if q := strings.ReplaceAll(parameters, " ", ""); q == "q=0" || q == "q=0.0" {
			continue
		}
		accepted[strings.ToLower(strings.TrimSpace(name))] = true
	}
	for _, name := range []string{"zstd", "lz4", "gzip", "deflate"} {
		if accepted[name] {
			return name
		}
	}
	return ""
}

// encoder wraps w in a response's Content-Encoding.
func encoder(w io.Writer, encoding string) (io.WriteCloser, error) {
	switch encoding {
	case "gzip":
		return gzip.NewWriterLevel(w, gzip.BestSpeed)
	case "deflate":
		return zlib.NewWriterLevel(w, zlib.BestSpeed)
	case "lz4":
		return lz4.NewWriter(w), nil
	case "zstd":
		return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	}
	return plain{w}, nil
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }

// FrameWriter writes ClickHouse's own compressed blocks: hash, method, sizes, data.
type FrameWriter struct {
	to     io.Writer
	writer *compress.Writer
	buffer []byte
}

// nativeBlock is how much goes into one compressed block.
const nativeBlock = 1 << 20

// NewFrameWriter compresses to w by a method of the setting network_compression_method: ZSTD, NONE, else LZ4.
func NewFrameWriter(w io.Writer, method string) *FrameWriter {
	m := compress.LZ4
	switch strings.ToUpper(method) {
	case "ZSTD":
		m = compress.ZSTD
	case "NONE":
		m = compress.None
	}
	return &FrameWriter{to: w, writer: compress.NewWriter(compress.LevelZero, m)}
}

// Write collects p.
func (e *FrameWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		m := min(len(p), nativeBlock-len(e.buffer))
		e.buffer = append(e.buffer, p[:m]...)
		if p = p[m:]; len(e.buffer) == nativeBlock {
			if err := e.Flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// Flush writes what is collected, as a compressed block of its own.
func (e *FrameWriter) Flush() error {
	if len(e.buffer) == 0 {
		return nil
	}
	if err := e.writer.Compress(e.buffer); err != nil {
		return err
	}
	e.buffer = e.buffer[:0]
	_, err := e.to.Write(e.writer.Data)
	return err
}

// Close writes what is collected.
func (e *FrameWriter) Close() error { return e.Flush() }
