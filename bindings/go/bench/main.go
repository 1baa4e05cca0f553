// Command bench measures what a call through Go costs, for bench/vs_bindings.py: one line of JSON with medians in
// nanoseconds, of a listing of 20,000 entries whose names are read, and of a forward of a small network.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"duramen"
)

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// median is the median time of a run, of so many samples of so many runs each.
func median(samples, runs int, run func()) int64 {
	times := make([]int64, samples)
	for i := range times {
		start := time.Now()
		for j := 0; j < runs; j++ {
			run()
		}
		times[i] = time.Since(start).Nanoseconds() / int64(runs)
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	return times[samples/2]
}

func listing(ctx *duramen.Context) int64 {
	const entries, each = 20000, 5
	tree := must(duramen.FromText(ctx, "Sequential("+strings.Repeat("BatchNorm1d(1), ", entries/each-1)+"BatchNorm1d(1))"))
	return median(41, 1, func() {
		list := must(tree.List(nil))
		letters := 0
		for i := 0; i < list.Len(); i++ {
			letters += len(list.Entry(i).Name)
		}
		if list.Len() != entries || letters != 302450 {
			check(fmt.Errorf("%d entries of %d bytes", list.Len(), letters))
		}
		list.Close()
	})
}

func forward(ctx *duramen.Context) (out int64) {
	model := must(duramen.FromText(ctx, "Sequential(Linear(64, 64), ReLU(), Linear(64, 10))"))
	x := must(duramen.Full(ctx, duramen.Float32, 0.5, 1, 64))
	check(model.Eval())
	check(ctx.NoGrad(func() error {
		out = median(41, 500, func() { must(model.Forward(ctx, x)).Close() })
		return nil
	}))
	return out
}

func main() {
	ctx := must(duramen.NewContext(nil))
	fmt.Printf("{\"listing_20000_ns\": %d, \"forward_mlp_ns\": %d}\n", listing(ctx), forward(ctx))
}
