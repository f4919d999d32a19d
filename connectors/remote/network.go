package remote

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

// IsNetwork reports an error of a connection: it was refused, lost, or timed out.
func IsNetwork(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// IsTLS reports an error of making a connection secure.
func IsTLS(err error) bool {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var verify *tls.CertificateVerificationError
	return errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &invalid) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify)
}

// Bare is what the system says, without the addresses and paths that the library puts around it.
func Bare(err error) error {
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
		return &fault.Error{What: fault.T("对方关闭了连接", "connection closed by the other side")}
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return TimedOut()
	}
	return OneLine(err)
}

// TimedOut is the cause that nothing came in time.
func TimedOut() error { return &fault.Error{What: fault.T("超时", "timed out")} }

// OneLine is an error's text on one line, without what it wraps: drivers put their whole configuration there.
func OneLine(err error) error { return errors.New(strings.Join(strings.Fields(err.Error()), " ")) }
