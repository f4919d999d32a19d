// Package clients holds the clients that people query ClickHouse with against the embedded engine: clickhouse-go over HTTP and
// the native protocol, Python's clickhouse-connect and clickhouse-driver, Node's @clickhouse/client, the JDBC driver. Each
// reads the views of a synced site, sends parameters, meets an exception, inserts, and cancels a long query; two of them at
// once stand beside a run.
//
// It holds tests only. The programs of the other languages are in python, node and java; scripts/clients.sh installs what
// they need. What each has to do is written down in clients_test.go; clickhousego_test.go is Go's. The packets of the
// native protocol are tested in internal/engine/native.
package clients
