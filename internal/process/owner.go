package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// Owner says who holds a data directory: written into its lock file, read by those who find it held.
type Owner struct {
	Identity
	What      string            `json:"what"` // "engine" or "broker"
	Addresses map[string]string `json:"addresses,omitempty"`
	StartedAt time.Time         `json:"started_at"` // when it took the directory
}

// Self is this process as an owner from now on.
func Self(what string, now time.Time) (Owner, error) {
	own, err := Own()
	return Owner{Identity: own, What: what, StartedAt: now.UTC()}, err
}

// ReadOwner reads the owner from a lock file. A file that is missing or empty, or was written half, is no error: ok is false.
func ReadOwner(path string) (o Owner, ok bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Owner{}, false, nil
	}
	if err != nil {
		return Owner{}, false, fmt.Errorf("read the lock file: %w", err)
	}
	if json.Unmarshal(bytes.TrimRight(b, "\x00\n "), &o) != nil || o.PID == 0 {
		return Owner{}, false, nil
	}
	return o, true, nil
}
