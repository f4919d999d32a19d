package embedded

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// commitLog remembers a transaction whose commit was asked for until the next one begins. kfake ends a transaction by
// writing a marker into each of its partitions, one after another: killed in between, it would come back with half of it
// committed and half aborted. It handles one request at a time, so only the last commit can be half done; finish
// completes it.
//
// It holds fixed-size entries, the last whole one counts. An entry is written before kfake sees the request, and an
// empty one before the next transaction of anybody writes anything: producer and epoch stay the same from one to the next.
type commitLog struct {
	file    *os.File
	size    int64
	last    *commit // as found when it was opened
	pending bool    // the last entry names a transaction
}

// commit is a transaction whose commit was asked for.
type commit struct {
	producer int64
	epoch    int16
}

const (
	commitEntry = 8 + 2 + 4 // producer, epoch, CRC-32C of both
	commitLimit = 1 << 16   // the log begins anew beyond this size
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (c commit) encode() []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(c.producer))
	b = binary.LittleEndian.AppendUint16(b, uint16(c.epoch))
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// nobody is the empty entry.
var nobody = commit{producer: -1, epoch: -1}

// lastCommit is what the last whole entry names, nil if there is none or it is empty.
func lastCommit(raw []byte) *commit {
	for at := len(raw) - commitEntry; at >= 0; at-- {
		c := commit{int64(binary.LittleEndian.Uint64(raw[at:])), int16(binary.LittleEndian.Uint16(raw[at+8:]))}
		if at%commitEntry == 0 && bytes.Equal(raw[at:at+commitEntry], c.encode()) {
			if c == nobody {
				return nil
			}
			return &c
		}
	}
	return nil
}

func openCommitLog(path string) (*commitLog, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	whole := int64(len(raw) - len(raw)%commitEntry)
	return &commitLog{file: f, size: whole, last: lastCommit(raw)}, nil
}

// Close closes the file.
func (l *commitLog) Close() error { return l.file.Close() }

// add writes an entry through to the disk.
func (l *commitLog) add(c commit) error {
	if l.size >= commitLimit {
		// An entry lost here belongs to a commit that is complete.
		if err := l.file.Truncate(0); err != nil {
			return err
		}
		l.size = 0
	}
	n, err := l.file.WriteAt(c.encode(), l.size)
	if err != nil {
		return err
	}
	l.size += int64(n)
	return l.file.Sync()
}

// watch makes the cluster write every commit down before it carries it out. A commit that cannot be written down is
// refused, and so is what would begin the next transaction while the one before still stands there.
func (l *commitLog) watch(cluster *kfake.Cluster, log func(error)) {
	cluster.ControlKey(kmsg.EndTxn.Int16(), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		end := req.(*kmsg.EndTxnRequest)
		if !end.Commit {
			return nil, nil, false
		}
		if err := l.add(commit{end.ProducerID, end.ProducerEpoch}); err != nil {
			log(err)
			resp := end.ResponseKind().(*kmsg.EndTxnResponse)
			resp.ErrorCode = storageError
			return resp, nil, true
		}
		l.pending = true
		return nil, nil, false
	})
	// Newer clients begin a transaction by producing, older ones by adding partitions to it.
	for _, key := range []int16{kmsg.AddPartitionsToTxn.Int16(), kmsg.Produce.Int16()} {
		cluster.ControlKey(key, func(req kmsg.Request) (kmsg.Response, error, bool) {
			cluster.KeepControl()
			if p, produce := req.(*kmsg.ProduceRequest); produce && p.TransactionID == nil || !l.pending {
				return nil, nil, false
			}
			if err := l.add(nobody); err != nil {
				log(err)
				// Without an answer the client tries again or gives up; either way nothing is written.
				return nil, err, true
			}
			l.pending = false
			return nil, nil, false
		})
	}
}
