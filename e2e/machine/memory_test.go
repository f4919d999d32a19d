package machine

import (
	"fmt"
	"strings"
	"testing"

	"creditsync/internal/testkit/site"
	"creditsync/internal/testkit/wire"
)

// TestMemory: a statement that the engine refuses for want of memory fails the run, in words; it is not tried again with the
// same limit; the next run, with more, ends as if nothing had been.
func TestMemory(t *testing.T) {
	t.Parallel()
	statements := []string{
		"INSERT INTO credit.admin_penalty_stage", "INSERT INTO credit.admin_penalty_diff", "INSERT INTO credit.admin_penalty_changed", "INSERT INTO credit.reject_stage",
		"INSERT INTO credit.admin_penalty_versions", "INSERT INTO credit.quarantine_versions", "INSERT INTO credit.admin_penalty_current",
		"INSERT INTO credit.quarantine", "INSERT INTO credit.commits", "INSERT INTO credit.admin_penalty_live",
	}
	if !*all {
		statements = []string{statements[4], statements[6]}
	}
	codes := []string{"warehouse.code_241", "commit.unseen"}
	s, from := newSite(t, site.Config{}), site.NewSource(t)
	s.Beside()
	proxy := wire.ClickHouse(t, s.HTTP)
	s.Configure("limited.yaml", site.Config{
		Warehouse: fmt.Sprintf(`{clickhouse: {url: "http://%s/credit"}}`, proxy.Addr), Bus: fmt.Sprintf(`{kafka: {brokers: [%q]}}`, s.Kafka),
	})
	s.Deliver(from.Files(t, 0))
	s.Calmly()
	for n, statement := range statements {
		s.Deliver(from.Files(t, site.Changing(n+1)))
		before := s.Last()
		proxy.Forget()
		proxy.Play(func(x *wire.Exchange) {
			if x.Name == statement {
				x.Setting("max_memory_usage", "1")
				x.Setting("max_untracked_memory", "1")
			}
			x.Pass()
		})
		s.refused(s.Start(nil, "run", "--json", "-c", s.Path("limited.yaml")), statement, "memory", codes...)
		if asked := strings.Count(strings.Join(proxy.Seen(), "\n")+"\n", statement+"\n"); asked == 0 || asked > site.Files { // a batch each at most
			t.Errorf("%s: asked %d times", statement, asked)
		}
		s.Again(before)
	}
	s.Deliver(from.Files(t, site.Changing(len(statements)+1)))
	s.Calmly()
	s.Books().Equal(t, calm(t, len(statements)+2))
}

// TestMemory_TooLittle: a limit that the engine cannot even open its tables with is a fault of the configuration.
func TestMemory_TooLittle(t *testing.T) {
	t.Parallel()
	s := newSite(t, site.Config{Warehouse: "{embedded: {http: \"127.0.0.1:0\", native: \"127.0.0.1:0\", memory: 40MB}}"})
	p := s.Start(nil, "check")
	if p.Ended() != 2 || !p.Says("creditsync.yaml:3:") || !p.Says("at least 256MiB") {
		t.Errorf("exit %d: %s", p.Ended(), p.Printed())
	}
}
