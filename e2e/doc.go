// Package e2e tests the program as its users meet it: the built binary, a folder with a configuration and an inbox, the
// real engine and the real broker beside it. What is expected comes from e2e/generator, which shares no code with the
// program.
//
// It holds tests only. Start at site_test.go, which is the folder and the processes; each other file is one thing that
// must be seen.
package e2e
