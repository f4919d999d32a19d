package sql

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

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
	case isTLS(err):
		return tlsFault(o, oneLine(err))
	case errors.As(err, &host):
		return hostUnknown(o, bare(err))
	case isNetwork(err):
		return unreachable(o, bare(err))
	}
	return nil
}

// reading makes a fault of an error of the network while rows are read; nil for one of another kind.
func reading(o Options, err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return silent(o)
	case isNetwork(err):
		return connectionLost(o, bare(err))
	}
	return nil
}

func isNetwork(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

func isTLS(err error) bool {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var verify *tls.CertificateVerificationError
	return errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &invalid) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify)
}

// bare is what the system says, without the addresses and paths that the library puts around it.
func bare(err error) error {
	var no syscall.Errno
	var path *fs.PathError
	var host *net.DNSError
	switch {
	case errors.As(err, &no):
		return no
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &host):
		return errors.New(host.Err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("connection closed by the other side")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return errors.New("timed out")
	}
	return oneLine(err)
}

// oneLine is an error's text on one line, without what it wraps: drivers put their whole configuration there.
func oneLine(err error) error { return errors.New(strings.Join(strings.Fields(err.Error()), " ")) }
