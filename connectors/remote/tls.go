package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
)

// TLS names PEM files; "" is the system's authorities and no client certificate. There is no way to switch verification
// off.
type TLS struct {
	// CA holds the certificate authorities that sign the server.
	CA string `yaml:"ca" is:"path"`
	// Cert and Key identify this client; both or none.
	Cert string `yaml:"cert" is:"path"`
	Key  string `yaml:"key" is:"path"`
	// ServerName is what the server's certificate is for, where that is not the host's name.
	ServerName string `yaml:"server_name"`
}

// BadFile is a file of TLS that cannot be used.
type BadFile struct {
	Path string
	Err  error
}

func (e *BadFile) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *BadFile) Unwrap() error { return e.Err }

// Config reads the PEM files, for a server of that name. Its errors are *BadFile.
func (t TLS) Config(host string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if c.ServerName == "" {
		c.ServerName = host
	}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, &BadFile{t.CA, Bare(err)}
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &BadFile{t.CA, errors.New("no certificate in it")}
		}
	}
	if t.Cert != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, &BadFile{t.Cert, Bare(err)}
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
