package nn_test

import (
	"errors"
	"testing"

	"duramen"
	"duramen/nn"
	"duramen/optim"
)

// shown is what a module prints.
func shown(t *testing.T) func(*duramen.Module, error) string {
	return func(m *duramen.Module, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return m.String()
	}
}

func TestConstructors(t *testing.T) {
	ctx, err := duramen.NewContext(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ctx.Close()
	text := shown(t)
	weight, err := duramen.FromSlice(ctx, []float32{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct{ got, wanted string }{
		{text(nn.Linear(ctx, 4, 3, nn.Bias(false))), "Linear(in_features=4, out_features=3, bias=False)"},
		{text(nn.Conv2d(ctx, 3, 64, 7, nn.Stride(2), nn.Padding(3))), "Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3))"},
		{text(nn.Conv2d(ctx, 3, 64, [2]int{3, 5}, nn.PaddingText("same"), nn.Groups(1))),
			"Conv2d(3, 64, kernel_size=(3, 5), stride=(1, 1), padding=same)"},
		{text(nn.MaxPool2d(ctx, []int{2, 3}, nn.CeilMode(true))),
			"MaxPool2d(kernel_size=(2, 3), stride=(2, 3), padding=0, dilation=1, ceil_mode=True)"},
		{text(nn.LayerNorm(ctx, 8, nn.ElementwiseAffine(false))), "LayerNorm((8,), eps=1e-05, elementwise_affine=False, bias=False)"},
		{text(nn.LayerNorm(ctx, [2]int{4, 8}, nn.Eps(1e-3), nn.DType(duramen.Float64))), "LayerNorm((4, 8), eps=0.001, elementwise_affine=True, bias=True)"},
		{text(nn.Dropout(ctx, nn.P(0.25))), "Dropout(p=0.25, inplace=False)"},
		{text(nn.LeakyReLU(ctx, nn.NegativeSlope(1))), "LeakyReLU(negative_slope=1.0)"},
		{text(nn.Upsample(ctx, nn.ScaleFactor(2), nn.Mode("nearest"))), "Upsample(scale_factor=2.0, mode='nearest')"},
		{text(nn.LSTM(ctx, 3, 5, nn.BatchFirst(true), nn.WithDropout(0))), "LSTM(3, 5, batch_first=True)"},
		{text(nn.Threshold(ctx, 0.5, 20)), "Threshold(threshold=0.5, value=20.0)"},
		{text(nn.CrossEntropyLoss(ctx, nn.Weight(weight), nn.LabelSmoothing(0.1))), "CrossEntropyLoss()"},
		{text(nn.Identity(ctx)), "Identity()"},
	} {
		if one.got != one.wanted {
			t.Errorf("%s instead of %s", one.got, one.wanted)
		}
	}
	if _, err := nn.Linear(ctx, -1, 3); !errors.Is(err, duramen.ErrInvalidArgument) {
		t.Error(err)
	}
}

func TestContainersAndOptimizers(t *testing.T) {
	ctx, err := duramen.NewContext(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ctx.Close()
	model := duramen.Must(nn.Sequential(ctx, duramen.Must(nn.Linear(ctx, 2, 2)), duramen.Must(nn.ReLU(ctx))))
	named := duramen.Must(nn.SequentialOf(ctx, duramen.NamedModule{Name: "body", Module: model}))
	listing := duramen.Must(named.List(nil))
	if names := listing.Names(); len(names) != 2 || names[0] != "body.0.weight" {
		t.Error(names)
	}
	for _, made := range []*duramen.Module{duramen.Must(nn.ModuleList(ctx, model)),
		duramen.Must(nn.ModuleDict(ctx, duramen.NamedModule{Name: "a", Module: model})),
		duramen.Must(nn.ParameterList(ctx, duramen.Must(model.Parameters())[0]))} {
		if made.Len() != 1 {
			t.Error(made)
		}
	}
	parameters := duramen.Must(model.Parameters())
	sgd := duramen.Must(optim.SGD(ctx, parameters, optim.LR(0.5), optim.Momentum(0.9), optim.Nesterov(true)))
	adam := duramen.Must(optim.AdamW(ctx, parameters, optim.Betas(0.8, 0.9), optim.WeightDecay(0.5)))
	if sgd.ClassName() != "SGD" || duramen.Must(sgd.Option(0, "nesterov")) != true || duramen.Must(sgd.Option(0, "lr")) != 0.5 {
		t.Error(sgd.Option(0, "nesterov"))
	}
	if betas := duramen.Must(adam.Option(0, "betas")).(duramen.Tuple); betas[0] != 0.8 || betas[1] != 0.9 {
		t.Error(betas)
	}
	if _, err := optim.SGD(ctx, parameters, optim.LR(-1)); !errors.Is(err, duramen.ErrInvalidArgument) {
		t.Error(err)
	}
}
