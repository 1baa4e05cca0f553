package duramen_test

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"duramen"
)

// scaled is factor * inner(x), with settings and a state of its own.
type scaled struct {
	power float64
	fails error
	seen  *duramen.Tensor
	calls int
}

func (*scaled) ClassName() string               { return "Scaled" }
func (s *scaled) ExtraRepr() string             { return fmt.Sprintf("power=%g", s.power) }
func (s *scaled) Clone() (duramen.Layer, error) { return &scaled{power: s.power}, nil }
func (s *scaled) ExtraState() (any, error)      { return duramen.Dict{{Key: "power", Value: s.power}}, nil }
func (s *scaled) ClassVersion() int64           { return 3 }
func (s *scaled) SetExtraState(state any) error {
	power, found := state.(duramen.Dict).Get("power")
	if !found {
		return errors.New("no power")
	}
	s.power = power.(float64)
	return nil
}

func (s *scaled) Forward(ctx *duramen.Context, self *duramen.Module, inputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
	s.calls++
	s.seen = inputs[0]
	if s.fails != nil {
		return nil, s.fails
	}
	inner := duramen.Must(self.Get("inner"))
	factor := duramen.Must(self.Parameter("factor"))
	y := duramen.Must(inner.Forward(ctx, inputs[0]))
	return []*duramen.Tensor{duramen.Must(y.Mul(ctx, factor))}, nil
}

func newScaled(t testing.TB, ctx *duramen.Context, layer duramen.Layer) *duramen.Module {
	t.Helper()
	module := ok(duramen.NewOwnModule(ctx, layer))(t)
	no(t, module.Register("inner", ok(duramen.FromText(ctx, "Linear(2, 2)"))(t)))
	no(t, module.RegisterParameter("factor", ok(duramen.NewParameter(ok(duramen.Full(ctx, duramen.Float32, 2, 1))(t), true))(t)))
	return module
}

func TestOwnModule(t *testing.T) {
	ctx := newContext(t)
	layer := &scaled{power: 2}
	module := newScaled(t, ctx, layer)
	if got := module.String(); got != "Scaled(\n  power=2\n  (inner): Linear(in_features=2, out_features=2, bias=True)\n)" {
		t.Error(got)
	}
	x := ok(duramen.FromSlice(ctx, []float32{1, 2}, 1, 2))(t)
	y := ok(module.Forward(ctx, x))(t)
	plain := ok(ok(module.Get("inner"))(t).Forward(ctx, x))(t)
	if math.Abs(ok(y.Item(0, 1))(t)-2*ok(plain.Item(0, 1))(t)) > 1e-6 {
		t.Error(y)
	}
	if _, err := layer.seen.Item(0, 0); !errors.Is(err, duramen.ErrClosed) {
		t.Error("an input outlives the call:", err)
	}
	no(t, ok(y.Sum(ctx))(t).Backward(ctx))
	if ok(ok(module.Parameter("factor"))(t).Grad())(t) == nil {
		t.Error("no gradient")
	}
	copied := ok(module.DeepCopy(ctx))(t)
	layer.power = 7
	if !strings.Contains(copied.String(), "power=2") || !strings.Contains(module.String(), "power=7") {
		t.Error(copied, module)
	}
	path := filepath.Join(t.TempDir(), "own.pt")
	no(t, ok(module.StateDict())(t).Save(ctx, path, nil))
	ok(copied.LoadStateDict(ctx, ok(duramen.Load(ctx, path))(t), nil))(t)
	if !strings.Contains(copied.String(), "power=7") {
		t.Error("the extra state did not arrive", copied)
	}
	if version := ok(ok(module.StateDict())(t).Version(""))(t); version != 3 {
		t.Error(version)
	}
}

func TestErrorsOfOwnModules(t *testing.T) {
	ctx := newContext(t)
	layer := &scaled{}
	model := ok(duramen.NewModule(ctx, "Sequential", duramen.Arguments{"args": []*duramen.Module{newScaled(t, ctx, layer)}}))(t)
	x := ok(duramen.Zeros(ctx, duramen.Float32, 1, 2))(t)

	layer.fails = errors.New("told to fail")
	_, err := model.Forward(ctx, x)
	if failed := is(t, err, duramen.ErrCallback); failed.Message != "told to fail" || !errors.Is(err, layer.fails) {
		t.Error(err)
	}
	_, err = model.Forward(ctx, ok(duramen.Zeros(ctx, duramen.Float32, 1, 3))(t))
	if !errors.Is(err, layer.fails) {
		t.Error(err)
	}
	layer.fails = nil
	_, err = model.Forward(ctx, ok(duramen.Zeros(ctx, duramen.Float32, 1, 3))(t))
	if failed := is(t, err, duramen.ErrShapeMismatch); !strings.Contains(failed.Message, "1x3 and 2x2") {
		t.Error(err)
	}
	no(t, failure(model.Forward(ctx, x)))
}

type panics struct{ with any }

func (p panics) Forward(*duramen.Context, *duramen.Module, []*duramen.Tensor) ([]*duramen.Tensor, error) {
	panic(p.with)
}

func TestPanicsBecomeErrors(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.Zeros(ctx, duramen.Float32, 1))(t)
	_, err := ok(duramen.NewOwnModule(ctx, panics{"oh"}))(t).Forward(ctx, x)
	if failed := is(t, err, duramen.ErrCallback); failed.Message != "panic: oh" {
		t.Error(err)
	}
	own := errors.New("own")
	_, err = ok(duramen.NewOwnModule(ctx, panics{own}))(t).Forward(ctx, x)
	if !errors.Is(err, own) {
		t.Error(err)
	}
	var nothing any
	_, err = ok(duramen.NewOwnModule(ctx, panics{nothing}))(t).Forward(ctx, x)
	is(t, err, duramen.ErrCallback)
	_, err = ok(duramen.NewOwnModule(ctx, panics{"\xff"}))(t).Forward(ctx, x)
	is(t, err, duramen.ErrCallback)
	_, err = ok(duramen.NewOwnModule(ctx, panics{}))(t).DeepCopy(ctx)
	is(t, err, duramen.ErrUnsupported)
	is(t, failure(duramen.NewOwnModule(ctx, nil)), duramen.ErrInvalidArgument)
}

// several takes any arguments and gives several results.
type several struct{}

func (several) Forward(ctx *duramen.Context, self *duramen.Module, inputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
	return []*duramen.Tensor{inputs[1], inputs[0]}, nil
}

type general struct{ several }

func (general) Call(ctx *duramen.Context, self *duramen.Module, arguments duramen.Tuple, keywords duramen.Dict) (any, error) {
	scale, _ := keywords.Get("scale")
	return duramen.Dict{{Key: "count", Value: len(arguments)}, {Key: "scale", Value: scale}, {Key: "first", Value: arguments[0]}}, nil
}

func TestAnyArgumentsAndResults(t *testing.T) {
	ctx := newContext(t)
	a, b := ok(duramen.Scalar(ctx, 1.0))(t), ok(duramen.Scalar(ctx, 2.0))(t)
	swapped := ok(ok(duramen.NewOwnModule(ctx, several{}))(t).Call(ctx, duramen.Tuple{a, b}, nil))(t).(duramen.Tuple)
	if !swapped[0].(*duramen.Tensor).Is(b) || !swapped[1].(*duramen.Tensor).Is(a) {
		t.Error(swapped)
	}
	result := ok(ok(duramen.NewOwnModule(ctx, general{}))(t).Call(ctx, duramen.Tuple{a, "text", []any{1, nil}},
		duramen.Dict{{Key: "scale", Value: 0.5}}))(t).(duramen.Dict)
	first, _ := result.Get("first")
	if count, _ := result.Get("count"); count != int64(3) || result[1].Value != 0.5 || !first.(*duramen.Tensor).Is(a) {
		t.Error(result)
	}
	_, err := ok(duramen.NewOwnModule(ctx, several{}))(t).Call(ctx, duramen.Tuple{a, "text"}, nil)
	is(t, err, duramen.ErrInvalidArgument)
}

// traced counts the calls of what it is derived from.
type traced struct{ calls *int }

func (traced) Forward(*duramen.Context, *duramen.Module, []*duramen.Tensor) ([]*duramen.Tensor, error) {
	return nil, errors.New("Call comes first")
}

func (tr traced) Call(ctx *duramen.Context, self *duramen.Module, arguments duramen.Tuple, keywords duramen.Dict) (any, error) {
	*tr.calls++
	return self.CallBase(ctx, arguments, keywords)
}

func TestDerivedClass(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(Linear(2, 1), ReLU())"))(t)
	linear := ok(model.Get("0"))(t)
	calls := 0
	no(t, linear.Derive(traced{&calls}))
	if output := ok(model.Forward(ctx, ok(duramen.Zeros(ctx, duramen.Float32, 3, 2))(t)))(t); output.Len() != 3 || calls != 1 {
		t.Error(output, calls)
	}
	if linear.ClassName() != "traced" || ok(linear.BaseExtraRepr())(t) != "in_features=2, out_features=1, bias=True" {
		t.Error(linear)
	}
	is(t, linear.Derive(traced{&calls}), duramen.ErrState)
}

// cube is x³, with a gradient of its own.
type cube struct{ fails error }

func (cube) Name() string { return "CubeBackward" }

func (c cube) Forward(ctx *duramen.Context, state *duramen.FunctionState, inputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
	if err := state.Save(inputs[0]); err != nil {
		return nil, err
	}
	if err := state.SetValue("kept"); err != nil {
		return nil, err
	}
	square := duramen.Must(inputs[0].Mul(ctx, inputs[0]))
	return []*duramen.Tensor{duramen.Must(square.Mul(ctx, inputs[0]))}, nil
}

func (c cube) Backward(ctx *duramen.Context, state *duramen.FunctionState, gradients []*duramen.Tensor) ([]*duramen.Tensor, error) {
	if c.fails != nil {
		return nil, c.fails
	}
	if value, err := state.Value(); value != "kept" || err != nil || !state.NeedsInputGrad(0) {
		return nil, fmt.Errorf("the state has %v: %v", value, err)
	}
	x := duramen.Must(state.Saved(0))
	slope := duramen.Must(duramen.Must(x.Mul(ctx, x)).Mul(ctx, duramen.Must(duramen.Scalar(ctx, float32(3)))))
	return []*duramen.Tensor{duramen.Must(slope.Mul(ctx, gradients[0]))}, nil
}

func TestOwnFunction(t *testing.T) {
	ctx := newContext(t)
	x := ok(duramen.NewParameter(ok(duramen.FromSlice(ctx, []float32{2}))(t), true))(t)
	y := ok(duramen.ApplyFunction(ctx, cube{}, 1, x))(t)[0]
	if ok(y.Item())(t) != 8 || ok(y.GradFn())(t) != "CubeBackward" {
		t.Error(y)
	}
	no(t, y.Backward(ctx))
	if got := ok(ok(x.Grad())(t).Item())(t); got != 12 {
		t.Error(got)
	}
	failed := errors.New("no gradient today")
	y = ok(duramen.ApplyFunction(ctx, cube{failed}, 1, x))(t)[0]
	if err := y.Backward(ctx); !errors.Is(err, failed) {
		t.Error(err)
	}
	is(t, failure(duramen.ApplyFunction(ctx, nil, 1, x)), duramen.ErrInvalidArgument)
	is(t, failure(duramen.ApplyFunction(ctx, cube{}, 2, x)), duramen.ErrCallback)
}

func TestHooks(t *testing.T) {
	ctx := newContext(t)
	net := ok(duramen.FromText(ctx, "Sequential(Linear(1, 1, bias=False))"))(t)
	layer := ok(net.Get("0"))(t)
	id := ok(layer.AddHooks(duramen.Hooks{BeforeLoad: func(_ *duramen.Module, dict *duramen.StateDict, prefix string, _ *duramen.LoadNotes) error {
		kernel, err := dict.Get(prefix + "kernel")
		if err != nil {
			return err
		}
		if err := dict.Remove(prefix + "kernel"); err != nil {
			return err
		}
		return dict.Set(prefix+"weight", kernel)
	}}))(t)
	old := ok(duramen.NewStateDict())(t)
	_, err := net.LoadStateDict(ctx, old, nil)
	is(t, err, duramen.ErrNotFound)
	no(t, old.Set("0.kernel", ok(duramen.Full(ctx, duramen.Float32, 7, 1, 1))(t)))
	ok(net.LoadStateDict(ctx, old, nil))(t)
	if got := ok(ok(net.Parameter("0.weight"))(t).Item())(t); got != 7 {
		t.Error(got)
	}
	no(t, layer.RemoveHooks(id))
	is(t, layer.RemoveHooks(id), duramen.ErrNotFound)

	var log []string
	failed := errors.New("not this one")
	ok(net.AddHooks(duramen.Hooks{
		RegisterParameter: func(_ *duramen.Module, name string, p *duramen.Tensor) (*duramen.Tensor, error) {
			log = append(log, name)
			if name == "bad" {
				return nil, failed
			}
			return duramen.NewParameter(ok(duramen.Full(ctx, duramen.Float32, 9, 1))(t), true)
		},
		RegisterChild: func(_ *duramen.Module, name string, child *duramen.Module) (*duramen.Module, error) {
			log = append(log, name+" "+child.ClassName())
			return duramen.FromText(ctx, "Tanh()")
		},
		BeforeStateDict: func(_ *duramen.Module, prefix string) error { log = append(log, "before"+prefix); return nil },
		AfterStateDict: func(_ *duramen.Module, dict *duramen.StateDict, prefix string) error {
			return dict.SetValue("extra", "text")
		},
		AfterLoad: func(_ *duramen.Module, prefix string, notes *duramen.LoadNotes) error {
			if names := ok(notes.List(duramen.Unexpected))(t); !reflect.DeepEqual(names, []string{"extra"}) {
				t.Error(names)
			}
			no(t, notes.Add(duramen.Missing, "invented"))
			no(t, notes.Remove(duramen.Missing, "invented"))
			is(t, notes.Remove(duramen.Missing, "invented"), duramen.ErrNotFound)
			return notes.Clear(duramen.Unexpected)
		},
	}))(t)
	no(t, net.RegisterParameter("good", ok(duramen.NewParameter(ok(duramen.Zeros(ctx, duramen.Float32, 1))(t), true))(t)))
	err = net.RegisterParameter("bad", ok(duramen.NewParameter(ok(duramen.Zeros(ctx, duramen.Float32, 1))(t), true))(t))
	if !errors.Is(err, failed) {
		t.Error(err)
	}
	no(t, net.Register("act", ok(duramen.FromText(ctx, "ReLU()"))(t)))
	dict := ok(net.StateDict())(t)
	if !reflect.DeepEqual(log, []string{"good", "bad", "act ReLU", "before"}) || ok(net.Get("act"))(t).ClassName() != "Tanh" ||
		ok(ok(net.Parameter("good"))(t).Item())(t) != 9 || ok(dict.GetValue("extra"))(t).Text() != "text" {
		t.Error(log, net)
	}
	ok(net.LoadStateDict(ctx, dict, nil))(t)
}
