package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"creditsync/internal/fault"
)

// AtOnce is how many troubles one message tells at most.
const AtOnce = 50

// Sender tells troubles to one address. The address is never shown: it often is all that protects the receiver.
type Sender struct {
	// URL is the address, Shown what may be shown of it.
	URL, Shown string
	// Deployment tells installations apart.
	Deployment string
	Language   fault.Language
	Zone       *time.Location
	// KindOf names the record kind of a pipeline.
	KindOf func(pipeline string) string
	// Client sends; nil is one with a time limit that follows no redirects.
	Client *http.Client
}

// timeout is how long the receiver may take.
const timeout = 10 * time.Second

// message is the body; docs/formats/alert.md describes it.
type message struct {
	Version    int    `json:"version"`
	Deployment string `json:"deployment"`
	Text       string `json:"text"`
	Alerts     []one  `json:"alerts"`
}

type one struct {
	ID       string     `json:"id"`
	State    string     `json:"state"` // problem or recovered
	Problem  string     `json:"problem"`
	Pipeline string     `json:"pipeline"`
	Kind     string     `json:"kind"`
	Since    time.Time  `json:"since"`
	Over     *time.Time `json:"over"`
	Code     string     `json:"code"`
	Detail   string     `json:"detail"`
	Run      string     `json:"run"`
}

// Send tells up to AtOnce troubles in one message. An error means that the receiver has not taken it, as far as can be
// known; it is a fault of class Environment, "alert.undelivered".
func (s *Sender) Send(ctx context.Context, list []Trouble) error {
	body, err := json.Marshal(s.message(list))
	if err != nil {
		return fmt.Errorf("encode an alert: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return s.undelivered(errors.New("the address cannot be used"))
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "creditsync")
	client := s.Client
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	res, err := client.Do(req)
	if err != nil {
		var request *url.Error
		if errors.As(err, &request) {
			err = request.Err // without the address
		}
		return s.undelivered(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return s.undelivered(fmt.Errorf("HTTP status %d", res.StatusCode))
	}
	return nil
}

func (s *Sender) undelivered(err error) error {
	return fault.New(fault.Environment, "alert.undelivered", fault.T("告警送不到 %s", "the alert could not be delivered to %s", s.Shown)).Because(err).Again().
		Do(fault.T("会继续再试；请检查 alerts.webhook.url 和网络。", "It is tried again; look at alerts.webhook.url and the network."))
}

func (s *Sender) message(list []Trouble) message {
	m := message{Version: 1, Deployment: s.Deployment}
	var lines []string
	for _, t := range list {
		o := one{ID: t.ID, State: "problem", Problem: t.Problem, Pipeline: t.Pipeline, Since: t.Since.In(s.Zone), Code: t.Code, Detail: t.Detail, Run: t.Run}
		if s.KindOf != nil {
			o.Kind = s.KindOf(t.Pipeline)
		}
		if !t.Over.IsZero() {
			over := t.Over.In(s.Zone)
			o.State, o.Over = "recovered", &over
		}
		m.Alerts = append(m.Alerts, o)
		lines = append(lines, s.line(t))
	}
	m.Text = strings.Join(lines, "\n")
	return m
}

// line says one trouble in the configured language.
func (s *Sender) line(t Trouble) string {
	what := map[string]fault.Text{
		Failed: fault.T("失败", "failed"), Budget: fault.T("被拒的行太多", "too many rows refused"), Overdue: fault.T("逾期", "overdue"),
	}[t.Problem].In(s.Language)
	since := t.Since.In(s.Zone).Format("2006-01-02 15:04")
	if !t.Over.IsZero() {
		return fault.T("【恢复】%[1]s：%[2]s（自 %[3]s）", "[recovered] %[1]s: %[2]s (since %[3]s)", t.Pipeline, what, since).In(s.Language)
	}
	return fault.T("【告警】%[1]s：%[2]s（自 %[3]s）：%[4]s", "[alert] %[1]s: %[2]s (since %[3]s): %[4]s", t.Pipeline, what, since, t.Detail).In(s.Language)
}
