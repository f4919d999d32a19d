package bureau

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// The columns of the file, in their order.
const (
	colTeam = iota
	colDocNo
	colName
	colType
	colUSCC
	colOldNo
	colRep
	colRepID
	colIDType
	colID
	colOffence
	colFact
	colBasis
	colCategory
	colContent
	colFine
	colConfiscated
	colLicence
	colDate
	colUntil
	colPublicity
	colOffice
	colOfficeCode
	colSource
	colSourceCode
	colRemark
	columnCount
)

// Header is the file's header: some names are the standard's, some older, one (案件承办机构) is nobody's business but the
// bureau's own, and one (RemarkHeader) has to be named in the configuration.
func Header() []string {
	return []string{
		"案件承办机构", "处罚决定书文号", "当事人名称", "相对人类别", "统一社会信用代码", "工商注册号", "法定代表人（负责人）", "法定代表人身份证号", "证件类型", "身份证号码",
		"违法行为类型", "主要违法事实", "处罚依据", "处罚种类", "处罚内容", "罚款金额(万元)", "没收金额（万元）", "暂扣或者吊销证照名称及编号",
		"处罚日期", "有效期至", "公示截止日期", "处罚机关", "处罚机关代码", "数据来源单位", "数据来源单位代码", RemarkHeader,
	}
}

// RemarkHeader is the header of the column with remarks, which no spelling of the field covers.
const RemarkHeader = "情况说明"

// Write writes the file of all offices but the one with a workbook, as the bureau's software exports it: GB18030, lines that end in CR LF, a title and a line about the
// delivery above the header.
func (b *Book) Write(w io.Writer) error {
	out := simplifiedchinese.GB18030.NewEncoder().Writer(w)
	blanks := strings.Repeat(",", columnCount-1)
	_, err := fmt.Fprintf(out, "吉安市市场监督管理局行政处罚信息公示台账（2023—2024年）%s\r\n填报单位：吉安市市场监督管理局%s\r\n", blanks, blanks)
	if err != nil {
		return err
	}
	lines := csv.NewWriter(out)
	lines.UseCRLF = true
	if err := lines.Write(Header()); err != nil {
		return err
	}
	for _, r := range b.rows {
		if r.penalty.office.workbook {
			continue
		}
		if r.torn {
			// Typed in an editor: nobody put quotes around the cell with the comma.
			lines.Flush()
			if _, err := io.WriteString(out, strings.Join(r.cells, ",")+"\r\n"); err != nil {
				return err
			}
			continue
		}
		if err := lines.Write(r.cells); err != nil {
			return err
		}
	}
	lines.Flush()
	return lines.Error()
}
