// Package duramen is PyTorch's module trees, state dicts, checkpoint files, forward and backward on the CPU, without
// Python: Go over the C interface of libduramen.
//
//	ctx, err := duramen.NewContext(nil)
//	model, err := duramen.FromText(ctx, "Sequential(Linear(4, 8), ReLU(), Linear(8, 2))")
//	dict, err := duramen.Load(ctx, "model.pt")
//	_, err = model.LoadStateDict(ctx, dict, nil)
//	x, err := duramen.FromSlice(ctx, []float32{1, 2, 3, 4}, 1, 4)
//	y, err := model.Forward(ctx, x)
//
// # Errors
//
// Every call that can fail gives an error, a *Error for errors.As; its code is for errors.Is:
//
//	if errors.Is(err, duramen.ErrNotFound) { … }
//
// # Memory
//
// Every object has Close, which gives it back at once; what is not closed is given back when Go collects it. Both may
// happen on any goroutine, and a call on a closed object is an error. Context.Scope closes what a part of a program
// made. OpenHandles counts what is open.
//
// # Goroutines
//
// A Context is used by one goroutine at a time; others wait. A Module, StateDict or Tensor has many readers or one
// writer, which the program sees to.
package duramen

// #include "shim.h"
import "C"

// Version is the library's version, such as "0.2.0".
func Version() string { return C.GoString(C.duramen_version_string()) }

// Supports says whether the library has an optional feature: "safetensors", "torch", "npy", "npz", "gguf", "dcp",
// "dlpack", "autograd".
func Supports(feature string) bool {
	data, length := text(feature)
	return C.duramen_feature_supported(data, length) != 0
}

// BuildInfo is how the library was built and what it chose on this machine, as JSON.
func BuildInfo() (string, error) {
	c := begin("BuildInfo")
	defer c.end()
	var out *C.duramen_string
	err := c.done(C.duramen_build_info(&out, &c.failure))
	return takeString(out), err
}

// Must is the value, or a panic with the error: for programs that cannot go on, and inside a Layer, where the panic
// becomes the call's error.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
