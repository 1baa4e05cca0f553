package duramen_test

import (
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"duramen"
	"duramen/nn"
	"duramen/optim"
)

// must ends an example where a call fails.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func ExampleFromText() {
	ctx := must(duramen.NewContext(nil))
	defer ctx.Close()
	model := must(duramen.FromText(ctx, "Sequential(Linear(4, 3), BatchNorm1d(3))"))
	for _, entry := range must(model.List(nil)).Entries() {
		fmt.Println(entry.Name, entry.Kind(), entry.DType(), entry.Shape())
	}
	// Output:
	// 0.weight parameter float32 [3 4]
	// 0.bias parameter float32 [3]
	// 1.weight parameter float32 [3]
	// 1.bias parameter float32 [3]
	// 1.running_mean buffer float32 [3]
	// 1.running_var buffer float32 [3]
	// 1.num_batches_tracked buffer int64 []
}

func ExampleError() {
	ctx := must(duramen.NewContext(nil))
	defer ctx.Close()
	model := must(duramen.FromText(ctx, "Sequential(Linear(4, 3))"))
	_, err := model.Parameter("0.wieght")
	var failed *duramen.Error
	if errors.As(err, &failed) {
		fmt.Println(failed.Code.Name(), failed.Detail("nearest"))
	}
	fmt.Println(errors.Is(err, duramen.ErrNotFound))
	// Output:
	// NOT_FOUND weight
	// true
}

func ExampleContext_Scope() {
	ctx := must(duramen.NewContext(nil))
	defer ctx.Close()
	model := must(nn.Sequential(ctx, must(nn.Linear(ctx, 2, 8)), must(nn.Tanh(ctx)), must(nn.Linear(ctx, 8, 1))))
	loss := must(nn.MSELoss(ctx))
	optimizer := must(optim.SGD(ctx, must(model.Parameters()), optim.LR(0.2), optim.Momentum(0.9)))
	x := must(duramen.FromSlice(ctx, []float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2))
	y := must(duramen.FromSlice(ctx, []float32{0, 1, 1, 0}, 4, 1))
	for step := 0; step < 300; step++ {
		err := ctx.Scope(func() error { // what a step makes is closed at its end
			if err := optimizer.ZeroGrad(); err != nil {
				return err
			}
			output, err := model.Forward(ctx, x)
			if err != nil {
				return err
			}
			difference, err := loss.Forward(ctx, output, y)
			if err != nil {
				return err
			}
			if err := difference.Backward(ctx); err != nil {
				return err
			}
			return optimizer.Step(ctx)
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	for _, value := range must(duramen.Values[float64](ctx, must(model.Forward(ctx, x)))) {
		fmt.Printf("%.1f ", math.Abs(value))
	}
	// Output: 0.0 1.0 1.0 0.0
}

// Scale multiplies what its child gives.
type Scale struct{}

func (Scale) Forward(ctx *duramen.Context, self *duramen.Module, inputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
	inner, err := self.Get("inner")
	if err != nil {
		return nil, err
	}
	factor, err := self.Parameter("scale")
	if err != nil {
		return nil, err
	}
	y, err := inner.Forward(ctx, inputs[0])
	if err != nil {
		return nil, err
	}
	y, err = y.Mul(ctx, factor)
	return []*duramen.Tensor{y}, err
}

func ExampleNewOwnModule() {
	ctx := must(duramen.NewContext(nil))
	defer ctx.Close()
	layer := must(duramen.NewOwnModule(ctx, Scale{}))
	if err := layer.Register("inner", must(nn.Linear(ctx, 2, 1))); err != nil {
		log.Fatal(err)
	}
	if err := layer.RegisterParameter("scale", must(duramen.NewParameter(must(duramen.Full(ctx, duramen.Float32, 0)), true))); err != nil {
		log.Fatal(err)
	}
	x := must(duramen.FromSlice(ctx, []float32{1, 2}, 1, 2))
	fmt.Println(layer)
	fmt.Println(must(must(layer.Forward(ctx, x)).Item()))
	// Output:
	// Scale(
	//   (inner): Linear(in_features=2, out_features=1, bias=True)
	// )
	// 0
}

func ExampleStateDict_Write() {
	ctx := must(duramen.NewContext(nil))
	defer ctx.Close()
	dict := must(must(nn.Linear(ctx, 2, 1)).StateDict())
	folder := must(os.MkdirTemp("", "duramen"))
	defer os.RemoveAll(folder)
	file := must(os.Create(filepath.Join(folder, "linear.safetensors")))
	if err := dict.Write(ctx, file, &duramen.SaveOptions{Format: duramen.Safetensors}); err != nil {
		log.Fatal(err)
	}
	size := must(file.Stat()).Size()
	read := must(duramen.OpenReader(ctx, file, size, nil)) // an *os.File is an io.ReaderAt
	fmt.Println(read.Format(), must(must(read.StateDict(ctx, "")).Names()))
	// Output: safetensors [bias weight]
}

func ExampleRead() {
	ctx := must(duramen.NewContext(nil))
	defer ctx.Close()
	x := must(duramen.Zeros(ctx, duramen.Float32, 3))
	err := duramen.Write(x, func(data []float32) error { // the tensor's own memory, for the time of the call
		for i := range data {
			data[i] = float32(i)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	_ = duramen.Read(x, func(data []float32) error {
		fmt.Println(data)
		return nil
	})
	// Output: [0 1 2]
}
