package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"creditsync/internal/bus/embedded"
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

// brokerEnv makes this test binary a broker process; it holds its address and folder.
const brokerEnv = "CREDITSYNC_TEST_BROKER"

// brokerProcess serves until it is killed.
func brokerProcess() {
	listen, dir, _ := strings.Cut(os.Getenv(brokerEnv), " ")
	ready := func(addr string) { fmt.Println(addr) }
	if err := embedded.Run(context.Background(), embedded.Options{Listen: listen, Dir: dir, Ready: ready}); err != nil {
		panic(err)
	}
}

// startBroker starts a broker process and returns how to kill it.
func startBroker(t *testing.T, listen, dir string) (addr string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), brokerEnv+"="+listen+" "+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill = func() {
		once.Do(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	t.Cleanup(kill)
	if _, err := fmt.Fscanln(out, &addr); err != nil {
		t.Fatal(err)
	}
	return addr, kill
}

// TestRelay_I5_KilledBroker: kill -9 of the embedded broker at random moments of a relay's work loses nothing and doubles
// nothing; the relay goes on by itself when it is back.
func TestRelay_I5_KilledBroker(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	addr, kill := startBroker(t, "127.0.0.1:0", dir)
	r := newRig(Config{Brokers: []string{addr}, Embedded: true}, kindOf("penalty", 0))
	r.outbox = longOutbox(r.kind)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	published := make(chan Result, 1000)
	rel := r.relay(t, func(o *Options) {
		o.Published = func(_ context.Context, res Result) { published <- res }
		o.Poll = 20 * time.Millisecond
	})
	// One commit after the other becomes known, so that the relay is at work for as long as the kills last.
	all := r.outbox.commits
	r.outbox.commits = nil
	ended := make(chan error, 1)
	go func() { ended <- rel.Run(ctx, nil) }()
	kills := 0
	for i, c := range all {
		r.outbox.mu.Lock()
		r.outbox.commits = append(r.outbox.commits, c)
		r.outbox.mu.Unlock()
		pause(ctx, time.Duration(rand.IntN(60))*time.Millisecond)
		if i%6 == 5 {
			kill()
			kills++
			_, kill = startBroker(t, addr, dir)
		}
	}
	want := uint64(0)
	for _, c := range all {
		want += c.Notify
	}
	total := uint64(0)
	for total < want {
		select {
		case res := <-published:
			total += res.Messages
		case err := <-ended:
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if total != want {
		t.Errorf("%d messages were counted, want %d", total, want)
	}
	r.exactly(t)
	kill()
	_, _ = startBroker(t, addr, dir)
	r.exactly(t)
	t.Logf("killed %d times", kills)
}
