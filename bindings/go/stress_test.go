package duramen_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"

	"duramen"
	"duramen/internal/heap"
)

const (
	goroutines = 200
	rounds     = 10
)

// stress is what the goroutines share: a module that they only read, and what another goroutine closes for them.
type stress struct {
	*testing.T
	module *duramen.Module
	closer chan interface{ Close() error }
}

// says fails unless a call was refused with just this text.
func (s *stress) says(err error, code duramen.Code, wanted string) {
	var failed *duramen.Error
	if !errors.As(err, &failed) || failed.Code != code || failed.Message != wanted {
		s.Errorf("expected %q, got %v", wanted, err)
	}
}

// ownError is an error that no other goroutine has.
type ownError struct{ worker, round int }

func (e *ownError) Error() string {
	return fmt.Sprintf("worker %d refuses round %d", e.worker, e.round)
}

// refusing is a layer that fails with the error that it is told to.
type refusing struct{ with error }

func (r *refusing) Forward(_ *duramen.Context, _ *duramen.Module, inputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
	return inputs, r.with
}

// worker makes mistakes that are its own, beside calls that succeed.
func (s *stress) worker(number int) {
	ctx, err := duramen.NewContext(&duramen.ContextOptions{Seed: uint64(number)})
	if err != nil {
		s.Error(err)
		return
	}
	layer := &refusing{}
	own, err := duramen.NewOwnModule(ctx, layer)
	if err != nil {
		s.Error(err)
		return
	}
	for round := 0; round < rounds; round++ {
		layer.with = &ownError{number, round}
		if err := ctx.Scope(func() error { s.round(ctx, own, layer, number, round); return nil }); err != nil {
			s.Error(err)
		}
	}
	memory := duramen.Must(ctx.Memory())
	for i := 0; i < 1000 && memory.BlocksInUse != 0; i++ { // the closer may be about to close some
		time.Sleep(time.Millisecond)
		memory = duramen.Must(ctx.Memory())
	}
	if memory.BlocksInUse != 0 {
		s.Errorf("%d tensors are left", memory.BlocksInUse)
	}
	own.Close()
	ctx.Close()
}

func (s *stress) round(ctx *duramen.Context, own *duramen.Module, layer *refusing, number, round int) {
	name := fmt.Sprintf("Zzqxw%dy%d", number, round)
	_, err := duramen.FromText(ctx, name+"(1)")
	s.says(err, duramen.ErrUnsupported, "unknown module type '"+name+"' (at column 1)")
	_, err = s.module.Get("0." + name)
	s.says(err, duramen.ErrNotFound, "get_submodule: Linear has no attribute `"+name+"`")
	width := 10 + number
	x, err := duramen.Full(ctx, duramen.Float32, 1, round+1, width)
	if err != nil {
		s.Error(err)
		return
	}
	_, err = s.module.Forward(ctx, x)
	s.says(err, duramen.ErrShapeMismatch,
		fmt.Sprintf("linear: mat1 and mat2 shapes cannot be multiplied (%dx%d and 3x2)", round+1, width))
	_, err = own.Forward(ctx, x)
	s.says(err, duramen.ErrCallback, layer.with.Error())
	if !errors.Is(err, layer.with) {
		s.Errorf("worker %d got the error of another: %v", number, errors.Unwrap(err))
	}
	s.good(ctx, number, round)
}

// good is what has to succeed: forward, listing, state, copies; some of it is closed by another goroutine.
func (s *stress) good(ctx *duramen.Context, number, round int) {
	x := duramen.Must(duramen.Full(ctx, duramen.Float32, float64(number), 1, 3))
	y := duramen.Must(s.module.Forward(ctx, x))
	again := duramen.Must(s.module.Forward(ctx, x))
	if duramen.Must(y.Item(0, 1)) != duramen.Must(again.Item(0, 1)) {
		s.Errorf("worker %d: two forwards differ", number)
	}
	listing := duramen.Must(s.module.List(nil))
	dict := duramen.Must(s.module.StateDict())
	if listing.Len() != 4 || dict.Len() != 4 || listing.Name(3) != "2.bias" {
		s.Errorf("worker %d: %v", number, listing.Names())
	}
	weight := duramen.Must(listing.Entry(0).Tensor())
	if round%2 == 0 {
		s.closer <- listing
		s.closer <- dict
		s.closer <- weight
		s.closer <- y
	} else {
		listing.Close()
		dict.Close()
		weight.Close()
	}
}

func (s *stress) run() {
	var closing, working sync.WaitGroup
	s.closer = make(chan interface{ Close() error }, 16)
	closing.Add(1)
	go func() {
		defer closing.Done()
		for one := range s.closer {
			one.Close()
		}
	}()
	for i := 0; i < goroutines; i++ {
		working.Add(1)
		go func(number int) {
			defer working.Done()
			s.worker(number)
		}(i)
	}
	working.Wait()
	close(s.closer)
	closing.Wait()
}

// 200 goroutines make different mistakes at the same time. Each gets its own error's text, and its own error; nothing is
// left, neither of handles nor of C's memory. (A last error per thread would be another one's in a third of the reads.)
//
// It runs in a process of its own, in which free memory that malloc keeps for a thread does not count as used.
func TestStress(t *testing.T) {
	const tunable = "glibc.malloc.tcache_count=0"
	if os.Getenv("GLIBC_TUNABLES") != tunable {
		again := exec.Command(os.Args[0], "-test.run=^TestStress$", "-test.v")
		again.Env = append(os.Environ(), "GLIBC_TUNABLES="+tunable)
		output, err := again.CombinedOutput()
		t.Logf("%s", output)
		no(t, err)
		return
	}
	ctx := newContext(t)
	module := ok(duramen.FromText(ctx, "Sequential(Linear(3, 2), Tanh(), Linear(2, 2))"))(t)
	no(t, module.Eval())
	makeThreads(goroutines + 20)
	before := duramen.OpenHandles()
	s := &stress{T: t, module: module}
	s.run()
	settled(t, before)
	used := heap.Used()
	s.run()
	s.run()
	settled(t, before)
	// One error, 100 bytes and more, that each of the 4,000 rounds left would be twenty times as much.
	const slack = 16 << 10
	grown := leftAfterAWhile(used, slack)
	if t.Logf("C's memory grew by %d bytes", grown); grown > slack {
		t.Error("C's memory is left")
	}
	planted := heap.Plant(2 * slack)
	if grown := heap.Used() - used; grown < slack {
		t.Errorf("a leak that was planted is not seen (%d bytes)", grown)
	}
	heap.Free(planted)
}

// leftAfterAWhile is by how much the heap has grown, once what runs late has run.
func leftAfterAWhile(used, slack int) int {
	for i := 0; i < 100 && heap.Used()-used > slack; i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	return heap.Used() - used
}

// makeThreads has the runtime start so many threads, each of which takes some of C's memory for good: none comes later.
func makeThreads(count int) {
	var started, ended sync.WaitGroup
	started.Add(count)
	ended.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			defer ended.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			started.Done()
			started.Wait()
		}()
	}
	ended.Wait()
}
