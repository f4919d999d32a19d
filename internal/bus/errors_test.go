package bus

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"creditsync/internal/fault"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
)

func TestClassed_SaysWhoCanMendIt(t *testing.T) {
	t.Parallel()
	own := fault.New(fault.Input, "own", fault.T("自己的", "own"))
	f := func(err error, code string, class fault.Class, again bool) {
		t.Helper()
		got := classed(fmt.Errorf("doing it: %w", err), []string{"k:9092"})
		retry, _ := fault.Retryable(got)
		if fault.CodeOf(got) != code || fault.ClassOf(got) != class || retry != again {
			t.Errorf("%v: got %q, class %v, again %v; want %q, %v, %v", err, fault.CodeOf(got), fault.ClassOf(got), retry, code, class, again)
		}
	}
	// Both libraries' errors mean the same.
	f(kafka.Error(90), "relay.fenced", fault.Run, false)
	f(kerr.ProducerFenced, "relay.fenced", fault.Run, false)
	f(kafka.Error(47), "relay.fenced", fault.Run, false)
	f(kafka.Error(48), "relay.fenced", fault.Run, false)
	f(kerr.SaslAuthenticationFailed, "kafka.login", fault.Input, false)
	f(kafka.SASLAuthenticationFailed, "kafka.login", fault.Input, false)
	f(kerr.TopicAuthorizationFailed, "kafka.not_allowed", fault.Input, false)
	f(kafka.Error(53), "kafka.not_allowed", fault.Input, false)
	f(kafka.Error(10), "kafka.message_too_large", fault.Environment, false)
	f(kafka.Error(56), "kafka.storage", fault.Environment, true)
	f(kerr.InvalidReplicationFactor, "kafka.replication", fault.Environment, false)
	f(kerr.PolicyViolation, "kafka.refused", fault.Environment, false)
	f(kafka.Error(6), "kafka.unreachable", fault.Environment, true) // a leader has moved
	f(kafka.Error(45), "kafka.unreachable", fault.Environment, true)
	f(errors.New("connection refused"), "kafka.unreachable", fault.Environment, true)
	f(context.DeadlineExceeded, "kafka.unreachable", fault.Environment, true)
	f(own, "own", fault.Input, false)
	if got := classed(nil, nil); got != nil {
		t.Errorf("no error became %v", got)
	}
	if got := classed(context.Canceled, nil); !errors.Is(got, context.Canceled) || fault.CodeOf(got) != "" {
		t.Errorf("a cancelled context became %v", got)
	}
}
