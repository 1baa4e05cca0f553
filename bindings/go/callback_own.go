package duramen

// #include "shim.h"
import "C"

import (
	"fmt"
	"runtime/cgo"
)

//export goForward
func goForward(user C.uintptr_t, context *C.duramen_context, module *C.duramen_module, arguments, keywords *C.duramen_value,
	out **C.duramen_value, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		var l lent
		defer l.close()
		ctx := l.context(context)
		defer ctx.scope.Load().close()
		self := l.module(module)
		layer := cgo.Handle(user).Value().(Layer)
		args := ctx.lentValues(native(arguments))
		kwargs := ctx.lentValues(native(keywords))
		result, err := runLayer(layer, ctx, self, args.(Tuple), kwargs)
		if err != nil {
			return err
		}
		return giveValue("Forward", result, out)
	})
}

// lentValues has the tensors of a value closed with the context's scope.
func (ctx *Context) lentValues(value any) any {
	c := call{scope: ctx}
	return c.scoped(value)
}

// runLayer runs Call where the layer has it, and else Forward.
func runLayer(layer Layer, ctx *Context, self *Module, arguments Tuple, keywords any) (any, error) {
	dict, _ := keywords.(Dict)
	if general, ok := layer.(layerCall); ok {
		return general.Call(ctx, self, arguments, dict)
	}
	if len(dict) > 0 {
		return nil, newGoError("Forward", ErrInvalidArgument, self.ClassName()+" takes no keywords", nil)
	}
	inputs := make([]*Tensor, len(arguments))
	for i, argument := range arguments {
		tensor, ok := argument.(*Tensor)
		if !ok {
			return nil, newGoError("Forward", ErrInvalidArgument,
				fmt.Sprintf("argument %d of %s is not a tensor", i, self.ClassName()), nil)
		}
		inputs[i] = tensor
	}
	outputs, err := layer.Forward(ctx, self, inputs)
	if err != nil || len(outputs) == 1 {
		return only(outputs), err
	}
	tuple := make(Tuple, len(outputs))
	for i, output := range outputs {
		tuple[i] = output
	}
	return tuple, nil
}

func only(outputs []*Tensor) any {
	if len(outputs) == 0 {
		return nil
	}
	return outputs[0]
}

// giveValue gives the library a value, and closes the tensors that calls made for it.
func giveValue(name string, value any, out **C.duramen_value) error {
	c := begin(name)
	defer c.end()
	*out = c.makeValue(value)
	return c.err
}

//export goClone
func goClone(user C.uintptr_t, out *C.uintptr_t, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		copied, err := cgo.Handle(user).Value().(layerClone).Clone()
		if err == nil && copied == nil {
			err = newGoError("Clone", ErrUnsupported, "the layer gave no copy", nil)
		}
		if err == nil {
			*out = C.uintptr_t(cgo.NewHandle(copied))
		}
		return err
	})
}

//export goExtraRepr
func goExtraRepr(user C.uintptr_t, out **C.duramen_string, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		return giveText("ExtraRepr", cgo.Handle(user).Value().(layerRepr).ExtraRepr(), out)
	})
}

//export goGetExtraState
func goGetExtraState(user C.uintptr_t, out **C.duramen_value, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		state, err := cgo.Handle(user).Value().(layerExtraState).ExtraState()
		if err != nil {
			return err
		}
		return giveValue("ExtraState", state, out)
	})
}

//export goSetExtraState
func goSetExtraState(user C.uintptr_t, state *C.duramen_value, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		return cgo.Handle(user).Value().(layerExtraState).SetExtraState(native(state))
	})
}
