package duel

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// Penalties writes a CSV file of so many penalties without defects into the folder and returns its path. The seed is fixed:
// every benchmark reads the same rows. More arguments of the generator may follow.
func Penalties(ctx context.Context, dir string, rows int, more ...string) (string, error) {
	fmt.Fprintf(os.Stderr, "writing %d penalties\n", rows)
	gen := exec.CommandContext(ctx, "python3", append([]string{"e2e/generator/penalties.py", "--rows", strconv.Itoa(rows), "--seed", "3", "--encoding", "utf-8",
		"--defects", "0", "--warnings", "0", "--duplicates", "0", "--no-truth", "--out", dir}, more...)...)
	if out, err := gen.CombinedOutput(); err != nil {
		return "", fmt.Errorf("write the input: %w: %s", err, out)
	}
	return filepath.Join(dir, "penalties.csv"), nil
}
