package config

import (
	"fmt"
	"net/url"
	"strings"

	"creditsync/connectors"
)

const mask = "•••"

// Secret is a text that no log line, page, document or error shows.
type Secret = connectors.Secret

// NewSecret wraps s.
func NewSecret(s string) Secret { return connectors.NewSecret(s) }

// URL is an http or https address whose password prints as •••.
type URL struct{ whole *url.URL }

// ParseURL reads an absolute http or https address with a host. Its error never repeats the text.
func ParseURL(s string) (URL, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.Opaque != "" {
		return URL{}, fmt.Errorf("not an http or https address")
	}
	return URL{whole: u}, nil
}

// Reveal returns the address with user and password.
func (u URL) Reveal() string {
	if u.whole == nil {
		return ""
	}
	return u.whole.String()
}

// Value is a copy of the address, with user and password, for a client library; nil for the zero value.
func (u URL) Value() *url.URL {
	if u.whole == nil {
		return nil
	}
	c := *u.whole
	return &c
}

// String is the address with ••• in place of the password and of every query value, for these may be passwords too.
func (u URL) String() string {
	if u.whole == nil {
		return ""
	}
	c := *u.whole
	q := c.Query()
	c.User, c.RawQuery, c.Fragment = nil, "", ""
	s := c.String()
	if u.whole.User != nil {
		who := url.User(u.whole.User.Username()).String()
		if _, has := u.whole.User.Password(); has {
			who += ":" + mask
		}
		s = strings.Replace(s, "://", "://"+who+"@", 1)
	}
	if len(q) > 0 {
		s += "?" + mask
	}
	return s
}

// Format prints String for every verb.
func (u URL) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(u.String())) }

// MarshalText is String, in JSON and in YAML.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// as returns u with the user and password of keys of their own, where there are any.
func (u URL) as(user string, password Secret) URL {
	if u.whole == nil || (user == "" && password.Empty()) {
		return u
	}
	c := u.Value()
	if user == "" {
		user = c.User.Username()
	}
	c.User = url.UserPassword(user, password.Reveal())
	return URL{whole: c}
}

// Endpoint is an http or https address of which only scheme and host are ever shown: what follows them is often a password.
type Endpoint struct{ url URL }

// ParseEndpoint reads an address as ParseURL does.
func ParseEndpoint(s string) (Endpoint, error) {
	u, err := ParseURL(s)
	return Endpoint{u}, err
}

// Reveal returns the whole address, to be called and shown nowhere.
func (e Endpoint) Reveal() string { return e.url.Reveal() }

// Empty reports whether there is no address.
func (e Endpoint) Empty() bool { return e.url.whole == nil }

// String is scheme and host.
func (e Endpoint) String() string {
	if e.Empty() {
		return ""
	}
	return e.url.whole.Scheme + "://" + e.url.whole.Host + "/" + mask
}

// Format prints String for every verb.
func (e Endpoint) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(e.String())) }

// MarshalText is String, in JSON and in YAML.
func (e Endpoint) MarshalText() ([]byte, error) { return []byte(e.String()), nil }
