// Package cli is the command line: it reads flags and the configuration, calls the application, prints what it returns
// and ends with the exit status that says who can mend it. One file holds one command; root.go lists them.
//
// It decides nothing about records. What is printed is in package show, what the calls do in internal/app.
package cli
