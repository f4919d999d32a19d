package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	attrTransactional = 1 << 4
	attrControl       = 1 << 5

	batchHeader = 61 // of a record batch, magic 2
	indexEntry  = 15 // version, checksum, leader epoch, time, flags
	flagInTx    = 1
)

// segment is a file of record batches as they went over the wire, with an index of one entry a batch beside it.
type segment struct {
	dir  string
	base int64
}

func (s segment) data() string { return filepath.Join(s.dir, strconv.FormatInt(s.base, 10)+".dat") }

func (s segment) index() string { return filepath.Join(s.dir, strconv.FormatInt(s.base, 10)+".idx") }

// segmentsOf lists the segments of a partition by their first offset.
func segmentsOf(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []segment
	for _, e := range entries {
		name, isData := strings.CutSuffix(e.Name(), ".dat")
		if base, err := strconv.ParseInt(name, 10, 64); isData && err == nil {
			found = append(found, segment{dir, base})
		}
	}
	slices.SortFunc(found, func(a, b segment) int { return int(min(max(a.base-b.base, -1), 1)) })
	return found, nil
}

// header is what a batch says of itself.
type header struct {
	base        int64
	size        int64
	leaderEpoch int32
	attributes  uint16
	delta       int32
	producer    int64
	epoch       int16
}

func parseHeader(b []byte) header {
	be := binary.BigEndian
	return header{
		base: int64(be.Uint64(b)), size: 12 + int64(be.Uint32(b[8:])), leaderEpoch: int32(be.Uint32(b[12:])),
		attributes: be.Uint16(b[21:]), delta: int32(be.Uint32(b[23:])), producer: int64(be.Uint64(b[43:])), epoch: int16(be.Uint16(b[51:])),
	}
}

// scan follows the segment's batches: which producers have a transaction open at its end, and the last batch. In the
// partition's last segment it cuts off a batch that was not written entirely, and writes index entries that are missing.
func (s segment) scan(last bool, open map[int64]int16, end *header) error {
	f, err := os.OpenFile(s.data(), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	flags, err := s.flags()
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	var at int64
	var missing []byte
	n := 0
	for ; at < info.Size(); n++ {
		h, whole, err := readBatch(f, at, info.Size(), last)
		if err != nil {
			return err
		}
		if !whole {
			break
		}
		inTx := h.attributes&attrTransactional != 0 && h.attributes&attrControl == 0
		if n < len(flags) {
			// kfake clears the flag where compaction has taken the marker of an ended transaction away.
			inTx = flags[n]&flagInTx != 0
		} else {
			missing = append(missing, entryFor(h, inTx)...)
		}
		switch {
		case h.attributes&attrControl != 0:
			delete(open, h.producer)
		case inTx:
			open[h.producer] = h.epoch
		}
		*end = h
		at += h.size
	}
	if !last {
		return nil
	}
	if at < info.Size() {
		if err := f.Truncate(at); err != nil {
			return err
		}
	}
	return s.fixIndex(min(n, len(flags)), missing)
}

// readBatch reads the header of the batch at an offset; checked also reads its content. whole is false where the batch
// was not written entirely.
func readBatch(f *os.File, at, size int64, checked bool) (h header, whole bool, err error) {
	var b [batchHeader]byte
	if at+batchHeader > size {
		return h, false, nil
	}
	if _, err := f.ReadAt(b[:], at); err != nil {
		return h, false, err
	}
	h = parseHeader(b[:])
	if h.size < batchHeader || at+h.size > size {
		return h, false, nil
	}
	if !checked {
		return h, true, nil
	}
	sum := crc32.New(castagnoli)
	if _, err := io.Copy(sum, io.NewSectionReader(f, at+21, h.size-21)); err != nil {
		return h, false, err
	}
	return h, sum.Sum32() == binary.BigEndian.Uint32(b[17:]), nil
}

// flags are the flags of the index entries, as far as these are whole.
func (s segment) flags() ([]byte, error) {
	raw, err := os.ReadFile(s.index())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var flags []byte
	for ; len(raw) >= indexEntry; raw = raw[indexEntry:] {
		if raw[1] != byte(crc32.Checksum(raw[2:indexEntry], castagnoli)) {
			break
		}
		flags = append(flags, raw[indexEntry-1])
	}
	return flags, nil
}

func entryFor(h header, inTx bool) []byte {
	e := make([]byte, indexEntry)
	e[0] = 1
	binary.LittleEndian.PutUint32(e[2:], uint32(h.leaderEpoch))
	if inTx {
		e[indexEntry-1] = flagInTx
	}
	e[1] = byte(crc32.Checksum(e[2:], castagnoli))
	return e
}

// fixIndex keeps the first entries and appends the missing ones.
func (s segment) fixIndex(keep int, missing []byte) error {
	info, err := os.Stat(s.index())
	if err == nil && info.Size() == int64(keep*indexEntry) && len(missing) == 0 {
		return nil
	}
	f, err := os.OpenFile(s.index(), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	err = f.Truncate(int64(keep * indexEntry))
	if err == nil {
		_, err = f.WriteAt(missing, int64(keep*indexEntry))
	}
	return errors.Join(err, f.Close())
}

// append writes a control batch at the end. Its index entry comes second, as kfake has it: if it is missing, the next
// start writes it.
func (s segment) append(raw []byte) error {
	if err := appendFile(s.data(), raw); err != nil {
		return fmt.Errorf("append marker: %w", err)
	}
	return appendFile(s.index(), entryFor(parseHeader(raw), false))
}

func appendFile(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}
