package sql

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/testkit/daemon"
	"creditsync/internal/testkit/mariadb"
	"creditsync/internal/testkit/postgres"
)

// certificates writes an authority and a certificate of it for names into a folder that servers can read.
func certificates(t *testing.T, names ...string) (ca, cert, key string) {
	t.Helper()
	dir, err := daemon.Folder("creditsync-tls-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &signer.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "server"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, n)
		}
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, &own.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	ownDER, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	ca, cert, key = write("ca.pem", "CERTIFICATE", rootDER), write("cert.pem", "CERTIFICATE", leafDER), write("key.pem", "PRIVATE KEY", ownDER)
	if err := daemon.Give(dir); err != nil {
		t.Fatal(err)
	}
	return ca, cert, key
}

// TestTLS: an encrypted connection is verified, by the server's name or the one that is given, and not made otherwise.
func TestTLS(t *testing.T) {
	t.Parallel()
	ca, cert, key := certificates(t, "db.court.example")
	other, _, _ := certificates(t, "127.0.0.1")
	p, err := postgres.Start(t.Context(), "ssl=on", "ssl_cert_file="+cert, "ssl_key_file="+key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	m, err := mariadb.Start(t.Context(), "--ssl-cert="+cert, "--ssl-key="+key, "--ssl-ca="+ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Stop)
	ofPostgres := pgOptions(Defaults(), p.Database(t), p.Port)
	ofPostgres.Query = "SELECT ssl::text AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
	ofMariaDB := myOptions(Defaults(), m.Database(t), m.Port)
	ofMariaDB.Query = "SELECT IF(variable_value = '', 'false', 'true') AS encrypted FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'"
	for _, o := range []Options{ofPostgres, ofMariaDB} {
		for _, test := range []struct {
			tls  *TLS
			want string
		}{
			{nil, "false"},
			{&TLS{CA: ca, ServerName: "db.court.example"}, "true"},
			{&TLS{CA: ca}, ""}, // the certificate is for another name
			{&TLS{}, ""},       // the system does not know the authority
			{&TLS{CA: other, ServerName: "db.court.example"}, ""},   // nor does this one sign it
			{&TLS{CA: key, ServerName: "db.court.example"}, "file"}, // not a certificate
		} {
			o.TLS = test.tls
			switch test.want {
			case "":
				wantCode(t, o, connectors.Request{}, "sql.tls", "server_name")
			case "file":
				wantCode(t, o, connectors.Request{}, "sql.tls_file", "key.pem")
			default:
				if out := got(t, o, connectors.Request{}); out.Rows[0][0] != test.want {
					t.Errorf("%s with %+v: encrypted %s, want %s", o.Engine, test.tls, out.Rows[0][0], test.want)
				}
			}
		}
	}
}
