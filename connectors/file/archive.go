package file

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path"
	"sort"
	"strings"
	"unicode/utf8"

	"creditsync/internal/fault"
)

// maxMembers bounds an archive.
const maxMembers = 100_000

// archive is the directory of a zip.
type archive struct {
	members []member
}

// member is one file in an archive.
type member struct {
	name string // decoded, with slashes
	no   int    // in the directory
	head *zip.FileHeader
}

// listArchive reads the directory of a zip.
func listArchive(name string, st *stored) (*archive, error) {
	z, err := zip.NewReader(st, st.was.Size())
	if err != nil {
		return nil, brokenZip(name, err)
	}
	if len(z.File) > maxMembers {
		return nil, tooManyMembers(name, maxMembers)
	}
	gbk := namesAreGBK(z.File)
	a := &archive{}
	for i, f := range z.File {
		n := memberName(f, gbk)
		if strings.HasSuffix(n, "/") {
			continue // a folder
		}
		a.members = append(a.members, member{name: n, no: i, head: &f.FileHeader})
	}
	return a, nil
}

// isPackage tells the zips that are documents from those that are archives.
func (a *archive) isPackage() bool {
	for _, m := range a.members {
		switch strings.ToLower(m.name) {
		case "[content_types].xml", "xl/workbook.xml", "mimetype":
			return true
		}
	}
	return false
}

// namesAreGBK settles the encoding of names that do not say theirs: those of Chinese Windows are GBK, those of other systems UTF-8.
func namesAreGBK(files []*zip.File) bool {
	var all []byte
	for _, f := range files {
		if f.NonUTF8 {
			all = append(append(all, f.Name...), '\n')
		}
	}
	return len(all) > 0 && decide(all, true) == gb18030Text
}

// memberName is the name of a member as people read it.
func memberName(f *zip.File, gbk bool) string {
	raw := f.Name
	switch beside := unicodePath(f); {
	case beside != "":
		raw = beside
	case f.NonUTF8 && gbk:
		out := make([]byte, 3*len(raw)+16)
		n, _, _ := decodeGB18030(out, []byte(raw), true)
		raw = string(out[:n])
	}
	raw = strings.ReplaceAll(raw, `\`, "/")
	folder := strings.HasSuffix(raw, "/")
	raw = strings.TrimLeft(path.Clean("/"+raw), "/")
	if folder {
		raw += "/"
	}
	return raw
}

// unicodePath is the name in the extra field 0x7075 of Info-ZIP, "" where it is missing or belongs to another name.
func unicodePath(f *zip.File) string {
	for e := f.Extra; len(e) >= 4; {
		id, size := binary.LittleEndian.Uint16(e), int(binary.LittleEndian.Uint16(e[2:]))
		if e = e[4:]; size > len(e) {
			break
		}
		body := e[:size]
		e = e[size:]
		if id == 0x7075 && size > 5 && body[0] == 1 && binary.LittleEndian.Uint32(body[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) && utf8.Valid(body[5:]) {
			return string(body[5:])
		}
	}
	return ""
}

// isTable knows the endings of files that are read from an archive when nothing is said.
func isTable(name string) bool {
	switch path.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) {
	case ".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".json", ".jsonl", ".ndjson":
		return true
	}
	return false
}

// chosen are the members to be read, in the order of their names, and those that are left.
func (a *archive) chosen(pattern string) (taken, left []member) {
	shown := "*"
	if pattern != "" {
		shown = path.Base(pattern)
	}
	for _, m := range a.members {
		base := path.Base(m.name)
		if hidden(base, shown) || strings.HasPrefix(m.name, "__MACOSX/") {
			continue
		}
		ok := isTable(m.name)
		if pattern != "" {
			of := m.name
			if !strings.Contains(pattern, "/") {
				of = base
			}
			ok, _ = path.Match(pattern, of)
		}
		if ok {
			taken = append(taken, m)
		} else {
			left = append(left, m)
		}
	}
	sort.SliceStable(taken, func(i, j int) bool { return taken[i].name < taken[j].name })
	return taken, left
}

// archive looks at the members that are read.
func (l *look) archive(ctx context.Context, o origin, a *archive) ([]input, error) {
	taken, left := a.chosen(l.s.o.Member)
	if len(taken) == 0 {
		return nil, noMember(o.name, l.s.o.Member, left)
	}
	var out []input
	for i, m := range taken {
		if i > 0 && m.name == taken[i-1].name {
			return nil, doubleMember(o.name, m.name)
		}
		if err := readable(o.name, m); err != nil {
			return nil, err
		}
		one := o
		one.name, one.member, one.size = nameOf("", path.Join(o.name, m.name)), m.no, int64(m.head.CompressedSize64)
		if bytes.HasPrefix([]byte(o.name), []byte("/")) {
			one.name = o.name + "/" + nameOf("", m.name)
		}
		c, err := l.one(ctx, one)
		if err != nil {
			return nil, err
		}
		out = append(out, input{origin: one, content: c})
	}
	if len(left) > 0 && l.s.o.Member == "" {
		names := some(left)
		out[0].beside = fault.T("压缩包中未读：%[1]s", "not read from the archive: %[2]s", names.ZH, names.EN)
	}
	return out, nil
}

// readable names the members that cannot be unpacked.
func readable(archive string, m member) error {
	switch {
	case m.head.Flags&1 != 0, m.head.Method == 99:
		return encryptedMember(archive, m.name)
	case m.head.Method != zip.Store && m.head.Method != zip.Deflate:
		return oddMethod(archive, m.name, methodName(m.head.Method))
	}
	return nil
}

func methodName(method uint16) string {
	switch method {
	case 9:
		return "Deflate64"
	case 12:
		return "BZIP2"
	case 14:
		return "LZMA"
	case 93:
		return "Zstandard"
	case 95:
		return "XZ"
	case 98:
		return "PPMd"
	}
	return fmt.Sprint(method)
}

// some are the first names of a list, for a message.
func some(list []member) fault.Text {
	var names []string
	for _, m := range list[:min(len(list), 5)] {
		names = append(names, nameOf("", m.name))
	}
	t := fault.Text{ZH: strings.Join(names, "、"), EN: strings.Join(names, ", ")}
	if len(list) > 5 {
		t.ZH += fmt.Sprintf(" 等 %d 个", len(list))
		t.EN += fmt.Sprintf(" and others, %d in all", len(list))
	}
	return t
}
