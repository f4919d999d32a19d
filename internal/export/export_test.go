package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func TestWrite_KeepsColumnsReasonsAndReceipts(t *testing.T) {
	t.Parallel()
	rows := []Row{
		{Receipt: "HZ-0011", Reasons: []string{"处罚决定日期不是日期", "行政处罚决定书文号未填"}, Cells: []Cell{{"行政相对人名称", "甲公司"}, {"统一社会信用代码", "00123"}}},
		{Receipt: "HZ-0022", Reasons: []string{"列数不符"}, Cells: []Cell{{"行政相对人名称", "乙公司"}, {"", "多"}, {"", "余"}}},
	}
	path, err := Write(t.TempDir(), "吉安市/市场监督管理局", time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC), rows)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := filepath.Base(path), "疑问数据-吉安市_市场监督管理局-20240103.xlsx"; got != want {
		t.Errorf("file %s, want %s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o027 != 0 {
		t.Errorf("others may read the file or run it: %v, %v", info.Mode(), err)
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"回执号|拒绝原因|行政相对人名称|统一社会信用代码",
		"HZ-0011|处罚决定日期不是日期\n行政处罚决定书文号未填|甲公司|00123",
		"HZ-0022|列数不符|乙公司||多 | 余",
	}
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if line := strings.Join(got[i], "|"); line != want[i] {
			t.Errorf("row %d is %q, want %q", i, line, want[i])
		}
	}
}

func TestWrite_SaysWhereItCannotWrite(t *testing.T) {
	t.Parallel()
	if _, err := Write("/proc/nowhere", "甲", time.Now(), nil); err == nil {
		t.Error("writing into /proc succeeded")
	}
}
