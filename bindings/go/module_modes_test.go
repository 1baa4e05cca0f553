package duramen_test

import (
	"reflect"
	"testing"

	"duramen"
)

func TestModes(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(Linear(2, 2), BatchNorm1d(2))"))(t)
	no(t, model.Eval())
	if ok(model.Get("1"))(t).IsTraining() {
		t.Error("eval mode")
	}
	no(t, model.Train())
	norm := ok(model.Get("1"))(t)
	x := ok(duramen.FromSlice(ctx, []float32{1, 2, 3, 5}, 2, 2))(t)
	no(t, ok(ok(model.Forward(ctx, x))(t).Sum(ctx))(t).Backward(ctx))
	weight := ok(model.Parameter("0.weight"))(t)
	if !norm.IsTraining() || ok(weight.Grad())(t) == nil || ok(ok(norm.Buffer("num_batches_tracked"))(t).Item())(t) != 1 {
		t.Error("training mode")
	}
	no(t, model.ZeroGradTo(false))
	if grad := ok(weight.Grad())(t); grad == nil || ok(grad.Item(0, 0))(t) != 0 {
		t.Error("zeros")
	}
	no(t, model.ZeroGrad())
	if ok(weight.Grad())(t) != nil {
		t.Error("the gradient is there")
	}
	no(t, norm.ResetRunningStats())
	if ok(ok(norm.Buffer("num_batches_tracked"))(t).Item())(t) != 0 {
		t.Error("running statistics")
	}
	no(t, model.SetRequiresGrad(false))
	if weight.RequiresGrad() || ok(model.Unfreeze("0.*", "**.bias"))(t) != 1 || !weight.RequiresGrad() {
		t.Error("frozen")
	}
	before := ok(weight.Item(0, 0))(t)
	no(t, ok(model.Get("0"))(t).ResetParameters(ctx))
	if ok(weight.Item(0, 0))(t) == before {
		t.Error("the values are not new")
	}
	no(t, model.Convert(ctx, duramen.BFloat16, duramen.Floating))
	if weight.DType() != duramen.BFloat16 {
		t.Error(weight)
	}
}

func TestListingsByKind(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(BatchNorm1d(2, affine=False), Sequential(ReLU()))"))(t)
	for _, one := range []struct {
		got    func(testing.TB) *duramen.Listing
		wanted []string
	}{
		{ok(model.NamedBuffers()), []string{"0.running_mean", "0.running_var", "0.num_batches_tracked"}},
		{ok(model.NamedModules()), []string{"", "0", "1", "1.0"}},
		{ok(model.NamedChildren()), []string{"0", "1"}},
	} {
		if got := one.got(t).Names(); !reflect.DeepEqual(got, one.wanted) {
			t.Errorf("%v instead of %v", got, one.wanted)
		}
	}
	child := ok(ok(model.NamedChildren())(t).Entry(1).Module())(t)
	if !child.Is(ok(model.Get("1"))(t)) || child.Is(model) || child.Pointer() == nil {
		t.Error(child)
	}
}

func TestAssignments(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "BatchNorm1d(2)"))(t)
	no(t, model.AssignTensor("running_mean", ok(duramen.Full(ctx, duramen.Float32, 3, 2))(t)))
	no(t, model.AssignTensor("bias", nil))
	no(t, model.AssignModule("extra", ok(duramen.FromText(ctx, "Tanh()"))(t)))
	if ok(ok(model.Buffer("running_mean"))(t).Item(0))(t) != 3 || ok(model.Get("extra"))(t).ClassName() != "Tanh" {
		t.Error(model)
	}
	is(t, failure(model.Parameter("bias")), duramen.ErrNotFound)
}

func TestMoreOfContainers(t *testing.T) {
	ctx := newContext(t)
	list := ok(duramen.FromText(ctx, "ModuleList([ReLU(), Tanh(), GELU()])"))(t)
	no(t, list.SetItem(0, ok(duramen.FromText(ctx, "SiLU()"))(t)))
	no(t, list.RemoveSlice(1, 2))
	if list.Len() != 2 || ok(list.Item(0))(t).ClassName() != "SiLU" || ok(list.Item(1))(t).ClassName() != "GELU" {
		t.Error(list)
	}
	dict := ok(duramen.NewModule(ctx, "ModuleDict", duramen.Arguments{"modules": []duramen.NamedModule{{Name: "a", Module: list}}}))(t)
	other := ok(duramen.NewModule(ctx, "ModuleDict", nil))(t)
	no(t, other.Update(dict))
	if popped := ok(other.PopKey("a"))(t); !popped.Is(list) || other.Len() != 0 {
		t.Error(other)
	}
	no(t, dict.Clear())
	if dict.Len() != 0 {
		t.Error(dict)
	}
	is(t, failure(dict.PopKey("a")), duramen.ErrNotFound)
}

func TestVectorsAndParametrizations(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Linear(2, 1)"))(t)
	packed := ok(model.Pack(ctx, 0))(t)
	no(t, model.Unflatten(ctx, ok(duramen.FromSlice(ctx, []float32{1, 2, 3}))(t), 0))
	if got := ok(duramen.Values[float32](ctx, packed))(t); !reflect.DeepEqual(got, []float32{1, 2, 3}) {
		t.Error(got)
	}
	no(t, model.Parametrize(ctx, "weight", "weight_norm"))
	no(t, model.SetParametrized(ctx, "weight", ok(duramen.FromSlice(ctx, []float32{3, 4}, 1, 2))(t)))
	is(t, model.SetParametrized(ctx, "weight", nil), duramen.ErrInvalidArgument)
	no(t, model.RemoveParametrizations(ctx, "weight", true))
	if got := ok(duramen.Values[float32](ctx, ok(model.Parameter("weight"))(t)))(t); got[0] < 2.999 || got[0] > 3.001 {
		t.Error(got)
	}
}
