// Package chaos ends the program at every line and compares what is left with what an undisturbed one leaves. The built
// binary runs night after night over changing source states; each night it, the engine or the broker is killed or paused,
// at a named step or at a random time; then it runs again, as a scheduler would. At the end history, current, the
// analysts' copy, the quarantine and the topic must equal, row by row and in order, those of a site that nobody disturbed,
// and so must the counts of every night.
//
// It holds tests only, and tests no single rule: e2e does that. Start at chaos_test.go, which is a round; strike_test.go
// is how a night is disturbed, plan_test.go which night by what; the source and what is compared are of internal/testkit/site.
// The named steps are those of pipelines.Runner.At and internal/app/step.go.
//
// A night is run again only while no commit of it is closed: once one is, the night is over by the protocol, whatever
// became of the process, and a further run of the same file would be a new night, on which a refused row is seen once more.
package chaos
