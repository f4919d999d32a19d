// Package stores puts one store of a deployment back to an older copy, as an operator would: everything stopped, the file or
// folder copied back, the built binary started. It holds tests only. What is noticed, said and mended is in
// docs/howto/restore.md; the single damages are tested in internal/app.
package stores
