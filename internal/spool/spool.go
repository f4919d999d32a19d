// Package spool keeps the accepted rows of one run on local disk from the moment they are transformed until the commit has
// said which of them are written. The warehouse holds only their keys meanwhile: a night in which nothing changed writes
// no row twice, and a first load writes each once.
//
// It is no store. Its file has no name, so nothing is left of it when the process ends, however it ends; its bytes are
// encrypted under a key that only the process has ever had. A run that starts anew reads its source anew.
package spool

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"creditsync/internal/fault"
)

// Spool holds the batches of one run. It is safe for concurrent use.
type Spool struct {
	file  *os.File
	block cipher.Block

	mu     sync.Mutex // guards what follows
	end    int64
	chunks []chunk // by batch
	free   []*bytes.Buffer
}

// chunk is where a batch lies; a batch without rows has no length.
type chunk struct{ at, length int64 }

// New makes an empty spool in the folder, which must exist.
func New(dir string) (*Spool, error) {
	f, err := os.CreateTemp(dir, "spool-*")
	if err != nil {
		return nil, trouble(dir, err)
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, trouble(dir, err)
	}
	var key [16]byte
	_, _ = rand.Read(key[:]) // never fails (crypto/rand)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Spool{file: f, block: block}, nil
}

// Close gives the room back. What Get returned before stays valid.
func (s *Spool) Close() error { return s.file.Close() }

// Put keeps the rows of a batch. A batch is put once; rows stay the caller's.
func (s *Spool) Put(batch uint32, rows arrow.Record) error {
	if rows.NumRows() == 0 {
		return nil
	}
	buf := s.buffer()
	defer s.giveBack(buf)
	out := ipc.NewWriter(buf, ipc.WithSchema(rows.Schema()))
	if err := errors.Join(out.Write(rows), out.Close()); err != nil {
		return fmt.Errorf("keep batch %d: %w", batch, err)
	}
	s.mu.Lock()
	for int(batch) >= len(s.chunks) {
		s.chunks = append(s.chunks, chunk{})
	}
	c := chunk{at: s.end, length: int64(buf.Len())}
	if s.chunks[batch].length > 0 { // the key stream of a batch is used once
		s.mu.Unlock()
		return fmt.Errorf("keep batch %d: it is there already", batch)
	}
	s.chunks[batch] = c
	s.end += c.length
	s.mu.Unlock()
	s.crypt(batch, buf.Bytes())
	if _, err := s.file.WriteAt(buf.Bytes(), c.at); err != nil {
		return trouble(s.file.Name(), err)
	}
	return nil
}

// Batches is one more than the number of the last batch that has rows.
func (s *Spool) Batches() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint32(len(s.chunks))
}

// Get returns the rows of a batch, which the caller releases; nil where it has none.
func (s *Spool) Get(batch uint32) (arrow.Record, error) {
	s.mu.Lock()
	var c chunk
	if int(batch) < len(s.chunks) {
		c = s.chunks[batch]
	}
	s.mu.Unlock()
	if c.length == 0 {
		return nil, nil
	}
	buf := s.buffer()
	defer s.giveBack(buf)
	buf.Grow(int(c.length))
	body := buf.AvailableBuffer()[:c.length]
	if _, err := s.file.ReadAt(body, c.at); err != nil {
		return nil, trouble(s.file.Name(), err)
	}
	s.crypt(batch, body)
	in, err := ipc.NewReader(bytes.NewReader(body)) // copies what it reads
	if err != nil {
		return nil, fmt.Errorf("read batch %d back: %w", batch, err)
	}
	defer in.Release()
	if !in.Next() {
		return nil, fmt.Errorf("read batch %d back: %w", batch, errors.Join(in.Err(), errors.New("it holds no rows")))
	}
	rows := in.Record()
	rows.Retain()
	return rows, nil
}

// crypt encrypts or decrypts the bytes of a batch in place: AES in counter mode, every batch with a counter of its own.
func (s *Spool) crypt(batch uint32, b []byte) {
	var iv [aes.BlockSize]byte
	binary.BigEndian.PutUint32(iv[:4], batch)
	cipher.NewCTR(s.block, iv[:]).XORKeyStream(b, b)
}

// buffer is an empty buffer; as many are kept as were ever in use at once.
func (s *Spool) buffer() *bytes.Buffer {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.free)
	if n == 0 {
		return new(bytes.Buffer)
	}
	b := s.free[n-1]
	s.free = s.free[:n-1]
	b.Reset()
	return b
}

func (s *Spool) giveBack(b *bytes.Buffer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, b)
}

// trouble says that this machine's disk failed the run.
func trouble(path string, err error) error {
	return fault.New(fault.Environment, "spool.disk", fault.T("无法在 %s 暂存读入的行", "the rows read cannot be kept in %s meanwhile", path)).Because(err).
		Do(fault.T("请查看该磁盘的空间（约需来源文件大小的空间）和权限，然后再运行；什么都没有入库。", "See that this disk has room, about the size of the source, and that it can be written; then run again. Nothing was applied."))
}
