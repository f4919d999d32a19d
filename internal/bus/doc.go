// Package bus tells the world about committed versions: one message for each, on the Kafka topic of its kind, exactly
// once and in order for a consumer that reads with isolation.level=read_committed.
//
// The committed versions are the outbox: a [Relay] reads them by commit and sequence number and publishes them in Kafka
// transactions. Each transaction also holds the position that it reaches, so that messages and position become visible
// together or not at all. There is one relay per kind; who relays holds a lease that the caller keeps.
//
// The life of one message: an [Outbox] yields Arrow records (columns of schemas.Kind.MessageArrow), feed.go checks that a
// commit is whole, encode.go turns a row into key, headers and JSON, batch.go packs rows into record batches, and
// producer.go sends them within a transaction. position.go and start.go hold the rules of where to go on after a crash.
//
// Producing uses kafka-go's low-level client, because its Writer knows no transactions. Reading back uses franz-go,
// because kafka-go shows aborted messages to who reads committed ones. This package knows no warehouse and no ledger: it
// declares what it needs of them. The embedded broker is in internal/bus/embedded. See docs/ARCHITECTURE.md.
package bus
