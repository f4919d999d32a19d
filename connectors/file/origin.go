package file

import (
	"archive/zip"
	"bufio"
	"context"
	"io"
	"io/fs"

	"creditsync/connectors/scratch"

	"github.com/klauspost/compress/gzip"
)

// origin is where an input lies: a file, or a member of an archive.
type origin struct {
	found
	info   fs.FileInfo
	size   int64 // as stored
	member int   // number in the archive's directory; −1 for a file
}

// stream is the content of an origin, unpacked, from beginning to end.
type stream struct {
	io.Reader
	stored *stored
	member io.Closer // nil for a file
}

// stream opens the content.
func (o origin) stream(m *meter) (*stream, error) {
	st, err := openStored(o.found, o.info)
	if err != nil {
		return nil, err
	}
	s, err := o.unpack(st, m)
	if err != nil {
		st.f.Close()
		return nil, err
	}
	return s, nil
}

func (o origin) unpack(st *stored, m *meter) (*stream, error) {
	s := &stream{stored: st}
	var raw io.Reader = &counted{st, m}
	if o.member >= 0 {
		member, err := o.open(st, m)
		if err != nil {
			return nil, err
		}
		s.member, raw = member, member
	}
	buffered := bufio.NewReaderSize(raw, 64<<10)
	s.Reader = buffered
	magic, err := buffered.Peek(2)
	if err != nil && err != io.EOF {
		return nil, o.unpacking(st, err)
	}
	if string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, o.unpacking(st, err)
		}
		s.Reader = z
	}
	s.Reader = &unpacked{o: o, st: st, z: s.Reader, bomb: bomb{name: o.name, stored: o.size}}
	return s, nil
}

// open opens the member of an archive.
func (o origin) open(st *stored, m *meter) (io.ReadCloser, error) {
	z, err := zip.NewReader(st, st.was.Size())
	if err != nil {
		return nil, brokenArchive(o.name, err)
	}
	if o.member >= len(z.File) {
		return nil, changed(o.name)
	}
	z.RegisterDecompressor(zip.Deflate, inflate)
	st.meter = m
	f, err := z.File[o.member].Open()
	if err != nil {
		return nil, brokenArchive(o.name, err)
	}
	return f, nil
}

// close ends the reading; the stream may have been read to any point.
func (s *stream) close() {
	if s.member != nil {
		s.member.Close()
	}
	s.stored.f.Close()
}

// blob is the content of an origin for reading anywhere.
type blob struct {
	io.ReaderAt
	size   int64
	stored *stored
	copied *scratch.Store // nil where the file itself is read
}

// inMemory is how much of a workbook that has to be unpacked first is kept in memory; the rest goes to a scratch file.
const inMemory = 32 << 20

// maxBlob bounds a workbook that has to be unpacked first.
const maxBlob = 2 << 30

// blob opens the content; what is packed is unpacked first.
func (o origin) blob(ctx context.Context, m *meter) (*blob, error) {
	st, err := openStored(o.found, o.info)
	if err != nil {
		return nil, err
	}
	var magic [2]byte
	if _, err := st.ReadAt(magic[:], 0); err == nil && o.member < 0 && string(magic[:]) == "PK" {
		st.meter = m
		return &blob{ReaderAt: st, size: st.was.Size(), stored: st}, nil
	}
	b := &blob{stored: st, copied: scratch.New(inMemory)}
	b.ReaderAt = b.copied
	if err := o.copy(ctx, st, b.copied, m); err != nil {
		b.close()
		return nil, err
	}
	b.size = b.copied.Size()
	return b, nil
}

// copy unpacks the content into a scratch store.
func (o origin) copy(ctx context.Context, st *stored, to *scratch.Store, m *meter) error {
	s, err := o.unpack(st, m)
	if err != nil {
		return err
	}
	if s.member != nil {
		defer s.member.Close()
	}
	buf := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := s.Read(buf)
		if _, bad := to.Write(buf[:n]); bad != nil {
			return noScratch(o.name, bad)
		}
		if to.Size() > maxBlob {
			return tooLargeUnpacked(o.name, maxBlob)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (b *blob) close() {
	if b.copied != nil {
		b.copied.Close()
	}
	b.stored.f.Close()
}
