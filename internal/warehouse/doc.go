// Package warehouse keeps every version of every record in ClickHouse. It plans the tables of a kind, stages batches,
// finds what changed, writes a commit's versions, verifies them, and brings current, live and quarantine forward from
// the committed rows alone. It reads committed versions back for the relay and for people.
//
// It decides nothing about a run: the order of the steps, the guards and the commit point are in package pipelines and
// internal/ledger. What is not committed in the ledger is garbage here that no view, relay or diff looks at, so every
// statement may be repeated, late or half done (I2).
//
// Start reading at tables.go (what is stored), diff.go (what changed), commit.go (versions) and forward.go.
package warehouse
