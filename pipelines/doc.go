// Package pipelines runs the road of a record once, from left to right: lease, read, transform, stage, guard, commit,
// roll forward. It holds the order of the steps and the guards, and declares the small interfaces of the stores that it
// needs.
//
// Data is written first and verified, then committed by one transaction of the ledger, then rolled forward from the
// committed rows. What is not committed is garbage that nobody looks at, so a run may be killed at any line.
//
// Start reading at run.go. When a run starts is said in package scheduler; what a record is, in schemas.
package pipelines
