package process

import "golang.org/x/sys/unix"

// Writable reports an error unless this process may make files in dir. Nothing is written.
func Writable(dir string) error { return unix.Access(dir, unix.W_OK|unix.X_OK) }

// Readable reports an error unless this process may read the file.
func Readable(path string) error { return unix.Access(path, unix.R_OK) }
