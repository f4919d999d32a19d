// Package config reads creditsync.yaml: it lays the file over the defaults, strictly, checks everything it can check
// without touching anything outside, and reports every problem at once with file, line, column and what would be right.
//
// It is the only package that resolves ${ENV} and ${file:…}, so no other one reads the environment. It is not where
// connections are tried (that is `creditsync check`) and it opens neither stores nor sources: the sources it builds are
// values. What it knows of record kinds and of source types comes in as Known.
//
// Start at load.go; the shape of the file is in config.go and pipeline.go, the sentence that explains each key in
// keys.go, and a commented file with every key in examples/creditsync.yaml.
package config
