// Package parent is the short form of the benchmarks: a small first load by this program and, by turns, by the one that its
// parent commit builds. It fails when a row costs over 15 % more CPU than it did, of all processes together: seconds of CPU
// say something on a busy machine too, where wall time says nothing.
package parent

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"creditsync/bench/duel"
	"creditsync/bench/ground"
)

// mostLoss is how much more CPU a load may take than with the parent's program.
const mostLoss = 0.15

// Run measures in pairs, and where those would fail once more as many: all of them decide. against names the commit; ""
// is HEAD where the work tree has changes, else its first parent.
func Run(ctx context.Context, binary, against string, rows, pairs int) (*duel.Result, error) {
	g, err := ground.Start(binary)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	if against == "" {
		if against, err = parent(ctx); err != nil {
			return nil, err
		}
	}
	other := filepath.Join(g.Dir, "parent", "creditsync")
	if err := build(ctx, against, filepath.Dir(other)); err != nil {
		return nil, err
	}
	input, err := duel.Penalties(ctx, filepath.Join(g.Dir, "input"), rows)
	if err != nil {
		return nil, err
	}
	before := g.Of(other)
	d := duel.Duel{
		ID: "check", Name: "check", Rival: "parent " + against, Pairs: pairs, Floor: 1 / (1 + mostLoss), Aim: 1,
		Title:  fmt.Sprintf("first load of %d penalties; the ratio is of CPU seconds: the command's, the broker's and the engine's", rows),
		Theirs: func(ctx context.Context) (duel.Sample, error) { return load(ctx, before, input) },
		Ours:   func(ctx context.Context) (duel.Sample, error) { return load(ctx, g, input) },
		Of:     func(s duel.Sample) float64 { return s.Own + s.Engine + s.Broker },
	}
	r, err := d.Run(ctx, os.Stderr)
	if err != nil || r.Judge() == nil {
		return r, err
	}
	more, err := d.Run(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	r.Theirs, r.Ours = append(r.Theirs, more.Theirs...), append(r.Ours, more.Ours...)
	r.Ratios, r.Control = append(r.Ratios, more.Ratios...), append(r.Control, more.Control...)
	return r, nil
}

// parent is the commit that the work tree is compared with.
func parent(ctx context.Context) (string, error) {
	changes, err := git(ctx, "status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return "", err
	}
	name := "HEAD"
	if changes == "" {
		name = "HEAD^"
	}
	commit, err := git(ctx, "rev-parse", "--short", "--verify", name)
	if err != nil {
		return "", fmt.Errorf("this checkout has no %s (fetch the history, or name a commit with -against): %w", name, err)
	}
	return commit, nil
}

func git(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// build builds the program of a commit into the folder, from its files beside it.
func build(ctx context.Context, commit, dir string) error {
	fmt.Fprintf(os.Stderr, "building %s\n", commit)
	source := filepath.Join(dir, "source")
	if err := os.MkdirAll(source, 0o755); err != nil {
		return err
	}
	files := filepath.Join(dir, "source.tar")
	if _, err := git(ctx, "archive", "--output", files, commit); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "tar", "-xf", files, "-C", source).CombinedOutput(); err != nil {
		return fmt.Errorf("unpack %s: %w: %s", commit, err, out)
	}
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", filepath.Join(dir, "creditsync"), "./cmd/creditsync")
	compile.Dir = source
	if out, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", commit, err, out)
	}
	return nil
}

// load loads the file into empty tables.
func load(ctx context.Context, g *ground.Ground, input string) (duel.Sample, error) {
	site, err := g.Fresh(ctx, input)
	if err != nil {
		return duel.Sample{}, err
	}
	defer os.RemoveAll(site)
	if err := g.Quiet(ctx); err != nil {
		return duel.Sample{}, err
	}
	o, s, err := g.Sync(ctx, site, "bench")
	s.Counts = map[string]int64{"rows": int64(o.Inserted)}
	return s, err
}
