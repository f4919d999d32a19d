package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"creditsync/schemas"
)

// relayEnv makes this test binary a relay process; it holds a relayJob.
const relayEnv = "CREDITSYNC_TEST_RELAY"

// relayJob is what a relay process is told.
type relayJob struct {
	Broker    string
	Embedded  bool
	Kind      string
	Ordinal   int
	LeaseFile string
}

func (j relayJob) rig() *rig {
	r := newRig(Config{Brokers: []string{j.Broker}, Embedded: j.Embedded}, kindOf(j.Kind, j.Ordinal))
	r.lease.file = j.LeaseFile
	r.outbox = longOutbox(r.kind)
	return r
}

// longOutbox takes a relay about a second.
func longOutbox(kind *schemas.Kind) *outbox {
	o := newOutbox(kind)
	for no := uint64(1); no <= 30; no++ {
		vs := penalties(0, 2_000, int(no))
		for i := range vs {
			vs[i].silent = i%5 == int(no)%5
		}
		o.add(no, fmt.Sprint("run-", no), vs...)
	}
	o.add(31, "run-31", penalties(0, 30_000, 31)...)
	return o
}

// relayProcess publishes everything and ends with 0.
func relayProcess() {
	var j relayJob
	if err := json.Unmarshal([]byte(os.Getenv(relayEnv)), &j); err != nil {
		panic(err)
	}
	rel, err := NewRelay(j.rig().options())
	if err != nil {
		panic(err)
	}
	if _, err := rel.Catchup(context.Background()); err != nil {
		panic(err)
	}
	os.Exit(0)
}

// TestRelay_I5_KilledProcess: kill -9 of the relay at random moments loses nothing and doubles nothing.
func TestRelay_I5_KilledProcess(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		j := relayJob{r.cfg.Brokers[0], r.cfg.Embedded, r.kind.Name, r.kind.Ordinal, filepath.Join(t.TempDir(), "lease.json")}
		body, err := json.Marshal(j)
		if err != nil {
			t.Fatal(err)
		}
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		kills := 0
		for try := 0; kills < 5 && try < 12; try++ {
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), relayEnv+"="+string(body))
			cmd.Stderr = os.Stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			select {
			case <-time.After(time.Duration(200+rand.IntN(700)) * time.Millisecond):
				_ = cmd.Process.Kill()
				<-ended
				kills++
			case err := <-ended:
				if err != nil {
					t.Fatal(err)
				}
				try = 12 // it is through
			}
		}
		t.Logf("killed %d times", kills)
		if kills == 0 {
			t.Error("no relay was killed before it was through")
		}
		r = j.rig()
		r.mustCatchup(t)
		r.exactly(t)
	})
}
