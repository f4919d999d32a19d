// Package wire stands between the program and its servers, ClickHouse over HTTP and Kafka, and lets a test decide about each
// request: that it arrives, wholly or in part, at once or long after its sender has given it up, and that its answer does.
//
// It knows the protocols as far as that takes: where a request ends, what it asks for, and, of Kafka, which answers name
// the broker's address, for clients must come back through the proxy. Start at exchange.go.
package wire
