# Every target is listed by `make help`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export CGO_ENABLED ?= 0

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## bin/creditsync with the engine library beside it
	@mkdir -p bin
	@ln -sfn "$$(scripts/libchdb.sh)" bin/libchdb.so
	go build -trimpath -o bin/creditsync ./cmd/creditsync

run: build ## four departments' systems, synced three times, with what everybody sees of it
	@go run ./examples/tour

deps: ## install what the tests need (Debian packages when root, Python packages and Java jars in the user's cache)
	@scripts/test-deps.sh

test: build deps ## every test, none skipped
	@go vet ./...
	@go tool staticcheck ./...
	go test -count=1 -timeout 30m ./...

bench: build ## the measured ratios of docs/performance.md
	go run ./bench

bench-peers: build ## the same first load by polars, sling and dlt, which it installs in the user's cache
	go run ./bench -only W1b

publish-bench: ## docs/performance from bench/out, which bench and bench-peers leave
	go run ./bench/publish

check: build ## a small first load against the program of the parent commit: fails on a loss of over 15 % of CPU
	go run ./bench -only check -rows 200000 -pairs 7

MUTANTS ?= all
ROUNDS ?= 9
SEED ?= 1
STORIES ?= 200
chaos: ## some 400 kills and pauses, each answer of a run lost once, sleepers, and 200 random stories (ROUNDS=9 SEED=1 STORIES=200)
	go test ./e2e/chaos -count=1 -v -timeout 60m -chaos.rounds=$(ROUNDS) -chaos.seed=$(SEED)
	go test ./e2e/late -count=1 -v -timeout 60m -late.all
	go test ./e2e/machine -count=1 -v -timeout 60m -machine.all
	go test ./e2e/stores -count=1 -v -timeout 60m -stores.all
	go test ./e2e/property -count=1 -v -timeout 120m -rapid.checks=$(STORIES) -rapid.seed=$(SEED)

mutants: ## every deliberate bug of e2e/mutants: a named test must catch it (MUTANTS=all, or names with commas)
	go test ./e2e/mutants -count=1 -v -timeout 120m -mutants=$(MUTANTS)

fuzz: ## 30 seconds for every fuzz target
	@scripts/fuzz.sh 30s

generate: ## the pages of docs/reference from the code
	go run ./internal/gen

.PHONY: help build run deps test bench bench-peers publish-bench check chaos mutants fuzz generate
