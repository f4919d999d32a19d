package file

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"creditsync/internal/fault"
)

// entry is a member of a zip that is written by hand.
type entry struct {
	name, body string
	raw        bool // the name is in no declared encoding
	head       zip.FileHeader
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		h := e.head
		h.Name, h.NonUTF8 = e.name, e.raw
		var err error
		var to interface{ Write([]byte) (int, error) }
		if h.Method > zip.Deflate || h.Flags&1 != 0 {
			h.CRC32, h.CompressedSize64, h.UncompressedSize64 = crc32.ChecksumIEEE([]byte(e.body)), uint64(len(e.body)), uint64(len(e.body))
			to, err = z.CreateRaw(&h)
		} else {
			h.Method = zip.Deflate
			to, err = z.CreateHeader(&h)
		}
		if err == nil {
			_, err = to.Write([]byte(e.body))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readArchive(t testing.TB, file []byte, o Options) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.zip"), file)
	o.Path = "a.zip"
	return shown(readAll(t, dir, o, wantColumns("决定书文号", "名称", "备注")))
}

func csvOf(n string) string { return "决定书文号,名称\n" + n + ",甲\n" }

// rowOf is what such a table is shown as.
func rowOf(name, n string) string { return name + ":2 " + n + "|甲\n" }

func TestArchive(t *testing.T) {
	t.Parallel()
	f := func(name string, file []byte, member, want string) {
		t.Helper()
		o := Defaults()
		o.Member = member
		if got := readArchive(t, file, o); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	const head = "决定书文号|名称\n"
	f("members in the order of their names", zipped(t, "b/二.csv", csvOf("2"), "a.tsv", "决定书文号\t名称\n1\t甲\n", "说明.docx", "x", "b/a.pdf", "x", "b/", "", "__MACOSX/._a.csv", "junk", "b/.hidden.csv", "junk", "~$b.xlsx", "x"), "",
		head+rowOf("a.zip/a.tsv", "1")+rowOf("a.zip/b/二.csv", "2")+"压缩包中未读：说明.docx、b/a.pdf\nnot read from the archive: 说明.docx, b/a.pdf\n")
	f("by a pattern of names", zipped(t, "b/x.dat", csvOf("2"), "a.csv", csvOf("1")), "*.dat", head+rowOf("a.zip/b/x.dat", "2"))
	f("by a pattern of paths", zipped(t, "b/x.csv", csvOf("2"), "x.csv", csvOf("1")), "b/*", head+rowOf("a.zip/b/x.csv", "2"))
	f("packed again, and all formats", zipped(t, "1.csv.gz", string(packed(t, []byte(csvOf("1")))), "2.json", `[{"决定书文号":"2","名称":"甲"}]`, "3.jsonl", `{"决定书文号":"3","名称":"甲"}`,
		"4.xlsx", string(bookBytes(t, one([]string{"决定书文号", "名称"}, []string{"4", "甲"})))), "",
		head+rowOf("a.zip/1.csv.gz", "1")+"a.zip/2.json[1] 2|甲\na.zip/3.jsonl:1 3|甲\na.zip/4.xlsx[处罚]:2 4|甲\n")
	f("GBK names", zipOf(t, entry{name: gb(t, "下发/处罚.csv"), raw: true, body: gb(t, csvOf("1"))}, entry{name: gb(t, "许可.csv"), raw: true, body: csvOf("2")}), "",
		head+rowOf("a.zip/下发/处罚.csv", "1")+rowOf("a.zip/许可.csv", "2"))
	f("UTF-8 names without the flag", zipOf(t, entry{name: "下发/处罚.csv", raw: true, body: csvOf("1")}), "", head+rowOf("a.zip/下发/处罚.csv", "1"))
	extra := binary.LittleEndian.AppendUint32([]byte{0x75, 0x70, 5 + 6 + 4, 0, 1}, crc32.ChecksumIEEE([]byte("????.csv")))
	f("a name beside the name", zipOf(t, entry{name: "????.csv", raw: true, head: zip.FileHeader{Extra: append(extra, "处罚.csv"[:10]...)}, body: csvOf("1")}), "*", head+rowOf("a.zip/处罚.csv", "1"))
	f("backslashes and climbing", zipped(t, `..\..\b\x.csv`, csvOf("1"), "/etc/y.csv", csvOf("2")), "", head+rowOf("a.zip/b/x.csv", "1")+rowOf("a.zip/etc/y.csv", "2"))

	g := func(name string, file []byte, member, code, zh string) {
		t.Helper()
		dir := t.TempDir()
		write(t, filepath.Join(dir, "a.zip"), file)
		o := options("a.zip")
		o.Member = member
		err := readAll(t, dir, o, wantColumns("决定书文号")).err
		if fault.CodeOf(err) != code || !strings.Contains(fault.Say(err, fault.Chinese), zh) {
			t.Errorf("%s: got %s: %v, want %s: … %s …", name, fault.CodeOf(err), fault.Say(err, fault.Chinese), code, zh)
		}
	}
	g("empty", zipped(t), "", "file.no_member", "（压缩包是空的）")
	g("no table", zipped(t, "a.docx", "x", "b.pdf", "x"), "", "file.no_member", "其中有：a.docx、b.pdf")
	g("archives inside", zipped(t, "a.zip", string(zipped(t, "a.csv", csvOf("1")))), "", "file.no_member", "其中有：a.zip")
	g("an archive inside that is asked for", zipped(t, "b.zip", string(zipped(t, "a.csv", csvOf("1")))), "*.zip", "file.broken_workbook", "a.zip/b.zip")
	g("a pattern without a match", zipped(t, "a.csv", csvOf("1")), "*.tsv", "file.no_member", "member: *.tsv")
	g("twice", zipOf(t, entry{name: "a.csv", body: csvOf("1")}, entry{name: "a.csv", body: csvOf("2")}), "", "file.double_member", "a.csv")
	g("password", zipOf(t, entry{name: "a.csv", body: "?????", head: zip.FileHeader{Flags: 1}}), "", "file.encrypted", "设有密码")
	g("AES", zipOf(t, entry{name: "a.csv", body: "?????", head: zip.FileHeader{Method: 99}}), "", "file.encrypted", "设有密码")
	g("Deflate64", zipOf(t, entry{name: "a.csv", body: "?????", head: zip.FileHeader{Method: 9}}), "", "file.odd_compression", "Deflate64")
	g("unknown method", zipOf(t, entry{name: "a.csv", body: "?????", head: zip.FileHeader{Method: 77}}), "", "file.odd_compression", " 77")
	whole := zipped(t, "a.csv", csvOf("1"))
	g("truncated", whole[:len(whole)-10], "", "file.broken_archive", "不完整或已损坏")
	broken := bytes.Clone(whole)
	broken[len("PK\x03\x04")+26+len("a.csv")+3] ^= 0xff
	g("a damaged member", broken, "", "file.broken_archive", "a.zip/a.csv")
	g("the member's own trouble", zipped(t, "x/a.csv", "a,b\n1,2\n"), "", "file.no_header", "a.zip/x/a.csv")
}

// TestArchive_Newest: an archive counts as one file, by its time.
func TestArchive_Newest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, b := range [][]byte{zipped(t, "old.csv", csvOf("0")), zipped(t, "a.csv", csvOf("1"), "b.csv", csvOf("2")), []byte("决定书文号,回执号\n2,R-1\n")} {
		path := filepath.Join(dir, []string{"1.zip", "2.zip", "3.csv"}[i])
		write(t, path, b)
		if err := os.Chtimes(path, at, at.AddDate(0, 0, i)); err != nil {
			t.Fatal(err)
		}
	}
	o := options("*")
	o.Take = takeNewest
	r := readAll(t, dir, o, wantColumns("决定书文号", "名称"))
	var names []string
	for _, in := range r.inputs {
		names = append(names, in.Name)
	}
	if got, want := strings.Join(names, " "), "2.zip/a.csv 2.zip/b.csv 3.csv"; got != want || r.err != nil {
		t.Errorf("got %s, %v, want %s", got, r.err, want)
	}
}

// TestArchive_Bomb: what unpacks to a thousand times its size ends the read before it fills the world.
func TestArchive_Bomb(t *testing.T) {
	t.Parallel()
	body := csvOf("1") + strings.Repeat("0,"+strings.Repeat(" ", 1<<19)+"\n", 600)
	for name, file := range map[string][]byte{"a.zip": zipped(t, "a.csv", body), "a.csv.gz": packed(t, []byte(body))} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, name), file)
		s, err := New(options(name), placeOf(dir))
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), wantColumns("决定书文号"))
		if err != nil {
			t.Fatal(err)
		}
		if err := rest(t.Context(), r); fault.CodeOf(err) != "file.bomb" {
			t.Errorf("%s: got %v", name, err)
		}
		r.Close()
	}
}
