package main

import (
	"context"

	"creditsync/bench/again"
	"creditsync/bench/duel"
	"creditsync/bench/firstload"
	"creditsync/bench/known"
	"creditsync/bench/parent"
	"creditsync/bench/peers"
	"creditsync/bench/postgres"
	"creditsync/bench/ready"
	"creditsync/bench/relay"
	"creditsync/bench/trickle"
	"creditsync/bench/workbook"
)

// workload is one measurement, or several on the same ground.
type workload struct {
	ids     string // with commas
	measure func() ([]*duel.Result, error)
}

// workloads are all, in the order of the table.
func workloads(ctx context.Context, o options) []workload {
	alone := func(id string, measure func() (*duel.Result, error)) workload {
		return workload{id, func() ([]*duel.Result, error) {
			r, err := measure()
			return one(r), err
		}}
	}
	return []workload{
		alone("W1", func() (*duel.Result, error) { return firstload.Run(ctx, o.binary, o.rows, o.rows/5, o.pairs) }),
		{"growth,W2,W3", func() ([]*duel.Result, error) { return onKnown(ctx, o) }},
		alone("W4", func() (*duel.Result, error) { return relay.Run(ctx, o.binary, o.rows, o.pairs) }),
		alone("W5", func() (*duel.Result, error) { return postgres.Run(ctx, o.rows, o.pairs) }),
		alone("W6", func() (*duel.Result, error) { return workbook.Run(ctx, o.rows/5, o.pairs) }),
		alone("W7", func() (*duel.Result, error) { return ready.Run(ctx, o.binary, o.pipelines, o.pairs) }),
	}
}

// one is the list of a result, empty where there is none.
func one(r *duel.Result) []*duel.Result {
	if r == nil {
		return nil
	}
	return []*duel.Result{r}
}

// apart are the workloads that are measured only when they are asked for.
func apart(ctx context.Context, o options) []workload {
	return []workload{
		{"check", func() ([]*duel.Result, error) {
			r, err := parent.Run(ctx, o.binary, o.against, o.rows, o.pairs)
			return one(r), err
		}},
		{"W1b", func() ([]*duel.Result, error) { return peers.Run(ctx, o.binary, o.rows, o.pairs) }},
	}
}

// onKnown loads the known records once and measures what is asked for of them.
func onKnown(ctx context.Context, o options) ([]*duel.Result, error) {
	b, err := known.Start(ctx, o.binary, o.rows, o.known)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	var out []*duel.Result
	if o.wants("growth") {
		out = append(out, b.Large(), b.Growth())
	}
	if o.wants("W2") {
		list, err := again.Run(ctx, b, o.pairs)
		out = append(out, list...)
		if err != nil {
			return out, err
		}
	}
	if o.wants("W3") {
		r, err := trickle.Run(ctx, b, o.pairs)
		out = append(out, one(r)...)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}
