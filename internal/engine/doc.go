// Package engine is the embedded ClickHouse: libchdb, ClickHouse's engine as a shared library, behind ClickHouse's own HTTP
// protocol, so that clickhouse-go, clickhouse-connect, curl and every other client work against it unchanged.
//
// It knows no record kinds and no tables of creditsync's: the rest of the program knows only a ClickHouse address. It is no
// cluster member and keeps no users; it listens on loopback unless told otherwise. One process serves one data directory,
// and a process can host one engine in its life.
//
// Where to look next: Run is what the engine's process calls; Engine owns the library; Session is one client's connection
// to it, with settings, database and temporary tables of its own; Server speaks HTTP over sessions.
package engine
