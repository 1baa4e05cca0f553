package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// Module is a tree of named parameters, buffers and children in PyTorch's order. It has many readers or one writer:
// goroutines may run, list and export it side by side in eval mode, each with a context of its own.
type Module struct{ handle }

func newModule(raw *C.duramen_module) *Module {
	m := &Module{}
	m.adopt(kindModule, unsafe.Pointer(raw))
	runtime.SetFinalizer(m, func(m *Module) { m.Close() })
	return m
}

// retainedModule is a reference of its own to a module that is lent; nil for NULL.
func retainedModule(raw *C.duramen_module) *Module {
	if raw == nil {
		return nil
	}
	return newModule(C.duramen_module_retain(raw))
}

// moduleResult adopts a module that a call gave; nil where it gave none.
func (c *call) moduleResult(status C.duramen_status, out **C.duramen_module) (*Module, error) {
	if err := c.done(status); err != nil {
		return nil, err
	}
	if *out == nil {
		return nil, nil
	}
	return newModule(*out), nil
}

// FromText builds a module from a constructor call, such as "Linear(784, 10, bias=False)", nested at will, or from what
// print(model) shows in PyTorch, or from Module.Text. Initial values are drawn as PyTorch draws them.
func FromText(ctx *Context, description string) (*Module, error) {
	c := begin("FromText")
	defer c.end()
	context := c.context(ctx)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_module
	data, length := text(description)
	return c.moduleResult(C.duramen_module_from_text(context, data, length, &out, &c.failure), &out)
}

// TextOptions says how to read a text; zero is the default of every field.
type TextOptions struct {
	// UnknownAsContainers makes a class that is not known a container of that name, which has no forward.
	UnknownAsContainers bool
	// Arguments has what the text does not show: a path in the printed tree, or a class, to keyword arguments as text.
	Arguments map[string]string
	// Modules and Tensors are names that the text may use for what exists already.
	Modules map[string]*Module
	Tensors map[string]*Tensor
}

// FromTextWith is FromText with options. The second result has the unknown classes by the paths of the containers that
// stand for them.
func FromTextWith(ctx *Context, description string, options TextOptions) (*Module, map[string]string, error) {
	c := begin("FromText")
	defer c.end()
	context, names := c.context(ctx), c.names(&options)
	defer C.duramen_scope_release(names)
	var arguments *C.duramen_value
	if options.Arguments != nil {
		arguments = c.makeValue(options.Arguments)
		defer C.duramen_value_release(arguments)
	}
	if c.err != nil {
		return nil, nil, c.err
	}
	var flags C.uint64_t
	if options.UnknownAsContainers {
		flags = C.DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS
	}
	var out *C.duramen_module
	var unknown *C.duramen_value
	data, length := text(description)
	m, err := c.moduleResult(C.go_module_from_text(context, data, length, flags, names, arguments, &out, &unknown,
		&c.failure), &out)
	defer C.duramen_value_release(unknown)
	return m, textDict(unknown), err
}

// names is the scope of a text; NULL for none.
func (c *call) names(options *TextOptions) (out *C.duramen_scope) {
	if c.err != nil || len(options.Modules)+len(options.Tensors) == 0 {
		return nil
	}
	c.done(C.duramen_scope_create(&out, &c.failure))
	for name, m := range options.Modules {
		data, length := text(name)
		if raw := c.module(m); c.err == nil {
			c.done(C.duramen_scope_set_module(out, data, length, raw, &c.failure))
		}
	}
	for name, t := range options.Tensors {
		data, length := text(name)
		if raw := c.tensor(t); c.err == nil {
			c.done(C.duramen_scope_set_tensor(out, data, length, raw, &c.failure))
		}
	}
	return out
}

func textDict(raw *C.duramen_value) map[string]string {
	out := map[string]string{}
	for i := C.size_t(0); i < C.duramen_value_count(raw); i++ {
		out[valueText(C.duramen_value_key(raw, i))] = valueText(C.duramen_value_item(raw, i))
	}
	return out
}

// NewModule builds a module of a class with its arguments by name: NewModule(ctx, "Linear", duramen.Arguments{
// "in_features": 4, "out_features": 3}). Package nn has a function for every class.
func NewModule(ctx *Context, class string, arguments Arguments) (*Module, error) {
	options, err := arguments.options(class)
	if err != nil {
		return nil, err
	}
	defer options.close()
	c := begin(class)
	defer c.end()
	context := c.context(ctx)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_module
	data, length := text(class)
	return c.moduleResult(C.duramen_module_create(context, data, length, options.raw(), &out, &c.failure), &out)
}

// DescribeRegistry is every class, operator, optimizer and initializer with its parameters, as JSON.
func DescribeRegistry() (string, error) {
	c := begin("DescribeRegistry")
	defer c.end()
	var out *C.duramen_string
	err := c.done(C.duramen_registry_describe(&out, &c.failure))
	return takeString(out), err
}

// ClassName is the class's name, such as "Linear".
func (m *Module) ClassName() string {
	c := begin("ClassName")
	defer c.end()
	var length C.size_t
	data := C.duramen_module_class_name(c.optionalModule(m), &length)
	return goText(data, length)
}

// Repr is what PyTorch prints for the module, character for character.
func (m *Module) Repr() (string, error) {
	return m.text("Repr", func(raw *C.duramen_module, out **C.duramen_string, c *call) C.duramen_status {
		return C.duramen_module_repr(raw, out, &c.failure)
	})
}

// String is Repr, or the error's text where there is none.
func (m *Module) String() string {
	out, err := m.Repr()
	if err != nil {
		return err.Error()
	}
	return out
}

// Text is the lossless form: FromText makes the same tree of it, values aside.
func (m *Module) Text() (string, error) {
	return m.text("Text", func(raw *C.duramen_module, out **C.duramen_string, c *call) C.duramen_status {
		return C.duramen_module_text(raw, out, &c.failure)
	})
}

func (m *Module) text(name string, run func(*C.duramen_module, **C.duramen_string, *call) C.duramen_status) (string, error) {
	c := begin(name)
	defer c.end()
	raw := c.module(m)
	if c.err != nil {
		return "", c.err
	}
	out := new(*C.duramen_string)
	err := c.done(run(raw, out, c))
	return takeString(*out), err
}

// Is says whether both are the same module of the library, such as a shared one under two names.
func (m *Module) Is(other *Module) bool {
	return m != nil && other != nil && m.pointer == other.pointer
}

// Pointer is the object of the C interface, for package raw; it lives until the module is closed, or collected: after the
// last use of the pointer stands a Close or a runtime.KeepAlive of the module.
func (m *Module) Pointer() unsafe.Pointer {
	if m == nil {
		return nil
	}
	return m.pointer
}
