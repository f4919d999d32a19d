package http

import (
	"mime"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"creditsync/connectors"
	"creditsync/connectors/remote"
	"creditsync/internal/fault"
)

// complaint notes something that is wrong.
type complaint func(fault.Text)

// Validate names everything that is wrong with the options, as one error of class Input; nil if nothing is.
func (o Options) Validate() error {
	var zh, en []string
	bad := func(t fault.Text) { zh, en = append(zh, t.ZH), append(en, t.EN) }
	o.validateAddress(bad)
	o.validateSent(bad)
	if o.Auth != nil {
		o.Auth.validate(bad)
	}
	if o.Sign != nil {
		o.Sign.validate(bad)
	}
	o.validatePage(bad)
	o.validateAnswer(bad)
	o.validateRange(bad)
	o.validateTimes(bad)
	if len(zh) == 0 {
		return nil
	}
	return fault.New(fault.Input, "http.options", fault.Text{ZH: strings.Join(zh, "；"), EN: strings.Join(en, "; ")})
}

// oneOf notes a value that is none of a list.
func oneOf(bad complaint, key, value string, list ...string) {
	if !slices.Contains(list, value) {
		bad(fault.T("%[1]s：应为 %[2]s 之一，现为 %[3]q", "%[1]s: must be one of %[2]s, got %[3]q", key, strings.Join(list, ", "), value))
	}
}

func required(bad complaint, key, value string) {
	if strings.TrimSpace(value) == "" {
		bad(fault.T("%s：必须填写", "%s: is required", key))
	}
}

func (o Options) validateAddress(bad complaint) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		bad(fault.T("url：应为 http:// 或 https:// 开头的地址", "url: must be an address that begins with http:// or https://"))
	case u.User != nil:
		bad(fault.T("url：用户和密码请写在 auth.basic", "url: user and password belong to auth.basic"))
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		bad(fault.T("url：参数请写在 params（保密的写在 auth.query）", "url: parameters belong to params (secret ones to auth.query)"))
	}
	if o.Proxy != "" {
		p, err := url.Parse(o.Proxy)
		if err != nil || p.Scheme != "http" && p.Scheme != "https" || p.Hostname() == "" || p.User != nil || strings.Trim(p.Path, "/") != "" {
			bad(fault.T("proxy：应为 http://主机:端口", "proxy: must be http://host:port"))
		}
	}
	oneOf(bad, "redirects", o.Redirects, redirectNone, redirectSameHost, redirectAny)
	if t := o.TLS; t != nil {
		if (t.Cert == "") != (t.Key == "") {
			bad(fault.T("tls：cert 和 key 应同时填写", "tls: cert and key come together"))
		}
		if err == nil && u.Scheme == "http" {
			bad(fault.T("tls：url 不是 https", "tls: url is not https"))
		}
	}
}

// ownHeaders are those that this package sets or that belong to auth.
func ownHeaders() []string {
	return []string{"Authorization", "Proxy-Authorization", "Cookie", "Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Accept-Encoding", "Te", "Trailer", "Upgrade"}
}

func (o Options) validateSent(bad complaint) {
	oneOf(bad, "method", strings.ToLower(o.Method), "get", "post")
	if o.Send != "" {
		oneOf(bad, "send", o.Send, sendQuery, sendForm, sendJSON)
		if !o.posts() && o.Send != sendQuery {
			bad(fault.T("send: %s 需要 method: post", "send: %s needs method: post", o.Send))
		}
	}
	for name, value := range o.Headers {
		switch canonical := textproto.CanonicalMIMEHeaderKey(name); {
		case !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
			bad(fault.T("headers：%q 不是合规的请求头", "headers: %q is no header", name))
		case slices.Contains(ownHeaders(), canonical):
			bad(fault.T("headers：%s 不能写在这里；凭据请写在 auth", "headers: %s does not belong here; credentials belong to auth", canonical))
		}
	}
	for name := range o.Params {
		required(bad, "params", name)
	}
}

func (a *Auth) validate(bad complaint) {
	n := 0
	if h := a.Header; h != nil {
		n++
		if !httpguts.ValidHeaderFieldName(h.Name) || !httpguts.ValidHeaderFieldValue(h.Value.Reveal()) {
			bad(fault.T("auth.header：名称或值不合规", "auth.header: the name or the value is none of a header"))
		}
		if h.Value.Empty() {
			required(bad, "auth.header.value", "")
		}
	}
	if q := a.Query; q != nil {
		n++
		required(bad, "auth.query.name", q.Name)
		if q.Value.Empty() {
			required(bad, "auth.query.value", "")
		}
	}
	if b := a.Basic; b != nil {
		n++
		required(bad, "auth.basic.user", b.User)
		if strings.Contains(b.User, ":") {
			bad(fault.T("auth.basic.user：不能有冒号", "auth.basic.user: must not have a colon"))
		}
	}
	if n != 1 {
		bad(fault.T("auth：header、query、basic 应恰好填写一个", "auth: exactly one of header, query and basic is to be given"))
	}
}

func (o Options) validatePage(bad complaint) {
	p := o.Page
	if p.By != "" {
		oneOf(bad, "page.by", p.By, byPage, byOffset, byCursor, byLink)
	}
	oneOf(bad, "page.end", p.End, endEmpty, endShort, endNotFound)
	if p.By == byPage || p.By == byOffset || p.By == byCursor {
		required(bad, "page.param", p.Param)
	}
	if p.By == byCursor {
		required(bad, "page.next", p.Next)
	}
	if p.By == byLink && o.posts() {
		bad(fault.T("page.by: link 需要 method: get", "page.by: link needs method: get"))
	}
	if p.Next != "" && p.By != byCursor && p.By != byLink {
		bad(fault.T("page.next：只用于 by: cursor 和 by: link", "page.next: is for by: cursor and by: link"))
	}
	if p.End == endShort && p.SizeParam == "" {
		bad(fault.T("page.end: short 需要 page.size_param", "page.end: short needs page.size_param"))
	}
	if p.Param != "" && p.Param == p.SizeParam {
		bad(fault.T("page：param 和 size_param 不能相同", "page: param and size_param must not be the same"))
	}
}

func (o Options) validateAnswer(bad complaint) {
	if ok := o.OK; ok != nil {
		required(bad, "ok.path", ok.Path)
		if len(ok.Is) == 0 {
			required(bad, "ok.is", "")
		}
	}
	if slices.ContainsFunc(o.Key, func(k string) bool { return strings.TrimSpace(k) == "" }) {
		bad(fault.T("key：列名不能为空", "key: a column's name must not be empty"))
	}
	if _, ok := namedCharset(o.Encoding); !ok {
		bad(fault.T("encoding：应为 auto、utf-8、gb18030、gbk 之一，现为 %q", "encoding: must be one of auto, utf-8, gb18030, gbk, got %q", o.Encoding))
	}
	if o.MaxPage < 1<<10 || o.MaxPage > 1<<30 {
		bad(fault.T("max_page：应在 1KiB 和 1GiB 之间", "max_page: must be from 1KiB to 1GiB"))
	}
}

func (o Options) validateRange(bad complaint) {
	for _, one := range []struct {
		key   string
		bound *Bound
	}{{"since", o.Since}, {"until", o.Until}} {
		if one.bound == nil {
			continue
		}
		required(bad, one.key+".param", one.bound.Param)
		if _, err := parseFormat(one.bound.Format); err != nil {
			bad(fault.T("%[1]s.format：应为 unix、unix_ms、number 或 yyyy-MM-dd HH:mm:ss 这样的格式，现为 %[2]q", "%[1]s.format: must be unix, unix_ms, number or a pattern such as yyyy-MM-dd HH:mm:ss, got %[2]q", one.key, one.bound.Format))
		}
	}
	if o.Since == nil {
		if o.Until != nil || o.Cursor != "" || o.Begin != "" || o.Lag != "" {
			bad(fault.T("until、cursor、begin、lag 只与 since 同用", "until, cursor, begin and lag go with since"))
		}
		return
	}
	numbers := o.numbers()
	if numbers && (o.Cursor == "" || o.Until != nil && o.Until.Format != formatNumber) {
		bad(fault.T("since.format: number 需要 cursor，且 until 也应为 number", "since.format: number needs cursor, and a number as until"))
	}
	if o.Begin != "" {
		if _, err := o.asked(o.Begin, time.UTC); err != nil {
			bad(fault.T("begin：值 %q 不合适", "begin: the value %q does not fit", o.Begin))
		}
	}
	if o.Lag != "" {
		if _, n, err := remote.ParseLag(o.Lag); err != nil || (n >= 0) != numbers && o.Lag != "0" {
			bad(fault.T("lag：应为时长（如 1h），since.format 为 number 时为整数，现为 %q", "lag: must be a duration such as 1h, or a whole number with since.format: number, got %q", o.Lag))
		}
	}
}

func (o Options) validateTimes(bad complaint) {
	if _, err := parseRate(o.Rate); err != nil {
		bad(fault.T("rate：应为每秒、每分或每小时的次数，如 10/s、600/m，现为 %q", "rate: must be requests a second, minute or hour such as 10/s or 600/m, got %q", o.Rate))
	}
	for _, one := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"timeout", o.Timeout, 100 * time.Millisecond}, {"answer", o.Answer, 100 * time.Millisecond}, {"silence", o.Silence, 100 * time.Millisecond},
		{"connect_timeout", o.ConnectTimeout, 100 * time.Millisecond}, {"retry.wait", o.Retry.Wait, time.Millisecond}, {"retry.longest", o.Retry.Longest, o.Retry.Wait},
	} {
		if one.value < one.least {
			bad(fault.T("%[1]s：至少 %[2]s", "%[1]s: must be at least %[2]s", one.name, remote.Brief(one.least)))
		}
	}
}

// Suits implements connectors.Moded: an incremental read asks for what has changed, the others for everything.
func (o Options) Suits(m connectors.Mode) error {
	switch {
	case m == connectors.Incremental && o.Since == nil:
		return fault.New(fault.Input, "http.options", fault.T("mode: incremental 需要 since：只要某时之后的修改的参数", "mode: incremental needs since: the parameter that asks for what has changed since then"))
	case m != connectors.Incremental && o.Since != nil:
		return fault.New(fault.Input, "http.options", fault.T("since 只用于 mode: incremental；mode: %[1]s 每次读全部", "since is for mode: incremental; mode: %[1]s reads all of it every time", string(m)))
	}
	return nil
}

// posts reports whether the method is post.
func (o Options) posts() bool { return strings.EqualFold(o.Method, "post") }

// mediaCharset is the charset that a Content-Type names.
func mediaCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}
