// Command scenario is Go's program of bindings/scenario.md: scenario DATA_FOLDER.
package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"duramen"
)

// must is the value of a call that a correct library does not refuse.
func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func section(name string) { fmt.Println("==", name) }

// program has what the sections share.
type program struct {
	data         string
	ctx          *duramen.Context
	module       *duramen.Module // the network of the first six sections
	own          *duramen.Module // that of the last three
	scale        *scale
	x            *duramen.Tensor
	file         *duramen.StateDict
	ofAnotherNet *duramen.StateDict
}

func (p *program) numbers(t *duramen.Tensor) string {
	var out []string
	for _, number := range must(duramen.Values[float64](p.ctx, t)) {
		out = append(out, fmt.Sprintf("%.4f", number))
	}
	return strings.Join(out, " ")
}

func shapeText(shape []int) string { return strings.ReplaceAll(fmt.Sprint(shape), " ", ", ") }

func (p *program) build() {
	section("build")
	p.ctx = must(duramen.NewContext(&duramen.ContextOptions{Seed: 0, Threads: 1}))
	p.module = must(duramen.FromText(p.ctx, "Sequential(Linear(3, 2), BatchNorm1d(2))"))
	fmt.Println(must(p.module.Repr()))
	fmt.Println("weight:", p.numbers(must(p.module.Parameter("0.weight"))))
	fmt.Println("digest:", p.digest(p.module))
}

func (p *program) digest(module *duramen.Module) string {
	return must(must(module.StateDict()).Digest(p.ctx, nil))
}

func (p *program) list() {
	section("list")
	for _, kind := range []duramen.EntryKind{duramen.Parameters, duramen.Buffers} {
		for _, entry := range must(p.module.List(&duramen.ListOptions{Kinds: kind})).Entries() {
			fmt.Printf("%s %s: %s %s", entry.Kind(), entry.Name, entry.DType(), shapeText(entry.Shape()))
			if entry.RequiresGrad() {
				fmt.Print(" requires_grad")
			}
			fmt.Println()
		}
	}
	paths := must(p.module.NamedModules()).Names()
	paths[0] = "(root)"
	fmt.Println("modules:", strings.Join(paths, ", "))
	fmt.Println("state:", strings.Join(must(must(p.module.StateDict()).Names()), ", "))
}

func (p *program) load() {
	section("load")
	checkpoint := must(duramen.Open(p.ctx, filepath.Join(p.data, "nested.pt"), nil))
	content := checkpoint.Content()
	fmt.Println("format:", checkpoint.Format())
	fmt.Println("epoch:", content.Find("epoch").Int())
	fmt.Printf("loss: %.4f\n", content.Find("loss").Float())
	fmt.Println("name:", content.Find("name").Text())
	p.file = must(checkpoint.StateDict(p.ctx, "state_dict"))
	p.printDict(p.file, must(p.file.Names())...)
	report := must(p.module.LoadStateDict(p.ctx, p.file, nil))
	fmt.Printf("missing: %d, unexpected: %d\n", len(report.Names(duramen.Missing)), len(report.Names(duramen.Unexpected)))
	p.ofAnotherNet = must(must(duramen.FromText(p.ctx, "Linear(3, 2)")).StateDict())
	report = must(p.module.LoadStateDict(p.ctx, p.ofAnotherNet, &duramen.LoadOptions{Policy: duramen.NotStrict}))
	fmt.Println("missing:", strings.Join(report.Names(duramen.Missing), ", "))
	fmt.Println("unexpected:", strings.Join(report.Names(duramen.Unexpected), ", "))
}

func (p *program) printDict(dict *duramen.StateDict, names ...string) {
	for _, name := range names {
		fmt.Printf("%s: %s\n", name, p.numbers(must(dict.Get(name))))
	}
}

// refused prints the error of a call that has to fail.
func refused(what string, err error) {
	var failed *duramen.Error
	if !errors.As(err, &failed) {
		check(fmt.Errorf("%s: expected a refusal, got %v", what, err))
	}
	fmt.Printf("%s: %s: %s\n", what, failed.Code.Name(), failed.Message)
	var keys []string
	for key := range failed.Details {
		if key != "torch_message" {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	for _, key := range keys {
		fmt.Printf("  %s = %s\n", key, failed.Details[key])
	}
}

func (p *program) zeros(dtype duramen.DType, shape ...int) *duramen.Tensor {
	return must(duramen.Zeros(p.ctx, dtype, shape...))
}

// failure is the error of a call that gives a value.
func failure[T any](_ T, err error) error { return err }

func (p *program) errors() {
	section("errors")
	refused("text", failure(duramen.FromText(p.ctx, "Linear(3")))
	refused("path", failure(p.module.Get("7")))
	refused("name", p.module.RegisterParameter("0", nil))
	refused("shape", failure(p.module.Forward(p.ctx, p.zeros(duramen.Float32, 2, 5))))
	refused("dtype", failure(p.module.Forward(p.ctx, p.zeros(duramen.Float64, 2, 3))))
	sum := must(must(p.module.Forward(p.ctx, must(duramen.Full(p.ctx, duramen.Float32, 1, 2, 3)))).Sum(p.ctx))
	check(sum.Backward(p.ctx))
	refused("state", sum.Backward(p.ctx))
	refused("read-only", must(p.file.Get("0.bias")).Fill(p.ctx, 0))
	refused("operator", failure(duramen.Apply(p.ctx, "relo", p.zeros(duramen.Float32, 1))))
	refused("size", failure(duramen.Zeros(p.ctx, duramen.Float32, 1<<40, 1<<40)))
	refused("memory", failure(duramen.Zeros(p.ctx, duramen.Float32, 1<<50)))
	refused("file", failure(duramen.Open(p.ctx, "missing.safetensors", nil)))
	check(os.WriteFile("damaged.safetensors", []byte("\x0a\x00\x00\x00\x00\x00\x00\x00{\"a\": 1}  "), 0o644))
	refused("damage", failure(duramen.Open(p.ctx, "damaged.safetensors", nil)))
	refused("fit", failure(p.module.LoadStateDict(p.ctx, p.ofAnotherNet, nil)))
	input := p.zeros(duramen.Float32, 2, 3)
	p.ctx.Cancel()
	refused("cancel", failure(p.module.Forward(p.ctx, input)))
	p.ctx.ResetCancel()
}

func (p *program) forward() {
	section("forward")
	p.x = must(duramen.FromSlice(p.ctx, []float32{0.5, -1, 2, 1.5, 0.25, -0.75}, 2, 3))
	check(p.module.Eval())
	check(p.ctx.NoGrad(func() error {
		fmt.Println("output:", p.numbers(must(p.module.Forward(p.ctx, p.x))))
		return nil
	}))
}

func (p *program) train() {
	section("train")
	check(p.module.Train())
	optimizer := must(duramen.OptimizerFromText(p.ctx, "SGD(lr=0.1, momentum=0.9)", must(p.module.Parameters())))
	targets := must(duramen.FromSlice(p.ctx, []int64{0, 1}))
	entropy := must(duramen.OpFromText("cross_entropy"))
	for step := 0; step < 3; step++ {
		check(p.ctx.Scope(func() error {
			check(optimizer.ZeroGrad())
			loss := must(entropy.Apply(p.ctx, must(p.module.Forward(p.ctx, p.x)), targets))
			fmt.Printf("step %d: loss %.4f\n", step, must(loss.Item()))
			check(loss.Backward(p.ctx))
			return optimizer.Step(p.ctx)
		}))
	}
	p.printDict(must(p.module.StateDict()), "1.weight", "1.bias", "1.running_mean", "1.num_batches_tracked")
}

// scale multiplies what its child gives.
type scale struct{ fails bool }

func (*scale) ClassName() string { return "Scale" }

func (s *scale) Clone() (duramen.Layer, error) { return &scale{s.fails}, nil }

func (s *scale) Forward(ctx *duramen.Context, self *duramen.Module, inputs []*duramen.Tensor) ([]*duramen.Tensor, error) {
	if s.fails {
		return nil, errors.New("scale: told to fail")
	}
	inner, err := self.Get("inner")
	if err != nil {
		return nil, err
	}
	defer inner.Close()
	factor, err := self.Parameter("scale")
	if err != nil {
		return nil, err
	}
	defer factor.Close()
	output, err := inner.Forward(ctx, inputs[0])
	if err != nil {
		return nil, err
	}
	output, err = output.Mul(ctx, factor)
	return []*duramen.Tensor{output}, err
}

func (p *program) ownModule() {
	section("own module")
	check(p.ctx.Seed(1))
	p.scale = &scale{}
	layer := must(duramen.NewOwnModule(p.ctx, p.scale))
	check(layer.Register("inner", must(duramen.FromText(p.ctx, "Linear(3, 2)"))))
	two := must(duramen.NewParameter(must(duramen.FromSlice(p.ctx, []float32{2})), true))
	check(layer.RegisterParameter("scale", two))
	p.own, _, _ = duramen.FromTextWith(p.ctx, "Sequential(first, Tanh())",
		duramen.TextOptions{Modules: map[string]*duramen.Module{"first": layer}})
	fmt.Println(must(p.own.Repr()))
	output := must(p.own.Forward(p.ctx, p.x))
	fmt.Println("output:", p.numbers(output))
	check(must(output.Sum(p.ctx)).Backward(p.ctx))
	for _, entry := range must(p.own.NamedParameters()).Entries() {
		fmt.Printf("grad %s: %s\n", entry.Name, p.numbers(must(must(entry.Tensor()).Grad())))
	}
	p.scale.fails = true
	_, err := p.own.Forward(p.ctx, p.x)
	if !errors.Is(err, duramen.ErrCallback) {
		check(fmt.Errorf("expected a failure, got %v", err))
	}
	fmt.Println("failure:", err)
	p.scale.fails = false
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func (p *program) save() {
	section("save")
	dict := must(p.own.StateDict())
	check(dict.SetMetadata("step", "3"))
	for _, path := range []string{"own.safetensors", "own.pt"} {
		check(dict.Save(p.ctx, path, nil))
		checkpoint := must(duramen.Open(p.ctx, path, nil))
		read := must(checkpoint.StateDict(p.ctx, ""))
		fmt.Printf("%s: %s, %d entries, equal %s\n", path, checkpoint.Format(), read.Len(),
			yes(len(must(dict.Diff(p.ctx, read, nil))) == 0))
	}
	fmt.Println("metadata: step =", must(must(duramen.Load(p.ctx, "own.safetensors")).Metadata("step")))
}

func (p *program) compare() {
	section("compare")
	other := must(p.own.DeepCopy(p.ctx))
	fmt.Println("digests equal:", yes(p.digest(p.own) == p.digest(other)))
	check(duramen.Write(must(other.Parameter("0.scale")), func(data []float32) error {
		data[0] = 2.5
		return nil
	}))
	check(duramen.Write(must(other.Parameter("0.inner.bias")), func(data []float32) error {
		data[0] = float32(math.NaN())
		return nil
	}))
	dict := must(p.own.StateDict())
	differences := must(dict.Diff(p.ctx, must(other.StateDict()), nil))
	fmt.Println("equal entries:", dict.Len()-len(differences))
	for _, difference := range differences {
		printDifference(difference)
	}
}

func printDifference(d duramen.Difference) {
	distance := "none"
	if d.HasDistance {
		distance = fmt.Sprintf("%.4f", d.Distance)
	}
	fmt.Printf("%s: %s, %d different, %d nan in one, at most %s\n", d.Name, strings.Join(d.What(), " "), d.Different,
		d.NaNInOneOnly, distance)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: scenario DATA_FOLDER")
		os.Exit(2)
	}
	p := &program{data: os.Args[1]}
	for _, run := range []func(){p.build, p.list, p.load, p.errors, p.forward, p.train, p.ownModule, p.save, p.compare} {
		run()
	}
}
