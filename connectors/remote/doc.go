// Package remote is what the connectors that read over a network share: TLS files, words for errors of connections, the place
// that a row is named by, and what is handed over of a row that is refused.
//
// It opens no connection and knows no protocol; see connectors/sql and connectors/http.
package remote
