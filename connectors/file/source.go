package file

import (
	"context"
	"io/fs"
	"os"
	"sort"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// Source is files that a path names.
type Source struct {
	o   Options
	dir string
	enc charset
}

var _ connectors.Source = (*Source)(nil)

// New makes a source of files; its error is that of Options.Validate. Nothing is touched.
func New(o Options, at connectors.Place) (*Source, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	enc, _ := namedEncoding(o.Encoding)
	return &Source{o: o, dir: at.Dir, enc: enc}, nil
}

// Check implements connectors.Source: the folder is there, and the files in it, if any, can be opened.
func (s *Source) Check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	files, err := find(s.dir, s.o.Path)
	if err != nil {
		return err
	}
	return check(ctx, files)
}

// Open implements connectors.Source. It reads the beginning of every file that is taken.
func (s *Source) Open(ctx context.Context, want connectors.Request) (connectors.Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if want.Cursor != nil {
		return nil, noCursors()
	}
	files, err := find(s.dir, s.o.Path)
	if err != nil {
		return nil, err
	}
	taken, err := s.take(ctx, files, want)
	if err != nil {
		return nil, err
	}
	return newReader(taken, s.enc, want), nil
}

// input is one thing to read that has been looked at.
type input struct {
	origin
	content content
	beside  fault.Text // what is not read beside it
	meter   *meter     // while it is read
}

// note is what a person should know of how the input is read.
func (in *input) note() fault.Text {
	t := in.content.note()
	switch {
	case t.EN == "":
		return in.beside
	case in.beside.EN != "":
		t.ZH, t.EN = t.ZH+"；"+in.beside.ZH, t.EN+"; "+in.beside.EN
	}
	return t
}

// take looks at the files that are taken, in the order in which they are read.
func (s *Source) take(ctx context.Context, files []found, want connectors.Request) ([]input, error) {
	if s.o.Take != takeNewest {
		taken := make([]input, 0, len(files))
		for _, f := range files {
			in, err := s.probe(ctx, f, want)
			if err != nil {
				return nil, err
			}
			taken = append(taken, in...)
		}
		return taken, nil
	}
	newest, err := newestFirst(files)
	if err != nil {
		return nil, err
	}
	// The newest file without a receipt column is read first: the corrections that came after it are to be applied to it. An
	// archive is such a file if one of its members is.
	var base, receipts []input
	for _, f := range newest {
		in, err := s.probe(ctx, f, want)
		if err != nil {
			return nil, err
		}
		for _, one := range in {
			if one.content.receipt() {
				receipts = append(receipts, one)
			} else {
				base = append(base, one)
			}
		}
		if len(base) > 0 {
			break
		}
	}
	sort.SliceStable(receipts, func(a, b int) bool { return receipts[a].name < receipts[b].name })
	return append(base, receipts...), nil
}

// newestFirst orders files by their time of modification, then by name, the last one first.
func newestFirst(files []found) ([]found, error) {
	infos := make(map[string]fs.FileInfo, len(files))
	for _, f := range files {
		info, err := os.Stat(f.path)
		if err != nil {
			return nil, opening(f.name, err)
		}
		infos[f.name] = info
	}
	sorted := append([]found(nil), files...)
	sort.Slice(sorted, func(a, b int) bool {
		x, y := infos[sorted[a].name].ModTime(), infos[sorted[b].name].ModTime()
		if !x.Equal(y) {
			return x.After(y)
		}
		return sorted[a].name > sorted[b].name
	})
	return sorted, nil
}
