package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// StateDict is ordered names, each with a tensor or another value: what modules and files share. One goroutine edits it;
// its tensors are live views of the module's, unless it is a snapshot.
type StateDict struct{ handle }

func newStateDict(raw *C.duramen_state_dict) *StateDict {
	d := &StateDict{}
	d.adopt(kindStateDict, unsafe.Pointer(raw))
	runtime.SetFinalizer(d, func(d *StateDict) { d.Close() })
	return d
}

func (c *call) dictResult(status C.duramen_status, out **C.duramen_state_dict) (*StateDict, error) {
	if err := c.done(status); err != nil {
		return nil, err
	}
	return newStateDict(*out), nil
}

// NewStateDict makes an empty dict without versions.
func NewStateDict() (*StateDict, error) {
	c := begin("NewStateDict")
	defer c.end()
	var out *C.duramen_state_dict
	return c.dictResult(C.duramen_state_dict_create(&out, &c.failure), &out)
}

// StateDict is the state of the module: live views, as state_dict().
func (m *Module) StateDict() (*StateDict, error) { return m.StateDictWith("", false) }

// StateDictWith is StateDict with a prefix, which is put before every name as it is, and with the very parameters and
// buffers instead of detached views of them (keepVars).
func (m *Module) StateDictWith(prefix string, keepVars bool) (*StateDict, error) {
	c := begin("StateDict")
	defer c.end()
	raw := c.module(m)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_state_dict
	data, length := text(prefix)
	status := C.duramen_module_state_dict(raw, data, length, stateFlags(keepVars), &out, &c.failure)
	return c.dictResult(status, &out)
}

// AddTo adds the module's state to a dict, as state_dict(destination=…).
func (m *Module) AddTo(dict *StateDict, prefix string) error {
	c := begin("AddTo")
	defer c.end()
	raw, to := c.module(m), c.dict(dict)
	if c.err != nil {
		return c.err
	}
	data, length := text(prefix)
	return c.done(C.duramen_module_add_state_dict(raw, to, data, length, 0, &c.failure))
}

func stateFlags(keepVars bool) C.uint64_t {
	if keepVars {
		return C.DURAMEN_STATE_KEEP_VARS
	}
	return 0
}

// edit makes a call about a name.
func (d *StateDict) edit(name, key string, run func(*C.duramen_state_dict, *C.char, C.size_t, *call) C.duramen_status) *call {
	c := begin(name)
	defer c.end()
	raw := c.dict(d)
	if c.err == nil {
		data, length := text(key)
		c.done(run(raw, data, length, c))
	}
	return c
}

// Len is how many entries there are.
func (d *StateDict) Len() int {
	if d == nil || !d.enter() {
		return 0
	}
	defer d.leave()
	return int(C.duramen_state_dict_count((*C.duramen_state_dict)(d.pointer)))
}

// Get is the tensor of a name. ErrNotFound has the detail "nearest".
func (d *StateDict) Get(name string) (*Tensor, error) {
	c := d.edit("Get", name, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_get_tensor(raw, data, length, &c.tensor_, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(C.DURAMEN_OK)
}

// GetValue is the entry of a name, tensors included.
func (d *StateDict) GetValue(name string) (*Value, error) {
	out := new(*C.duramen_value)
	c := d.edit("GetValue", name, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_get_value(raw, data, length, out, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return newValue(*out), nil
}

// Set puts a tensor under a name: at the end, or in the place of what has it.
func (d *StateDict) Set(name string, tensor *Tensor) error {
	return d.edit("Set", name, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		put := c.tensor(tensor)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		return C.duramen_state_dict_set_tensor(raw, data, length, put, &c.failure)
	}).err
}

// SetValue puts a value, as NewValue takes it, under a name.
func (d *StateDict) SetValue(name string, value any) error {
	return d.edit("SetValue", name, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		put := c.makeValue(value)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		defer C.duramen_value_release(put)
		return C.duramen_state_dict_set_value(raw, data, length, put, &c.failure)
	}).err
}

// Remove removes an entry.
func (d *StateDict) Remove(name string) error {
	return d.edit("Remove", name, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_remove(raw, data, length, &c.failure)
	}).err
}

// StripPrefix takes a prefix off every name that has it.
func (d *StateDict) StripPrefix(prefix string) error {
	return d.edit("StripPrefix", prefix, func(raw *C.duramen_state_dict, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_strip_prefix(raw, data, length, &c.failure)
	}).err
}

// List lists the entries in their order; nil options are all of them.
func (d *StateDict) List(options *ListOptions) (*Listing, error) {
	c := begin("List")
	defer c.end()
	raw := c.dict(d)
	if c.err != nil {
		return nil, c.err
	}
	return c.list(options, func(how *C.go_options, prefix, include, exclude *C.char, out **C.duramen_listing) C.duramen_status {
		return C.go_state_dict_list(raw, how, prefix, include, exclude, out, &c.failure)
	})
}

// Names are the names of the entries in their order.
func (d *StateDict) Names() ([]string, error) {
	listing, err := d.List(nil)
	if err != nil {
		return nil, err
	}
	defer listing.Close()
	return listing.Names(), nil
}

// Copy is another dict with the same entries; the tensors are shared.
func (d *StateDict) Copy() (*StateDict, error) {
	var out *C.duramen_state_dict
	c := d.edit("Copy", "", func(raw *C.duramen_state_dict, _ *C.char, _ C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_copy(raw, &out, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return newStateDict(out), nil
}

// Snapshot copies every tensor into fresh memory; ties stay ties.
func (d *StateDict) Snapshot(ctx *Context) (*StateDict, error) {
	c := begin("Snapshot")
	defer c.end()
	context, raw := c.context(ctx), c.dict(d)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_state_dict
	return c.dictResult(C.duramen_state_dict_snapshot(context, raw, &out, &c.failure), &out)
}

// Value is the dict as a value: an OrderedDict as torch.save sees it.
func (d *StateDict) Value() (*Value, error) {
	out := new(*C.duramen_value)
	c := d.edit("Value", "", func(raw *C.duramen_state_dict, _ *C.char, _ C.size_t, c *call) C.duramen_status {
		return C.duramen_state_dict_to_value(raw, out, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return newValue(*out), nil
}

// StateDict is the dict inside a value, such as a checkpoint's content or an optimizer's state; `selected` is a dotted
// path, "" the root.
func (v *Value) StateDict(selected string) (*StateDict, error) {
	c := begin("StateDict")
	defer c.end()
	raw := c.value(v)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_state_dict
	data, length := text(selected)
	return c.dictResult(C.duramen_state_dict_from_value(raw, data, length, &out, &c.failure), &out)
}
