// Package connectorstest has the clauses of the contract in package connectors as tests. Every connector calls Run from a
// test of its own, with a System: the real source system in the hands of a test, which can be filled, changed and broken.
// The names of the sub-tests are the clauses; a capability that a Definition declares is tested, and one that it does not
// declare is tested to be refused. There is nothing to skip.
//
// What is particular to a protocol (encodings, paging, time-outs) is tested beside the connector.
package connectorstest
