package warehouse

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"creditsync/internal/fault"
)

// authority signs certificates for 127.0.0.1.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, key: key}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert = a.sign(a.cert, key)
	return a
}

func (a *authority) sign(wanted *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	a.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, wanted, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// pair is a certificate with its key, for a server or a client.
func (a *authority) pair() tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	cert := a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, key)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

// block is one row in ClickHouse's Native format, as a client of the present protocol reads it.
func block(names, types []string, cells ...[]byte) []byte {
	text := func(b []byte, s string) []byte { return append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	b := []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, byte(len(names)), 1}
	for i, name := range names {
		b = append(text(text(b, name), types[i]), 0)
		b = append(b, cells[i]...)
	}
	return b
}

func cell(s string) []byte { return append([]byte{byte(len(s))}, s...) }

// pong answers what a client asks before its first query, and SELECT 1.
func pong(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	answer := block([]string{"1"}, []string{"UInt8"}, []byte{1})
	if strings.Contains(string(body), "displayName()") {
		answer = block([]string{"displayName()", "version()", "revision()", "timezone()"}, []string{"String", "String", "UInt32", "String"},
			cell("test"), cell("26.7.1"), binary.LittleEndian.AppendUint32(nil, 54480), cell("UTC"))
	}
	_, _ = w.Write(answer)
}

// secured is a stand-in for a ClickHouse behind https.
func secured(t *testing.T, c *tls.Config) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(pong))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = c
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func ping(t *testing.T, url string, c *tls.Config) error {
	t.Helper()
	w, err := Open(Options{URL: url, TLS: c, Timezone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.Ping(t.Context())
}

func TestTLS_TrustsTheGivenAuthorityOnly(t *testing.T) {
	t.Parallel()
	ours, others := newAuthority(t), newAuthority(t)
	url := secured(t, &tls.Config{Certificates: []tls.Certificate{ours.pair()}})
	if err := ping(t, url, &tls.Config{RootCAs: ours.pool()}); err != nil {
		t.Errorf("with its authority: %v", err)
	}
	elsewhere := &tls.Config{RootCAs: ours.pool(), ServerName: "clickhouse.example"}
	for name, c := range map[string]*tls.Config{"the system's": nil, "no settings": {}, "another": {RootCAs: others.pool()}, "another name": elsewhere} {
		err := ping(t, url, c)
		wantFault(t, name, err, "warehouse.certificate", "warehouse.clickhouse.tls.ca")
	}
}

func TestTLS_ShowsTheClientCertificate(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		url := secured(t, &tls.Config{
			Certificates: []tls.Certificate{ours.pair()}, ClientCAs: ours.pool(), ClientAuth: tls.RequireAndVerifyClientCert, MaxVersion: version,
		})
		if err := ping(t, url, &tls.Config{RootCAs: ours.pool(), Certificates: []tls.Certificate{ours.pair()}}); err != nil {
			t.Errorf("TLS %s: with a certificate: %v", name, err)
		}
		if version == tls.VersionTLS12 { // of 1.3 the refusal may be overtaken by the end of the connection
			err := ping(t, url, &tls.Config{RootCAs: ours.pool()})
			wantFault(t, name, err, "warehouse.client_certificate", "warehouse.clickhouse.tls.cert")
		}
	}
}

// An address in clear is never upgraded, and one that is https never answered in clear.
func TestTLS_FollowsTheAddress(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(pong))
	t.Cleanup(s.Close)
	if err := ping(t, s.URL, &tls.Config{}); err != nil {
		t.Errorf("http: %v", err)
	}
	err := ping(t, strings.Replace(s.URL, "http:", "https:", 1), nil)
	if fault.ClassOf(err) != fault.Environment {
		t.Errorf("https to a server in clear: got %v, want class environment", err)
	}
}

func wantFault(t *testing.T, name string, err error, code, check string) {
	t.Helper()
	if fault.ClassOf(err) != fault.Environment || fault.CodeOf(err) != code {
		t.Errorf("%s: got class %d, code %q (%v), want %s", name, fault.ClassOf(err), fault.CodeOf(err), err, code)
		return
	}
	for _, l := range []fault.Language{fault.Chinese, fault.English} {
		if said := fault.Say(err, l); !strings.Contains(said, check) {
			t.Errorf("%s: %q does not say to check %s", name, said, check)
		}
	}
}
