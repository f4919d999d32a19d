// Package native is ClickHouse's native TCP protocol (port 9000) over the embedded engine, so that clickhouse-go,
// clickhouse-driver and the other clients that speak it work against the engine unchanged.
//
// It speaks revision 54460 of the protocol, or the client's if that is older, down to 54429; docs/adr says why, and what is
// not supported. It knows users and profiles no more than the engine does, speaks no TLS, and is no cluster member: what
// servers send each other is refused. What comes from outside is read by a reader of its own that believes no length; what
// goes out is encoded by ch-go.
//
// Where to look next: Server accepts connections; conn is one of them; wire reads packets; package engine's Conversation is
// what a connection's statements run in.
package native
