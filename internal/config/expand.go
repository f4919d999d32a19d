package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"unicode/utf8"

	"creditsync/internal/fault"
)

// envName is what a shell can set.
var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expander replaces ${NAME} by a variable of the environment and ${file:path} by the content of a file, in values only.
// $${ is a literal ${.
type expander struct {
	look Lookup
	dir  string
}

// expand returns the text with everything replaced; used tells that something was. What is wrong is returned as
// sentences; they never repeat a replaced text.
func (x expander) expand(s string) (text string, used bool, wrong []fault.Text) {
	var b strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			b.WriteString(s)
			return b.String(), used, wrong
		}
		if i > 0 && s[i-1] == '$' {
			b.WriteString(s[:i-1] + "${")
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			wrong = append(wrong, fault.T("“${” 没有对应的 “}”；要写字面的 ${ 请写成 $${",
				`"${" has no "}"; write $${ for a literal ${`))
			return "", used, wrong
		}
		value, bad := x.one(s[i+2 : i+end])
		if bad != (fault.Text{}) {
			wrong = append(wrong, bad)
		}
		b.WriteString(value)
		used = true
		s = s[i+end+1:]
	}
}

// one resolves what stands between the braces.
func (x expander) one(name string) (string, fault.Text) {
	if path, ok := strings.CutPrefix(name, "file:"); ok {
		return x.file(strings.TrimSpace(path))
	}
	if !envName.MatchString(name) {
		return "", fault.T("应为 ${变量名} 或 ${file:路径}，实为 %s", "must be ${NAME} or ${file:path}, got %s", quote("${"+name+"}"))
	}
	value, ok := x.look.Env(name)
	if !ok {
		return "", fault.T("环境变量 %[1]s 没有设置；请先 export %[1]s=…，或改用 ${file:路径}",
			"environment variable %[1]s is not set; export %[1]s=… first, or use ${file:path}", name)
	}
	if !utf8.ValidString(value) {
		return "", fault.T("环境变量 %s 的值不是 UTF-8", "the value of environment variable %s is not UTF-8", name)
	}
	return value, fault.Text{}
}

// file reads a file relative to the configuration, without the line break that editors leave at its end.
func (x expander) file(path string) (string, fault.Text) {
	if path == "" {
		return "", fault.T("${file:…} 里没有路径", "${file:…} has no path")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(x.dir, path)
	}
	content, err := x.look.ReadFile(path)
	if err != nil {
		return "", fault.Text{
			ZH: "读不到文件 " + quote(path) + "：" + reason(err).ZH,
			EN: "cannot read file " + quote(path) + ": " + reason(err).EN,
		}
	}
	if len(content) > maxBytes || !utf8.Valid(content) {
		return "", fault.T("文件 %s 不是 UTF-8 文本，或太大", "file %s is not UTF-8 text, or too large", quote(path))
	}
	text := strings.TrimPrefix(string(content), "\ufeff")
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r"), fault.Text{}
}

// reason says why a file cannot be read, without repeating its path.
func reason(err error) fault.Text {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.T("文件不存在", "there is no such file")
	case errors.Is(err, fs.ErrPermission):
		return fault.T("没有读取权限", "permission denied")
	}
	if errors.Is(err, syscall.EISDIR) {
		return fault.T("这是一个文件夹", "it is a folder")
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fault.T("%v", "%v", err)
}
