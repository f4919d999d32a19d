// Package mutants holds deliberate bugs of the protocol and proves that a named test catches each. A mutant is a patch
// file: it says in one sentence what is wrong, which promise of docs/guarantees.md breaks, and which tests must fail.
// `make mutants` builds the program and its tests with each of them, one at a time, through an overlay: nothing in the
// working tree is changed. The page lists them; it is held against the patches by a test.
//
// It proves nothing about the program itself: that the tests pass without a mutant is what `make test` shows.
//
// Start reading at mutant.go, which says what a patch file looks like; caught_test.go runs them.
package mutants
