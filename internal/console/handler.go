package console

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"creditsync/internal/fault"
)

// Options say what is shown to whom.
type Options struct {
	Source  Source
	Metrics *Metrics
	// Unready says what is not up, nil where everything is; it answers at once.
	Unready  func() []fault.Text
	Language fault.Language
	Zone     *time.Location
	Now      func() time.Time
	Log      *slog.Logger
	// Program is how people call the program, for commands to copy.
	Program string
}

//go:embed style.css
var style []byte

// limit is how long a page may take to be made.
const limit = 10 * time.Second

// Handler answers /, /healthz, /readyz, /metrics and /status.json. It refuses requests that were made for another host than
// this one: a page elsewhere that a browser here has opened must not read along (DNS rebinding).
func Handler(o Options) http.Handler {
	h := &handler{o, pageTemplate(o)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.page)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) { h.send(w, "text/css; charset=utf-8", style) })
	mux.HandleFunc("GET /status.json", h.status)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { h.send(w, "text/plain; charset=utf-8", []byte("ok\n")) })
	mux.HandleFunc("GET /readyz", h.readyz)
	mux.Handle("GET /metrics", o.Metrics.handler())
	return own(mux)
}

type handler struct {
	Options
	template template
}

// own passes on requests for this machine under one of its own names.
func own(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			http.Error(w, "this page is for the machine that it runs on: open it as http://127.0.0.1 or http://localhost", http.StatusMisdirectedRequest)
			return
		}
		head := w.Header()
		head.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// loopback reports whether a Host header names this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (h *handler) send(w http.ResponseWriter, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body) // nobody is left to tell
}

func (h *handler) readyz(w http.ResponseWriter, _ *http.Request) {
	down := h.Unready()
	if len(down) == 0 {
		h.send(w, "text/plain; charset=utf-8", []byte("ready\n"))
		return
	}
	var b bytes.Buffer
	for _, one := range down {
		b.WriteString(strings.ReplaceAll(one.In(h.Language), "\n", " ") + "\n")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(b.Bytes())
}

// look reads the status, or says that it cannot.
func (h *handler) look(w http.ResponseWriter, r *http.Request) (Status, bool) {
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	st, err := h.Source.Status(ctx)
	if err != nil {
		h.Log.Error("read the status", "error", err)
		http.Error(w, fault.Say(err, h.Language), http.StatusInternalServerError)
		return st, false
	}
	return st, true
}

func (h *handler) status(w http.ResponseWriter, r *http.Request) {
	st, ok := h.look(w, r)
	if !ok {
		return
	}
	body, err := json.MarshalIndent(Document(st, h.Language, h.Zone), "", "  ")
	if err != nil {
		h.Log.Error("write the status", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	h.send(w, "application/json", append(body, '\n'))
}

func (h *handler) page(w http.ResponseWriter, r *http.Request) {
	st, ok := h.look(w, r)
	if !ok {
		return
	}
	var b bytes.Buffer
	if err := h.template.write(&b, newView(st, h.Zone, r.URL.Query().Has("all"))); err != nil {
		h.Log.Error("write the page", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	h.send(w, "text/html; charset=utf-8", b.Bytes())
}
