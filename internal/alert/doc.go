// Package alert tells somebody by a webhook that something is wrong, once, and once that it is over.
//
// What is wrong is found anew each time from how things are (package app does that); Reconcile holds it against what is
// written down. So a trouble is told once however often it is seen, by however many processes in a row, and a restart
// repeats nothing. What is told is written down after the receiver has taken it: a crash in between tells it twice, with
// the same id.
//
// It is not for metrics, and no place for thresholds: those are the configuration's.
package alert
