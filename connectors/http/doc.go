// Package http reads the rows of a JSON API, page by page, whole or from a cursor on.
//
// The road of a row: pager (which page is asked for next: page.go, link.go) → client (one request: client.go builds it, sign.go
// signs it, exchange.go tries it again where that may help, body.go bounds and decodes what comes) → document (the envelope:
// is it an answer at all, where are the rows, how many are there: document.go) → fetch (what only shows over several pages:
// fetch.go) → scratch, until the last page is there → reader (package columns). options*.go say what is configured,
// faults*.go has every sentence that people read.
//
// Decisions that are not obvious:
//
//   - Nothing is handed out before the last page is read and found to fit the others. An API has no snapshot: its rows may
//     move from page to page while they are read. What shows that they did (the total moves, a key comes twice, a page or a
//     cursor comes again) breaks the read as a whole; rows that were skipped would be taken for deleted ones.
//   - The end is where the API says it is (total, more, the next cursor), else an empty page. A page that is shorter than
//     was asked for proves nothing: many servers have a limit of their own.
//   - A key may come up in the last row for the first time, so columns are known at the end, too.
//   - Tried again is what may be better by itself: a connection, a time-out, 429, 5xx. Another status, or an answer that is
//     not what it should be, is not: it would only come later.
//   - Credentials go to the configured scheme, host and port and nowhere else: neither a redirect nor a link to the next page
//     takes them along. Addresses are shown without their query, and what a server says is shown without our secrets.
//   - The environment (HTTPS_PROXY, SSL_CERT_FILE of others, .netrc) has no say: what is read depends on the configuration
//     alone.
//
// It knows no record kinds and evaluates no expressions: an API that needs a program needs one beside this.
package http
