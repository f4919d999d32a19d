package xlsx

import (
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

func damaged(part string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err // the disk, not the workbook
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return &Error{Code: "broken_workbook", Err: err,
		What: fault.T("其中的 %s 不完整或已损坏", "its part %s is truncated or damaged", part),
		Hint: fault.T("请用 Excel 或 WPS 打开该文件，另存后重新放入；打不开则请重新导出或重新传送", "open it in Excel or WPS, save it and deliver it again; if it does not open, export or transfer it again")}
}

func tooLarge(part string, limit int64) error {
	return &Error{Code: "workbook_too_large",
		What: fault.T("其中的 %s 解压后超过 %d MB", "its part %s unpacks to more than %d MB", part, limit>>20),
		Hint: fault.T("正常的表格不会这样大，请检查来源；数据确实很多时，请导出为 CSV，或分成几个文件",
			"no table is that large: check where it comes from; if there really is so much data, export it as CSV or in several files")}
}

func notWorkbook(what fault.Text) error {
	return &Error{Code: "not_a_workbook", What: what,
		Hint: fault.T("请在 Excel 或 WPS 中另存为“Excel 工作簿（*.xlsx）”或 CSV 后重新放入", "save it as an Excel workbook (*.xlsx) or as CSV and deliver it again")}
}

func encryptedPart(part string) error {
	return &Error{Code: "encrypted", What: fault.T("其中的 %s 是加密的", "its part %s is encrypted", part),
		Hint: fault.T("请去掉密码后重新保存并放入", "take the password off, save it and deliver it again")}
}
