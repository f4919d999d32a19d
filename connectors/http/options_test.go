package http

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/connectors/remote"
	"creditsync/internal/fault"
)

// TestOptions_Validate names everything that is wrong, by its key, in both languages.
func TestOptions_Validate(t *testing.T) {
	t.Parallel()
	good := Defaults()
	good.URL = "https://api.example/v1/rows"
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	since := func(o *Options) { o.Since = &Bound{Param: "since"} }
	for _, test := range []struct {
		change func(*Options)
		key    string
	}{
		{func(o *Options) { o.URL = "" }, "url"},
		{func(o *Options) { o.URL = "ftp://a/b" }, "url"},
		{func(o *Options) { o.URL = "https://user:" + secret + "@a/b" }, "auth.basic"},
		{func(o *Options) { o.URL = "https://a/b?token=" + secret }, "auth.query"},
		{func(o *Options) { o.Method = "put" }, "method"},
		{func(o *Options) { o.Send = sendJSON }, "send"},
		{func(o *Options) { o.Method, o.Send = "post", "xml" }, "send"},
		{func(o *Options) { o.Headers = map[string]string{"authorization": "x"} }, "Authorization"},
		{func(o *Options) { o.Headers = map[string]string{"a b": "x"} }, "headers"},
		{func(o *Options) { o.Headers = map[string]string{"a": "x\r\ny: z"} }, "headers"},
		{func(o *Options) { o.Auth = new(Auth) }, "auth"},
		{func(o *Options) {
			o.Auth = &Auth{Header: &Named{Name: "X", Value: connectors.NewSecret(secret + "\n")}}
		}, "auth.header"},
		{func(o *Options) { o.Auth = &Auth{Query: new(Named), Basic: &Basic{User: "a:b"}} }, "auth.basic.user"},
		{func(o *Options) { o.Sign = new(Sign) }, "sign.algorithm"},
		{func(o *Options) { o.Sign = byParams("sm3"); o.Sign.Text = "{params}" }, "{secret}"},
		{func(o *Options) { o.Sign = byParams("sm3"); o.Sign.Text = "{secret}{param}{parms}" }, "{parms}"},
		{func(o *Options) { o.Sign = byParams("hmac-sm3"); o.Sign.Text = "{body}" }, "signature.in"},
		{func(o *Options) { o.Sign = byParams("hmac-sm3"); o.Sign.Signature.Encoding = "hx" }, "sign.signature.encoding"},
		{func(o *Options) { o.Sign = byParams("hmac-sm3"); o.Sign.Timestamp.Format = "YYYY" }, "sign.timestamp.format"},
		{func(o *Options) { o.Sign = byParams("hmac-sm3"); o.Sign.Nonce.In = "body" }, "sign.nonce.in"},
		{func(o *Options) { o.Page.By = "pages" }, "page.by"},
		{func(o *Options) { o.Page.By = byPage }, "page.param"},
		{func(o *Options) { o.Page.By, o.Page.Param = byCursor, "c" }, "page.next"},
		{func(o *Options) { o.Page.By, o.Page.Param, o.Page.SizeParam = byPage, "c", "c" }, "size_param"},
		{func(o *Options) { o.Page.By, o.Page.Param, o.Page.Next = byPage, "c", "x" }, "page.next"},
		{func(o *Options) { o.Page.By, o.Method = byLink, "post" }, "page.by"},
		{func(o *Options) { o.Page.End = endShort }, "page.end"},
		{func(o *Options) { o.OK = new(OK) }, "ok.is"},
		{func(o *Options) { o.Key = []string{" "} }, "key"},
		{func(o *Options) { o.Encoding = "big5" }, "encoding"},
		{func(o *Options) { o.MaxPage = 10 }, "max_page"},
		{func(o *Options) { o.Until = &Bound{Param: "u"} }, "until"},
		{func(o *Options) { o.Since = &Bound{Format: "yy"} }, "since.format"},
		{func(o *Options) { o.Since = &Bound{Param: "s", Format: formatNumber} }, "since.format"},
		{func(o *Options) { since(o); o.Begin = "yesterday" }, "begin"},
		{func(o *Options) { since(o); o.Lag = "1000" }, "lag"},
		{func(o *Options) { o.Rate = "5" }, "rate"},
		{func(o *Options) { o.Silence = 0 }, "silence"},
		{func(o *Options) { o.Retry.Longest = time.Millisecond }, "retry.longest"},
		{func(o *Options) { o.Redirects = "all" }, "redirects"},
		{func(o *Options) { o.Proxy = "socks5://a:1" }, "proxy"},
		{func(o *Options) { o.TLS = &remote.TLS{Cert: "a"} }, "tls"},
		{func(o *Options) { o.URL, o.TLS = "http://a/b", new(remote.TLS) }, "https"},
	} {
		o := good
		test.change(&o)
		err := o.Validate()
		if fault.CodeOf(err) != "http.options" {
			t.Errorf("%s: %v", test.key, err)
			continue
		}
		for _, l := range []fault.Language{fault.Chinese, fault.English} {
			if said := fault.Say(err, l); !strings.Contains(said, test.key) || strings.Contains(said, secret) {
				t.Errorf("%s: %s", test.key, said)
			}
		}
	}
}

// TestOptions_Suits: an incremental read has a since, the others have none.
func TestOptions_Suits(t *testing.T) {
	t.Parallel()
	o := Defaults()
	if o.Suits(connectors.Snapshot) != nil || o.Suits(connectors.Append) != nil || o.Suits(connectors.Incremental) == nil {
		t.Error("without since")
	}
	if o.Since = new(Bound); o.Suits(connectors.Snapshot) == nil || o.Suits(connectors.Incremental) != nil {
		t.Error("with since")
	}
}

// TestOptions_SecretNeverPrints: whoever logs the options does not log a secret.
func TestOptions_SecretNeverPrints(t *testing.T) {
	t.Parallel()
	o := Defaults()
	o.Sign = byParams("sm3")
	o.Auth = &Auth{Header: &Named{Value: connectors.NewSecret(secret)}, Query: &Named{Value: connectors.NewSecret(secret)}, Basic: &Basic{Password: connectors.NewSecret(secret)}}
	for _, part := range []any{o, &Source{o: o}, *o.Sign, *o.Auth, *o.Auth.Header, *o.Auth.Basic} {
		if said := fmt.Sprintf("%v %+v %#v", part, part, part); strings.Contains(said, secret) {
			t.Error(said)
		}
	}
}
