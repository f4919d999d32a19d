package chaos

import (
	"fmt"
	"math/rand/v2"

	"creditsync/internal/testkit/site"
	"creditsync/internal/testkit/wire"
)

// wires are the proxies through which a run speaks with the engine and the broker beside it when it is struck on the wire.
type wires struct{ clickhouse, kafka *wire.Proxy }

const wired = "wired.yaml" // the configuration of such a run

// wires starts the proxies once.
func (s *deployment) wires() *wires {
	if s.between == nil {
		s.between = &wires{wire.ClickHouse(s.T, s.HTTP), wire.Kafka(s.T, s.Kafka)}
		s.Configure(wired, site.Config{
			Warehouse: fmt.Sprintf(`{clickhouse: {url: "http://%s/credit"}}`, s.between.clickhouse.Addr),
			Bus:       fmt.Sprintf(`{kafka: {brokers: [%q]}}`, s.between.kafka.Addr),
		})
	}
	return s.between
}

// request is one that a run sends.
type request struct {
	name string
	told bool // it is sent only when there is something to tell
}

// The requests that leave something behind, in their order.
var (
	statements = []request{
		{"INSERT INTO credit.admin_penalty_stage", false}, {"INSERT INTO credit.reject_stage", false}, {"INSERT INTO credit.admin_penalty_diff", false},
		{"INSERT INTO credit.admin_penalty_changed", true},
		{"INSERT INTO credit.admin_penalty_versions", true}, {"INSERT INTO credit.quarantine_versions", false},
		{"INSERT INTO credit.admin_penalty_current", true}, {"INSERT INTO credit.quarantine", false}, {"INSERT INTO credit.commits", false},
		{"INSERT INTO credit.admin_penalty_live", true}, {"INSERT INTO credit.runs", false}, {"ALTER TABLE credit.admin_penalty_stage", false},
	}
	messages = []request{
		{"FindCoordinator", false}, {"InitProducerID", false}, {"AddPartitionsToTxn", false}, {"Produce", false}, {"EndTxn", false},
	}
)

// onWire kills a run while a request of its is on the way: when the server has carried it out and the run has not heard of
// it, or when half of it has arrived.
func onWire(r request, half bool) strike {
	name := "die before the answer to "
	if half {
		name = "die in the middle of "
	}
	return strike{name + r.name, false, r.told, func(s *deployment, _ *rand.Rand) hit {
		w := s.wires()
		proxy := w.clickhouse
		for _, m := range messages {
			if m.name == r.name {
				proxy = w.kafka
			}
		}
		there, gone := make(chan struct{}), make(chan struct{})
		proxy.Once(r.name, 1, func(x *wire.Exchange) {
			if half {
				x.DeliverPart(0.5)
			} else if err := x.Deliver(); err != nil {
				s.T.Errorf("%s: %v", r.name, err)
			}
			close(there)
			x.Await(gone)
			x.Cut()
		})
		defer proxy.Play(nil)
		p := s.Start(nil, "run", "--json", "-c", s.Path(wired))
		select {
		case <-there:
		case <-p.Done():
			return hit{false, p.Outcome()}
		}
		p.Kill()
		close(gone)
		return hit{true, "killed"}
	}}
}
