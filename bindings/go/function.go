package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// Function is a differentiable function of the program's own: plain tensors in and out, with grad mode off. The context
// and the tensors that a method gets are closed when it returns, as those of a Layer are.
type Function interface {
	// Name is that of the node, such as "HeatStepBackward".
	Name() string
	// Forward computes; what Backward needs is saved in the state.
	Forward(ctx *Context, state *FunctionState, inputs []*Tensor) ([]*Tensor, error)
	// Backward gives a gradient an input from those of the outputs; nil for none.
	Backward(ctx *Context, state *FunctionState, gradients []*Tensor) ([]*Tensor, error)
}

// ApplyFunction applies a function that has so many outputs. It is recorded when grad mode is on and an input requires
// grad; the function is kept until nothing can walk back any more.
func ApplyFunction(ctx *Context, function Function, outputs int, inputs ...*Tensor) ([]*Tensor, error) {
	if function == nil || outputs < 1 {
		return nil, newGoError("ApplyFunction", ErrInvalidArgument, "a function and at least one output are needed", nil)
	}
	c := begin("ApplyFunction")
	defer c.end()
	context, list := c.context(ctx), c.tensors(inputs)
	if c.err != nil {
		return nil, c.err
	}
	user := cgo.NewHandle(function)
	var out *C.duramen_value
	name, length := text(function.Name())
	err := c.done(C.go_function_apply(context, name, length, C.uint32_t(outputs), 0, C.uintptr_t(user), first(list),
		C.size_t(len(list)), &out, &c.failure))
	if err != nil {
		return nil, ownedBy(err, user)
	}
	defer C.duramen_value_release(out)
	results := make([]*Tensor, int(C.duramen_value_count(out)))
	for i := range results {
		results[i] = retainedTensor(C.duramen_value_tensor(C.duramen_value_item(out, C.size_t(i))))
		ctx.made(results[i])
	}
	return results, nil
}

// FunctionState is what one application keeps for its Backward.
type FunctionState struct{ handle }

func lentState(raw *C.duramen_function_state) *FunctionState {
	s := &FunctionState{}
	s.adopt(kindState, unsafe.Pointer(C.duramen_function_state_retain(raw)))
	runtime.SetFinalizer(s, func(s *FunctionState) { s.Close() })
	return s
}

func (s *FunctionState) edit(name string, run func(*C.duramen_function_state, *call) C.duramen_status) *call {
	c := begin(name)
	defer c.end()
	var h *handle
	if s != nil {
		h = &s.handle
	}
	raw := (*C.duramen_function_state)(c.hold(h, kindState))
	if c.err == nil {
		c.done(run(raw, c))
	}
	return c
}

// Save keeps one more tensor for Backward, in Forward; nil keeps its place.
func (s *FunctionState) Save(tensor *Tensor) error {
	return s.edit("Save", func(raw *C.duramen_function_state, c *call) C.duramen_status {
		saved := c.optionalTensor(tensor)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		return C.duramen_function_state_save_tensor(raw, saved, &c.failure)
	}).err
}

// Saved is the tensor that was saved at that place, in Backward. ErrState when it was written to since.
func (s *FunctionState) Saved(index int) (*Tensor, error) {
	c := s.edit("Saved", func(raw *C.duramen_function_state, c *call) C.duramen_status {
		return C.duramen_function_state_saved_tensor(raw, C.size_t(index), &c.tensor_, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(C.DURAMEN_OK)
}

// SetValue keeps a value, as NewValue takes it, in place of the one before.
func (s *FunctionState) SetValue(value any) error {
	return s.edit("SetValue", func(raw *C.duramen_function_state, c *call) C.duramen_status {
		made := c.makeValue(value)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		defer C.duramen_value_release(made)
		return C.duramen_function_state_set_value(raw, made, &c.failure)
	}).err
}

// Value is the value that was kept, as Value.Go has it; nil for none.
func (s *FunctionState) Value() (any, error) {
	out := new(*C.duramen_value)
	c := s.edit("Value", func(raw *C.duramen_function_state, c *call) C.duramen_status {
		return C.duramen_function_state_value(raw, out, &c.failure)
	})
	defer C.duramen_value_release(*out)
	return native(*out), c.err
}

// NeedsInputGrad says whether the input of that place requires grad.
func (s *FunctionState) NeedsInputGrad(index int) (out bool) {
	s.edit("NeedsInputGrad", func(raw *C.duramen_function_state, c *call) C.duramen_status {
		out = C.duramen_function_state_needs_input_grad(raw, C.size_t(index)) != 0
		return C.DURAMEN_OK
	})
	return out
}

// runFunction gives a method lent objects and takes its tensors over.
func runFunction(user C.uintptr_t, context *C.duramen_context, state *C.duramen_function_state, given **C.duramen_tensor,
	givenCount C.size_t, out **C.duramen_tensor, count C.size_t, failure **C.duramen_error,
	method func(Function) func(*Context, *FunctionState, []*Tensor) ([]*Tensor, error)) C.int32_t {
	return guarded(failure, func() error {
		var l lent
		defer l.close()
		ctx := l.context(context)
		defer ctx.scope.Load().close()
		kept := lentState(state)
		defer kept.Close()
		inputs := ctx.lentTensors(given, givenCount)
		results, err := method(cgo.Handle(user).Value().(Function))(ctx, kept, inputs)
		if err != nil {
			return err
		}
		return giveTensors(results, out, int(count))
	})
}

// giveTensors gives the library a reference to each tensor; nil stays NULL.
func giveTensors(tensors []*Tensor, out **C.duramen_tensor, count int) error {
	c := begin("ApplyFunction")
	defer c.end()
	if len(tensors) != count {
		return newGoError(c.name, ErrInvalidArgument, "another number of tensors is expected", nil)
	}
	for i, t := range tensors {
		if raw := c.optionalTensor(t); raw != nil {
			unsafe.Slice(out, count)[i] = C.duramen_tensor_retain(raw)
		}
	}
	return c.err
}

//export goFunctionForward
func goFunctionForward(user C.uintptr_t, context *C.duramen_context, state *C.duramen_function_state,
	inputs **C.duramen_tensor, inputCount C.size_t, outputs **C.duramen_tensor, outputCount C.size_t,
	failure **C.duramen_error) C.int32_t {
	return runFunction(user, context, state, inputs, inputCount, outputs, outputCount, failure,
		func(f Function) func(*Context, *FunctionState, []*Tensor) ([]*Tensor, error) { return f.Forward })
}

//export goFunctionBackward
func goFunctionBackward(user C.uintptr_t, context *C.duramen_context, state *C.duramen_function_state,
	gradients **C.duramen_tensor, count C.size_t, inputs **C.duramen_tensor, inputCount C.size_t,
	failure **C.duramen_error) C.int32_t {
	return runFunction(user, context, state, gradients, count, inputs, inputCount, failure,
		func(f Function) func(*Context, *FunctionState, []*Tensor) ([]*Tensor, error) { return f.Backward })
}
