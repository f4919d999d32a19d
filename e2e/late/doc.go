// Package late takes answers away and lets requests arrive when nobody waits for them any more, and compares what is left
// with what an undisturbed site leaves. Two processes get in each other's way here too: one sleeps past the end of its
// lease while another goes on; two run at once.
//
// It holds tests only. e2e/chaos kills at named steps; this package speaks for the wire between them. Start at
// answers_test.go, which loses every answer and every request of a run once; commit_test.go has the late statements of an
// abandoned commit, lease_test.go the sleepers, relay_test.go the late messages, beside_test.go two processes. site_test.go
// is what they share.
package late
