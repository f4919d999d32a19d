package app

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"

	"creditsync/internal/config"
	"creditsync/internal/fault"
)

// tlsOf reads the certificates of a connection; nil for a connection in clear.
func tlsOf(c *config.TLS) (*tls.Config, error) {
	if c == nil {
		return nil, nil
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, badCertificate(c.CA, err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, badCertificate(c.CA, nil)
		}
	}
	if c.Cert != "" {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, badCertificate(c.Cert, err)
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}

func badCertificate(path string, err error) error {
	return fault.New(fault.Input, "tls.unreadable", fault.T("%s 不是可用的证书文件", "%s is not a certificate file that can be used", path)).Because(err).
		Do(fault.T("应为 PEM 格式。", "It should be PEM."))
}

// saslName is a mechanism as package bus calls it.
func saslName(mechanism string) string { return strings.ToLower(mechanism) }
