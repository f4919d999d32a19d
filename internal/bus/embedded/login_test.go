package embedded

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"creditsync/internal/bus"
	"creditsync/internal/fault"
	"creditsync/schemas"

	"github.com/twmb/franz-go/pkg/kfake"
)

// nothing is an outbox and a lease without contents: a relay on it logs in, takes its id over and publishes nothing.
type nothing struct{}

func (nothing) Committed(context.Context, string, uint64, int) ([]bus.Commit, error) { return nil, nil }
func (nothing) Read(context.Context, bus.Commit) (bus.Rows, error)                   { return nil, nil }
func (nothing) Verify(context.Context, bus.Commit) (uint64, uint64, error)           { return 0, 0, nil }
func (nothing) Remember(context.Context, bus.Position) error                         { return nil }
func (nothing) Position(context.Context, string) (bus.Position, bool, error) {
	return bus.Position{}, false, nil
}

// certificate is one for loopback and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// tryBoth tries the configuration with both clients: franz-go reads, kafka-go produces.
func tryBoth(t *testing.T, cfg bus.Config) (probe, relay error) {
	t.Helper()
	r, err := bus.NewRelay(bus.Options{
		Config: cfg, Kind: schemas.AdminPenalty(), Deployment: "d", Outbox: nothing{}, Lease: nothing{}, Now: time.Now,
		Patience: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, relay = r.Catchup(t.Context())
	return bus.Probe(t.Context(), cfg), relay
}

func TestLogin_TLSAndSASL(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.TLS(&tls.Config{Certificates: []tls.Certificate{cert}}),
		kfake.Superuser("PLAIN", "ann", "pw1"), kfake.Superuser("SCRAM-SHA-256", "bob", "pw2"), kfake.Superuser("SCRAM-SHA-512", "eve", "pw3"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	trusting := &tls.Config{RootCAs: pool}
	cfg := bus.Config{Brokers: cluster.ListenAddrs(), TLS: trusting, Embedded: true}
	for _, login := range []bus.SASL{
		{Mechanism: "plain", User: "ann", Password: "pw1"},
		{Mechanism: "scram-sha-256", User: "bob", Password: "pw2"},
		{Mechanism: "scram-sha-512", User: "eve", Password: "pw3"},
	} {
		t.Run(login.Mechanism, func(t *testing.T) {
			c := cfg
			c.SASL = &login
			if probe, relay := tryBoth(t, c); probe != nil || relay != nil {
				t.Errorf("right password: %v, %v", probe, relay)
			}
			wrong := login
			wrong.Password = "no"
			c.SASL = &wrong
			// This broker hangs up without a word; Apache Kafka says what is wrong.
			probe, relay := tryBoth(t, c)
			for _, err := range []error{probe, relay} {
				if fault.ClassOf(err) != fault.Environment || !strings.Contains(fault.Say(err, fault.English), "sasl") {
					t.Errorf("wrong password: %v", err)
				}
			}
			c.SASL, c.TLS = &login, &tls.Config{RootCAs: x509.NewCertPool()}
			if probe, relay := tryBoth(t, c); fault.CodeOf(probe) != "kafka.tls" || fault.CodeOf(relay) != "kafka.tls" {
				t.Errorf("unknown authority: %v, %v", probe, relay)
			}
		})
	}
}
