package duramen_test

import (
	"errors"
	"testing"

	"duramen"
)

// newContext is a context that the test closes.
func newContext(t testing.TB) *duramen.Context {
	t.Helper()
	ctx, err := duramen.NewContext(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ctx.Close() })
	return ctx
}

// ok is a value whose call must not fail.
func ok[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func no(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t testing.TB, err error, code duramen.Code) *duramen.Error {
	t.Helper()
	var failed *duramen.Error
	if !errors.As(err, &failed) || !errors.Is(err, code) {
		t.Fatalf("expected %v, got %v", code, err)
	}
	return failed
}

func TestForwardAndBackward(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(Linear(2, 8), Tanh(), Linear(8, 1))"))(t)
	loss := ok(duramen.FromText(ctx, "MSELoss()"))(t)
	parameters := ok(model.Parameters())(t)
	optimizer := ok(duramen.OptimizerFromText(ctx, "SGD(lr=0.2, momentum=0.9)", parameters))(t)
	x := ok(duramen.FromSlice(ctx, []float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2))(t)
	y := ok(duramen.FromSlice(ctx, []float32{0, 1, 1, 0}, 4, 1))(t)
	var last float64
	for step := 0; step < 300; step++ {
		no(t, ctx.Scope(func() error {
			no(t, optimizer.ZeroGrad())
			output := ok(model.Forward(ctx, x))(t)
			error := ok(loss.Forward(ctx, output, y))(t)
			no(t, error.Backward(ctx))
			last = ok(error.Item())(t)
			return optimizer.Step(ctx)
		}))
	}
	if last > 1e-2 {
		t.Fatalf("the loss is %g", last)
	}
}

func TestErrors(t *testing.T) {
	ctx := newContext(t)
	_, err := duramen.FromText(ctx, "Linaer(4, 3)")
	failed := is(t, err, duramen.ErrUnsupported)
	if failed.Detail("nearest") != "Linear" || failed.Function != "duramen_module_from_text" {
		t.Fatalf("%#v", failed)
	}
	model := ok(duramen.FromText(ctx, "Linear(4, 3)"))(t)
	no(t, model.Close())
	no(t, model.Close())
	_, err = model.Repr()
	is(t, err, duramen.ErrBadHandle)
	if !errors.Is(err, duramen.ErrClosed) || err.Error() != "Repr: the module is closed" {
		t.Fatal(err)
	}
}
