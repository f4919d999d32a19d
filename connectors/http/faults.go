package http

import (
	"context"
	"errors"
	"net"
	nethttp "net/http"
	"os"
	"strings"
	"time"

	"creditsync/connectors/remote"
	"creditsync/internal/fault"
)

// The faults of getting an answer at all, one function each: what happened to which API, and what to do next. Those of what
// an answer holds are in faults_content.go. What a server says is shown as client.clean leaves it.

// unanswered makes a fault of an error of a request that got no answer.
func (c *client) unanswered(err error) error {
	var led *redirected
	var host *net.DNSError
	switch {
	case errors.As(err, &led):
		return redirectRefused(c.o, led.to)
	case errors.Is(err, nethttp.ErrSchemeMismatch):
		return tlsFault(c.o, &fault.Error{What: fault.T("服务器不支持 TLS", "the server does not speak TLS")})
	case remote.IsTLS(err):
		return tlsFault(c.o, remote.OneLine(errors.Unwrap(err)))
	case errors.As(err, &host):
		return hostUnknown(c.o, host)
	case isTimeout(err):
		return slow(c.o, err)
	case isDial(err):
		return unreachable(c.o, remote.Bare(err))
	case remote.IsNetwork(err):
		return connectionLost(c.o, remote.Bare(err))
	}
	return noHTTP(c.o, remote.OneLine(inside(err)))
}

// inside is an error without what net/http puts around it, which is the whole address.
func inside(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

func isTimeout(err error) bool {
	var timed net.Error
	return errors.As(err, &timed) && timed.Timeout() || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// said is a server's words behind a sentence.
func said(words string) error {
	if words == "" {
		return nil
	}
	return errors.New(words)
}

func unreachable(o Options, err error) error {
	return fault.New(fault.Environment, "http.unreachable", fault.T("连接不上 %s", "cannot connect to %s", o.about())).Because(err).Again().
		Do(fault.T("请检查 url、proxy、对方是否在运行，以及防火墙", "check url and proxy, that the other side is up, and firewalls"))
}

func hostUnknown(o Options, err *net.DNSError) error {
	f := fault.New(fault.Environment, "http.host_unknown", fault.T("找不到主机 %s", "the host %s is not known", o.address().Hostname())).Because(remote.Bare(err)).
		Do(fault.T("请检查 url 的拼写和本机的域名解析", "check how url is spelt and this machine's name resolution"))
	f.Retry = err.IsTemporary || err.IsTimeout
	return f
}

func tlsFault(o Options, err error) error {
	return fault.New(fault.Environment, "http.tls", fault.T("与 %s 的加密连接建立不起来", "no encrypted connection to %s", o.about())).Because(err).
		Do(fault.T("请检查 tls 中的 ca、server_name、cert 和 key，以及 url 是否应为 http", "check ca, server_name, cert and key in tls, and whether url should be http"))
}

func tlsFile(err error) error {
	path := ""
	var bad *remote.BadFile
	if errors.As(err, &bad) {
		path, err = bad.Path, bad.Err
	}
	return fault.New(fault.Input, "http.tls_file", fault.T("tls：%s 不能用", "tls: %s cannot be used", path)).Because(err).
		Do(fault.T("请检查该文件是否为 PEM 格式并可读", "check that the file is PEM and can be read"))
}

func slow(o Options, err error) error {
	if isDial(err) {
		return unreachable(o, remote.TimedOut())
	}
	return fault.New(fault.Environment, "http.slow", fault.T("%[1]s 在 %[2]s 内没有开始回答", "%[1]s has not begun to answer within %[2]s", o.about(), remote.Brief(o.Answer))).Again().
		Do(fault.T("请减小 page.size，或加大 answer", "make page.size smaller, or raise answer"))
}

func connectionLost(o Options, err error) error {
	return fault.New(fault.Run, "http.lost", fault.T("读取 %s 时连接断开", "the connection to %s was lost while it was read", o.about())).Because(err).Again().
		Do(fault.T("什么都没有入库，再次运行即可；如反复出现，请检查网络和对方的日志", "nothing was applied; run again. If it happens again, look at the network and the other side's log"))
}

func silent(o Options) error {
	return fault.New(fault.Run, "http.silent", fault.T("%[1]s 的回答中断，已有 %[2]s 没有内容", "the answer of %[1]s stopped: nothing has come for %[2]s", o.about(), remote.Brief(o.Silence))).Again().
		Do(fault.T("什么都没有入库，再次运行即可；如对方本来就慢，请加大 silence", "nothing was applied; run again. If the other side is that slow, raise silence"))
}

func overtime(o Options) error {
	return fault.New(fault.Run, "http.timeout", fault.T("读取 %[1]s 超过了 timeout（%[2]s）", "reading %[1]s took longer than timeout (%[2]s)", o.about(), remote.Brief(o.Timeout))).
		Do(fault.T("请加大 page.size、rate 或 timeout，或改用 mode: incremental", "raise page.size, rate or timeout, or use mode: incremental"))
}

func noHTTP(o Options, err error) error {
	return fault.New(fault.Environment, "http.no_http", fault.T("%s 的回答不是 HTTP", "what %s answers is not HTTP", o.about())).Because(err).Again().
		Do(fault.T("请检查 url 的端口，以及是否应为 https", "check the port in url, and whether it should be https"))
}

func busy(o Options, status, words string, after time.Duration) error {
	f := fault.New(fault.Environment, "http.busy", fault.T("%[1]s 请求过多或暂停服务（%[2]s）", "%[1]s has too many requests or is out of service for now (%[2]s)", o.about(), status)).Because(said(words)).Again().
		Do(fault.T("请用 rate 限制请求的频率，或稍后再运行", "bound the requests with rate, or run again later"))
	f.After = after
	return f
}

func serverError(o Options, status, words string) error {
	return fault.New(fault.Environment, "http.server_error", fault.T("%[1]s 自己出错（%[2]s）", "%[1]s failed by itself (%[2]s)", o.about(), status)).Because(said(words)).Again().
		Do(fault.T("请联系对方；本程序已按 retry 重试", "tell the other side; it was tried again as retry says"))
}

func denied(o Options, status, words string, skew time.Duration) error {
	hint := fault.T("请检查 auth 和 sign，以及对方是否已放行本机的地址", "check auth and sign, and that the other side lets this machine's address in")
	if skew != 0 {
		hint = fault.T("对方的时钟与本机相差 %s；签名中的时间因此可能不被接受。请校准本机时间，再检查 auth 和 sign",
			"the other side's clock differs from this machine's by %s, so that it may not accept the time in the signature. Set the clock, then check auth and sign", skew)
	}
	return fault.New(fault.Environment, "http.denied", fault.T("%[1]s 拒绝访问（%[2]s）", "%[1]s does not let us in (%[2]s)", o.about(), status)).Because(said(words)).Do(hint)
}

func notFound(o Options, status, words string) error {
	return fault.New(fault.Input, "http.not_found", fault.T("没有 %[1]s（%[2]s）", "there is no %[1]s (%[2]s)", o.about(), status)).Because(said(words)).
		Do(fault.T("请检查 url 的路径", "check the path in url"))
}

func proxyRefused(o Options, status string) error {
	return fault.New(fault.Environment, "http.proxy", fault.T("代理 %[1]s 不让通过（%[2]s）", "the proxy %[1]s does not let us through (%[2]s)", o.Proxy, status)).
		Do(fault.T("请让代理放行本机；需要密码的代理不支持", "have this machine let through; a proxy that wants a password is not supported"))
}

func redirectRefused(o Options, to string) error {
	return fault.New(fault.Environment, "http.redirect", fault.T("%[1]s 转到别处：%[2]s", "%[1]s leads elsewhere: %[2]s", o.about(), to)).
		Do(fault.T("多为登录页或新地址。请更正 url；如应跟随，请看 redirects", "mostly a page to sign in, or a new address. Correct url, or see redirects if it is to be followed"))
}

func refused(o Options, status, words string) error {
	return fault.New(fault.Input, "http.refused", fault.T("%[1]s 不接受这样的请求（%[2]s）", "%[1]s does not take such a request (%[2]s)", o.about(), status)).Because(said(words)).
		Do(fault.T("请对照接口文档检查 method、send、params、headers 和 page", "check method, send, params, headers and page against the API's documentation"))
}

func nextElsewhere(o Options, to string) error {
	return fault.New(fault.Environment, "http.next_elsewhere", fault.T("%[1]s 给出的下一页不在同一地址（%[2]s），凭据不会送去那里", "the next page that %[1]s names is elsewhere (%[2]s); credentials are not sent there", o.about(), to)).
		Do(fault.T("请更正 url 的协议、主机和端口，使之与下一页的地址一致", "let url have the scheme, host and port that the next page has"))
}

// names are a few names, for people.
func names(list []string) string {
	const most = 12
	if len(list) > most {
		return strings.Join(list[:most], ", ") + ", …"
	}
	return strings.Join(list, ", ")
}
