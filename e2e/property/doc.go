// Package property tells random stories: a source changes, breaks, is mended, split and put together again, and between
// that runs are started, killed at named steps and started again. However a story goes, the tables and messages that it
// leaves are those of the same story without any kill, and those that a small model says, which is written from
// docs/ARCHITECTURE.md and docs/guarantees.md and shares no line with the program.
//
// It strikes processes at named steps only, so that a story replays: e2e/chaos strikes engine, broker and wires too, at
// random times, but tells one story alone.
//
// Start reading at story_test.go, which is what a story is made of; model_test.go says what it must come to, books_test.go
// what it did come to.
package property
