package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"creditsync/internal/testkit/daemon"
)

// Standby starts a replica of the server, from which one may read while it follows. Settings are as in Start.
func (s *Server) Standby(ctx context.Context, settings ...string) (*Server, error) {
	backup, err := daemon.Program("pg_basebackup", "postgresql", "/usr/lib/postgresql/*/bin")
	if err != nil {
		return nil, err
	}
	r := &Server{program: filepath.Join(filepath.Dir(backup), "postgres"), with: settings}
	if r.dir, err = daemon.Folder("creditsync-postgres-"); err != nil {
		return nil, err
	}
	data := filepath.Join(r.dir, "data")
	cmd := exec.CommandContext(ctx, backup, "-d", s.URL("postgres"), "-D", data, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		r.Stop()
		return nil, fmt.Errorf("copy the server: %w: %s", err, out)
	}
	if err = daemon.Give(r.dir); err == nil {
		err = os.Chmod(data, 0o700)
	}
	if err == nil {
		err = r.start(ctx)
	}
	if err != nil {
		r.Stop()
		return nil, err
	}
	return r, nil
}
