package http

import (
	nethttp "net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"creditsync/connectors"
	"creditsync/internal/fault"
	"creditsync/internal/testkit/webapi"
)

// byParams signs as most gateways want it.
func byParams(algorithm string) *Sign {
	return &Sign{Algorithm: algorithm, Secret: connectors.NewSecret(secret), Timestamp: &Stamp{Name: "timestamp"}, Nonce: &Slot{Name: "nonce"}, Signature: Signature{Name: "sign"}}
}

// TestSign_GatewaysLetIn: what gateways verify, written apart from what signs, with every way of paging and sending; another
// secret is refused, and nobody reads it.
func TestSign_GatewaysLetIn(t *testing.T) {
	t.Parallel()
	upper := byParams("md5")
	upper.Signature.Encoding = encodingUpper
	exchange := &Sign{Algorithm: "hmac-sha256", Secret: connectors.NewSecret(secret), Text: "{header:X-Sid}{header:X-Rid}{timestamp}",
		Timestamp: &Stamp{Name: "X-Rtime", In: inHeader}, Signature: Signature{Name: "X-Sign", In: inHeader, Encoding: encodingBase64}}
	token := &Sign{Algorithm: "sha256", Secret: connectors.NewSecret(secret), Text: "{timestamp}{secret}{nonce}{timestamp}",
		Timestamp: &Stamp{Name: "x-tif-timestamp", In: inHeader, Format: formatUnix}, Nonce: &Slot{Name: "x-tif-nonce", In: inHeader},
		Signature: Signature{Name: "x-tif-signature", In: inHeader, Encoding: encodingUpper}}
	for _, test := range []struct {
		name string
		sign *Sign
		gate func(*nethttp.Request, url.Values) error
	}{
		{"hmac-sha256", byParams("hmac-sha256"), webapi.SortedParams("hmac-sha256", secret)},
		{"hmac-sm3", byParams("hmac-sm3"), webapi.SortedParams("hmac-sm3", secret)},
		{"sm3", byParams("sm3"), webapi.SortedParams("sm3", secret)},
		{"md5", upper, webapi.SortedParams("md5", secret)},
		{"exchange", exchange, webapi.Exchange(secret)},
		{"token", token, webapi.Token(secret)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, 430)
			s.Gate(test.gate)
			for _, by := range []string{byPage, byOffset, byCursor, byLink} {
				for _, send := range []string{"", sendForm, sendJSON} {
					if by == byLink && send != "" {
						continue
					}
					o := options(s, by)
					o.Page.Size, o.Sign = 100, test.sign
					o.Params = map[string]string{"appKey": "p-360800", "area": "吉安 & 抚州=", "note": ""}
					o.Headers = map[string]string{"X-Rid": "r-1", "x-sid": "s-1"}
					if send != "" {
						o.Method, o.Send = "post", send
					}
					same(t, got(t, o), 430)
				}
			}
			o := options(s, byPage)
			wrong := *test.sign
			wrong.Secret = connectors.NewSecret("another")
			o.Sign = &wrong
			wantFault(t, o, "http.denied", "签名错误", "401")
		})
	}
}

// TestSign_Text: what is signed, to the letter.
func TestSign_Text(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 1, 3, 12, 0, 0, 5e6, time.FixedZone("+08", 8*3600))
	list := []param{{name: "b", value: "2 2"}, {name: "a", value: "一"}, {name: "B", value: "3"}, {name: "e"}, {name: "a", value: "0"}}
	for _, test := range []struct {
		sign Sign
		want string
	}{
		{Sign{}, "B=3&a=0&a=一&b=2 2"},
		{Sign{Empty: true, Except: []string{"a"}}, "B=3&b=2 2&e="},
		{Sign{Escape: true, Except: []string{"B"}}, "a=0&a=%E4%B8%80&b=2%202"},
		{Sign{Join: "|", Text: "{values}"}, "3|0|一|2 2"},
		{Sign{Pair: ":", Text: "{secret}{params}{secret}"}, "sB:3&a:0&a:一&b:2 2s"},
		{Sign{Plain: true, Text: "{secret}{params}{secret}"}, "sB3a0a一b2 2s"},
		{Sign{Text: "{method}\n{path}\n{param:b}\n{param:zz}\n{header:h}\n{timestamp}", Timestamp: &Stamp{Name: "ts", Format: "yyyyMMddHHmmssSSS"}}, "POST\n/p\n2 2\n\nH\n20240103120000005"},
		{Sign{Text: "{body}", Signature: Signature{In: inHeader}}, "4"},
	} {
		s := test.sign
		s.Algorithm, s.Secret = "hmac-sha256", connectors.NewSecret("s")
		s.Signature.Name = "sign"
		r := &signed{method: "POST", path: "/p", params: append([]param(nil), list...), headers: nethttp.Header{"H": {"H"}}, now: at,
			body: func(p []param) []byte { return []byte{'0' + byte(len(p)) - 1} }}
		s.apply(r)
		got := r.headers.Get("sign")
		if s.Signature.In != inHeader {
			got = r.params[len(r.params)-1].value
		}
		if want := s.sum(test.want); got != want {
			t.Errorf("%+v signs something else than %q", test.sign, test.want)
		}
	}
}

// TestAuth_ThreeWays: a token in a header, one in a parameter, user and password; a wrong one is refused, and no message holds it.
func TestAuth_ThreeWays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		auth func(connectors.Secret) *Auth
		let  func(*nethttp.Request, url.Values) bool
	}{
		{"header", func(s connectors.Secret) *Auth {
			return &Auth{Header: &Named{Name: "Authorization", Value: connectors.NewSecret("Bearer " + s.Reveal())}}
		}, func(r *nethttp.Request, _ url.Values) bool { return r.Header.Get("Authorization") == "Bearer "+secret }},
		{"query", func(s connectors.Secret) *Auth { return &Auth{Query: &Named{Name: "token", Value: s}} },
			func(_ *nethttp.Request, p url.Values) bool { return p.Get("token") == secret && len(p["token"]) == 1 }},
		{"basic", func(s connectors.Secret) *Auth { return &Auth{Basic: &Basic{User: "吉安", Password: s}} }, func(r *nethttp.Request, _ url.Values) bool {
			user, password, _ := r.BasicAuth()
			return user == "吉安" && password == secret
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, 430)
			s.Gate(func(r *nethttp.Request, p url.Values) error {
				if !test.let(r, p) {
					return said("token " + p.Get("token") + r.Header.Get("Authorization") + " of 36080219900101982X is wrong")
				}
				return nil
			})
			for _, by := range []string{byPage, byLink, byCursor} {
				o := options(s, by)
				o.Auth = test.auth(connectors.NewSecret(secret))
				same(t, got(t, o), 430)
				o.Auth = test.auth(connectors.NewSecret(secret + secret))
				err := wantFault(t, o, "http.denied", "is wrong", "401")
				if strings.Contains(fault.Say(err, fault.English), "19900101") {
					t.Errorf("a number of a person is shown: %v", err)
				}
			}
			o := options(s, "all")
			o.Auth = test.auth(connectors.NewSecret(secret))
			o.URL = "http://127.0.0.1:1/rows"
			o.Retry.Times = 0
			wantFault(t, o, "http.unreachable")
		})
	}
}

// TestDenied_TellsOfClocks: a gateway that refuses, and whose clock is another, is said to have another.
func TestDenied_TellsOfClocks(t *testing.T) {
	t.Parallel()
	s := webapi.Start(t)
	s.Meddle(func(_ int, w nethttp.ResponseWriter, _ *nethttp.Request) bool {
		w.Header().Set("Date", time.Now().Add(7*time.Minute+30*time.Second).UTC().Format(nethttp.TimeFormat))
		w.WriteHeader(nethttp.StatusForbidden)
		return true
	})
	o := options(s, "all")
	o.Sign = byParams("hmac-sm3")
	wantFault(t, o, "http.denied", "时钟", "7m")
}
