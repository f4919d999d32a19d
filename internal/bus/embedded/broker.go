// Package embedded is the body of the broker process: a Kafka broker for one machine, on loopback, that keeps its topics in
// a folder. It speaks Kafka's own protocol, so that relay, bridge and tools use it like any other broker.
//
// It is not a cluster and no replacement for one: there is one copy of each message. Acknowledged messages outlive the death
// of the process at any moment, and a power cut as far as the disk keeps what it has synced. At a start after a crash it
// reads its topics whole, one partition at a time.
//
// The broker is franz-go's kfake; this is the only package that imports it. What kfake leaves open, the atomic end of a
// transaction across partitions, is in commitlog.go and repair.go.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"creditsync/internal/fault"

	"github.com/gofrs/flock"
	"github.com/twmb/franz-go/pkg/kfake"
)

// Options of a broker.
type Options struct {
	Listen string // host:port on loopback; port 0 chooses one
	Dir    string // where topics live; made if absent
	Log    *slog.Logger
	// Ready is called once with the address that clients use.
	Ready func(addr string)
}

// closeLimit is how long the broker may take to write its state at the end. What it does not write then it finds out
// again at the next start.
const closeLimit = 8 * time.Second

// Run serves until ctx ends, then returns nil within ten seconds. Errors are faults.
func Run(ctx context.Context, o Options) error {
	host, port, err := splitListen(o.Listen)
	if err != nil {
		return err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return storage(o.Dir, err)
	}
	lock := flock.New(filepath.Join(o.Dir, "broker.lock"))
	switch mine, err := lock.TryLock(); {
	case err != nil:
		return storage(o.Dir, err)
	case !mine:
		return fault.New(fault.Environment, "broker.running", fault.T("另一个 broker 正在使用 %s", "another broker uses %s", o.Dir)).
			Do(fault.T("先停止它，或改用它的地址", "stop it, or use its address"))
	}
	defer func() { _ = lock.Unlock() }()
	broken := make(chan string, 1)
	cluster, err := start(o, host, port, broken)
	if err != nil {
		return err
	}
	if o.Ready != nil {
		o.Ready(cluster.ListenAddrs()[0])
	}
	select {
	case <-ctx.Done():
	case what := <-broken:
		// Its memory and its files no longer agree. Nothing more may be written: the next start mends the files.
		return storage(o.Dir, errors.New(what))
	}
	closed := make(chan struct{})
	go func() {
		cluster.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(closeLimit):
		o.Log.Warn("broker did not close in time", "after", closeLimit)
	}
	return nil
}

func start(o Options, host string, port int, broken chan string) (*kfake.Cluster, error) {
	topics := filepath.Join(o.Dir, "topics")
	room, err := newRoom(o.Dir)
	if err != nil {
		return nil, storage(o.Dir, err)
	}
	commits, err := openCommitLog(filepath.Join(o.Dir, "commits.log"))
	if err != nil {
		return nil, storage(o.Dir, err)
	}
	if err := finish(topics, commits.last, o.Log); err != nil {
		return nil, storage(o.Dir, err)
	}
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.Ports(port),
		kfake.ListenFn(func(network, address string) (net.Listener, error) {
			_, p, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			return net.Listen(network, net.JoinHostPort(host, p))
		}),
		kfake.ClusterID("creditsync"),
		kfake.DataDir(topics),
		// Each batch is on the disk before it is acknowledged. Without, a power cut would take messages back that the
		// ledger takes for published, and the relay would stop for good. Measured: 1 M messages of 1.5 KB in 5.0 s
		// instead of 2.9 s.
		kfake.SyncWrites(),
		kfake.DefaultNumPartitions(6),
		kfake.WithLogger(logger{o.Log, broken}),
	)
	if err != nil {
		_ = commits.Close()
		var busy *net.OpError
		if errors.As(err, &busy) {
			return nil, fault.New(fault.Environment, "broker.listen", fault.T("broker 无法监听 %s", "the broker cannot listen on %s", o.Listen)).Because(err).
				Do(fault.T("端口已被占用：停止占用者，或修改 bus.embedded.listen", "the port is taken: stop who has it, or change bus.embedded.listen"))
		}
		return nil, storage(o.Dir, err)
	}
	room.watch(cluster, func(err error) { o.Log.Error("messages are refused: the disk is full", "error", err) })
	commits.watch(cluster, func(err error) { o.Log.Error("a commit was refused: it cannot be written down", "error", err) })
	return cluster, nil
}

// splitListen accepts loopback addresses only: the broker asks nobody for a password.
func splitListen(listen string) (host string, port int, err error) {
	bad := func(err error) error {
		return fault.New(fault.Input, "broker.bad_address", fault.T("broker 的监听地址 %q 不可用", "the broker cannot listen on %q", listen)).Because(err).
			Do(fault.T("写成 127.0.0.1:9092", "write it as 127.0.0.1:9092"))
	}
	host, p, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, bad(err)
	}
	if port, err = strconv.Atoi(p); err != nil {
		return "", 0, bad(err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", 0, bad(fmt.Errorf("%s is not a loopback address", host))
	}
	return host, port, nil
}

func storage(dir string, err error) error {
	return fault.New(fault.Environment, "broker.storage", fault.T("broker 无法使用目录 %s", "the broker cannot use the folder %s", dir)).Because(err).Do(fault.Disk(err))
}

// unwritten are the beginnings of kfake's lines about something that it could not write: a batch, a producer's state, the
// list of topics, the end of a transaction. They are those of the pinned version: look at them again with each new one.
var unwritten = [...]string{"persist batch ", "persist group entry ", "persist pid entry ", "persist %s: ", "endTx: failed to persist"}

// logger passes kfake's lines on; it is talkative below a warning.
type logger struct {
	log    *slog.Logger
	broken chan string
}

// Logf implements kfake.Logger.
func (l logger) Logf(level kfake.LogLevel, format string, args ...any) {
	for _, failed := range unwritten {
		if strings.HasPrefix(format, failed) {
			// It did not reach the disk, or half of it did, and kfake would go on, or even answer as if it had. It must not:
			// hold it here, within the request, until the process is gone.
			what := fmt.Sprintf(format, args...)
			l.log.Error(what)
			l.broken <- what
			select {}
		}
	}
	switch level {
	case kfake.LogLevelError:
		l.log.Error(fmt.Sprintf(format, args...))
	case kfake.LogLevelWarn:
		l.log.Warn(fmt.Sprintf(format, args...))
	default:
		l.log.Debug(fmt.Sprintf(format, args...))
	}
}
