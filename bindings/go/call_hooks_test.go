package duramen_test

import (
	"errors"
	"reflect"
	"testing"

	"duramen"
)

// scaling is y = 3 x, in a container, and its layer.
func scaling(t *testing.T, ctx *duramen.Context) (net, layer *duramen.Module) {
	net = ok(duramen.FromText(ctx, "Sequential(Linear(1, 1, bias=False))"))(t)
	layer = ok(net.Get("0"))(t)
	no(t, ctx.NoGrad(func() error { return ok(layer.Parameter("weight"))(t).Fill(ctx, 3) }))
	return net, layer
}

func times(t *testing.T, ctx *duramen.Context, x *duramen.Tensor, factor float64) *duramen.Tensor {
	return ok(x.Mul(ctx, ok(duramen.Full(ctx, duramen.Float32, factor, 1, 1))(t)))(t)
}

func TestCallHooks(t *testing.T) {
	ctx := newContext(t)
	net, layer := scaling(t, ctx)
	var seen []float64
	id := ok(layer.AddCallHooks(duramen.CallHooks{
		BeforeForward: func(ctx *duramen.Context, _ *duramen.Module, inputs duramen.CallInputs) (*duramen.CallInputs, error) {
			doubled := times(t, ctx, inputs.Arguments[0].(*duramen.Tensor), 2)
			return &duramen.CallInputs{Arguments: duramen.Tuple{doubled}}, nil
		},
		AfterForward: func(ctx *duramen.Context, module *duramen.Module, _ duramen.CallInputs, output any) (any, error) {
			if module.ClassName() != "Linear" {
				t.Error(module.ClassName())
			}
			seen = append(seen, ok(output.(*duramen.Tensor).Item())(t))
			return times(t, ctx, output.(*duramen.Tensor), 5), nil
		},
		BeforeBackward: func(ctx *duramen.Context, _ *duramen.Module, outputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
			seen = append(seen, ok(outputs[0].Item())(t))
			return []*duramen.Tensor{times(t, ctx, outputs[0], 10)}, nil
		},
		AfterBackward: func(_ *duramen.Context, _ *duramen.Module, inputs, outputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
			seen = append(seen, ok(inputs[0].Item())(t), ok(outputs[0].Item())(t))
			return nil, nil
		},
	}))(t)
	if !layer.HasCallHooks() || net.HasCallHooks() {
		t.Error("the layer has hooks, its container has none")
	}
	x := ok(duramen.Full(ctx, duramen.Float32, 1, 1, 1))(t)
	no(t, x.SetRequiresGrad(true))
	y := ok(net.Forward(ctx, x))(t)
	if got := ok(y.Item())(t); got != 30 {
		t.Error(got)
	}
	no(t, y.Backward(ctx))
	if want := []float64{6, 1, 150, 10}; !reflect.DeepEqual(seen, want) {
		t.Error(seen, want)
	}
	if got := ok(ok(x.Grad())(t).Item())(t); got != 300 {
		t.Error(got)
	}
	no(t, layer.RemoveHooks(id))
	if layer.HasCallHooks() {
		t.Error("they are gone")
	}
}

func TestCallHooksThatFail(t *testing.T) {
	ctx := newContext(t)
	net, layer := scaling(t, ctx)
	failed := errors.New("not today")
	heard := false
	ok(layer.AddCallHooks(duramen.CallHooks{
		AfterForward: func(*duramen.Context, *duramen.Module, duramen.CallInputs, any) (any, error) { return nil, failed },
	}))(t)
	ok(layer.AddCallHooks(duramen.CallHooks{
		Always: true,
		AfterForward: func(*duramen.Context, *duramen.Module, duramen.CallInputs, any) (any, error) {
			heard = true
			return nil, nil
		},
	}))(t)
	x := ok(duramen.Full(ctx, duramen.Float32, 1, 1, 1))(t)
	_, err := net.Forward(ctx, x)
	if !errors.Is(err, failed) {
		t.Error(err)
	}
	if !heard {
		t.Error("one that is always called was not")
	}
	_, err = layer.AddCallHooks(duramen.CallHooks{First: true})
	is(t, err, duramen.ErrInvalidArgument)
	other, _ := scaling(t, ctx)
	ok(other.AddCallHooks(duramen.CallHooks{
		BeforeBackward: func(*duramen.Context, *duramen.Module, []*duramen.Tensor) ([]*duramen.Tensor, error) {
			return make([]*duramen.Tensor, 2), nil
		},
	}))(t)
	is(t, ok(other.Forward(ctx, x))(t).Backward(ctx), duramen.ErrInvalidArgument)
}
