package duramen_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"duramen"
)

// settled waits until finalisers have run and the number of open handles is what it was.
func settled(t testing.TB, before int) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		runtime.GC()
		if open := duramen.OpenHandles(); open <= before {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("%d handles are open, %d were", open, before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// quiet is how many handles are open once what earlier tests forgot is gone.
func quiet() int {
	before, same := -1, 0
	for same < 5 {
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
		if open := duramen.OpenHandles(); open == before {
			same++
		} else {
			before, same = open, 0
		}
	}
	return before
}

func TestCloseTwiceAndUseAfterClose(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.Zeros(ctx, duramen.Float32, 2, 2))(t)
	module := ok(duramen.FromText(ctx, "Linear(2, 2)"))(t)
	dict := ok(module.StateDict())(t)
	listing := ok(module.List(nil))(t)
	entry := listing.Entry(0)
	for i := 0; i < 2; i++ {
		no(t, x.Close())
		no(t, module.Close())
		no(t, dict.Close())
		no(t, listing.Close())
	}
	for what, err := range map[string]error{
		"tensor": failure(x.Add(ctx, x)), "module": failure(module.Forward(ctx, x)), "dict": failure(dict.Get("weight")),
		"listing": failure(entry.Tensor()), "view": failure(duramen.ViewOf[float32](x)), "values": failure(duramen.Values[float32](ctx, x)),
	} {
		if !errors.Is(err, duramen.ErrClosed) || !errors.Is(err, duramen.ErrBadHandle) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if x.Len() != 0 || x.Shape() != nil || x.DType() != 0 || entry.Kind() != 0 || dict.Len() != 0 {
		t.Error("a closed object tells something")
	}
	closed := ok(duramen.NewContext(nil))(t)
	no(t, closed.Close())
	if _, err := duramen.Zeros(closed, duramen.Float32, 1); !errors.Is(err, duramen.ErrClosed) {
		t.Error(err)
	}
}

func TestNilIsAnError(t *testing.T) {
	ctx := newContext(t)
	var none *duramen.Tensor
	is(t, failure(none.Neg(ctx)), duramen.ErrInvalidArgument)
	is(t, failure(duramen.FromText(nil, "ReLU()")), duramen.ErrInvalidArgument)
	var module *duramen.Module
	is(t, module.Train(), duramen.ErrInvalidArgument)
	no(t, none.Close())
}

// A goroutine that closes what another one uses makes that one fail, and nothing worse.
func TestCloseWhileInUse(t *testing.T) {
	for round := 0; round < 50; round++ {
		ctx := newContext(t)
		module := ok(duramen.FromText(ctx, "Sequential(Linear(64, 64), ReLU(), Linear(64, 64))"))(t)
		x := ok(duramen.Zeros(ctx, duramen.Float32, 8, 64))(t)
		var ready, done sync.WaitGroup
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			for {
				if _, err := module.Forward(ctx, x); err != nil {
					if !errors.Is(err, duramen.ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		}()
		ready.Wait()
		time.Sleep(time.Duration(round%5) * 100 * time.Microsecond)
		switch round % 3 {
		case 0:
			module.Close()
		case 1:
			x.Close()
		default:
			ctx.Close()
		}
		done.Wait()
	}
}

func TestFinalisersGiveBack(t *testing.T) {
	before := quiet()
	func() {
		ctx := ok(duramen.NewContext(nil))(t)
		module := ok(duramen.FromText(ctx, "Sequential(Linear(4, 4), BatchNorm1d(4))"))(t)
		ok(module.Parameters())(t)
		ok(module.StateDict())(t)
		_, err := module.Get("9")
		is(t, err, duramen.ErrNotFound)
		if duramen.OpenHandles() <= before {
			t.Error("nothing was counted")
		}
	}()
	settled(t, before)
}

func TestScopeClosesWhatItMade(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.Full(ctx, duramen.Float32, 2, 3))(t)
	before := ok(ctx.Memory())(t).BlocksInUse
	var kept, lost *duramen.Tensor
	no(t, ctx.Scope(func() error {
		lost = ok(x.Mul(ctx, x))(t)
		return ctx.Scope(func() error {
			kept = ok(lost.Add(ctx, x))(t).Keep()
			return nil
		})
	}))
	if blocks := ok(ctx.Memory())(t).BlocksInUse; blocks != before+1 {
		t.Errorf("%d tensors, expected one more than %d", blocks, before)
	}
	if got := ok(kept.Item(0))(t); got != 6 {
		t.Errorf("kept is %g", got)
	}
	if _, err := lost.Item(0); !errors.Is(err, duramen.ErrClosed) {
		t.Error(err)
	}
	failed := errors.New("failed")
	if err := ctx.Scope(func() error { return failed }); err != failed {
		t.Error(err)
	}
}

// Without Close and without scopes, the memory of forgotten tensors comes back before it is all there is.
func TestCollectorSeesTheMemory(t *testing.T) {
	ctx := newContext(t)
	for i := 0; i < 2000; i++ {
		ok(duramen.Empty(ctx, duramen.Float32, 1<<18))(t)
	}
	if memory := ok(ctx.Memory())(t); memory.PeakBytesInUse > 1<<30 {
		t.Errorf("2 GB of tensors that nobody holds took %d bytes at once", memory.PeakBytesInUse)
	}
}

func failure[T any](_ T, err error) error { return err }

// The tensors that a hook gets are closed when it returns, as everything else is that it gets.
func TestHookTensorsAreClosed(t *testing.T) {
	ctx := newContext(t)
	module := ok(duramen.FromText(ctx, "Module()"))(t)
	var got []*duramen.Tensor
	keep := func(_ *duramen.Module, _ string, tensor *duramen.Tensor) (*duramen.Tensor, error) {
		got = append(got, tensor)
		return tensor, nil
	}
	ok(module.AddHooks(duramen.Hooks{RegisterParameter: keep, RegisterBuffer: keep}))(t)
	parameter := ok(duramen.NewParameter(ok(duramen.Zeros(ctx, duramen.Float32, 1))(t), true))(t)
	buffer := ok(duramen.Zeros(ctx, duramen.Float32, 1))(t)
	before := quiet()
	no(t, module.RegisterParameter("weight", parameter))
	no(t, module.RegisterBuffer("mean", buffer))
	if open := duramen.OpenHandles(); open != before || len(got) != 2 {
		t.Errorf("%d handles are open, %d were; the hooks got %d", open, before, len(got))
	}
	for _, tensor := range got {
		is(t, failure(tensor.Add(ctx, tensor)), duramen.ErrBadHandle)
	}
}
