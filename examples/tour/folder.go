package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"creditsync/examples/tour/city"
	"creditsync/internal/fault"
	"creditsync/internal/process"
)

// What the tour uses.
const (
	seed       = 20240103
	penalties  = 3000
	configFile = "creditsync.yaml"
	marker     = ".creditsync-tour" // only a folder that has it is emptied
)

// configuration is creditsync.yaml of the tour.
const configuration = `data_dir: ./data
warehouse: {embedded: {http: 127.0.0.1:0, native: 127.0.0.1:0}}   # 0: 任意空闲端口 / any free port
bus: {embedded: {listen: 127.0.0.1:0}}
pipelines:
`

// makeFolder makes the working folder, or empties the one of the last tour. A folder with anything else in it is left alone.
// The returned function lets another tour use it.
func makeFolder(ctx context.Context, dir string) (release func(), err error) {
	self, err := process.Self("tour", time.Now())
	if err != nil {
		return nil, err
	}
	held, err := process.Lock(ctx, dir+".lock", self, 0)
	if err != nil {
		return nil, err
	}
	release = func() { _ = held.Unlock() }
	if err := emptyFolder(dir); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

func emptyFolder(dir string) error {
	found, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return unwritable(dir, err)
	}
	if len(found) > 0 {
		if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
			return fault.New(fault.Input, "tour.folder", fault.T("%s 里有别的东西，导览不会清空它", "%s holds something else; the tour will not empty it", dir)).
				Do(fault.T("请用 -dir 指定一个空的或不存在的文件夹。", "Name an empty folder, or none yet, with -dir."))
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritable(dir, err)
	}
	if err := os.WriteFile(filepath.Join(dir, marker), nil, 0o600); err != nil {
		return unwritable(dir, err)
	}
	for _, one := range found { // the marker stays, so that a tour that ends here leaves a folder for the next
		if one.Name() == marker {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, one.Name())); err != nil {
			return unwritable(dir, err)
		}
	}
	return nil
}

func unwritable(dir string, err error) error {
	return fault.New(fault.Environment, "tour.unwritable", fault.T("写不了工作文件夹 %s", "the working folder %s cannot be written", dir)).Because(err).
		Do(fault.T("请检查权限和磁盘空间。", "Check its permissions and the free space."))
}

// configure writes creditsync.yaml and returns it.
func configure(dir string, c *city.City) (string, error) {
	text := configuration + c.Configured("30 1 * * *")
	return text, os.WriteFile(filepath.Join(dir, configFile), []byte(text), 0o600)
}

// firstLines are the first lines of a GB18030 file.
func firstLines(path string, n int) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var lines []string
	in := bufio.NewReader(simplifiedchinese.GB18030.NewDecoder().Reader(f))
	for range n {
		line, err := in.ReadString('\n')
		if err != nil && err != io.EOF {
			return "", err
		}
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	return strings.Join(lines, "\n"), nil
}
