package app

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"creditsync/internal/fault"
)

// The certificates that the configuration names are those that the connection to ClickHouse is verified with.
func TestApp_TrustsTheConfiguredAuthority(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusTeapot) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	s := newSite(t)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	s.write("ca.pem", string(ca))
	s.write("bad.pem", "no certificate")
	for tls, code := range map[string]string{
		"{ca: ca.pem}":  "warehouse.failed", // it is reached, and it is no ClickHouse
		"{}":            "warehouse.certificate",
		"{ca: bad.pem}": "tls.unreadable",
		"{ca: no.pem}":  "tls.unreadable",
	} {
		s.write("creditsync.yaml", "warehouse: {clickhouse: {url: \""+server.URL+"\", tls: "+tls+"}}\n")
		s.again()
		if got := fault.CodeOf(s.checkWarehouse(context.Background()).Err); got != code {
			t.Errorf("tls: %s: got %q, want %q", tls, got, code)
		}
	}
}
