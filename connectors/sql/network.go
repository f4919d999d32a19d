package sql

import (
	"context"
	"errors"
	"io"
	"net"
	"os"

	"creditsync/connectors/remote"
	"creditsync/internal/fault"
)

// explained reports whether an error needs no further words: it has them, or it is the context's.
func explained(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) || err == io.EOF || errors.Is(err, context.Canceled)
}

// connecting makes a fault of an error of the network while a connection is made; nil for one of another kind.
func connecting(o Options, err error) error {
	var host *net.DNSError
	switch {
	case remote.IsTLS(err):
		return tlsFault(o, remote.OneLine(err))
	case errors.As(err, &host):
		return hostUnknown(o, remote.Bare(err))
	case remote.IsNetwork(err):
		return unreachable(o, remote.Bare(err))
	}
	return nil
}

// reading makes a fault of an error of the network while rows are read; nil for one of another kind.
func reading(o Options, err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return silent(o)
	case remote.IsNetwork(err):
		return connectionLost(o, remote.Bare(err))
	}
	return nil
}
