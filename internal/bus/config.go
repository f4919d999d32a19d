package bus

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"time"

	"creditsync/internal/fault"

	"github.com/segmentio/kafka-go"
	kgosasl "github.com/segmentio/kafka-go/sasl"
	kgoplain "github.com/segmentio/kafka-go/sasl/plain"
	kgoscram "github.com/segmentio/kafka-go/sasl/scram"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Config says how to reach the brokers and how topics are made. Both Kafka clients are built from the same value.
type Config struct {
	Brokers  []string    // host:port, at least one
	ClientID string      // how the brokers' logs call this client; "creditsync" when empty
	TLS      *tls.Config // nil: no TLS
	SASL     *SASL       // nil: no login
	// Embedded says that the brokers are the embedded one, whose topics are kept whole instead of compacted.
	Embedded bool
	// Partitions of a topic that does not exist yet; 6 when 0. An existing topic keeps its own.
	Partitions int
	// Replication of a topic that does not exist yet, the topic of positions included; 0 is the broker's default.
	Replication int

	// dial opens the producer's connections; tests lose requests and answers there.
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// SASL is a login.
type SASL struct {
	Mechanism string // plain, scram-sha-256 or scram-sha-512
	User      string
	Password  string
}

// String hides the password.
func (s SASL) String() string { return s.Mechanism + " " + s.User }

// GoString hides the password.
func (s SASL) GoString() string { return s.String() }

const (
	defaultPartitions = 6
	dialTimeout       = 5 * time.Second
)

// Validate reports what is wrong with the configuration, as a fault of class Input.
func (c Config) Validate() error {
	if len(c.Brokers) == 0 {
		return fault.New(fault.Input, "kafka.no_brokers", fault.T("未配置 Kafka 地址", "no Kafka broker is configured")).
			Do(fault.T("在 bus.kafka.brokers 中写明 host:port", "name them as host:port under bus.kafka.brokers"))
	}
	for _, b := range c.Brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			return fault.New(fault.Input, "kafka.bad_address", fault.T("Kafka 地址 %q 不是 host:port", "the Kafka address %q is not host:port", b)).Because(err)
		}
	}
	if c.Partitions < 0 {
		return fault.New(fault.Input, "kafka.bad_partitions", fault.T("分区数 %d 不是正数", "%d partitions is not a positive number", c.Partitions))
	}
	if c.Replication < 0 || c.Replication > math.MaxInt16 {
		return fault.New(fault.Input, "kafka.bad_replication", fault.T("副本数 %d 不在 0 到 32767 之间", "a replication of %d is not in 0..32767", c.Replication))
	}
	if c.SASL == nil {
		return nil
	}
	switch c.SASL.Mechanism {
	case "plain", "scram-sha-256", "scram-sha-512":
		return nil
	}
	return fault.New(fault.Input, "kafka.bad_mechanism", fault.T("不支持 SASL 机制 %q", "the SASL mechanism %q is not supported", c.SASL.Mechanism)).
		Do(fault.T("可用：plain、scram-sha-256、scram-sha-512", "use plain, scram-sha-256 or scram-sha-512"))
}

func (c Config) clientID() string {
	if c.ClientID == "" {
		return "creditsync"
	}
	return c.ClientID
}

func (c Config) partitions() int {
	if c.Partitions == 0 {
		return defaultPartitions
	}
	return c.Partitions
}

// replication is that of a new topic as Kafka's protocol writes it.
func (c Config) replication() int16 {
	if c.Replication == 0 {
		return -1
	}
	return int16(c.Replication)
}

// transport is kafka-go's way to the brokers; who gets it closes its idle connections. It asks for metadata of the named
// topics only: a city's Kafka holds thousands of others.
func (c Config) transport(topics ...string) (*kafka.Transport, error) {
	login, err := c.producerLogin()
	if err != nil {
		return nil, err
	}
	dial := c.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	return &kafka.Transport{
		Dial:           dial,
		DialTimeout:    dialTimeout,
		ClientID:       c.clientID(),
		TLS:            c.TLS,
		SASL:           login,
		MetadataTopics: topics,
	}, nil
}

func (c Config) producerLogin() (kgosasl.Mechanism, error) {
	if c.SASL == nil {
		return nil, nil
	}
	algorithm := kgoscram.SHA256
	switch c.SASL.Mechanism {
	case "plain":
		return kgoplain.Mechanism{Username: c.SASL.User, Password: c.SASL.Password}, nil
	case "scram-sha-512":
		algorithm = kgoscram.SHA512
	}
	m, err := kgoscram.Mechanism(algorithm, c.SASL.User, c.SASL.Password)
	if err != nil {
		return nil, fault.New(fault.Input, "kafka.bad_login", fault.T("Kafka 用户名或口令含有 SCRAM 不允许的字符", "the Kafka user or password has characters that SCRAM does not allow")).Because(err)
	}
	return m, nil
}

// reader is a franz-go client; who gets it closes it.
func (c Config) reader(more ...kgo.Opt) (*kgo.Client, error) {
	opts := []kgo.Opt{
		kgo.SeedBrokers(c.Brokers...),
		kgo.ClientID(c.clientID()),
		kgo.DialTimeout(dialTimeout),
		// Nobody waits longer than this for one request before he is told what is wrong.
		kgo.RetryTimeout(10 * time.Second),
		kgo.RequestRetries(4),
		kgo.MetadataMinAge(100 * time.Millisecond),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.DisableClientMetrics(),
	}
	if c.TLS != nil {
		opts = append(opts, kgo.DialTLSConfig(c.TLS))
	}
	if c.SASL != nil {
		opts = append(opts, kgo.SASL(c.SASL.login()))
	}
	cl, err := kgo.NewClient(append(opts, more...)...)
	if err != nil {
		return nil, fmt.Errorf("kafka client: %w", err)
	}
	return cl, nil
}

func (s SASL) login() sasl.Mechanism {
	switch s.Mechanism {
	case "plain":
		return plain.Auth{User: s.User, Pass: s.Password}.AsMechanism()
	case "scram-sha-512":
		return scram.Auth{User: s.User, Pass: s.Password}.AsSha512Mechanism()
	}
	return scram.Auth{User: s.User, Pass: s.Password}.AsSha256Mechanism()
}
