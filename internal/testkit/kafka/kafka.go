// Package kafka starts a real Apache Kafka for tests: one broker in KRaft mode, on free loopback ports, in a folder of its
// own, as a child process that ends with the tests. The jars come from scripts/kafka.sh, which fetches them once.
//
// It is not a broker to keep data in, and no part of the program: the embedded one is internal/bus/embedded.
package kafka

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"creditsync/internal/testkit/module"
)

// Broker is a running Kafka.
type Broker struct {
	Addr string // host:port for clients
	cmd  *exec.Cmd
	done chan error // what the process ended with
	log  string
}

// startLimit is how long a broker may take until it answers; it needs about three seconds.
const startLimit = 4 * time.Minute

// Run starts a broker that is stopped when the test ends.
func Run(tb testing.TB) *Broker {
	tb.Helper()
	b, err := Start(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(b.Stop)
	return b
}

// Start starts a broker that keeps its data and its log in dir. Stop ends it.
func Start(ctx context.Context, dir string) (*Broker, error) {
	jars, err := jars(ctx)
	if err != nil {
		return nil, err
	}
	var last error
	// A port that was free a moment ago may be taken by now.
	for try := range 3 {
		home := filepath.Join(dir, fmt.Sprintf("kafka-%d", try))
		b, err := start(ctx, jars, home)
		if err == nil {
			return b, nil
		}
		last = err
	}
	return nil, last
}

// Tools is the class path of Kafka's own command line tools, such as org.apache.kafka.tools.ProducerPerformance; the script
// fetches them if they are not there.
func Tools(ctx context.Context) (string, error) {
	dir, err := jars(ctx, "tools")
	return filepath.Join(dir, "*"), err
}

// jars is the folder of Kafka's jars; the script fetches them if they are not there.
func jars(ctx context.Context, which ...string) (string, error) {
	root, err := module.Root()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(root, "scripts", "kafka.sh"), which...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("scripts/kafka.sh: %w: %s", err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

func start(ctx context.Context, jars, home string) (*Broker, error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	client, controller, err := freePorts()
	if err != nil {
		return nil, err
	}
	properties := filepath.Join(home, "server.properties")
	if err := os.WriteFile(properties, []byte(settings(home, client, controller)), 0o600); err != nil {
		return nil, err
	}
	classes := filepath.Join(jars, "*")
	// A fixed cluster id spares a start of Java: the folder is new each time.
	format := exec.CommandContext(ctx, "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", classes, "kafka.tools.StorageTool",
		"format", "-t", "Y3JlZGl0c3luYy10ZXN0cw", "-c", properties)
	if out, err := format.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("format Kafka's storage: %w: %s", err, out)
	}
	b := &Broker{Addr: client, log: filepath.Join(home, "kafka.log"), done: make(chan error, 1)}
	b.cmd = exec.Command("java", "-Xmx512m", "-cp", classes, "kafka.Kafka", properties)
	if err := b.launch(); err != nil {
		return nil, err
	}
	if err := b.ready(ctx); err != nil {
		b.Stop()
		tail, _ := os.ReadFile(b.log)
		return nil, fmt.Errorf("%w: %s", err, tail[max(0, len(tail)-4096):])
	}
	return b, nil
}

func settings(home, client, controller string) string {
	return fmt.Sprintf(`node.id=1
process.roles=broker,controller
listeners=PLAINTEXT://%[2]s,CONTROLLER://%[3]s
advertised.listeners=PLAINTEXT://%[2]s
controller.listener.names=CONTROLLER
controller.quorum.voters=1@%[3]s
log.dirs=%[1]s/data
auto.create.topics.enable=false
offsets.topic.num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
`, home, client, controller)
}

// freePorts are two addresses that nobody listens on at the moment.
func freePorts() (a, b string, err error) {
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer func() { _ = first.Close() }()
	second, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer func() { _ = second.Close() }()
	return first.Addr().String(), second.Addr().String(), nil
}

// launch starts the process so that it dies with this one, also by SIGKILL. The death signal is bound to the thread that
// started the child: that thread is kept for as long as the child lives.
func (b *Broker) launch() error {
	log, err := os.Create(b.log)
	if err != nil {
		return err
	}
	b.cmd.Stdout, b.cmd.Stderr = log, log
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer func() { _ = log.Close() }()
		err := b.cmd.Start()
		started <- err
		if err == nil {
			b.done <- b.cmd.Wait()
			close(b.done)
		}
	}()
	return <-started
}

func (b *Broker) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.RequestRetries(0), kgo.RetryTimeout(time.Second))
	if err != nil {
		return err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if m, err := adm.BrokerMetadata(ctx); err == nil && len(m.Brokers) > 0 && m.Controller >= 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("kafka does not answer: %w", ctx.Err())
		case err := <-b.done:
			return fmt.Errorf("kafka ended: %w", err)
		case <-tick.C:
		}
	}
}

// PID is the broker's process.
func (b *Broker) PID() int { return b.cmd.Process.Pid }

// Stop ends the broker and waits for it. It may be called again.
func (b *Broker) Stop() {
	_ = b.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-b.done:
	case <-time.After(15 * time.Second):
		b.Kill()
	}
}

// Kill ends the broker with SIGKILL and waits for it.
func (b *Broker) Kill() {
	_ = b.cmd.Process.Kill()
	<-b.done
}
