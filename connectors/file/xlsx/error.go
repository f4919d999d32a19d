package xlsx

import (
	"archive/zip"
	"errors"
	"io"

	"creditsync/internal/fault"
)

// Error says what is wrong with a workbook; its text follows the workbook's name.
type Error struct {
	Code string // the last part of the fault's code
	What fault.Text
	Hint fault.Text
	Err  error
}

// Error is the English sentence.
func (e *Error) Error() string { return e.What.EN }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// reason is why a part is damaged, in both languages.
type reason struct{ fault.Text }

// Error is the English reason.
func (r *reason) Error() string { return r.EN }

func because(zh, en string) error { return &reason{fault.Text{ZH: zh, EN: en}} }

// damaged is the error of a part; err is a reason of this package, or what a library says.
func damaged(part string, err error) error {
	var f *fault.Error
	var r *reason
	switch {
	case errors.As(err, &f):
		return err // the disk, not the workbook
	case errors.As(err, &r):
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r = &reason{fault.T("它在中途中断了", "it breaks off half-way")}
	case errors.Is(err, zip.ErrChecksum):
		r = &reason{fault.T("它的校验和不符", "its checksum does not fit")}
	case errors.Is(err, zip.ErrFormat):
		r = &reason{fault.T("文件不完整", "the file is not whole")}
	default:
		return &Error{Code: "broken_workbook", What: fault.T("其中的 %s 已损坏", "its part %s is damaged", part), Hint: saveAgain(), Err: err}
	}
	return &Error{Code: "broken_workbook", Hint: saveAgain(),
		What: fault.T("其中的 %[1]s 已损坏：%[2]s", "its part %[1]s is damaged: %[3]s", part, r.ZH, r.EN)}
}

func saveAgain() fault.Text {
	return fault.T("请用 Excel 或 WPS 打开该文件，另存后重新放入；打不开则请重新导出或重新传送", "open it in Excel or WPS, save it and deliver it again; if it does not open, export or transfer it again")
}

func missing(part string) error {
	return &Error{Code: "broken_workbook",
		What: fault.T("缺少其中的 %s", "its part %s is missing", part),
		Hint: saveAgain()}
}

func tooLarge(part string, limit int64) error {
	return &Error{Code: "workbook_too_large",
		What: fault.T("其中的 %s 解压后超过 %d MB", "its part %s unpacks to more than %d MB", part, limit>>20),
		Hint: fault.T("正常的表格不会这样大，请检查来源；数据确实很多时，请导出为 CSV，或分成几个文件",
			"no table is that large: check where it comes from; if there really is so much data, export it as CSV or in several files")}
}

// NotAWorkbook is the code of a file that is something else.
const NotAWorkbook = "not_a_workbook"

func notTable(what fault.Text) error {
	return &Error{Code: NotAWorkbook, What: what,
		Hint: fault.T("请把其中的表格放进 Excel 工作簿（*.xlsx）或 CSV 后重新放入", "put the table in it into an Excel workbook (*.xlsx) or a CSV and deliver that")}
}

func notWorkbook(what fault.Text) error {
	return &Error{Code: NotAWorkbook, What: what,
		Hint: fault.T("请在 Excel 或 WPS 中另存为“Excel 工作簿（*.xlsx）”或 CSV 后重新放入", "save it as an Excel workbook (*.xlsx) or as CSV and deliver it again")}
}

func encryptedPart(part string) error {
	return &Error{Code: "encrypted", What: fault.T("其中的 %s 是加密的", "its part %s is encrypted", part),
		Hint: fault.T("请去掉密码后重新保存并放入", "take the password off, save it and deliver it again")}
}
