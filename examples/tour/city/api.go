package city

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"creditsync/examples/tour/bureau"
)

// api is the procurement office's web API on a loopback port: suppliers, page by page, for those who sign.
type api struct {
	url, secret string
	server      *http.Server

	mu   sync.Mutex
	rows []map[string]string
}

func startAPI() (*api, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &api{url: "http://" + l.Addr().String() + "/api/v1/suppliers", secret: rand.Text()}
	a.server = &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = a.server.Serve(l) }() // until stop
	return a, nil
}

func (a *api) stop() error { return a.server.Close() }

// hold makes the API give these rows.
func (a *api) hold(r *bureau.Register) {
	var rows []map[string]string
	for _, cells := range r.Rows() {
		one := map[string]string{}
		for i, c := range r.Columns {
			one[c] = cells[i]
		}
		rows = append(rows, one)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rows = rows
}

// ServeHTTP answers as offices do: always with status 200, and with a code that says how it went.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	answer := map[string]any{"code": 0, "msg": "成功"}
	if err := a.verify(q); err != nil {
		answer = map[string]any{"code": 401, "msg": err.Error()}
	} else {
		answer["data"] = a.page(q)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer) // who has gone needs no answer
}

// verify checks the signature: HMAC-SM3 over all parameters but sign, sorted by name, in hex.
func (a *api) verify(q url.Values) error {
	ms, err := strconv.ParseInt(q.Get("timestamp"), 10, 64)
	if err != nil || time.Since(time.UnixMilli(ms)).Abs() > 5*time.Minute {
		return errors.New("timestamp 无效")
	}
	var pairs []string
	for name := range q {
		if name != "sign" {
			pairs = append(pairs, name+"="+q.Get(name))
		}
	}
	slices.Sort(pairs)
	m := hmac.New(sm3.New, []byte(a.secret))
	m.Write([]byte(strings.Join(pairs, "&")))
	if hex.EncodeToString(m.Sum(nil)) != q.Get("sign") {
		return errors.New("签名错误")
	}
	return nil
}

func (a *api) page(q url.Values) map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	number, _ := strconv.Atoi(q.Get("pageNum"))
	size, _ := strconv.Atoi(q.Get("pageSize"))
	size = min(max(size, 1), 200)
	from := min(max(number-1, 0)*size, len(a.rows))
	return map[string]any{"total": len(a.rows), "pageNum": number, "list": a.rows[from:min(from+size, len(a.rows))]}
}
