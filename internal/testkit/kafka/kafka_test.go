package kafka

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestRun_StartsABrokerThatTakesTopics(t *testing.T) {
	t.Parallel()
	b := Run(t)
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.Addr))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if r, err := kadm.NewClient(cl).CreateTopic(t.Context(), 3, 1, nil, "tried"); err != nil || r.Err != nil {
		t.Fatal(err, r.Err)
	}
	b.Stop()
	b.Stop() // again does no harm
}
