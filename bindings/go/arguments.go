package duramen

// #include "shim.h"
import "C"

import "unsafe"

// Arguments are what a constructor call takes, by name: "in_features": 4, "bias": false. What is left out has its
// default. Names and kinds are checked by the call, with the errors that PyTorch's constructor would give.
//
// A value is nil, a bool, a number, a text, a DType, []int, []float64, *Tensor, *Module, []*Module, []NamedModule, or
// anything that NewValue takes.
type Arguments map[string]any

// NamedModule is a module under a name, for ModuleDict and for a Sequential with chosen names.
type NamedModule struct {
	Name   string
	Module *Module
}

// argumentObject is the library's form of Arguments.
type argumentObject struct{ handle }

func (o *argumentObject) raw() *C.duramen_options { return (*C.duramen_options)(o.pointer) }

// options makes the library's form; the caller closes it.
func (a Arguments) options(name string) (*argumentObject, error) {
	c := begin(name)
	defer c.end()
	var raw *C.duramen_options
	if err := c.done(C.duramen_options_create(&raw, &c.failure)); err != nil {
		return nil, err
	}
	out := &argumentObject{}
	out.adopt(kindOptions, unsafe.Pointer(raw))
	for key, value := range a {
		if c.setArgument(raw, key, value); c.err != nil {
			out.close()
			return nil, c.err
		}
	}
	return out, nil
}

func (c *call) setArgument(raw *C.duramen_options, name string, value any) { // long: flat switch
	key, n := text(name)
	var status C.duramen_status
	switch v := value.(type) {
	case nil:
		status = C.duramen_options_set_none(raw, key, n, &c.failure)
	case bool:
		status = C.duramen_options_set_bool(raw, key, n, flag(v), &c.failure)
	case int:
		status = C.duramen_options_set_int(raw, key, n, C.int64_t(v), &c.failure)
	case float64:
		status = C.duramen_options_set_float(raw, key, n, C.double(v), &c.failure)
	case string:
		data, length := text(v)
		status = C.duramen_options_set_text(raw, key, n, data, length, &c.failure)
	case DType:
		data, length := text(v.String())
		status = C.duramen_options_set_text(raw, key, n, data, length, &c.failure)
	case []int:
		items := sizes(v)
		status = C.duramen_options_set_ints(raw, key, n, first(items), C.size_t(len(items)), &c.failure)
	case []float64:
		items := append(v[:len(v):len(v)], 0)
		status = C.duramen_options_set_floats(raw, key, n, (*C.double)(&items[0]), C.size_t(len(v)), &c.failure)
	case *Tensor:
		if tensor := c.tensor(v); tensor != nil {
			status = C.duramen_options_set_tensor(raw, key, n, tensor, &c.failure)
		}
	case *Module:
		if module := c.module(v); module != nil {
			status = C.duramen_options_set_module(raw, key, n, module, &c.failure)
		}
	case []*Module:
		for _, module := range v {
			c.addModule(raw, name, nil, module)
		}
	case []NamedModule:
		for i := range v {
			c.addModule(raw, name, &v[i].Name, v[i].Module)
		}
	default:
		if made := c.makeValue(value); made != nil {
			status = C.duramen_options_set_value(raw, key, n, made, &c.failure)
			C.duramen_value_release(made)
		}
	}
	c.done(status)
}

// addModule adds to a list, or under a key to a dict.
func (c *call) addModule(raw *C.duramen_options, name string, key *string, module *Module) {
	at, n := text(name)
	var under *C.char
	var length C.size_t
	if key != nil {
		under, length = text(*key)
	}
	child := c.optionalModule(module)
	if c.err == nil {
		c.done(C.duramen_options_add_module(raw, at, n, under, length, child, &c.failure))
	}
}
