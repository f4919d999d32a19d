// Package site runs the built program in a temporary folder, for tests that disturb it: a deployment with its inbox, its
// processes, a source that changes from night to night, and the books, which are everything that the nights left behind in
// ClickHouse, the ledger and Kafka, in a form that two sites with the same keys have in common.
//
// It strikes nothing itself and asserts little: e2e/chaos, e2e/late and e2e/machine do. Start at site.go.
package site
