package sql

import (
	"crypto/tls"
	"errors"

	"creditsync/connectors/remote"
)

// TLS of a connection.
type TLS = remote.TLS

// tlsConfig reads the PEM files of the options; nil where there is no TLS.
func (o Options) tlsConfig() (*tls.Config, error) {
	if o.TLS == nil {
		return nil, nil
	}
	c, err := o.TLS.Config(o.Host)
	var bad *remote.BadFile
	if errors.As(err, &bad) {
		return nil, tlsFile(bad.Path, bad.Err)
	}
	return c, err
}
