package warehouse

import (
	"crypto/tls"
	"errors"
	"net"

	"creditsync/internal/fault"
)

// secure is how an https connection to host is verified: as given says, by the system's authorities where it is nil.
// Verification cannot be switched off.
func secure(given *tls.Config, host string) *tls.Config {
	c := &tls.Config{}
	if given != nil {
		c = given.Clone()
	}
	if c.ServerName == "" {
		c.ServerName = host
	}
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	return c
}

// distrust says which side did not trust the other's certificate; nil for an error about something else.
func (w *Warehouse) distrust(doing string, err error) error {
	var server *tls.CertificateVerificationError
	var client *net.OpError
	switch {
	case errors.As(err, &server):
		return fault.New(fault.Environment, "warehouse.certificate", fault.T("ClickHouse（%[2]s）的证书通不过校验：%[1]s", "%[1]s: the certificate of ClickHouse at %[2]s does not verify", doing, w.addr)).Because(brief(err)).
			Do(fault.T("请检查 warehouse.clickhouse.tls.ca 是不是签发它的 CA（不写则用系统的）、url 的主机名是否与证书一致、证书是否过期。",
				"See that warehouse.clickhouse.tls.ca is the authority that signed it (the system's where it is not set), that the host in url is the certificate's, and that it has not expired."))
	case errors.As(err, &client) && client.Op == "remote error": // what crypto/tls calls an alert of the other side
		return fault.New(fault.Environment, "warehouse.client_certificate", fault.T("ClickHouse（%[2]s）拒绝了 TLS 连接：%[1]s", "%[1]s: ClickHouse at %[2]s refused the TLS connection", doing, w.addr)).Because(brief(err)).
			Do(fault.T("请检查 warehouse.clickhouse.tls.cert 和 key：服务器可能要求由它认可的 CA 签发的客户端证书。",
				"Check warehouse.clickhouse.tls.cert and key: the server may ask for a client certificate from an authority that it knows."))
	}
	return nil
}
