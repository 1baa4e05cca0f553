package duramen_test

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"duramen"
)

// stubborn uses the context of its maker instead of the one that it gets, and lets others run meanwhile.
type stubborn struct{ ctx *duramen.Context }

func (s stubborn) Forward(_ *duramen.Context, _ *duramen.Module, inputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
	runtime.Gosched()
	doubled, err := inputs[0].Add(s.ctx, inputs[0])
	runtime.Gosched()
	return []*duramen.Tensor{doubled}, err
}

// Goroutines that share a context wait for each other, also while one is inside a callback; nobody waits for itself.
func TestSharedContext(t *testing.T) {
	ctx := newContext(t)
	module := ok(duramen.NewOwnModule(ctx, stubborn{ctx}))(t)
	plain := ok(duramen.FromText(ctx, "Sequential(Linear(8, 8), ReLU())"))(t)
	var working sync.WaitGroup
	for i := 0; i < 50; i++ {
		working.Add(1)
		go func(number int) {
			defer working.Done()
			for round := 0; round < 20; round++ {
				x := duramen.Must(duramen.Full(ctx, duramen.Float32, float64(number), 1, 8))
				if y := duramen.Must(module.Forward(ctx, x)); duramen.Must(y.Item(0, 0)) != float64(2*number) {
					t.Errorf("%d was not doubled", number)
				}
				duramen.Must(plain.Forward(ctx, x))
			}
		}(i)
	}
	working.Wait()
}

// What stands behind a module, a function, a rule and a hook is let go of when the library lets go of it.
func TestGoValuesAreLetGo(t *testing.T) {
	ctx := newContext(t)
	var gone atomic.Int32
	func() {
		layer := &scaled{power: 1}
		runtime.SetFinalizer(layer, func(*scaled) { gone.Add(1) })
		module := newScaled(t, ctx, layer)
		copied := ok(module.DeepCopy(ctx))(t)
		no(t, module.Close())
		no(t, copied.Close())

		kept := make([]byte, 64)
		runtime.SetFinalizer(&kept[0], func(*byte) { gone.Add(1) })
		rules := ok(duramen.NewRenameRules())(t)
		no(t, rules.AddFunc("mine", func(name string) (string, error) { return name + string(kept[:0]), nil }))
		no(t, rules.Close())

		hooked := ok(duramen.FromText(ctx, "ReLU()"))(t)
		seen := new([16]int)
		runtime.SetFinalizer(seen, func(*[16]int) { gone.Add(1) })
		ok(hooked.AddHooks(duramen.Hooks{BeforeStateDict: func(*duramen.Module, string) error { seen[0]++; return nil }}))(t)
		ok(hooked.StateDict())(t)
		no(t, hooked.Close())
	}()
	for deadline := time.Now().Add(20 * time.Second); gone.Load() < 3; {
		if runtime.GC(); time.Now().After(deadline) {
			t.Fatalf("%d of 3 values are gone", gone.Load())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// An error may be read on any goroutine, long after, and after the context.
func TestErrorsOutliveEverything(t *testing.T) {
	ctx := ok(duramen.NewContext(nil))(t)
	module := ok(duramen.FromText(ctx, "Linear(2, 2)"))(t)
	_, err := module.LoadStateDict(ctx, ok(duramen.NewStateDict())(t), nil)
	no(t, module.Close())
	no(t, ctx.Close())
	told := make(chan string)
	go func() {
		var failed *duramen.Error
		if errors.As(err, &failed) {
			runtime.GC()
			told <- failed.Report().Names(duramen.Missing)[1] + failed.Details["torch_error"]
		}
		close(told)
	}()
	if got := <-told; got != "biasRuntimeError" {
		t.Error(got)
	}
}

// layerFunc is a layer of one function.
type layerFunc func(input *duramen.Tensor) (*duramen.Tensor, error)

func (f layerFunc) Forward(_ *duramen.Context, _ *duramen.Module, inputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
	output, err := f(inputs[0])
	return []*duramen.Tensor{output}, err
}

// ran runs a function as the forward of a module.
func ran(ctx *duramen.Context, run layerFunc) error {
	module, err := duramen.NewOwnModule(ctx, run)
	if err != nil {
		return err
	}
	defer module.Close()
	input, err := duramen.Zeros(ctx, duramen.Float32, 2)
	if err != nil {
		return err
	}
	defer input.Close()
	_, err = module.Forward(ctx, input)
	return err
}

// A callback waits for a context that another goroutine is using.
func TestCallbackWaitsForAnotherContext(t *testing.T) {
	mine, other := newContext(t), newContext(t)
	holds, goOn, asks := make(chan bool), make(chan bool), make(chan bool)
	var finished atomic.Bool
	var working sync.WaitGroup
	working.Add(2)
	go func() {
		defer working.Done()
		if err := ran(other, func(x *duramen.Tensor) (*duramen.Tensor, error) {
			close(holds)
			<-goOn
			if finished.Load() {
				t.Error("a context was used by two at once")
			}
			return x, nil
		}); err != nil {
			t.Error(err)
		}
	}()
	<-holds
	go func() {
		defer working.Done()
		if err := ran(mine, func(x *duramen.Tensor) (*duramen.Tensor, error) {
			close(asks)
			defer finished.Store(true)
			return x.Add(other, x)
		}); err != nil {
			t.Error(err)
		}
	}()
	<-asks
	time.Sleep(100 * time.Millisecond)
	close(goOn)
	working.Wait()
	if !finished.Load() {
		t.Error("the callback did not go on")
	}
}

// Callbacks inside callbacks use the contexts of all calls that they are part of, and do not wait.
func TestCallbackUsesOuterContexts(t *testing.T) {
	a, b := newContext(t), newContext(t)
	no(t, ran(a, func(x *duramen.Tensor) (*duramen.Tensor, error) {
		if err := ran(b, func(y *duramen.Tensor) (*duramen.Tensor, error) {
			if _, err := y.Add(b, y); err != nil {
				return nil, err
			}
			return y.Add(a, y)
		}); err != nil {
			return nil, err
		}
		return x.Add(b, x)
	}))
}

// A goroutine that ends inside a callback lets go of the context.
func TestGoexitInsideCallback(t *testing.T) {
	ctx := newContext(t)
	ended := make(chan bool)
	go func() {
		defer close(ended)
		ran(ctx, func(*duramen.Tensor) (*duramen.Tensor, error) {
			runtime.Goexit()
			return nil, nil
		})
		t.Error("the goroutine did not end")
	}()
	<-ended
	no(t, ctx.Seed(1))
	no(t, ran(ctx, func(x *duramen.Tensor) (*duramen.Tensor, error) { return x.Add(ctx, x) }))
}
