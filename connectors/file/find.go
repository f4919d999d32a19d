package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// found is one file that the path names.
type found struct {
	name string // as people read it: relative to the configuration, with slashes
	path string // as it is opened
}

// checkPattern reports unbalanced brackets.
func checkPattern(pattern string) error {
	_, err := path.Match(filepath.ToSlash(pattern), "")
	return err
}

// find lists the files that pattern names, sorted by name. A pattern that is itself the path of something is that path,
// brackets and all. Folders that match a pattern are passed over; a missing folder is an error, no match is not.
func find(dir, pattern string) ([]found, error) {
	pattern = path.Clean(filepath.ToSlash(pattern))
	if info, err := os.Stat(under(dir, pattern)); err == nil {
		if info.IsDir() {
			return nil, isFolder(nameOf(dir, pattern))
		}
		return []found{{nameOf(dir, pattern), under(dir, pattern)}}, nil
	} else if errors.Is(err, fs.ErrPermission) {
		return nil, denied(nameOf(dir, pattern), err)
	}
	base, rest := splitPattern(pattern)
	if info, err := os.Stat(under(dir, base)); err != nil || !info.IsDir() {
		if errors.Is(err, fs.ErrPermission) {
			return nil, denied(nameOf(dir, base), err)
		}
		return nil, noFolder(nameOf(dir, base))
	}
	names := []string{base}
	for i, part := range rest {
		var next []string
		for _, n := range names {
			more, err := match(dir, n, part, i == len(rest)-1)
			if err != nil {
				return nil, err
			}
			next = append(next, more...)
		}
		names = next
	}
	files := make([]found, 0, len(names))
	for _, n := range names {
		files = append(files, found{nameOf(dir, n), under(dir, n)})
	}
	sort.Slice(files, func(a, b int) bool { return files[a].name < files[b].name })
	return files, nil
}

// splitPattern cuts the leading parts without special characters off.
func splitPattern(pattern string) (base string, rest []string) {
	base = "."
	if path.IsAbs(pattern) {
		base, pattern = "/", strings.TrimLeft(pattern, "/")
	}
	parts := strings.Split(pattern, "/")
	for len(parts) > 1 && !strings.ContainsAny(parts[0], `*?[\`) {
		base, parts = path.Join(base, parts[0]), parts[1:]
	}
	return base, parts
}

// match lists the entries of folder in that match part: files when it is the last one, else folders.
func match(dir, in, part string, last bool) ([]string, error) {
	entries, err := os.ReadDir(under(dir, in))
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, denied(nameOf(dir, in), err)
	case err != nil:
		return nil, opening(nameOf(dir, in), err)
	}
	var names []string
	for _, e := range entries {
		if hidden(e.Name(), part) {
			continue
		}
		if ok, err := path.Match(part, e.Name()); err != nil || !ok {
			continue
		}
		name := path.Join(in, e.Name())
		folder := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(under(dir, name))
			folder = err == nil && info.IsDir()
		}
		if folder != last {
			names = append(names, name)
		}
	}
	return names, nil
}

// hidden reports names that a pattern does not mean unless it says so: dot files, among them those of unfinished
// transfers, and the owner files of office programs.
func hidden(name, part string) bool {
	return strings.HasPrefix(name, ".") && !strings.HasPrefix(part, ".") ||
		strings.HasPrefix(name, "~$") && !strings.HasPrefix(part, "~$")
}

// under is name as it is opened.
func under(dir, name string) string {
	if path.IsAbs(name) {
		return filepath.FromSlash(name)
	}
	return filepath.Join(dir, filepath.FromSlash(name))
}

// nameOf is name as people read it. An absolute path below dir is told from there; one elsewhere stays as configured.
// Bytes that are not UTF-8, and control characters, are written %XX.
func nameOf(dir, name string) string {
	if path.IsAbs(name) && dir != "" {
		if rel, err := filepath.Rel(dir, filepath.FromSlash(name)); err == nil && filepath.IsLocal(rel) {
			name = filepath.ToSlash(rel)
		}
	}
	name = path.Clean(name)
	var b strings.Builder
	for i, r := range name {
		if r < ' ' || r == 0x7f {
			fmt.Fprintf(&b, "%%%02X", r)
		} else if r == '\uFFFD' && name[i] != 0xEF {
			fmt.Fprintf(&b, "%%%02X", name[i])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
