package duramen_test

import (
	"math"
	"reflect"
	"testing"

	"duramen"
)

func TestElementWiseAndViews(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.FromSlice(ctx, []float64{1, 4}))(t)
	square := ok(duramen.FromSlice(ctx, []float64{0, 1, 2, 3}, 2, 2))(t)
	for _, one := range []struct {
		name   string
		got    func(testing.TB) *duramen.Tensor
		shape  []int
		wanted []float64
	}{
		{"log", ok(x.Log(ctx)), []int{2}, []float64{0, math.Log(4)}},
		{"sqrt", ok(x.Sqrt(ctx)), []int{2}, []float64{1, 2}},
		{"tanh", ok(x.Tanh(ctx)), []int{2}, []float64{math.Tanh(1), math.Tanh(4)}},
		{"sigmoid", ok(x.Sigmoid(ctx)), []int{2}, []float64{1 / (1 + math.Exp(-1)), 1 / (1 + math.Exp(-4))}},
		{"clone", ok(x.Clone(ctx)), []int{2}, []float64{1, 4}},
		{"detach", ok(x.Detach(ctx)), []int{2}, []float64{1, 4}},
		{"contiguous", ok(ok(square.Transpose(ctx, 0, 1))(t).Contiguous(ctx)), []int{2, 2}, []float64{0, 2, 1, 3}},
		{"reshape", ok(square.Reshape(ctx, 1, -1)), []int{1, 4}, []float64{0, 1, 2, 3}},
		{"flatten", ok(square.Flatten(ctx, 0, -1)), []int{4}, []float64{0, 1, 2, 3}},
		{"permute", ok(square.Permute(ctx, 1, 0)), []int{2, 2}, []float64{0, 2, 1, 3}},
		{"expand", ok(x.Expand(ctx, 2, 2)), []int{2, 2}, []float64{1, 4, 1, 4}},
		{"to", ok(x.To(ctx, duramen.Int32)), []int{2}, []float64{1, 4}},
		{"every other", ok(ok(square.Reshape(ctx, 4))(t).SliceStep(ctx, 0, 1, duramen.All, 2)), []int{2}, []float64{1, 3}},
		{"sum of rows", ok(square.SumDims(ctx, true, 1)), []int{2, 1}, []float64{1, 5}},
		{"mean of columns", ok(square.MeanDims(ctx, false, 0)), []int{2}, []float64{1, 2}},
		{"bytes", ok(duramen.FromBytes(ctx, duramen.Uint8, []byte{7, 8}, 2)), []int{2}, []float64{7, 8}},
		{"empty", ok(duramen.Empty(ctx, duramen.Float32, 0)), []int{0}, []float64{}},
	} {
		got := one.got(t)
		values := ok(duramen.Values[float64](ctx, got))(t)
		if !reflect.DeepEqual(got.Shape(), one.shape) || len(values) != len(one.wanted) {
			t.Errorf("%s is %s", one.name, got)
			continue
		}
		for i := range values {
			if math.Abs(values[i]-one.wanted[i]) > 1e-12 {
				t.Errorf("%s is %v", one.name, values)
			}
		}
	}
	row := ok(square.Select(ctx, 0, 1))(t)
	if row.Offset() != 2 || row.Bytes() != 16 || row.String() != "float64[2]" || row.Pointer() == nil {
		t.Error(row, row.Offset())
	}
}

func TestWrites(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.Zeros(ctx, duramen.Float32, 2))(t)
	no(t, ctx.Seed(1))
	no(t, x.FillUniform(ctx, 2, 3))
	first := ok(x.Item(0))(t)
	no(t, ctx.Seed(1))
	no(t, x.FillUniform(ctx, 2, 3))
	if first < 2 || first > 3 || ok(x.Item(0))(t) != first {
		t.Error(first)
	}
	no(t, x.FillNormal(ctx, 100, 0.001))
	if got := ok(x.Item(1))(t); math.Abs(got-100) > 1 {
		t.Error(got)
	}
	no(t, x.InitWith(ctx, "constant_", duramen.Arguments{"val": 2.5}))
	if got := ok(x.Item(1))(t); got != 2.5 {
		t.Error(got)
	}
	no(t, x.CopyFrom(ctx, ok(duramen.FromSlice(ctx, []int64{4}))(t)))
	if got := ok(x.Item(1))(t); got != 4 {
		t.Error(got)
	}
	if gain := ok(duramen.CalculateGain("calculate_gain('relu')"))(t); math.Abs(gain-math.Sqrt2) > 1e-12 {
		t.Error(gain)
	}
	is(t, x.Init(ctx, "nothing_(1)"), duramen.ErrUnsupported)
	is(t, x.FillNormal(ctx, 0, -1), duramen.ErrInvalidArgument)
	no(t, ctx.Trim())
}

func TestNames(t *testing.T) {
	if duramen.ParseDType("torch.float32") != duramen.Float32 || duramen.ParseDType("nonsense") != 0 ||
		duramen.BFloat16.String() != "bfloat16" || duramen.DType(0).String() != "invalid" || duramen.BFloat16.Bits() != 16 {
		t.Error(duramen.ParseDType("torch.float32"))
	}
	if duramen.ErrNotFound.Error() != "duramen: NOT_FOUND (-2)" || duramen.KindText.String() != "str" ||
		duramen.Buffers.String() != "buffer" {
		t.Error(duramen.ErrNotFound, duramen.KindText, duramen.Buffers)
	}
	if info := ok(duramen.BuildInfo())(t); info[0] != '{' {
		t.Error(info)
	}
	if registry := ok(duramen.DescribeRegistry())(t); registry[0] != '{' {
		t.Error(registry[:40])
	}
	if !ok(duramen.MatchesPattern("**.bias|head.*", "a.b.bias"))(t) || ok(duramen.MatchesPattern("*.bias", "a.b.bias"))(t) {
		t.Error("patterns")
	}
}
