package duramen

// #include "shim.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// CallInputs is what a module is called with.
type CallInputs struct {
	Arguments Tuple
	Keywords  Dict
}

// CallHooks are functions that see, and may change, what a module gets and gives, and the gradients of both; any of
// them may be nil. An error stops the forward, or the backward, and is behind its error. What a function gets is closed
// when it returns: Clone keeps a tensor. Where several goroutines run the module they may be called at once.
// docs/hooks.md says when each is called.
type CallHooks struct {
	// BeforeForward gives other inputs, or nil; nil Arguments leave those there are.
	BeforeForward func(ctx *Context, module *Module, inputs CallInputs) (*CallInputs, error)
	// AfterForward gives another output, as NewValue takes it, or nil.
	AfterForward func(ctx *Context, module *Module, inputs CallInputs, output any) (any, error)
	// BeforeBackward gets the gradients of the outputs, AfterBackward those of the inputs and of the outputs; nil for
	// one that is not there. They give nil, or as many as the first, of which nil leaves one as it is.
	BeforeBackward func(ctx *Context, module *Module, outputs []*Tensor) ([]*Tensor, error)
	AfterBackward  func(ctx *Context, module *Module, inputs, outputs []*Tensor) ([]*Tensor, error)
	// First sets them before the hooks that the module has, not behind them.
	First bool
	// Always has AfterForward hear of calls that fail, too, with nil for the output.
	Always bool
}

func (h *CallHooks) offers() (out C.uint32_t) {
	for _, one := range []struct {
		there bool
		bit   C.uint32_t
	}{{h.BeforeForward != nil, C.GO_HOOK_BEFORE_FORWARD}, {h.AfterForward != nil, C.GO_HOOK_AFTER_FORWARD},
		{h.BeforeBackward != nil, C.GO_HOOK_BEFORE_BACKWARD}, {h.AfterBackward != nil, C.GO_HOOK_AFTER_BACKWARD}} {
		if one.there {
			out |= one.bit
		}
	}
	return out
}

// AddCallHooks sets hooks of calls on the module and gives their number, for RemoveHooks.
func (m *Module) AddCallHooks(hooks CallHooks) (uint64, error) {
	user := cgo.NewHandle(&hooks)
	id := new(C.uint64_t)
	var flags C.uint64_t
	if hooks.First {
		flags |= C.DURAMEN_CALL_HOOK_FIRST
	}
	if hooks.Always {
		flags |= C.DURAMEN_CALL_HOOK_ALWAYS
	}
	err := m.edit("AddCallHooks", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.go_module_add_call_hook(raw, hooks.offers(), flags, C.uintptr_t(user), id, failure)
	})
	return uint64(*id), ownedBy(err, user)
}

// HasCallHooks says whether the module has hooks of calls.
func (m *Module) HasCallHooks() bool {
	c := begin("HasCallHooks")
	defer c.end()
	return C.duramen_module_has_call_hooks(c.optionalModule(m)) != 0
}

// runCallHook gives a hook lent objects.
func runCallHook(user C.uintptr_t, context *C.duramen_context, module *C.duramen_module, failure **C.duramen_error,
	run func(hooks *CallHooks, ctx *Context, module *Module) error) C.int32_t {
	return guarded(failure, func() error {
		var l lent
		defer l.close()
		ctx := l.context(context)
		defer ctx.scope.Load().close()
		return run(cgo.Handle(user).Value().(*CallHooks), ctx, l.module(module))
	})
}

func (ctx *Context) lentInputs(arguments, keywords *C.duramen_value) (out CallInputs) {
	out.Arguments, _ = ctx.lentValues(native(arguments)).(Tuple)
	out.Keywords, _ = ctx.lentValues(native(keywords)).(Dict)
	return out
}

//export goBeforeForward
func goBeforeForward(user C.uintptr_t, context *C.duramen_context, module *C.duramen_module, arguments,
	keywords *C.duramen_value, newTuple, newDict **C.duramen_value, failure **C.duramen_error) C.int32_t {
	return runCallHook(user, context, module, failure, func(hooks *CallHooks, ctx *Context, module *Module) error {
		given, err := hooks.BeforeForward(ctx, module, ctx.lentInputs(arguments, keywords))
		if err != nil || given == nil {
			return err
		}
		if len(given.Keywords) > 0 || keywords != nil {
			if err := giveValue("BeforeForward", given.Keywords, newDict); err != nil {
				return err
			}
		}
		if given.Arguments == nil {
			return nil
		}
		return giveValue("BeforeForward", given.Arguments, newTuple)
	})
}

//export goAfterForward
func goAfterForward(user C.uintptr_t, context *C.duramen_context, module *C.duramen_module, arguments, keywords,
	output *C.duramen_value, replacement **C.duramen_value, failure **C.duramen_error) C.int32_t {
	return runCallHook(user, context, module, failure, func(hooks *CallHooks, ctx *Context, module *Module) error {
		given, err := hooks.AfterForward(ctx, module, ctx.lentInputs(arguments, keywords), ctx.lentValues(native(output)))
		if err != nil || given == nil {
			return err
		}
		return giveValue("AfterForward", given, replacement)
	})
}

// lentTensors are closed with the context's scope; nil for NULL.
func (ctx *Context) lentTensors(given **C.duramen_tensor, count C.size_t) []*Tensor {
	out := make([]*Tensor, int(count))
	for i := range out {
		out[i] = retainedTensor(unsafe.Slice(given, int(count))[i])
		if out[i] != nil {
			ctx.made(out[i])
		}
	}
	return out
}

func giveGradients(given []*Tensor, out **C.duramen_tensor, count C.size_t) error {
	if given == nil {
		return nil
	}
	return giveTensors(given, out, int(count))
}

//export goBeforeBackward
func goBeforeBackward(user C.uintptr_t, context *C.duramen_context, module *C.duramen_module,
	outputs **C.duramen_tensor, outputCount C.size_t, replacements **C.duramen_tensor,
	failure **C.duramen_error) C.int32_t {
	return runCallHook(user, context, module, failure, func(hooks *CallHooks, ctx *Context, module *Module) error {
		given, err := hooks.BeforeBackward(ctx, module, ctx.lentTensors(outputs, outputCount))
		if err != nil {
			return err
		}
		return giveGradients(given, replacements, outputCount)
	})
}

//export goAfterBackward
func goAfterBackward(user C.uintptr_t, context *C.duramen_context, module *C.duramen_module,
	inputs **C.duramen_tensor, inputCount C.size_t, outputs **C.duramen_tensor, outputCount C.size_t,
	replacements **C.duramen_tensor, failure **C.duramen_error) C.int32_t {
	return runCallHook(user, context, module, failure, func(hooks *CallHooks, ctx *Context, module *Module) error {
		given, err := hooks.AfterBackward(ctx, module, ctx.lentTensors(inputs, inputCount),
			ctx.lentTensors(outputs, outputCount))
		if err != nil {
			return err
		}
		return giveGradients(given, replacements, inputCount)
	})
}
