package embedded

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// finish brings what a killed broker left behind into a state without open transactions, before kfake reads it:
//
//   - a batch whose index entry was not written any more gets it: kfake would take it for one outside of transactions;
//   - the transaction of the last commit that was asked for is committed in every partition that it wrote to;
//   - every other open transaction is aborted by a marker of its own. kfake would abort it in memory only, and show its
//     messages after the next crash, because a later transaction of the same producer was committed behind them;
//   - producers of aborted transactions get a new epoch, so that what they still send is refused;
//   - half-written entries at the end of kfake's state logs are cut off, for kfake appends behind them.
//
// It may itself be killed and repeated. It knows the files of the kfake version that go.mod pins; TestFinish holds the two
// together.
func finish(topics string, last *commit, log *slog.Logger) error {
	// It would bring open transactions back that are ended here, and holds nothing else that anybody needs.
	if err := os.Remove(filepath.Join(topics, "session_state.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ended := map[int64]ending{}
	dirs, err := filepath.Glob(filepath.Join(topics, "partitions", "*"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := finishPartition(dir, last, ended); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(dir), err)
		}
	}
	for producer, e := range ended {
		log.Info("ended a transaction that was open when the broker died", "producer", producer, "epoch", e.epoch, "committed", e.committed)
	}
	for _, name := range []string{"pids.log", "groups.log"} {
		if err := cutStateLog(filepath.Join(topics, name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return noteEndings(filepath.Join(topics, "pids.log"), ended)
}

// ending is how the open transaction of a producer was ended.
type ending struct {
	epoch     int16
	committed bool
}

func finishPartition(dir string, last *commit, ended map[int64]ending) error {
	segments, err := segmentsOf(dir)
	if err != nil || len(segments) == 0 {
		return err
	}
	open := map[int64]int16{}
	var end header
	for i, s := range segments {
		if err := s.scan(i == len(segments)-1, open, &end); err != nil {
			return err
		}
	}
	tail := segments[len(segments)-1]
	for _, producer := range slices.Sorted(maps.Keys(open)) {
		epoch := open[producer]
		e := ending{epoch, last != nil && *last == commit{producer, epoch}}
		end.base, end.delta = end.base+int64(end.delta)+1, 0
		if err := tail.append(marker(producer, e, end)); err != nil {
			return err
		}
		ended[producer] = e
	}
	return nil
}

// marker is the control batch that ends a producer's transaction in one partition (Kafka protocol, "Control Batches").
func marker(producer int64, e ending, at header) []byte {
	key := kmsg.ControlRecordKey{Type: kmsg.ControlRecordKeyTypeAbort}
	if e.committed {
		key.Type = kmsg.ControlRecordKeyTypeCommit
	}
	record := kmsg.Record{Key: key.AppendTo(nil), Value: (&kmsg.EndTxnMarker{}).AppendTo(nil)}
	record.Length = int32(len(record.AppendTo(nil)) - 1)
	now := time.Now().UnixMilli()
	b := kmsg.RecordBatch{
		FirstOffset: at.base, PartitionLeaderEpoch: at.leaderEpoch, Magic: 2,
		Attributes: attrTransactional | attrControl, FirstTimestamp: now, MaxTimestamp: now,
		ProducerID: producer, ProducerEpoch: e.epoch, FirstSequence: -1, NumRecords: 1, Records: record.AppendTo(nil),
	}
	raw := b.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], castagnoli))
	return raw
}

// stateEntry is the frame of an entry in kfake's state logs: length, CRC-32C, version, JSON.
const stateEntry = 4 + 4 + 2

// wholeEntries passes the JSON of each whole entry to fn and returns where the last one ends.
func wholeEntries(raw []byte, fn func([]byte)) int {
	at := 0
	for at+stateEntry <= len(raw) {
		n := int(binary.LittleEndian.Uint32(raw[at:]))
		if n < 2 || at+8+n > len(raw) {
			break
		}
		body := raw[at+8 : at+8+n]
		if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(raw[at+4:]) {
			break
		}
		fn(body[2:])
		at += 8 + n
	}
	return at
}

func cutStateLog(path string) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if whole := wholeEntries(raw, func([]byte) {}); whole < len(raw) {
		return os.Truncate(path, int64(whole))
	}
	return nil
}

// pidEntry is an entry of kfake's log of producers.
type pidEntry struct {
	Type   string `json:"type"`
	PID    int64  `json:"pid"`
	Epoch  int16  `json:"epoch"`
	Commit *bool  `json:"commit,omitempty"`
}

// noteEndings tells kfake how the open transactions were ended: as after a commit, or as after a timeout, which fences.
func noteEndings(path string, ended map[int64]ending) error {
	if len(ended) == 0 {
		return nil
	}
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	epochs := map[int64]int16{}
	wholeEntries(raw, func(body []byte) {
		var e pidEntry
		if json.Unmarshal(body, &e) == nil {
			epochs[e.PID] = e.Epoch
		}
	})
	var out []byte
	for _, producer := range slices.Sorted(maps.Keys(ended)) {
		e := ended[producer]
		entry := pidEntry{Type: "timeout", PID: producer, Epoch: max(epochs[producer], e.epoch) + 1}
		if e.committed && epochs[producer] <= e.epoch {
			entry = pidEntry{Type: "endtx", PID: producer, Epoch: e.epoch, Commit: &e.committed}
		}
		body, err := json.Marshal(entry)
		if err != nil {
			return err
		}
		body = append([]byte{1, 0}, body...) // version 1
		out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
		out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(body, castagnoli))
		out = append(out, body...)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(out)
	return errors.Join(err, f.Close())
}
