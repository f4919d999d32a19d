package config

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestLoad_Schedules(t *testing.T) {
	t.Parallel()
	c, err := Load("testdata/schedules.good.yml", testLookup(nil), testKnown())
	if err != nil {
		t.Fatal(err)
	}
	p := c.Pipelines[0]
	if p.When != WhenWorkday || p.Retry != (Retry{Max: 0, Wait: time.Minute}) || c.Workers != 8 || c.Calendar.Base != CNWorkdays {
		t.Errorf("got %+v, %+v, %d workers", p, c.Calendar, c.Workers)
	}
	hook := c.Alerts.Webhook
	if got := hook.URL.Reveal(); got != "https://hooks.example/hunter2?key=abc" {
		t.Errorf("got %q", got)
	}
	if got := fmt.Sprintf("%v %+v %s", *hook, c.Alerts, hook.URL); strings.Contains(got, "hunter2") || strings.Contains(got, "abc") || !strings.Contains(got, "hooks.example") {
		t.Errorf("shown as %s", got)
	}
	plain := mustLoad(t, "pipelines: [{name: a, kind: admin_penalty, source: {file: {path: a.csv}}}]").Pipelines[0]
	if plain.When != WhenAlways || plain.Retry != (Retry{Max: 3, Wait: time.Minute}) {
		t.Errorf("defaults: %+v", plain)
	}
}
