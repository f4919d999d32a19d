// Package stores puts one store of a deployment back to an older copy, as an operator would: everything stopped, the file or
// folder copied back, the built binary started; takes topics away or changes them; and kills the repair that mends it. It holds
// tests only. What is noticed, said and mended is in docs/howto/restore.md; the single damages are tested in internal/app.
// Start at stores_test.go; killed_test.go kills a repair at its requests, topics_test.go is about Kafka.
package stores
