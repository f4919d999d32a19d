// Package spool keeps the accepted rows of one run on local disk from the moment they are transformed until the commit has
// said which of them are written. The warehouse holds only their keys meanwhile: a night in which nothing changed writes
// no row twice, and a first load writes each once.
//
// Rows are packed before they are encrypted: memory that the page cache takes up anew costs more than packing and unpacking
// (docs/performance.md).
//
// It is no store. Its file is unnamed and encrypted (internal/unnamed): nothing is left of it when the process ends, however
// it ends. A run that starts anew reads its source anew.
package spool

import (
	"fmt"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"creditsync/internal/fault"
	"creditsync/internal/unnamed"
)

// Spool holds the batches of one run. It is safe for concurrent use.
type Spool struct {
	file *unnamed.File

	whole  pool // memory of the batches that Get returns
	packed pool // of batches as they lie in the file

	mu     sync.Mutex // guards what follows
	end    int64
	blocks []block // by batch
}

// New makes an empty spool in the folder, which must exist.
func New(dir string) (*Spool, error) {
	f, err := unnamed.Create(dir)
	if err != nil {
		return nil, trouble(dir, err)
	}
	return &Spool{file: f}, nil
}

// Close gives the room back. What Get returned before stays valid.
func (s *Spool) Close() error { return s.file.Close() }

// Put keeps the rows of a batch. A batch is put once; rows stay the caller's.
func (s *Spool) Put(batch uint32, rows arrow.Record) error {
	if rows.NumRows() == 0 {
		return nil
	}
	b, data, copies, err := plan(rows)
	defer func() {
		for _, c := range copies {
			c.Release()
		}
	}()
	if err != nil {
		return fmt.Errorf("keep batch %d: %w", batch, err)
	}
	sealed := b.pack(data, s.packed.Allocate(0))
	defer s.packed.Free(sealed)
	if b.at, err = s.place(batch, b); err != nil {
		return err
	}
	s.file.Stream(b.at).XORKeyStream(sealed, sealed)
	if _, err := s.file.WriteAt(sealed, b.at); err != nil {
		return trouble(s.file.Name(), err)
	}
	return nil
}

// place says where in the file a batch goes.
func (s *Spool) place(batch uint32, b block) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for int(batch) >= len(s.blocks) {
		s.blocks = append(s.blocks, block{})
	}
	if s.blocks[batch].rows > 0 { // whose place would be lost
		return 0, fmt.Errorf("keep batch %d: it is there already", batch)
	}
	b.at = s.end
	s.blocks[batch] = b
	s.end += int64(b.packed)
	return b.at, nil
}

// Batches is one more than the number of the last batch that has rows.
func (s *Spool) Batches() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint32(len(s.blocks))
}

// Get returns the rows of a batch, which the caller releases; nil where it has none.
func (s *Spool) Get(batch uint32) (arrow.Record, error) {
	s.mu.Lock()
	var b block
	if int(batch) < len(s.blocks) {
		b = s.blocks[batch]
	}
	s.mu.Unlock()
	if b.rows == 0 {
		return nil, nil
	}
	packed := s.packed.Allocate(b.packed)
	defer s.packed.Free(packed)
	if _, err := s.file.ReadAt(packed, b.at); err != nil {
		return nil, trouble(s.file.Name(), err)
	}
	whole := memory.NewBufferWithAllocator(s.whole.Allocate(b.size), &s.whole)
	defer whole.Release()
	if err := b.unpack(packed, whole.Bytes()); err != nil {
		return nil, trouble(s.file.Name(), fmt.Errorf("batch %d: %w", batch, err))
	}
	return b.record(whole), nil
}

// trouble says that this machine's disk failed the run.
func trouble(path string, err error) error {
	return fault.New(fault.Environment, "spool.disk", fault.T("无法在 %s 暂存读入的行", "the rows read cannot be kept in %s meanwhile", path)).Because(err).
		Do(fault.T("请查看该磁盘的空间（约需来源文件大小的空间）和权限，然后再运行；什么都没有入库。", "See that this disk has room, about the size of the source, and that it can be written; then run again. Nothing was applied."))
}
