// Package ledger is the one place that says what is committed: runs and who runs them, the commits of each record kind,
// where each pipeline and each relay stands, and who did what.
//
// It holds no records and no personal data, and decides nothing about them: what a commit number means in the warehouse is
// the caller's affair. It is a small SQLite file in WAL mode with synchronous=FULL; every transaction that returned
// without an error is on the disk.
//
// A process may die or stop at any line, so nothing here relies on anybody finishing. Three rules carry that:
//
//   - Whoever works holds a lease with a fence, a number that only counts up. A lease that expired, or whose process is
//     dead, may be taken by another, which raises the fence. Every write of a holder is refused once its fence is not the
//     current one, in the transaction that writes.
//   - A commit number is given once, and CloseCommit is the only way from open to committed: one transaction, which also
//     moves the pipeline's cursor (I1).
//   - Every step may be repeated (I2): what already is as asked for is no error.
//
// Times in the file are milliseconds UTC; those in the API are UTC and rounded down to a millisecond. Start reading at
// Begin (run.go), then LockKind (kind.go) and CloseCommit (commit.go); docs/ARCHITECTURE.md has the whole road.
package ledger
