// Package console is what people and programs see of a deployment that is at work: a status page, health checks for
// supervisors, and metrics for Prometheus. All of it is read-only, on a loopback address, without a password.
//
// It reads through Source and knows no store: package app fills Status, and `creditsync status` prints the same one. It is
// no place to change anything, and shows no record and no personal data: names of pipelines, counts and errors only.
//
// Start reading at status.go, then handler.go; the page is page.html.
package console
