package http

import (
	"net/url"
	"time"

	"creditsync/connectors"
	"creditsync/connectors/remote"
)

// Options of `source: {http: …}`.
type Options struct {
	// URL is the address without query, user or password.
	URL string `yaml:"url"`
	// Method is get or post; Send says where a post has its parameters: query, form or json.
	Method string `yaml:"method"`
	Send   string `yaml:"send"`
	// Params and Headers are sent with every request.
	Params  map[string]string `yaml:"params"`
	Headers map[string]string `yaml:"headers"`
	// Auth and Sign prove who asks; nil is not at all.
	Auth *Auth `yaml:"auth"`
	Sign *Sign `yaml:"sign"`
	// Page says how to get from one page to the next.
	Page Page `yaml:"page"`
	// Records is the path of the array of rows, Total of the number of all rows; "" is the document itself, and unknown.
	Records string `yaml:"records"`
	Total   string `yaml:"total"`
	// OK tells an answer from an error that comes with status 200.
	OK *OK `yaml:"ok"`
	// Key is the columns that tell rows apart.
	Key []string `yaml:"key"`
	// Since and Until are the parameters that restrict a read to what has changed, for mode incremental.
	Since *Bound `yaml:"since"`
	Until *Bound `yaml:"until"`
	// Cursor is the column that grows with every change; "": the clock of the read.
	Cursor string `yaml:"cursor"`
	// Begin is what the first read asks for; "" is everything. Lag is how far before the cursor a read begins.
	Begin string `yaml:"begin"`
	Lag   string `yaml:"lag"`
	// Zone of the times of Since, Until and Cursor; nil: that of the configuration.
	Zone *time.Location `yaml:"zone"`
	// Encoding of the answers: auto, utf-8 or gb18030.
	Encoding string `yaml:"encoding"`
	// AllowEmpty accepts an answer without rows. In a snapshot it deletes whatever there was before.
	AllowEmpty bool `yaml:"allow_empty"`
	// Rate bounds the requests, such as 10/s or 600/m; "" does not.
	Rate  string `yaml:"rate"`
	Retry Retry  `yaml:"retry"`
	// Redirects is none, same_host or any.
	Redirects string `yaml:"redirects"`
	// Proxy is the address of a proxy; "" is none.
	Proxy string      `yaml:"proxy"`
	TLS   *remote.TLS `yaml:"tls"`
	// MaxPage bounds an answer, in bytes once it is unpacked.
	MaxPage int64 `yaml:"max_page" is:"size"`
	// Timeout bounds the whole read; Answer how long the first byte may take, Silence how long nothing may come after it.
	Timeout        time.Duration `yaml:"timeout"`
	Answer         time.Duration `yaml:"answer"`
	Silence        time.Duration `yaml:"silence"`
	ConnectTimeout time.Duration `yaml:"connect_timeout"`
}

// Auth is a secret that is sent along: one of the three.
type Auth struct {
	Header *Named `yaml:"header"`
	Query  *Named `yaml:"query"`
	Basic  *Basic `yaml:"basic"`
}

// Named is a secret under a name.
type Named struct {
	Name  string            `yaml:"name"`
	Value connectors.Secret `yaml:"value" is:"elsewhere"`
}

// Basic is RFC 7617.
type Basic struct {
	User     string            `yaml:"user"`
	Password connectors.Secret `yaml:"password" is:"elsewhere"`
}

// Page says how to get from one page to the next.
type Page struct {
	// By is page (a number), offset (rows before it), cursor (a value of the last answer), link (an address in it), or ""
	// for an API without pages.
	By string `yaml:"by"`
	// Param carries the number, offset or cursor; First is the first number.
	Param string `yaml:"param"`
	First int64  `yaml:"first" min:"0" max:"1000000"`
	// Size of a page and the parameter that asks for it.
	Size      int64  `yaml:"size" min:"1" max:"1000000"`
	SizeParam string `yaml:"size_param"`
	// Next is the path of the next cursor or link, More that of a yes or no.
	Next string `yaml:"next"`
	More string `yaml:"more"`
	// End says what follows the last page where the API does not tell how many rows there are: empty, short or not_found.
	End string `yaml:"end"`
}

// OK tells an answer from an error.
type OK struct {
	// Path of a value that must be one of Is; Message is that of what to show people.
	Path    string   `yaml:"path"`
	Is      []string `yaml:"is"`
	Message string   `yaml:"message"`
	// Again are values that are worth another try.
	Again []string `yaml:"again"`
}

// Bound is a parameter that restricts a read.
type Bound struct {
	Param string `yaml:"param"`
	// Format is unix, unix_ms, number, or a pattern such as yyyy-MM-dd HH:mm:ss.
	Format string `yaml:"format"`
}

// Retry says how often a request is tried again, and how long is waited.
type Retry struct {
	Times int `yaml:"times" min:"0" max:"100"`
	// Wait before the second try; it doubles from try to try, up to Longest. A server that asks for more than Longest
	// ends the read.
	Wait    time.Duration `yaml:"wait"`
	Longest time.Duration `yaml:"longest"`
}

// Values of Options.Send, Page.By and Page.End, Options.Redirects.
const (
	sendQuery = "query"
	sendForm  = "form"
	sendJSON  = "json"

	byPage   = "page"
	byOffset = "offset"
	byCursor = "cursor"
	byLink   = "link"

	endEmpty    = "empty"
	endShort    = "short"
	endNotFound = "not_found"

	redirectNone     = "none"
	redirectSameHost = "same_host"
	redirectAny      = "any"
)

// DefaultLag is the lag where none is written: for times, and for numbers. Between a change and the moment in which an API
// shows it lies a cache, or a replica.
const (
	DefaultLag       = time.Hour
	DefaultLagNumber = 1000
)

// Defaults are the options of a source that names nothing but where it is.
func Defaults() Options {
	return Options{
		Method: "get", Encoding: "auto", Redirects: redirectSameHost, MaxPage: 64 << 20,
		Page: Page{First: 1, Size: 500, End: endEmpty}, Retry: Retry{Times: 4, Wait: time.Second, Longest: 2 * time.Minute},
		Timeout: 2 * time.Hour, Answer: time.Minute, Silence: time.Minute, ConnectTimeout: 10 * time.Second,
	}
}

// Definition of the source `http`.
func Definition() connectors.Definition {
	modes := []connectors.Mode{connectors.Snapshot, connectors.Append, connectors.Incremental}
	return connectors.Define("http", modes, Defaults(), func(o Options, _ connectors.Place) (connectors.Source, error) {
		s, err := New(o)
		if err != nil {
			return nil, err
		}
		return s, nil
	})
}

// address is the URL; Validate saw to it that it is one.
func (o Options) address() *url.URL {
	u, err := url.Parse(o.URL)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// send is where the parameters go.
func (o Options) send() string {
	switch {
	case o.Send != "":
		return o.Send
	case o.posts():
		return sendForm
	}
	return sendQuery
}

// name is what the rows are called after: host and path.
func (o Options) name() string {
	u := o.address()
	return u.Host + u.Path
}

// Where implements connectors.Placed.
func (o Options) Where() string { return o.about() }

// about names the source in a sentence.
func (o Options) about() string {
	u := o.address()
	return u.Scheme + "://" + u.Host + u.Path
}
