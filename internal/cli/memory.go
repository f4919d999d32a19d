package cli

import "runtime/debug"

// heapLimit keeps the collector at work before the process grows: a run's live data is a few batches, whatever the size of
// its source, and what lies above is garbage. GOMEMLIMIT says otherwise where somebody knows better.
const heapLimit = 200 << 20

func limitHeap(lookup func(string) (string, bool)) {
	if _, set := lookup("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(heapLimit)
	}
}
