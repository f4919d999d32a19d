package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"creditsync/internal/console"
	"creditsync/internal/fault"
)

// web is the console's listener.
type web struct {
	address  string
	listener net.Listener
	server   *http.Server
	app      *App
}

// listen takes the console's address, so that one that is taken ends serve before anything has begun.
func (s *server) listen() (*web, error) {
	l, err := net.Listen("tcp", s.Config.Console.Listen)
	if err != nil {
		return nil, fault.New(fault.Environment, "console.listen", fault.T("状态页面无法监听 %s", "the status page cannot listen on %s", s.Config.Console.Listen)).Because(err).
			Do(fault.T("在 console.listen 中换一个端口。", "Choose another port in console.listen."))
	}
	return &web{address: l.Addr().String(), listener: l, app: s.App, server: &http.Server{
		Handler: console.Handler(console.Options{
			Source: s, Metrics: s.metrics, Unready: s.unready, Language: s.Config.Language, Zone: s.Config.Timezone, Now: s.Now, Log: s.Log, Program: s.Program,
		}),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
	}}, nil
}

// run answers until ctx ends.
func (w *web) run(ctx context.Context) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.server.Serve(w.listener); !errors.Is(err, http.ErrServerClosed) {
			w.app.Log.Error("the status page ended", "error", err)
		}
	}()
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if w.server.Shutdown(last) != nil {
		_ = w.server.Close()
	}
	<-ended
}
