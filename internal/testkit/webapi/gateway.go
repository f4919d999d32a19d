package webapi

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// clockError is how far the time of a request may be off.
const clockError = 5 * time.Minute

// once refuses what came before.
type once struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (o *once) check(nonce string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if nonce == "" || o.seen[nonce] {
		return errors.New("nonce 缺失或重复")
	}
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	o.seen[nonce] = true
	return nil
}

func fromMillis(s string) error {
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil || time.Since(time.UnixMilli(ms)).Abs() > clockError {
		return errors.New("timestamp 过期")
	}
	return nil
}

// SortedParams lets in who signs its parameters as most gateways want it: all but sign and the empty ones, sorted by name, as
// name=value joined by &; HMAC over that in hex. timestamp is in milliseconds, nonce comes once.
func SortedParams(algorithm, secret string) func(*http.Request, url.Values) error {
	nonces := new(once)
	return func(_ *http.Request, p url.Values) error {
		var pairs []string
		for k, values := range p {
			for _, v := range values {
				if k != "sign" && v != "" {
					pairs = append(pairs, k+"="+v)
				}
			}
		}
		slices.Sort(pairs)
		text := strings.Join(pairs, "&")
		var want string
		switch algorithm {
		case "hmac-sha256":
			want = hex.EncodeToString(mac(sha256.New, secret, text))
		case "hmac-sm3":
			want = hex.EncodeToString(mac(sm3.New, secret, text))
		case "sm3":
			sum := sm3.Sum([]byte(text + "&key=" + secret))
			want = hex.EncodeToString(sum[:])
		case "md5":
			sum := md5.Sum([]byte(text + "&key=" + secret))
			want = strings.ToUpper(hex.EncodeToString(sum[:]))
		default:
			return fmt.Errorf("no algorithm %s", algorithm)
		}
		if got := p.Get("sign"); got != want {
			return errors.New("签名错误")
		}
		if err := fromMillis(p.Get("timestamp")); err != nil {
			return err
		}
		return nonces.check(p.Get("nonce"))
	}
}

// Exchange lets in who signs in headers as exchange platforms want it: request id, service id and time, keyed, in Base64.
func Exchange(secret string) func(*http.Request, url.Values) error {
	return func(r *http.Request, _ url.Values) error {
		rid, sid, at := r.Header.Get("X-Rid"), r.Header.Get("X-Sid"), r.Header.Get("X-Rtime")
		if err := fromMillis(at); err != nil {
			return err
		}
		want := base64.StdEncoding.EncodeToString(mac(sha256.New, secret, sid+rid+at))
		if r.Header.Get("X-Sign") != want {
			return errors.New("签名错误")
		}
		return nil
	}
}

// Token lets in who proves a token with the time before and behind it, in upper case: SHA-256 of time, token, nonce, time.
func Token(token string) func(*http.Request, url.Values) error {
	nonces := new(once)
	return func(r *http.Request, _ url.Values) error {
		at, nonce := r.Header.Get("X-Tif-Timestamp"), r.Header.Get("X-Tif-Nonce")
		sum := sha256.Sum256([]byte(at + token + nonce + at))
		if r.Header.Get("X-Tif-Signature") != strings.ToUpper(hex.EncodeToString(sum[:])) {
			return errors.New("签名错误")
		}
		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > clockError {
			return errors.New("timestamp 过期")
		}
		return nonces.check(nonce)
	}
}

func mac(h func() hash.Hash, secret, text string) []byte {
	m := hmac.New(h, []byte(secret))
	m.Write([]byte(text))
	return m.Sum(nil)
}
