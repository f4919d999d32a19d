// Command gen writes docs/reference: what the code knows about itself, in pages for people and schemas for tools. It is
// run by `make generate`; a test holds the pages against the code. Pages that somebody thought about are in docs beside
// it and are not touched.
//
// Start reading at pages in pages.go, which lists every file and what it is made of.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := write(".", filepath.FromSlash("docs/reference")); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// write makes every page from the module at root, in the folder out. Files that are there and no longer made are removed,
// so that a kind that is gone leaves no page.
func write(root, out string) error {
	made, err := pages(root)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	for _, p := range made {
		path := filepath.Join(out, filepath.FromSlash(p.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, p.body, 0o644); err != nil {
			return err
		}
	}
	return nil
}
