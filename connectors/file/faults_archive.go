package file

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"creditsync/internal/fault"
)

// The faults of archives and of what is packed.

// brokenZip is the fault of a zip without a directory, which is a workbook or an archive by its name.
func brokenZip(name string, err error) error {
	switch path.Ext(strings.ToLower(name)) {
	case ".xlsx", ".xlsm":
		f := fault.New(fault.Input, "file.broken_workbook", fault.T("工作簿 %s 不完整或已损坏", "the workbook %s is truncated or damaged", name))
		return cause(f, err).Do(fault.T("请重新导出或重新传送该文件", "export or transfer it again"))
	}
	return brokenArchive(name, err)
}

func brokenArchive(name string, err error) error {
	f := fault.New(fault.Input, "file.broken_archive", fault.T("压缩包 %s 不完整或已损坏", "the archive %s is truncated or damaged", name))
	return cause(f, err).Do(fault.T("请重新压缩、重新传送", "pack and transfer it again"))
}

// cause gives f its cause where that says more than f does.
func cause(f *fault.Error, err error) *fault.Error {
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) {
		return f
	}
	return f.Because(err)
}

func tooManyMembers(name string, limit int) error {
	return fault.New(fault.Input, "file.broken_archive", fault.T("压缩包 %s 中的文件超过 %d 个", "the archive %s has more than %d files", name, limit)).
		Do(fault.T("请分成几个压缩包", "pack them into several archives"))
}

func noMember(name, pattern string, has []member) error {
	f := fault.New(fault.Input, "file.no_member", fault.T("压缩包 %s 中没有可读的表格", "there is no table in the archive %s", name))
	if pattern != "" {
		f.What = fault.T("压缩包 %[1]s 中没有与 member: %[2]s 相符的文件", "no file in the archive %[1]s matches member: %[2]s", name, pattern)
	}
	if len(has) == 0 {
		f.What.ZH, f.What.EN = f.What.ZH+"（压缩包是空的）", f.What.EN+" (it is empty)"
	} else {
		f.What.ZH, f.What.EN = f.What.ZH+"；其中有："+some(has).ZH, f.What.EN+"; it has: "+some(has).EN
	}
	return f.Do(fault.T("可读的是 CSV、TSV、xlsx、JSON 文件（压缩包里的压缩包不读）；文件名不同时请设置 member，如 member: \"*.dat\"",
		"CSV, TSV, xlsx and JSON files are read, archives inside of archives are not; for other names set member, such as member: \"*.dat\""))
}

func doubleMember(name, member string) error {
	return fault.New(fault.Input, "file.double_member", fault.T("压缩包 %[1]s 中有两个文件同名：%[2]s", "the archive %[1]s has two files of the name %[2]s", name, member)).
		Do(fault.T("请重新压缩，每个文件只放一次", "pack it again, with each file once"))
}

func encryptedMember(name, member string) error {
	return fault.New(fault.Input, "file.encrypted", fault.T("压缩包 %[1]s 中的 %[2]s 设有密码", "%[2]s in the archive %[1]s is protected by a password", name, member)).
		Do(fault.T("请不设密码重新压缩后放入", "pack it again without a password"))
}

func oddMethod(name, member, method string) error {
	return fault.New(fault.Input, "file.odd_compression", fault.T("压缩包 %[1]s 中的 %[2]s 使用了不支持的压缩方法 %[3]s", "%[2]s in the archive %[1]s is packed by %[3]s, which is not supported", name, member, method)).
		Do(fault.T("请用“标准”或“Deflate”方法重新压缩，或直接放入未压缩的文件", "pack it again with the standard method (Deflate), or deliver the file as it is"))
}

func bombFound(name string, ratio int64) error {
	return fault.New(fault.Input, "file.bomb", fault.Text{
		ZH: fmt.Sprintf("%s 解压后是原来的 %d 倍以上，不是正常的数据", name, ratio),
		EN: fmt.Sprintf("%s unpacks to more than %d times its size: no data do", name, ratio),
	}).Do(fault.T("请检查来源；确是数据时，请不压缩直接放入", "check where it comes from; if these are data, deliver them as they are"))
}

func tooLargeUnpacked(name string, limit int64) error {
	return fault.New(fault.Input, "file.workbook_too_large", fault.T("工作簿 %s 解压后超过 %d MB", "the workbook %s unpacks to more than %d MB", name, limit>>20)).
		Do(fault.T("请不压缩直接放入，或导出为 CSV", "deliver it as it is, or export it as CSV"))
}
