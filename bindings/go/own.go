package duramen

// #include "shim.h"
import "C"

import (
	"reflect"
	"runtime/cgo"
	"strings"
)

// Layer is what stands behind a module of the program's own (NewOwnModule). Parameters, buffers and children are
// registered on the module, which each call gets as self; the value of this type holds settings only, so that a deep
// copy has entries of its own.
//
// Forward runs on the goroutine that runs the module. The context and the tensors that it gets, and what calls on that
// context make, are closed when it returns, but for what it returns and what is kept (Tensor.Keep). An error, and a
// panic, stops the call that Forward is part of, and is behind that call's error for errors.Is and errors.As. Several
// goroutines may be inside of Forward when they run one module side by side. It must not end its goroutine
// (runtime.Goexit, FailNow of package testing): the library's own frames would never be left.
//
// A type may also have any of these methods:
//
//	ClassName() string                                     // what is printed; else the type's name
//	Call(ctx, self, arguments Tuple, keywords Dict) (any, error)  // any arguments and results, instead of Forward
//	Clone() (Layer, error)                                 // what stands behind a deep copy; else there is none
//	ExtraRepr() string                                     // what is printed in the parentheses
//	ExtraState() (any, error)                              // what state dicts hold as "_extra_state"
//	SetExtraState(state any) error                         // takes it from a load; both or none of the two
//	ClassVersion() int64                                   // of the form of its state, as _version
type Layer interface {
	Forward(ctx *Context, self *Module, inputs []*Tensor) ([]*Tensor, error)
}

// The optional methods of a Layer.
type (
	layerName    interface{ ClassName() string }
	layerVersion interface{ ClassVersion() int64 }
	layerCall    interface {
		Call(*Context, *Module, Tuple, Dict) (any, error)
	}
	layerClone      interface{ Clone() (Layer, error) }
	layerRepr       interface{ ExtraRepr() string }
	layerExtraState interface {
		ExtraState() (any, error)
		SetExtraState(state any) error
	}
)

// NewOwnModule makes a module of the program's own, without entries and in training mode.
func NewOwnModule(ctx *Context, layer Layer) (*Module, error) {
	if layer == nil {
		return nil, newGoError("NewOwnModule", ErrInvalidArgument, "the layer is nil", nil)
	}
	c := begin("NewOwnModule")
	defer c.end()
	context := c.context(ctx)
	if c.err != nil {
		return nil, c.err
	}
	user := cgo.NewHandle(layer)
	var out *C.duramen_module
	name, length := text(layerClass(layer))
	m, err := c.moduleResult(C.go_module_create_custom(context, name, length, version(layer, 1), offers(layer),
		C.uintptr_t(user), &out, &c.failure), &out)
	return m, ownedBy(err, user)
}

// Derive gives a module of the library the class of a layer: its name and forward, and what else it has; the rest stays
// that of the class below, which CallBase computes with.
func (m *Module) Derive(layer Layer) error {
	if layer == nil {
		return newGoError("Derive", ErrInvalidArgument, "the layer is nil", nil)
	}
	user := cgo.NewHandle(layer)
	err := m.edit("Derive", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		name, length := text(layerClass(layer))
		return C.go_module_derive(raw, name, length, version(layer, 0), offers(layer), C.uintptr_t(user), failure)
	})
	return ownedBy(err, user)
}

// CallBase is Call without the program's own class.
func (m *Module) CallBase(ctx *Context, arguments Tuple, keywords Dict) (any, error) {
	return m.call("CallBase", ctx, arguments, keywords,
		func(context *C.duramen_context, raw *C.duramen_module, args, kwargs *C.duramen_value, out **C.duramen_value,
			c *call) C.duramen_status {
			return C.duramen_module_call_base(context, raw, args, kwargs, out, &c.failure)
		})
}

// BaseExtraRepr is what is printed in the parentheses without the program's own class.
func (m *Module) BaseExtraRepr() (string, error) {
	return m.text("BaseExtraRepr", func(raw *C.duramen_module, out **C.duramen_string, c *call) C.duramen_status {
		return C.duramen_module_extra_repr_base(raw, out, &c.failure)
	})
}

func layerClass(layer Layer) string {
	if named, ok := layer.(layerName); ok {
		return named.ClassName()
	}
	name := strings.TrimLeft(reflect.TypeOf(layer).String(), "*")
	return name[strings.LastIndexByte(name, '.')+1:]
}

func version(layer Layer, otherwise int64) C.int64_t {
	if versioned, ok := layer.(layerVersion); ok {
		return C.int64_t(versioned.ClassVersion())
	}
	return C.int64_t(otherwise)
}

func offers(layer Layer) C.uint32_t {
	out := C.uint32_t(C.GO_CLASS_FORWARD)
	if _, ok := layer.(layerClone); ok {
		out |= C.GO_CLASS_CLONE
	}
	if _, ok := layer.(layerRepr); ok {
		out |= C.GO_CLASS_EXTRA_REPR
	}
	if _, ok := layer.(layerExtraState); ok {
		out |= C.GO_CLASS_EXTRA_STATE
	}
	return out
}
