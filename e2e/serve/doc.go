// Package serve tests `creditsync serve` as operators meet it: the built binary, killed, told to end and started anew
// around scheduled times, with the real engine and the real broker, and with a thousand pipelines at one time.
//
// It holds tests only. Start at site_test.go, which is the folder and the process; each other file is one thing that must
// be seen. What the schedule itself does is tested in package scheduler, in no time.
package serve
