package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"creditsync/internal/fault"
)

func TestSecret_NeverPrints(t *testing.T) {
	t.Parallel()
	s := NewSecret("hunter2")
	type nested struct {
		Inner struct{ S Secret }
		low   Secret
		p     *Secret
	}
	n := nested{low: s, p: &s}
	n.Inner.S = s
	u, err := ParseURL("http://user:hunter2@host:8123/credit?password=hunter2")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, v := range []any{s, &s, n, &n, []Secret{s}, map[string]Secret{"a": s}, u, &u, []URL{u}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t", "%10.2s"} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
	}
	j, err := json.Marshal(map[string]any{"s": s, "u": u})
	if err != nil {
		t.Fatal(err)
	}
	y, err := yaml.Marshal(map[string]any{"s": s, "u": u})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "u", u)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "u", u)
	for _, text := range append(shown, string(j), string(y), log.String()) {
		if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("shown: %s", text)
		}
	}
	if !strings.Contains(string(j), mask) || !strings.Contains(string(y), mask) {
		t.Errorf("no mask: %s %s", j, y)
	}
	if got := s.Reveal(); got != "hunter2" {
		t.Errorf("got %q", got)
	}
	if got, want := u.String(), "http://user:•••@host:8123/credit?•••"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestURL_As(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		user, password := rapid.StringN(1, 10, -1).Draw(t, "user"), rapid.StringN(1, 10, -1).Draw(t, "password")
		u, err := ParseURL("https://host:8443/credit")
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseURL(u.as(user, NewSecret(password)).Reveal())
		if err != nil {
			t.Fatal(err)
		}
		got, _ := again.Value().User.Password()
		if again.Value().User.Username() != user || got != password {
			t.Errorf("got %q %q, want %q %q", again.Value().User.Username(), got, user, password)
		}
	})
}

// A secret that was put under the wrong key is not repeated by the message about that key.
func TestLoad_NeverShowsWhatWasReplaced(t *testing.T) {
	t.Parallel()
	const v = "\"${CH_PASSWORD}\""
	for _, text := range []string{
		"timezone: " + v, "language: " + v, "console: {listen: " + v + "}", "pipelines: [{name: \"a b${CH_PASSWORD}\"}]",
		"warehouse: {embedded: {memory: " + v + ", http: " + v + "}}",
		"warehouse: {embedded: {http: \"${CH_PASSWORD}:1\"}}",
		"warehouse: {clickhouse: {url: " + v + "}}",
		"warehouse: {clickhouse: {url: \"http://u:${CH_PASSWORD}@h/a/b\"}}",
		"bus: {kafka: {brokers: " + v + "}}", "bus: {kafka: {brokers: [" + v + "], partitions: " + v + ", sasl: {mechanism: " + v + "}}}",
		"ledger: {postgres: {dsn: " + v + "}}",
		"pipelines: [{name: " + v + ", kind: " + v + "}, {name: " + v + ", kind: x}]",
		"pipelines: [{mode: " + v + ", error_budget: " + v + ", catch_up: " + v + ", expect_every: " + v + ", enabled: " + v + ", priority: " + v + "}]",
		"pipelines: [{kind: admin_penalty, source: {table: {dsn: " + v + ", every: " + v + ", retries: " + v + "}}}]",
	} {
		_, err := load(t, text)
		if err == nil {
			t.Errorf("%s: loads", text)
			continue
		}
		if said := fault.Say(err, fault.English) + fault.Say(err, fault.Chinese); strings.Contains(said, "hunter2") {
			t.Errorf("%s: shown: %s", text, said)
		}
	}
}
