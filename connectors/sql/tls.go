package sql

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
)

// tlsConfig reads the PEM files of the options; nil where there is no TLS.
func (o Options) tlsConfig() (*tls.Config, error) {
	t := o.TLS
	if t == nil {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if c.ServerName == "" {
		c.ServerName = o.Host
	}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, tlsFile(t.CA, bare(err))
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, tlsFile(t.CA, errors.New("no certificate in it"))
		}
	}
	if t.Cert != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, tlsFile(t.Cert, bare(err))
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
