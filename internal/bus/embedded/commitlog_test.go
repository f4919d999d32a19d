package embedded

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// endRaw asks for the commit of a transaction as a producer of the given epoch does.
func endRaw(t *testing.T, addr, txid string, id int64, epoch int16) int16 {
	t.Helper()
	req := kmsg.NewPtrEndTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = txid, id, epoch, true
	resp, err := req.RequestWith(t.Context(), client(t, addr))
	if err != nil {
		t.Fatal(err)
	}
	return resp.ErrorCode
}

func TestCommitLog_LastEntryCounts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "commits.log")
	l, err := openCommitLog(path)
	if err != nil {
		t.Fatal(err)
	}
	if l.last != nil {
		t.Errorf("an empty log names %v", *l.last)
	}
	for i := range int16(5) {
		if err := l.add(commit{77, i}); err != nil {
			t.Fatal(err)
		}
	}
	f := func(torn []byte, want *commit) {
		t.Helper()
		if err := os.WriteFile(path+".torn", torn, 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := openCommitLog(path + ".torn")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close() }()
		switch {
		case (again.last == nil) != (want == nil):
			t.Errorf("got %v, want %v", again.last, want)
		case want != nil && *again.last != *want:
			t.Errorf("got %v, want %v", *again.last, *want)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f(raw, &commit{77, 4})
	f(raw[:len(raw)-1], &commit{77, 3})
	f(append(bytes.Clone(raw), 1, 2, 3), &commit{77, 4})
	f(append(bytes.Clone(raw), nobody.encode()...), nil)
}

func TestCommitLog_BeginsAnewWhenItIsLong(t *testing.T) {
	t.Parallel()
	l, err := openCommitLog(filepath.Join(t.TempDir(), "commits.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for range commitLimit/commitEntry + 10 {
		if err := l.add(commit{1, 2}); err != nil {
			t.Fatal(err)
		}
	}
	if l.size > commitLimit/2 {
		t.Errorf("%d bytes", l.size)
	}
}

func FuzzLastCommit_NeverPanics(f *testing.F) {
	f.Add(commit{1, 2}.encode())
	f.Add(append(commit{1, 2}.encode(), 9))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		whole := raw[:len(raw)-len(raw)%commitEntry]
		got := lastCommit(raw)
		if got != nil && !bytes.Contains(whole, got.encode()) {
			t.Errorf("%v is not in it", *got)
		}
	})
}

func FuzzWholeEntries_StaysWithin(f *testing.F) {
	f.Add([]byte{2, 0, 0, 0, 1, 2, 3, 4, 1, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if n := wholeEntries(raw, func([]byte) {}); n < 0 || n > len(raw) {
			t.Errorf("%d of %d bytes", n, len(raw))
		}
	})
}

// FuzzSegment_Scan: whatever stands in a segment, it is brought into order or refused, and a second look finds nothing
// more to do.
func FuzzSegment_Scan(f *testing.F) {
	whole := marker(7, ending{3, true}, header{base: 5})
	f.Add(whole, []byte{})
	f.Add(append(bytes.Clone(whole), whole[:40]...), entryFor(parseHeader(whole), false))
	f.Add([]byte{1, 2, 3}, []byte{4})
	f.Fuzz(func(t *testing.T, data, index []byte) {
		s := segment{t.TempDir(), 0}
		if os.WriteFile(s.data(), data, 0o600) != nil || os.WriteFile(s.index(), index, 0o600) != nil {
			t.Fatal("cannot write")
		}
		var end header
		if err := s.scan(true, map[int64]int16{}, &end); err != nil {
			t.Fatal(err)
		}
		a, _ := os.ReadFile(s.data())
		b, _ := os.ReadFile(s.index())
		if err := s.scan(true, map[int64]int16{}, &end); err != nil {
			t.Fatal(err)
		}
		a2, _ := os.ReadFile(s.data())
		b2, _ := os.ReadFile(s.index())
		if !bytes.Equal(a, a2) || !bytes.Equal(b, b2) {
			t.Error("the second scan changes what the first left")
		}
	})
}
