package process

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
)

// Guard makes this process, when another one started it with Start, end at once when that one ends: it calls exit as soon as
// the parent's pipe does. getenv is os.Getenv, exit is os.Exit. Without a parent it does nothing; started says which it was.
// It is called first thing, before anything that could take long.
func Guard(getenv func(string) string, exit func(code int)) (started bool, err error) {
	f, err := inherited(getenv, guardEnv)
	if f == nil || err != nil {
		return false, err
	}
	go func() {
		_, _ = io.Copy(io.Discard, f) // nothing is ever sent: any return means the end
		exit(1)
	}()
	return true, nil
}

// Ready tells the parent, if there is one, that this process serves at addresses. It is called once.
func Ready(getenv func(string) string, addresses map[string]string) error {
	f, err := inherited(getenv, readyEnv)
	if f == nil || err != nil {
		return err
	}
	b, err := json.Marshal(addresses)
	if err != nil {
		return fmt.Errorf("tell the parent that this process is ready: %w", err)
	}
	_, err = f.Write(append(b, '\n'))
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("tell the parent that this process is ready: %w", err)
	}
	return nil
}

// inherited opens the file whose number the variable holds; nil when it is not set.
func inherited(getenv func(string) string, name string) (*os.File, error) {
	v := getenv(name)
	if v == "" {
		return nil, nil
	}
	fd, err := strconv.Atoi(v)
	if err != nil || fd < 3 {
		return nil, fmt.Errorf("%s=%q is not the number of an inherited file", name, v)
	}
	syscall.CloseOnExec(fd) // what this process starts has no part in it
	return os.NewFile(uintptr(fd), name), nil
}
