package transforms

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"creditsync/transforms/personid"
)

// benchRows is the size of a batch in the benchmarks: about 20 MB.
const benchRows = 20_000

// benchID is a valid resident ID of a made-up person.
func benchID(r *rand.Rand) string {
	id := fmt.Sprintf("360802%04d%02d%02d%03d", 1950+r.IntN(50), 1+r.IntN(12), 1+r.IntN(28), r.IntN(1000))
	return id + string(personid.CheckChar([]byte(id)))
}

// benchCode is a valid 统一社会信用代码 of a made-up company.
func benchCode(r *rand.Rand) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	body := []byte("91360802MA")
	for range 7 {
		body = append(body, alphabet[r.IntN(len(alphabet))])
	}
	return withCheck(body)
}

// benchTable is a table as a market supervision bureau delivers it: most columns repeat, a few are long and all different,
// and two rows of a hundred are refused.
func benchTable(rows int) ([]string, [][]string) {
	r := rand.New(rand.NewPCG(1, 2))
	facts := strings.Repeat("当事人经营的食品经检验不符合食品安全标准，其行为违反了食品安全法的规定；", 3)
	var lines []map[string]string
	for i := range rows {
		row := with("subject_name", fmt.Sprintf("吉安市%d号食品有限公司", i), "uscc", benchCode(r), "legal_rep_id_no", benchID(r),
			"legal_rep_name", fmt.Sprintf("测试%d", i%5000),
			"decision_no", fmt.Sprintf("吉市监处罚〔2024〕%d号", i+1), "violation_fact", fmt.Sprintf("%s货值%d元。", facts, r.IntN(100000)),
			"violation_type", fmt.Sprintf("第%d类违法行为：生产经营不符合标准的食品", r.IntN(200)),
			"legal_basis", fmt.Sprintf("《中华人民共和国食品安全法》第一百二十四条第%d款，以及有关的部门规章", r.IntN(50)),
			"fine_wanyuan", fmt.Sprintf("%d.%d", r.IntN(10), r.IntN(10)), "decision_date", fmt.Sprintf("2024-0%d-%02d", 1+r.IntN(5), 1+r.IntN(28)),
			"valid_until", fmt.Sprintf("2025-0%d-%02d", 1+r.IntN(5), 1+r.IntN(28)), "remark", "")
		row["penalty_content"] = "依据规定，决定对当事人处以罚款" + row["fine_wanyuan"] + "万元的行政处罚，并责令其在收到决定书之日起十五日内改正。"
		if i%100 == 17 {
			row["decision_date"] = "二零二四年"
		}
		if i%100 == 18 {
			row["uscc"] = "91360802MA36T00X6N"
		}
		lines = append(lines, row)
	}
	return tableOf(lines...)
}

func withCheck(body []byte) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	weights := []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	sum := 0
	for i, w := range weights {
		sum += strings.IndexByte(alphabet, body[i]) * w
	}
	return string(append(body, alphabet[(31-sum%31)%31]))
}

// BenchInput is the batch of the benchmarks.
func BenchInput() (arrow.Record, *array.String) {
	headers, cells := benchTable(benchRows)
	return recordOf(headers, cells)
}

// BenchOptions are those of the benchmarks but for the protection.
func BenchOptions() Options { return options() }

// BenchmarkApply shows what the transformation itself costs: its protection protects nothing.
func BenchmarkApply(b *testing.B) {
	o := options()
	id := func(string, []byte) (id [16]byte) { return id }
	o.Protect = Protection{
		RecordID: id, RejectID: id,
		Hash: func(string) func([]byte) uint64 { return func(v []byte) uint64 { return uint64(len(v)) } },
		Seal: func(string, string, string) func([]byte, *[32]byte, []byte) []byte {
			return func(clear []byte, _ *[32]byte, dst []byte) []byte { return append(dst, clear...) }
		},
		Mask: func(_ string, clear, dst []byte) []byte { return append(dst, clear...) },
	}
	RunBench(b, o)
}

// RunBench applies the batch of the benchmarks over and over.
func RunBench(b *testing.B, o Options) {
	t, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	rows, refs := BenchInput()
	in := Input{BatchNo: 1, Rows: rows, Refs: refs}
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		out, err := t.Apply(in)
		if err != nil {
			b.Fatal(err)
		}
		if out.Count.Accepted != benchRows*98/100 {
			b.Fatalf("accepted %d rows: %v", out.Count.Accepted, out.Rules)
		}
		out.Release()
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N)/benchRows, "cpu-ns/row")
}

// cpuTime is the processor time of this process in nanoseconds: other work on the machine does not count.
func cpuTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
