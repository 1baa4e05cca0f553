package duramen_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"duramen"
)

func roundTrip[T duramen.Element](t *testing.T, ctx *duramen.Context, data ...T) {
	t.Helper()
	x := ok(duramen.FromSlice(ctx, data))(t)
	if x.DType() != duramen.DTypeOf[T]() || x.Len() != len(data) {
		t.Errorf("%v is %s", data, x)
	}
	if got := ok(duramen.Values[T](ctx, x))(t); !reflect.DeepEqual(got, data) {
		t.Errorf("%v came back as %v", data, got)
	}
	no(t, duramen.Read(x, func(view []T) error {
		if !reflect.DeepEqual(view, data) {
			t.Errorf("%v is seen as %v", data, view)
		}
		return nil
	}))
}

func TestElementTypes(t *testing.T) {
	ctx := newContext(t)
	roundTrip(t, ctx, 1.5, -2.0)
	roundTrip(t, ctx, float32(1.5), -2)
	roundTrip(t, ctx, duramen.Half(0x3c00), 0x4000)
	roundTrip(t, ctx, duramen.Brain(0x3f80), 0x4000)
	roundTrip(t, ctx, int64(math.MinInt64), math.MaxInt64)
	roundTrip(t, ctx, int32(-5), 5)
	roundTrip(t, ctx, int16(-5), 5)
	roundTrip(t, ctx, int8(-5), 5)
	roundTrip(t, ctx, uint64(5), math.MaxUint64)
	roundTrip(t, ctx, uint32(5), 6)
	roundTrip(t, ctx, uint16(5), 6)
	roundTrip(t, ctx, uint8(5), 6)
	roundTrip(t, ctx, true, false)
	roundTrip(t, ctx, complex64(1+2i), 3)
	roundTrip(t, ctx, 1+2i, 3+0i)
	if got := ok(duramen.Values[float32](ctx, ok(duramen.FromSlice(ctx, []int64{3}))(t)))(t); got[0] != 3 {
		t.Error(got)
	}
}

func TestShapes(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.FromSlice(ctx, []float32{0, 1, 2, 3, 4, 5}, 2, 3))(t)
	turned := ok(x.Transpose(ctx, 0, 1))(t)
	if !reflect.DeepEqual(turned.Shape(), []int{3, 2}) || !reflect.DeepEqual(turned.Strides(), []int{1, 3}) ||
		turned.IsContiguous() || turned.StorageID() != x.StorageID() {
		t.Error(turned, turned.Strides())
	}
	if got := ok(duramen.Values[float32](ctx, turned))(t); !reflect.DeepEqual(got, []float32{0, 3, 1, 4, 2, 5}) {
		t.Error(got)
	}
	deep := ok(duramen.Zeros(ctx, duramen.Float32, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2))(t)
	if deep.Rank() != 10 || len(deep.Shape()) != 10 || deep.Shape()[9] != 2 {
		t.Error(deep.Shape())
	}
	scalar := ok(duramen.Scalar(ctx, int64(7)))(t)
	if scalar.Rank() != 0 || len(scalar.Shape()) != 0 || ok(scalar.Item())(t) != 7 {
		t.Error(scalar)
	}
	if got := ok(x.Item(-1, -1))(t); got != 5 {
		t.Error(got)
	}
	empty := ok(duramen.FromSlice(ctx, []float32{}))(t)
	if empty.Len() != 0 || len(ok(duramen.Values[float32](ctx, empty))(t)) != 0 {
		t.Error(empty)
	}
	is(t, failure(duramen.FromSlice(ctx, []float32{1, 2, 3}, 2, 2)), duramen.ErrShapeMismatch)
	is(t, failure(duramen.FromSlice(ctx, []float32{1, 2, 3}, -3)), duramen.ErrInvalidArgument)
	is(t, failure(duramen.FromSlice(ctx, []float32{}, 1<<40, 1<<40)), duramen.ErrInvalidArgument)
	is(t, failure(duramen.Zeros(ctx, duramen.Float32, -1)), duramen.ErrInvalidArgument)
}

func TestViews(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.Zeros(ctx, duramen.Float32, 4))(t)
	version := x.Version()
	writing := ok(duramen.MutableViewOf[float32](x))(t)
	no(t, x.Close())
	writing.Data[3] = 9
	if ok(duramen.NewContext(nil))(t); writing.Data[3] != 9 {
		t.Error("the memory went with the tensor")
	}
	no(t, writing.Close())
	no(t, writing.Close())
	y := ok(duramen.Zeros(ctx, duramen.Float32, 4))(t)
	no(t, duramen.Write(y, func(data []float32) error { data[0] = 2; return nil }))
	if y.Version() != version+1 || ok(y.Item(0))(t) != 2 {
		t.Error(y.Version(), version)
	}
	is(t, failure(duramen.ViewOf[float64](y)), duramen.ErrDTypeMismatch)
	square := ok(duramen.Zeros(ctx, duramen.Float32, 2, 2))(t)
	is(t, failure(duramen.ViewOf[float32](ok(square.Transpose(ctx, 0, 1))(t))), duramen.ErrState)
	failed := errors.New("failed")
	if err := duramen.Read(y, func([]float32) error { return failed }); err != failed {
		t.Error(err)
	}
}

func TestArithmetic(t *testing.T) {
	ctx := newContext(t)
	a := ok(duramen.FromSlice(ctx, []float64{1, -4}))(t)
	b := ok(duramen.FromSlice(ctx, []float64{2, 2}))(t)
	type result = func(testing.TB) *duramen.Tensor
	for _, one := range []struct {
		name   string
		got    result
		wanted []float64
	}{
		{"add", ok(a.Add(ctx, b)), []float64{3, -2}},
		{"sub", ok(a.Sub(ctx, b)), []float64{-1, -6}},
		{"mul", ok(a.Mul(ctx, b)), []float64{2, -8}},
		{"div", ok(a.Div(ctx, b)), []float64{0.5, -2}},
		{"matmul", ok(a.MatMul(ctx, b)), []float64{-6}},
		{"neg", ok(a.Neg(ctx)), []float64{-1, 4}},
		{"relu", ok(a.ReLU(ctx)), []float64{1, 0}},
		{"exp", ok(a.Exp(ctx)), []float64{math.E, math.Exp(-4)}},
		{"sum", ok(a.Sum(ctx)), []float64{-3}},
		{"mean", ok(a.Mean(ctx, 0)), []float64{-1.5}},
		{"argmax", ok(a.ArgMax(ctx, duramen.All)), []float64{0}},
		{"slice", ok(a.Slice(ctx, 0, 1, duramen.All)), []float64{-4}},
		{"select", ok(a.Select(ctx, 0, -1)), []float64{-4}},
		{"cat", ok(duramen.Cat(ctx, 0, a, b)), []float64{1, -4, 2, 2}},
		{"squeeze", ok(ok(a.Unsqueeze(ctx, 0))(t).Squeeze(ctx, duramen.All)), []float64{1, -4}},
		{"linear", ok(a.Linear(ctx, ok(b.Unsqueeze(ctx, 0))(t), nil)), []float64{-6}},
		{"dropout", ok(a.Dropout(ctx, 0.5, false)), []float64{1, -4}},
		{"mse", ok(a.MSELoss(ctx, b, duramen.SumReduction)), []float64{37}},
		{"cross entropy", ok(ok(a.Unsqueeze(ctx, 0))(t).CrossEntropy(ctx, ok(duramen.FromSlice(ctx, []int64{0}))(t), duramen.MeanReduction)),
			[]float64{math.Log1p(math.Exp(-5))}},
		{"by name", ok(duramen.Apply(ctx, "add(alpha=2)", a, b)), []float64{5, 0}},
	} {
		got := ok(duramen.Values[float64](ctx, one.got(t)))(t)
		for i := range one.wanted {
			if len(got) != len(one.wanted) || math.Abs(got[i]-one.wanted[i]) > 1e-12 {
				t.Errorf("%s is %v, expected %v", one.name, got, one.wanted)
				break
			}
		}
	}
	op := ok(duramen.NewOp("sum", duramen.Arguments{"dim": 0, "keepdim": true}))(t)
	if sum := ok(op.Apply(ctx, a))(t); op.Name() != "sum" || sum.Rank() != 1 || ok(sum.Item())(t) != -3 {
		t.Error(op.Name(), sum)
	}
	most, _ := ok(ok(duramen.OpFromText("max(dim=0)"))(t).ApplyTo(ctx, duramen.Tuple{a}))(t).(duramen.Tuple)
	if len(most) != 2 || ok(most[0].(*duramen.Tensor).Item())(t) != 1 {
		t.Error(most)
	}
}

func TestGradients(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.NewParameter(ok(duramen.FromSlice(ctx, []float32{3}))(t), true))(t)
	if !x.IsParameter() || !x.IsLeaf() || !x.RequiresGrad() || ok(x.Grad())(t) != nil {
		t.Error("a fresh parameter")
	}
	square := ok(x.Mul(ctx, x))(t)
	if square.IsLeaf() || ok(square.GradFn())(t) != "MulBackward0" || ok(x.GradFn())(t) != "" {
		t.Error(square.GradFn())
	}
	no(t, square.BackwardWith(ctx, &duramen.BackwardOptions{RetainGraph: true}))
	no(t, square.BackwardWith(ctx, &duramen.BackwardOptions{Gradient: ok(duramen.FromSlice(ctx, []float32{2}))(t),
		Inputs: []*duramen.Tensor{x}}))
	if got := ok(ok(x.Grad())(t).Item())(t); got != 18 {
		t.Error(got)
	}
	no(t, x.SetGrad(nil))
	if ok(x.Grad())(t) != nil {
		t.Error("the gradient is still there")
	}
	no(t, ctx.NoGrad(func() error {
		if y := ok(x.Mul(ctx, x))(t); y.RequiresGrad() || ctx.GradEnabled() {
			t.Error("recorded")
		}
		return nil
	}))
	if !ctx.GradEnabled() {
		t.Error("grad mode did not come back")
	}
	no(t, x.SetRequiresGrad(false))
}

// lastUse gives a view's slice, and nothing of Go's that leads to the tensor: as a loop over v.Data is compiled.
func lastUse(t *testing.T, ctx *duramen.Context) []float32 {
	x := ok(duramen.Full(ctx, duramen.Float32, 7, 1000))(t)
	return ok(duramen.ViewOf[float32](x))(t).Data
}

// A slice of a view that was not closed stays readable, whatever Go collects, and its tensor is counted.
func TestViewIsNotCollected(t *testing.T) {
	ctx := newContext(t)
	before := quiet()
	data := lastUse(t, ctx)
	if open := quiet(); open != before+1 {
		t.Errorf("%d handles are open, %d were", open, before)
	}
	no(t, ok(duramen.Full(ctx, duramen.Float32, 9, 1000))(t).Close())
	for i, element := range data {
		if element != 7 {
			t.Fatal(i, element)
		}
	}
}
