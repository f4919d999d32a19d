package http

import (
	"cmp"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	nethttp "net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"creditsync/connectors"
	"creditsync/internal/fault"
)

// Sign says how requests are signed. What gateways sign differs in every detail, so that Text spells it out; the defaults are
// the commonest: the parameters, sorted by name, as name=value joined by &.
type Sign struct {
	// Algorithm is hmac-sha256 or hmac-sm3, keyed with Secret; or sha256, sm3 or md5 of a Text that has {secret} in it.
	Algorithm string            `yaml:"algorithm"`
	Secret    connectors.Secret `yaml:"secret" is:"elsewhere"`
	// Text that is signed, with {params}, {values}, {param:NAME}, {header:NAME}, {timestamp}, {nonce}, {secret}, {method}, {path}
	// and {body} in it.
	Text string `yaml:"text"`
	// Pair stands between a name and its value in {params}, Join between two of them (and of {values}): = and & where they
	// are "". Plain is nothing for both.
	Pair  string `yaml:"pair"`
	Join  string `yaml:"join"`
	Plain bool   `yaml:"plain"`
	// Escape writes names and values in {params} and {values} as in an address; Empty keeps parameters without a value.
	Escape bool `yaml:"escape"`
	Empty  bool `yaml:"empty"`
	// Except are parameters that are not signed.
	Except []string `yaml:"except"`
	// Timestamp and Nonce are sent along, where they are named.
	Timestamp *Stamp    `yaml:"timestamp"`
	Nonce     *Slot     `yaml:"nonce"`
	Signature Signature `yaml:"signature"`
}

// Slot is a place in a request: a parameter or a header.
type Slot struct {
	Name string `yaml:"name"`
	In   string `yaml:"in"`
}

// Stamp is the slot of the time of a request.
type Stamp struct {
	Name   string `yaml:"name"`
	In     string `yaml:"in"`
	Format string `yaml:"format"`
}

// Signature is the slot of the signature, in hex, hex_upper or base64.
type Signature struct {
	Name     string `yaml:"name"`
	In       string `yaml:"in"`
	Encoding string `yaml:"encoding"`
}

// Values of Slot.In and Signature.Encoding.
const (
	inParam  = "param"
	inHeader = "header"

	encodingHex    = "hex"
	encodingUpper  = "hex_upper"
	encodingBase64 = "base64"
)

func (s *Sign) hash() (func() hash.Hash, bool) {
	h, ok := map[string]func() hash.Hash{"hmac-sha256": sha256.New, "sha256": sha256.New, "hmac-sm3": sm3.New, "sm3": sm3.New, "md5": md5.New}[s.Algorithm]
	return h, ok
}

// keyed reports whether the secret is the key of the algorithm rather than a part of the text.
func (s *Sign) keyed() bool { return strings.HasPrefix(s.Algorithm, "hmac-") }

// text is what is signed.
func (s *Sign) text() string {
	switch {
	case s.Text != "":
		return s.Text
	case s.keyed():
		return "{params}"
	}
	return "{params}&key={secret}"
}

func (s *Sign) validate(bad complaint) {
	oneOf(bad, "sign.algorithm", s.Algorithm, "hmac-sha256", "hmac-sm3", "sha256", "sm3", "md5")
	if s.Secret.Empty() {
		required(bad, "sign.secret", "")
	}
	if !s.keyed() && s.Text != "" && !strings.Contains(s.Text, "{secret}") {
		bad(fault.T("sign.text：%s 需要 {secret}，否则谁都能签", "sign.text: %s needs {secret}, else anybody could sign", s.Algorithm))
	}
	if _, err := s.expand(func(string) (string, bool) { return "", true }); err != "" {
		bad(fault.T("sign.text：不认识 {%s}", "sign.text: {%s} is not known", err))
	}
	slot := func(key, name, in string) {
		required(bad, key+".name", name)
		if in != "" {
			oneOf(bad, key+".in", in, inParam, inHeader)
		}
	}
	slot("sign.signature", s.Signature.Name, s.Signature.In)
	if s.Signature.Encoding != "" {
		oneOf(bad, "sign.signature.encoding", s.Signature.Encoding, encodingHex, encodingUpper, encodingBase64)
	}
	if s.Plain && s.Pair+s.Join != "" {
		bad(fault.T("sign：plain 与 pair、join 不能同用", "sign: plain does not go with pair or join"))
	}
	if s.Nonce != nil {
		slot("sign.nonce", s.Nonce.Name, s.Nonce.In)
	}
	if s.Timestamp != nil {
		slot("sign.timestamp", s.Timestamp.Name, s.Timestamp.In)
		if _, err := parseFormat(s.Timestamp.Format); err != nil || s.Timestamp.Format == formatNumber {
			bad(fault.T("sign.timestamp.format：应为 unix、unix_ms 或 yyyyMMddHHmmss 这样的格式", "sign.timestamp.format: must be unix, unix_ms or a pattern such as yyyyMMddHHmmss"))
		}
	}
	if strings.Contains(s.text(), "{body}") && s.Signature.In != inHeader {
		bad(fault.T("sign.text：{body} 需要 signature.in: header", "sign.text: {body} needs signature.in: header"))
	}
}

// expand puts values in the places of the text. A name that value does not know is returned.
func (s *Sign) expand(value func(name string) (string, bool)) (text, unknown string) {
	var b strings.Builder
	rest := s.text()
	for {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			return b.String(), ""
		}
		name, after, closed := strings.Cut(after, "}")
		kind, _, _ := strings.Cut(name, ":")
		if !closed || !slices.Contains([]string{"params", "values", "param", "header", "timestamp", "nonce", "secret", "method", "path", "body"}, kind) {
			return "", cmp.Or(name, "…")
		}
		v, ok := value(name)
		if !ok {
			return "", name
		}
		b.WriteString(v)
		rest = after
	}
}

// signed is a request while it is signed.
type signed struct {
	method, path string
	params       []param
	headers      nethttp.Header
	body         func([]param) []byte // the body that these parameters make
	now          time.Time
}

// apply adds timestamp, nonce and signature to a request.
func (s *Sign) apply(r *signed) {
	stamp, nonce := "", ""
	put := func(name, in, value string) {
		if in == inHeader {
			r.headers.Set(name, value)
		} else {
			r.params = append(r.params, param{name: name, value: value})
		}
	}
	if t := s.Timestamp; t != nil {
		f, _ := parseFormat(t.format()) // Validate saw to it
		stamp = f.write(r.now)
		put(t.Name, t.In, stamp)
	}
	if n := s.Nonce; n != nil {
		var b [16]byte
		rand.Read(b[:]) // never fails
		nonce = hex.EncodeToString(b[:])
		put(n.Name, n.In, nonce)
	}
	text, _ := s.expand(func(name string) (string, bool) {
		kind, of, _ := strings.Cut(name, ":")
		switch kind {
		case "params", "values":
			return s.sorted(r.params, kind == "params"), true
		case "param":
			i := slices.IndexFunc(r.params, func(p param) bool { return p.name == of })
			if i < 0 {
				return "", true
			}
			return r.params[i].value, true
		case "header":
			return r.headers.Get(of), true
		case "timestamp":
			return stamp, true
		case "nonce":
			return nonce, true
		case "secret":
			return s.Secret.Reveal(), true
		case "method":
			return r.method, true
		case "path":
			return r.path, true
		}
		return string(r.body(r.params)), true
	})
	put(s.Signature.Name, s.Signature.In, s.sum(text))
}

// format of the timestamp; the default is milliseconds.
func (t *Stamp) format() string {
	if t.Format == "" {
		return formatMillis
	}
	return t.Format
}

// sorted are the parameters by name, then by value, or their values alone.
func (s *Sign) sorted(params []param, names bool) string {
	pair, join := cmp.Or(s.Pair, "="), cmp.Or(s.Join, "&")
	if s.Plain {
		pair, join = "", ""
	}
	list := slices.Clone(params)
	slices.SortStableFunc(list, func(a, b param) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	write := func(text string) string {
		if s.Escape {
			return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
		}
		return text
	}
	var out []string
	for _, p := range list {
		switch {
		case p.value == "" && !s.Empty, slices.Contains(s.Except, p.name), p.name == s.Signature.Name && s.Signature.In != inHeader:
		case names:
			out = append(out, write(p.name)+pair+write(p.value))
		default:
			out = append(out, write(p.value))
		}
	}
	return strings.Join(out, join)
}

// sum signs a text.
func (s *Sign) sum(text string) string {
	make, _ := s.hash()
	h := make()
	if s.keyed() {
		h = hmac.New(make, []byte(s.Secret.Reveal()))
	}
	h.Write([]byte(text))
	sum := h.Sum(nil)
	switch s.Signature.Encoding {
	case encodingUpper:
		return strings.ToUpper(hex.EncodeToString(sum))
	case encodingBase64:
		return base64.StdEncoding.EncodeToString(sum)
	}
	return hex.EncodeToString(sum)
}

// fresh reports whether a parameter is one that every request has anew: what a link to the next page repeats of it is old.
func (s *Sign) fresh(name string) bool {
	return s.Signature.In != inHeader && name == s.Signature.Name || s.Nonce != nil && s.Nonce.In != inHeader && name == s.Nonce.Name ||
		s.Timestamp != nil && s.Timestamp.In != inHeader && name == s.Timestamp.Name
}
