package bus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"strings"

	"creditsync/internal/fault"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
)

// The codes of Kafka's protocol that decide what a relay does next.
const (
	codeMessageTooLarge       = 10
	codeLoading               = 14
	codeCoordinatorAway       = 15
	codeNotCoordinator        = 16
	codeTopicDenied           = 29
	codeClusterDenied         = 31
	codeUnsupportedMechanism  = 33
	codeInvalidEpoch          = 47
	codeInvalidTxnState       = 48
	codeConcurrentTxn         = 51
	codeTransactionDenied     = 53
	codeStorage               = 56
	codeAuthentication        = 58
	codeProducerFenced        = 90
	codeInvalidTxnTimeout     = 50
	codePolicyViolation       = 44
	codeInvalidReplicas       = 38
	codeUnsupportedForVersion = 35
)

// kafkaCode is the protocol's error code in err's chain, 0 where there is none.
func kafkaCode(err error) int {
	var a kafka.Error
	if errors.As(err, &a) {
		return int(a)
	}
	var b *kerr.Error
	if errors.As(err, &b) {
		return int(b.Code)
	}
	return 0
}

// classed is err as a fault: one that already is stays as it is. Everything else that happens between us and the brokers
// is taken for trouble that may pass, so that Kafka being down never stops a relay for good.
func classed(err error, brokers []string) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	where := strings.Join(brokers, ", ")
	switch kafkaCode(err) {
	case codeInvalidEpoch, codeInvalidTxnState, codeProducerFenced:
		return fault.New(fault.Run, "relay.fenced", fault.T("另一个进程已接管消息发布", "another process has taken over publishing")).Because(err).
			Do(fault.T("无需处理：由接管的进程继续发布", "nothing needs doing: the other process goes on"))
	case codeAuthentication, codeUnsupportedMechanism:
		return fault.New(fault.Input, "kafka.login", fault.T("Kafka（%s）拒绝登录", "Kafka at %s refuses the login", where)).Because(err).
			Do(fault.T("检查 bus.kafka.sasl 的机制、用户名和口令", "check mechanism, user and password under bus.kafka.sasl"))
	case codeTopicDenied, codeClusterDenied, codeTransactionDenied:
		return fault.New(fault.Input, "kafka.not_allowed", fault.T("Kafka（%s）上权限不足", "Kafka at %s does not allow this", where)).Because(err).
			Do(fault.T("该用户需要：主题 credit.* 的读、写、创建和描述，事务 ID creditsync.* 的写和描述", "the user needs read, write, create and describe on topics credit.*, write and describe on transactional ids creditsync.*"))
	case codeMessageTooLarge:
		return fault.New(fault.Environment, "kafka.message_too_large", fault.T("一条消息超过 Kafka 允许的长度", "a message is larger than Kafka allows")).Because(err).
			Do(fault.T("调大主题的 max.message.bytes", "raise max.message.bytes of the topic"))
	case codeStorage:
		return fault.New(fault.Environment, "kafka.storage", fault.T("Kafka（%s）无法写入磁盘", "Kafka at %s cannot write to its disk", where)).Because(err).Again().
			Do(fault.T("检查该机器的磁盘空间", "check the free space on its disk"))
	case codeInvalidReplicas:
		return fault.New(fault.Environment, "kafka.replication", fault.T("Kafka（%s）没有这么多代理来存放主题的副本", "Kafka at %s has fewer brokers than a topic shall have replicas", where)).Because(err).
			Do(fault.T("检查 bus.kafka.replication：不能多于代理数，0 为代理的默认值", "check bus.kafka.replication: at most the number of brokers, 0 for their default"))
	case codePolicyViolation, codeInvalidTxnTimeout, codeUnsupportedForVersion:
		return fault.New(fault.Environment, "kafka.refused", fault.T("Kafka（%s）不接受这一请求", "Kafka at %s does not accept the request", where)).Because(err)
	}
	if untrusted(err) {
		return fault.New(fault.Input, "kafka.tls", fault.T("与 Kafka（%s）的 TLS 握手不成功", "the TLS handshake with Kafka at %s does not succeed", where)).Because(err).
			Do(fault.T("检查 bus.kafka.tls 的证书和主机名", "check certificates and host names under bus.kafka.tls"))
	}
	hint := fault.T("确认地址正确且服务已启动，再运行 creditsync check", "see that the address is right and the broker is up, then run creditsync check")
	if errors.Is(err, io.EOF) {
		// Some brokers say nothing to a wrong password, none does to a client without TLS at a port with it.
		hint = fault.T("服务端直接断开了连接：检查 bus.kafka 的 tls 和 sasl 是否与该端口一致，再运行 creditsync check", "it hangs up: see that tls and sasl under bus.kafka are what this port expects, then run creditsync check")
	}
	return fault.New(fault.Environment, "kafka.unreachable", fault.T("无法连接 Kafka（%s）", "Kafka at %s cannot be reached", where)).Because(err).Again().Do(hint)
}

func untrusted(err error) bool {
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	var alert tls.AlertError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	return errors.As(err, &record) || errors.As(err, &verify) || errors.As(err, &alert) || errors.As(err, &authority) || errors.As(err, &host)
}
