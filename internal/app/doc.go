// Package app puts the program together: it opens the stores in their order, starts the embedded engine and broker or
// takes those that are there, and hands package pipelines what it declares. It decides nothing about records.
//
// Package cli calls it and prints what it returns (facade.go).
package app
