// Package reconcile holds the three stores that remember what was committed against each other: the ledger, ClickHouse and
// Kafka. One of them may have been put back to an older state, lost a table, a topic or all of it; then a run would give
// numbers twice, take what it knows for new, or tell the same again. This package says so in words before that, finds where
// they differ in detail, and brings back what the others still remember.
//
// look.go reads a few numbers of each store, judge.go says what is wrong with them: cheap enough for every start. verify_*.go
// compare rows, repair_*.go mend, replay.go tells again. It decides nothing about records and opens no store: internal/app
// does. docs/howto/restore.md has the table of what is noticed, stopped and brought back.
package reconcile
