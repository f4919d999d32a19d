// Package scheduler says when: it turns cron expressions into ticks, decides which of them run, and runs a func for each.
//
// A tick is one scheduled time of one pipeline. What was seen to is remembered in a Store, so that a tick is taken once
// whatever becomes of the process and its clock: after a crash, a restart, a clock that was set, the same rules say what
// is due (due.go). Ticks are computed from the last one that was seen to, never from "now", so nothing depends on the
// process having been awake at the right second.
//
// It knows no records, stores or engines: what runs is the caller's func, whose error class decides whether the tick is
// tried again. It is the only importer of robfig/cron, for its parser and Schedule.Next; loop, time zones, missed ticks,
// overlap, retries and panics are ours, because cron's own loop remembers nothing, drops what it missed, doubles an hour
// in autumn, lets a panic end the process and accepts 30 February.
//
// Start reading at rule.go (expressions to ticks) and agenda.go (ticks to runs), which is pure; scheduler.go is the loop
// around it.
package scheduler
