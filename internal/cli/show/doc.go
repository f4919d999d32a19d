// Package show writes what people and scripts read of the application's values: summaries, tables and JSON documents.
// Every function takes values and a Printer and does nothing else, so that an output can be held in a golden file.
//
// It decides nothing and reaches nothing outside. What the commands are is in package cli, what the values mean in
// internal/app/facade.go.
package show
