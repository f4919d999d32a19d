package xlsx

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"creditsync/connectors"
	"creditsync/internal/testkit/workbook"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// made is a workbook in memory.
func made(t testing.TB, b workbook.Book) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// opened opens a workbook.
func opened(t testing.TB, file []byte) *Book {
	t.Helper()
	b, err := Open(t.Context(), bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readSheet reads the first columns of a sheet: number:cell|cell, and the rule of a row that breaks one.
func readSheet(ctx context.Context, b *Book, i, from, width int) (out []string, err error) {
	sv, err := b.Survey(ctx, b.Sheets[i], 20)
	if err != nil {
		return nil, err
	}
	shared, err := b.Strings(ctx, -1)
	if err != nil {
		return nil, err
	}
	defer shared.Close()
	r, err := b.Rows(b.Sheets[i], shared, sv.Merges, from, width)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		row, err := r.Next(ctx)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		var cells []string
		for c := range row.Cells {
			cells = append(cells, string(row.Cell(c)))
		}
		line := fmt.Sprintf("%d:%s", row.Number, strings.Join(cells, "|"))
		if row.Rule != "" {
			line += " " + row.Rule
		}
		out = append(out, line)
	}
}

// rowsOf reads the first sheet of a workbook, whatever form its texts have, and fails where the forms differ.
func rowsOf(t *testing.T, b workbook.Book, width int, want ...string) {
	t.Helper()
	for _, form := range []struct {
		shared, strict, stored bool
		prefix                 string
	}{{}, {shared: true}, {shared: true, strict: true}, {prefix: "x:"}, {shared: true, prefix: "s1:", stored: true}} {
		b.Shared, b.Strict, b.Prefix, b.Stored = form.shared, form.strict, form.prefix, form.stored
		got, err := readSheet(t.Context(), opened(t, made(t, b)), 0, 0, width)
		if err != nil {
			t.Errorf("%+v: %v", form, err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: got\n%s\nwant\n%s", form, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func sheet(rows ...[]workbook.Cell) workbook.Book {
	return workbook.Book{Sheets: []workbook.Sheet{{Name: "Sheet1", Rows: workbook.Cells(rows...)}}}
}

func raw(s string) workbook.Cell { return workbook.Cell{Raw: s} }

func TestRows_Texts(t *testing.T) {
	t.Parallel()
	text := workbook.Text
	rowsOf(t, sheet(
		[]workbook.Cell{text("名称"), text("a&b<c>\"d\""), text(" 空 格 ")},
		nil,
		[]workbook.Cell{text("第一行\n第二行"), text("第一行\r\n第二行"), text("_x0041_")},
		[]workbook.Cell{{}, {}, text("𠮷")},
		[]workbook.Cell{text(" "), text("\t\n"), {}},
		[]workbook.Cell{{Type: "s", Rich: "<t>a</t>"}, {Type: "s", Value: "0012"}, {Type: "s", Value: "名"}},
	), 3,
		`1:名称|a&b<c>"d"| 空 格 `, "3:第一行\n第二行|第一行\r\n第二行|_x0041_", "4:||𠮷", "6:a|0012|名")
}

func TestRows_RichTextsAndMarkup(t *testing.T) {
	t.Parallel()
	b := sheet(
		[]workbook.Cell{{Type: "s", Rich: `<r><t>吉安</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 市</t></r><rPh sb="0" eb="1"><t>jian</t></rPh><phoneticPr fontId="1"/>`}},
		[]workbook.Cell{{Type: "s", Rich: `<t><![CDATA[a<b>&amp;]]>c&#x4e2d;&#20013;&amp;&unknown;&</t>`}},
		[]workbook.Cell{{Type: "s", Rich: `<t/>`}, workbook.Text("x")},
		[]workbook.Cell{{Type: "s", Rich: "<t>a\r\nb\rc</t>"}},
	)
	b.Shared = true
	for range 2 {
		got, err := readSheet(t.Context(), opened(t, made(t, b)), 0, 0, 2)
		want := []string{"1:吉安 市|", "2:a<b>&amp;c中中&&unknown;&|", "3:|x", "4:a\nb\nc|"}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
		b.Shared = false
	}
}

func TestRows_Values(t *testing.T) {
	t.Parallel()
	b := sheet(
		[]workbook.Cell{workbook.Num("45294", 1), workbook.Num("45294", 0), workbook.Num("0.2", 2), workbook.Num("12", 99)},
		[]workbook.Cell{{Type: "b", Value: "1"}, {Type: "b", Value: "0"}, {Type: "e", Value: "#N/A"}, {Type: "str", Value: "a\rb"}},
		[]workbook.Cell{{Type: "d", Value: "2024-01-03"}, {Type: "d", Value: "2024-01-03T10:20:30"}, {Type: "d", Value: "2024-01-03T00:00:00"}, {Type: "d", Value: "x"}},
		[]workbook.Cell{raw(`<c r="%s"><f>1+1</f><v>2</v></c>`), raw(`<c r="%s" t="str"><f>A1&amp;""</f><v></v></c>`), raw(`<c r="%s" t="str"><f>A1</f><v/></c>`), workbook.Text("x")},
		[]workbook.Cell{raw(`<c r="%s"><f>1+1</f><v></v></c>`), workbook.Text("x")},
		[]workbook.Cell{workbook.Text("x"), raw(`<c r="%s"><f t="shared" si="0"/></c>`)},
		[]workbook.Cell{workbook.Num("360802199001011000", 0), workbook.Num("2000", 3)},
		[]workbook.Cell{raw(`<c r="%s"/>`), raw(`<c r="%s" s="1"></c>`), raw(`<c r="%s" s="1"><extLst><ext><v>9</v></ext></extLst></c>`)},
	)
	b.Formats = []string{"yyyy-mm-dd", `0.00"万元"`, `0,"千"`}
	rowsOf(t, b, 4,
		"1:2024-01-03|45294|0.2万元|12",
		"2:TRUE|FALSE|#N/A|a\rb",
		"3:2024-01-03|2024-01-03 10:20:30|2024-01-03|x",
		"4:2|||x",
		"5:|x|| formula_without_result",
		"6:x||| formula_without_result",
		"7:3.60802199001011E+17|2000|| shown_otherwise")
	b.D1904 = true
	got, err := readSheet(t.Context(), opened(t, made(t, b)), 0, 0, 1)
	if err != nil || got[0] != "1:2028-01-04" {
		t.Errorf("in the system of 1904: got %q, %v", got, err)
	}
}

func TestRows_Merged(t *testing.T) {
	t.Parallel()
	text := workbook.Text
	b := sheet(
		[]workbook.Cell{text("机关"), text("文号"), text("备注")},
		[]workbook.Cell{text("甲局"), text("1"), text("x")},
		[]workbook.Cell{{}, text("2"), text("y")},
		[]workbook.Cell{text("hidden under the cell above"), text("3")},
		[]workbook.Cell{text("乙局"), text("4")},
		nil,
		[]workbook.Cell{{}, text("5")},
		[]workbook.Cell{{}, text(" ")},
		[]workbook.Cell{text("丙局"), text("6"), text("z")},
		[]workbook.Cell{text("丁局"), text("7"), raw(`<c r="%s"><f>1</f></c>`)},
		[]workbook.Cell{{}, text("8")},
	)
	b.Sheets[0].Merges = []string{"A2:A4", "A5:A8", "B9:C9", "C10:C11", "E1:E9", "A20:B30", "A9:A9", "C9"}
	rowsOf(t, b, 3,
		"1:机关|文号|备注", "2:甲局|1|x", "3:甲局|2|y", "4:甲局|3|", "5:乙局|4|", "7:乙局|5|", "9:丙局|6|z",
		"10:丁局|7| formula_without_result", "11:|8| formula_without_result")
	got, err := readSheet(t.Context(), opened(t, made(t, b)), 0, 3, 2)
	if want := []string{"3:甲局|2", "4:甲局|3"}; err != nil || !slices.Equal(got[:2], want) {
		t.Errorf("from row 3 on: got %q, %v", got, err)
	}
}

// TestRows_AsProgramsWriteThem has sheets as raw XML.
func TestRows_AsProgramsWriteThem(t *testing.T) {
	t.Parallel()
	f := func(name, xml, want string) {
		t.Helper()
		b := workbook.Book{Sheets: []workbook.Sheet{{Name: "a", XML: xml}}}
		got, err := readSheet(t.Context(), opened(t, made(t, b)), 0, 0, 3)
		text := strings.Join(got, " / ")
		if err != nil {
			text += " ! " + err.Error()
		}
		if text != want {
			t.Errorf("%s: got %q, want %q", name, text, want)
		}
	}
	f("no places", `<worksheet><sheetData><row><c><v>1</v></c><c t="str"><v>b</v></c></row><row><c><v>2</v></c></row></sheetData></worksheet>`, "1:1|b| / 2:2||")
	f("single quotes and blanks", "<worksheet>\n<sheetData >\n<row r='3' spans='1:3' x14ac:dyDescent=\"0.2\">\n <c  r = 'B3'\tt='str' ><v>b</v></c >\n</row>\n</sheetData\n></worksheet>", "3:|b|")
	f("> in an attribute", `<worksheet><sheetData><row r="1" note="a>b"><c r="A1" t="str"><v>x</v></c></row></sheetData></worksheet>`, "1:x||")
	f("comments", `<worksheet><!-- <sheetData> --><sheetData><!-- <row> --><row r="1"><!-- <c/> --><c r="A1"><!-- x --><v>1<!-- 2 --></v></c></row></sheetData><!-- end --></worksheet>`, "1:1||")
	f("elements of others", `<worksheet><sheetData><row r="1"><x14:thing><c r="A1"><v>9</v></c></x14:thing><c r="A1"><v>1</v></c></row><mc:AlternateContent/></sheetData></worksheet>`, "1:1||")
	f("no rows", `<worksheet><sheetData/></worksheet>`, "")
	f("rows without cells", `<worksheet><sheetData><row r="1" s="4"/><row r="2"></row><row r="3"><c r="A3" s="1"/></row></sheetData></worksheet>`, "")
	f("more columns than are asked for", `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>9</v></c></row></sheetData></worksheet>`, "1:1||")
	f("undecodable", "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>\xff</v></c></row><row r=\"2\"><c r=\"A2\" t=\"str\"><v>\uFFFD</v></c></row></sheetData></worksheet>", "1:\xff|| undecodable / 2:\uFFFD|| undecodable")
	f("NUL", `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>a_x0000_</v></c></row></sheetData></worksheet>`, "1:a\x00|| nul_byte")

	const bad = " ! its part xl/worksheets/sheet1.xml is damaged: "
	f("truncated", `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v>`, bad+"it breaks off half-way")
	f("no end of rows", `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></worksheet>`, bad+"it breaks off half-way")
	f("empty", ` `, bad+"it breaks off half-way")
	f("rows out of order", `<worksheet><sheetData><row r="2"><c r="A2"><v>1</v></c></row><row r="1"/></sheetData></worksheet>`, bad+"its rows are not in order")
	f("cells out of order", `<worksheet><sheetData><row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row></sheetData></worksheet>`, bad+"its cells are not in order")
	f("row without a number", `<worksheet><sheetData><row r="x"/></sheetData></worksheet>`, bad+"the place of a cell is none")
	f("row too far down", `<worksheet><sheetData><row r="1048577"/></sheetData></worksheet>`, bad+"the place of a cell is none")
	f("cell without a place", `<worksheet><sheetData><row r="1"><c r="1A"/></row></sheetData></worksheet>`, bad+"the place of a cell is none")
	f("cell too far right", `<worksheet><sheetData><row r="1"><c r="XFE1"/></row></sheetData></worksheet>`, bad+"the place of a cell is none")
	f("not nested", `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></row></sheetData></worksheet>`, bad+"its elements are not closed as they were opened")
	f("document type", `<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>`, bad+"it declares a document type (DTD)")
	f("shared text that is not there", `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData></worksheet>`, bad+"a cell names a shared text that is not there")
	f("merged cell without a place", `<worksheet><sheetData/><mergeCells><mergeCell ref="B2:A1"/></mergeCells></worksheet>`, bad+"the place of a cell is none")
}

// TestRows_Giants holds a row and cells beyond all bounds.
func TestRows_Giants(t *testing.T) {
	t.Parallel()
	b := sheet(
		[]workbook.Cell{workbook.Text("1"), workbook.Text(strings.Repeat("x", connectors.MaxCell+1)), workbook.Text("y")},
		[]workbook.Cell{workbook.Text("2"), workbook.Text(strings.Repeat("文", connectors.MaxCell/3))},
		[]workbook.Cell{workbook.Text("3"), workbook.Text(strings.Repeat("<", 3*maxRow))},
		[]workbook.Cell{workbook.Text("4")},
	)
	b.Shared = false
	got, err := readSheet(t.Context(), opened(t, made(t, b)), 0, 0, 2)
	if err != nil || len(got) != 4 {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	if !strings.HasSuffix(got[0], " cell_too_large") || !strings.HasPrefix(got[0], "1:1|xxx") {
		t.Errorf("a cell too large: %.40q … %.40q", got[0], got[0][len(got[0])-40:])
	}
	if len(got[1]) != len("2:2|")+connectors.MaxCell/3*3 {
		t.Errorf("the longest cell: %d bytes", len(got[1]))
	}
	if got[2] != "3:| cell_too_large" || got[3] != "4:4|" {
		t.Errorf("behind it: %.60q, %q", got[2], got[3])
	}
}

// TestStrings_Spilled holds every text of a table that does not fit into memory, in an order that nobody would choose.
func TestStrings_Spilled(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const n, size = 20_000, 300
	text := func(i int) string { return fmt.Sprintf("%07d", i) + strings.Repeat(string(rune('a'+i%26)), size) }
	var rows [][]workbook.Cell
	for i := range n {
		rows = append(rows, []workbook.Cell{workbook.Text(text(i))})
	}
	b := sheet(rows...)
	b.Shared = true
	book := opened(t, made(t, b))
	book.bounds = bounds{resident: 2 << 20, cached: 1 << 20}
	shared, err := book.Strings(t.Context(), -1)
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Close()
	if shared.held > 2<<20 || shared.aside == nil {
		t.Errorf("%d bytes held, the rest aside: %v", shared.held, shared.aside != nil)
	}
	for i := range n {
		at := i * 7919 % n
		got, err := shared.appendTo(nil, at)
		if err != nil || string(got) != text(at) {
			t.Fatalf("text %d: got %.20q, %v", at, got, err)
		}
		if shared.inUse > 1<<20 {
			t.Fatalf("%d bytes of others in memory", shared.inUse)
		}
	}
	if _, err := shared.appendTo(nil, n); err == nil {
		t.Error("a text beyond the last one")
	}
}
