package duramen_test

import (
	"reflect"
	"strings"
	"testing"

	"duramen"
)

func TestListing(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(Linear(3, 2), BatchNorm1d(2))"))(t)
	listing := ok(model.List(nil))(t)
	names := []string{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"}
	if !reflect.DeepEqual(listing.Names(), names) || listing.Len() != len(names) {
		t.Fatal(listing.Names())
	}
	weight, found := listing.Find("0.weight")
	if !found || weight.Kind() != duramen.Parameters || weight.DType() != duramen.Float32 || weight.Bytes() != 24 ||
		!reflect.DeepEqual(weight.Shape(), []int{2, 3}) || !weight.RequiresGrad() || !weight.IsPersistent() {
		t.Error(weight)
	}
	counter, _ := listing.Find("1.num_batches_tracked")
	if counter.Kind() != duramen.Buffers || len(counter.Shape()) != 0 || counter.DType() != duramen.Int64 {
		t.Error(counter)
	}
	if _, found := listing.Find("2.weight"); found {
		t.Error("found what is not there")
	}
	tensor := ok(weight.Tensor())(t)
	if !tensor.Is(ok(model.Parameter("0.weight"))(t)) || tensor.Is(ok(model.Parameter("0.bias"))(t)) {
		t.Error("another tensor")
	}
	if owner := ok(weight.Module())(t); owner.ClassName() != "Linear" {
		t.Error(owner)
	}
	some := ok(model.List(&duramen.ListOptions{Include: "**.bias", Exclude: "1.*"}))(t)
	if !reflect.DeepEqual(some.Names(), []string{"0.bias"}) {
		t.Error(some.Names())
	}
	some = ok(model.List(&duramen.ListOptions{Include: "**.bias", Prefix: "net"}))(t)
	if !reflect.DeepEqual(some.Names(), []string{"net.0.bias", "net.1.bias"}) {
		t.Error(some.Names())
	}
	if empty := ok(ok(duramen.FromText(ctx, "ReLU()"))(t).List(nil))(t); empty.Len() != 0 || len(empty.Entries()) != 0 {
		t.Error(empty.Names())
	}
	if none := ok(ok(duramen.FromText(ctx, "Linear(2, 2, bias=False)"))(t).List(&duramen.ListOptions{IncludeNone: true}))(t); none.Len() != 2 ||
		ok(none.Entry(1).Tensor())(t) != nil {
		t.Error(none.Names())
	}
}

func TestTies(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(Linear(2, 2), Linear(2, 2))"))(t)
	no(t, model.Tie("1.weight", "0.weight"))
	all := ok(model.List(&duramen.ListOptions{KeepDuplicates: true}))(t)
	tied, _ := all.Find("1.weight")
	if all.Len() != 4 || tied.FirstIndex() != 0 || tied.FirstStorageIndex() != 0 {
		t.Error(all.Names(), tied.FirstIndex())
	}
	if changed := ok(model.Untie(ctx, "1.weight"))(t); !changed {
		t.Error("untied nothing")
	}
}

func TestTreeEdits(t *testing.T) {
	ctx := newContext(t)
	root := ok(duramen.NewModule(ctx, "Module", nil))(t)
	no(t, root.RegisterParameter("scale", ok(duramen.NewParameter(ok(duramen.Full(ctx, duramen.Float32, 2))(t), true))(t)))
	no(t, root.RegisterParameter("nothing", nil))
	no(t, root.RegisterBuffer("mean", ok(duramen.Zeros(ctx, duramen.Float32, 2))(t)))
	no(t, root.RegisterTemporary("scratch", ok(duramen.Zeros(ctx, duramen.Float32, 2))(t)))
	no(t, root.Register("inner", ok(duramen.FromText(ctx, "Linear(2, 2)"))(t)))
	names := ok(ok(root.StateDict())(t).Names())(t)
	if !reflect.DeepEqual(names, []string{"scale", "mean", "inner.weight", "inner.bias"}) {
		t.Error(names)
	}
	is(t, root.Register("scale", nil), duramen.ErrAlreadyExists)
	if _, err := root.Parameter("inner.wieght"); is(t, err, duramen.ErrNotFound).Detail("nearest") != "weight" {
		t.Error(err)
	}
	if ok(root.Buffer("mean"))(t).Len() != 2 {
		t.Error("mean")
	}
	no(t, root.Remove("mean"))
	is(t, failure(root.Buffer("mean")), duramen.ErrNotFound)
	no(t, root.Set("extra", ok(duramen.FromText(ctx, "ReLU()"))(t)))
	no(t, root.Replace("extra", ok(duramen.FromText(ctx, "Tanh()"))(t)))
	is(t, root.Replace("absent", ok(duramen.FromText(ctx, "Tanh()"))(t)), duramen.ErrNotFound)
	if class := ok(root.Get("extra"))(t).ClassName(); class != "Tanh" {
		t.Error(class)
	}
	var seen []string
	no(t, root.Apply(func(m *duramen.Module) error { seen = append(seen, m.ClassName()); return nil }))
	if !reflect.DeepEqual(seen, []string{"Linear", "Tanh", "Module"}) {
		t.Error(seen)
	}
}

func TestContainers(t *testing.T) {
	ctx := newContext(t)
	list := ok(duramen.NewModule(ctx, "Sequential", duramen.Arguments{"args": []*duramen.Module{
		ok(duramen.FromText(ctx, "Linear(2, 3)"))(t), ok(duramen.FromText(ctx, "ReLU()"))(t)}}))(t)
	no(t, list.Append(ok(duramen.FromText(ctx, "Linear(3, 1)"))(t), ok(duramen.FromText(ctx, "Tanh()"))(t)))
	no(t, list.Insert(1, ok(duramen.FromText(ctx, "Dropout(0.5)"))(t)))
	if keys := ok(list.Keys())(t); list.Len() != 5 || !reflect.DeepEqual(keys, []string{"0", "1", "2", "3", "4"}) {
		t.Error(keys)
	}
	if popped := ok(list.Pop(-1))(t); popped.ClassName() != "Tanh" || ok(list.Item(1))(t).ClassName() != "Dropout" {
		t.Error(list)
	}
	if part := ok(list.SubSlice(2, duramen.All))(t); part.Len() != 2 {
		t.Error(part)
	}
	is(t, failure(list.Item(9)), duramen.ErrNotFound)
	if ok(duramen.FromText(ctx, "ReLU()"))(t).Len() != -1 {
		t.Error("a ReLU has a length")
	}
	dict := ok(duramen.NewModule(ctx, "ModuleDict", duramen.Arguments{"modules": []duramen.NamedModule{
		{Name: "head", Module: ok(duramen.FromText(ctx, "Linear(2, 3)"))(t)}}}))(t)
	no(t, dict.SetKey("act", ok(duramen.FromText(ctx, "ReLU()"))(t)))
	if got := ok(dict.Key("act"))(t).ClassName(); got != "ReLU" || !reflect.DeepEqual(ok(dict.Keys())(t), []string{"head", "act"}) {
		t.Error(dict)
	}
	list = ok(duramen.NewModule(ctx, "ParameterList", nil))(t)
	no(t, list.ExtendEntries(ok(duramen.Zeros(ctx, duramen.Float32, 2))(t), ok(duramen.Zeros(ctx, duramen.Float32, 3))(t)))
	if list.Len() != 2 || ok(list.Entry("1"))(t).(*duramen.Tensor).Len() != 3 {
		t.Error(list)
	}
	parameters := ok(duramen.NewModule(ctx, "ParameterDict", nil))(t)
	no(t, parameters.SetEntry("a", ok(duramen.Zeros(ctx, duramen.Float32, 2))(t)))
	if entry := ok(parameters.Entry("a"))(t).(*duramen.Tensor); !entry.IsParameter() {
		t.Error(entry)
	}
	if popped := ok(parameters.PopEntry("a"))(t).(*duramen.Tensor); popped.Len() != 2 || parameters.Len() != 0 {
		t.Error(parameters)
	}
}

func TestArgumentsByName(t *testing.T) {
	ctx := newContext(t)
	layer := ok(duramen.NewModule(ctx, "Conv2d", duramen.Arguments{"in_channels": 1, "out_channels": 2, "kernel_size": []int{3, 5},
		"bias": false, "padding_mode": "reflect", "dtype": duramen.Float64}))(t)
	if got := layer.String(); got != "Conv2d(1, 2, kernel_size=(3, 5), stride=(1, 1), bias=False, padding_mode=reflect)" {
		t.Error(got)
	}
	weights := ok(duramen.FromSlice(ctx, []float32{1, 2}))(t)
	loss := ok(duramen.NewModule(ctx, "CrossEntropyLoss", duramen.Arguments{"weight": weights, "label_smoothing": 0.1}))(t)
	if ok(loss.Buffer("weight"))(t).Len() != 2 {
		t.Error(loss)
	}
	_, err := duramen.NewModule(ctx, "Linear", duramen.Arguments{"in_features": 1, "out_features": 1, "baias": true})
	is(t, err, duramen.ErrInvalidArgument)
	_, err = duramen.NewModule(ctx, "Linear", duramen.Arguments{"in_features": struct{}{}})
	is(t, err, duramen.ErrInvalidArgument)
}

func TestPrintouts(t *testing.T) {
	ctx := newContext(t)
	model, unknown, err := duramen.FromTextWith(ctx, "Net(\n  (fc): Linear(in_features=2, out_features=1, bias=True)\n)",
		duramen.TextOptions{UnknownAsContainers: true})
	no(t, err)
	if !reflect.DeepEqual(unknown, map[string]string{"": "Net"}) || !strings.HasPrefix(model.String(), "Net(") {
		t.Error(unknown, model)
	}
	linear := ok(duramen.FromText(ctx, "Linear(2, 1)"))(t)
	if again := ok(duramen.FromText(ctx, ok(linear.Text())(t)))(t); again.String() != linear.String() {
		t.Error(again)
	}
}

func TestTreesAsAWhole(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(Linear(2, 2), Linear(2, 2))"))(t)
	other := ok(model.DeepCopy(ctx))(t)
	no(t, ok(other.Parameter("0.bias"))(t).Init(ctx, "constant_(3.0)"))
	dict, state := ok(model.StateDict())(t), ok(other.StateDict())(t)
	differences := ok(dict.Diff(ctx, state, nil))(t)
	if len(differences) != 1 || differences[0].Name != "0.bias" || !differences[0].Elements || differences[0].Different != 2 {
		t.Error(differences)
	}
	if json := ok(dict.DiffJSON(ctx, state, &duramen.ListOptions{Include: "0.*"}))(t); !strings.Contains(json, `"equal_entries": 1`) {
		t.Error(json)
	}
	no(t, model.CopyFrom(ctx, other, nil))
	if ok(dict.Digest(ctx, nil))(t) != ok(state.Digest(ctx, nil))(t) {
		t.Error("the copy differs")
	}
	no(t, model.Lerp(ctx, other, 0.5, &duramen.BlendOptions{Include: "0.*"}))
	if frozen := ok(model.Freeze("0.**", ""))(t); frozen != 2 {
		t.Error(frozen)
	}
	if trainable := ok(model.List(&duramen.ListOptions{OnlyTrainable: true}))(t); trainable.Len() != 2 {
		t.Error(trainable.Names())
	}
	if vector := ok(model.Flatten(ctx, 0))(t); vector.Len() != 12 {
		t.Error(vector)
	}
	no(t, model.To(ctx, duramen.Float64))
	if weight := ok(model.Parameter("0.weight"))(t); weight.DType() != duramen.Float64 {
		t.Error(weight)
	}
	no(t, ok(model.Get("0"))(t).Parametrize(ctx, "weight", "weight_norm(dim=0)"))
	if weight := ok(ok(model.Get("0"))(t).Parametrized(ctx, "weight"))(t); weight.Len() != 4 {
		t.Error(weight)
	}
	is(t, model.CopyFrom(ctx, other, nil), duramen.ErrIncompatible)
}

func TestLazyModules(t *testing.T) {
	ctx := newContext(t)
	lazy := ok(duramen.FromText(ctx, "LazyLinear(3)"))(t)
	if !ok(lazy.List(nil))(t).Entry(0).IsUninitialized() {
		t.Error(lazy)
	}
	no(t, lazy.InitializeParameters(ctx, ok(duramen.Zeros(ctx, duramen.Float32, 1, 5))(t)))
	if lazy.ClassName() != "Linear" || ok(lazy.Parameter("weight"))(t).Len() != 15 {
		t.Error(lazy)
	}
}

func TestOptimizers(t *testing.T) {
	ctx := newContext(t)
	model := ok(duramen.FromText(ctx, "Sequential(Linear(2, 2), Linear(2, 2))"))(t)
	head := ok(ok(model.Get("0"))(t).Parameters())(t)
	tail := ok(ok(model.Get("1"))(t).Parameters())(t)
	optimizer := ok(duramen.NewOptimizer(ctx, "Adam", head, duramen.Arguments{"lr": 0.1, "betas": []float64{0.8, 0.9}}))(t)
	no(t, optimizer.AddGroup(ctx, tail, map[string]any{"lr": 0.5}))
	if optimizer.ClassName() != "Adam" || optimizer.Groups() != 2 || ok(optimizer.Option(1, "lr"))(t) != 0.5 {
		t.Error(optimizer.Option(1, "lr"))
	}
	if betas := ok(optimizer.Option(0, "betas"))(t); !reflect.DeepEqual(betas, duramen.Tuple{0.8, 0.9}) {
		t.Error(betas)
	}
	no(t, optimizer.SetLR(duramen.AllGroups, 0.25))
	no(t, optimizer.SetOption(0, "weight_decay", 0.5))
	is(t, optimizer.SetOption(7, "lr", 0.5), duramen.ErrNotFound)
	is(t, optimizer.SetOption(0, "lr", struct{}{}), duramen.ErrInvalidArgument)
	x := ok(duramen.Full(ctx, duramen.Float32, 1, 1, 2))(t)
	no(t, ok(ok(model.Forward(ctx, x))(t).Sum(ctx))(t).Backward(ctx))
	no(t, optimizer.Step(ctx))
	state := ok(optimizer.State())(t)
	again := ok(duramen.NewOptimizer(ctx, "Adam", head, nil))(t)
	is(t, again.LoadState(ctx, state), duramen.ErrIncompatible)
	no(t, again.AddGroup(ctx, tail, nil))
	no(t, again.LoadState(ctx, state))
	if ok(again.Option(0, "lr"))(t) != 0.25 {
		t.Error("the state was not taken")
	}
	groups, _ := state.Go().(duramen.Dict).Get("param_groups")
	if len(groups.([]any)) != 2 {
		t.Error(groups)
	}
}

func TestContextState(t *testing.T) {
	ctx := ok(duramen.NewContext(&duramen.ContextOptions{Seed: 5, Threads: 2}))(t)
	state := ok(ctx.GeneratorState())(t)
	a := ok(duramen.FromText(ctx, "Linear(2, 2)"))(t)
	no(t, ctx.SetGeneratorState(state))
	b := ok(duramen.FromText(ctx, "Linear(2, 2)"))(t)
	differences := ok(ok(a.StateDict())(t).Diff(ctx, ok(b.StateDict())(t), nil))(t)
	if len(differences) != 0 || len(state) != 5056 || ctx.InitialSeed() != 5 || ctx.Threads() != 2 {
		t.Error(differences, len(state))
	}
	is(t, ctx.SetGeneratorState(nil), duramen.ErrInvalidArgument)
	is(t, failure(duramen.NewContext(&duramen.ContextOptions{Threads: -1})), duramen.ErrInvalidArgument)
	if info := ok(ctx.BLASInfo())(t); info == "" || duramen.Version() == "" || !duramen.Supports("torch") || duramen.Supports("magic") {
		t.Error(info)
	}
	no(t, ctx.SetDefaultDType(duramen.Float64))
	if ctx.DefaultDType() != duramen.Float64 {
		t.Error(ctx.DefaultDType())
	}
}
