package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkLoad reads a configuration of a thousand pipelines, as the start of serve does.
func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	text.WriteString("language: en\nwarehouse: {embedded: {http: 127.0.0.1:0, native: 127.0.0.1:0}}\nbus: {embedded: {listen: 127.0.0.1:0}}\npipelines:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - {name: p%04d, kind: admin_penalty, mode: append, schedule: \"30 1 * * *\", source: {file: {path: inbox/%04d.csv}}}\n", i, i)
	}
	path := filepath.Join(b.TempDir(), "creditsync.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Load(path, Lookup{Env: func(string) (string, bool) { return "", false }, ReadFile: os.ReadFile}, testKnown()); err != nil {
			b.Fatal(err)
		}
	}
}
