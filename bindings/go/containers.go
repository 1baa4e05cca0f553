package duramen

// #include "shim.h"
import "C"

// Len is how many entries a container of any class has; -1 for what is no container.
func (m *Module) Len() int {
	count := new(C.size_t)
	err := m.edit("Len", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_container_count(raw, count, failure)
	})
	if err != nil {
		return -1
	}
	return int(*count)
}

// Keys are the names of the entries of any container, in order.
func (m *Module) Keys() ([]string, error) {
	out := new(*C.duramen_string_list)
	err := m.edit("Keys", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_container_keys(raw, out, failure)
	})
	return takeStrings(*out), err
}

// child makes a call that gives a module.
func (m *Module) child(name string, run func(*C.duramen_module, **C.duramen_module, *call) C.duramen_status) (*Module, error) {
	c := begin(name)
	defer c.end()
	raw := c.module(m)
	if c.err != nil {
		return nil, c.err
	}
	out := new(*C.duramen_module)
	status := run(raw, out, c)
	return c.moduleResult(status, out)
}

// Item is the child of a Sequential or ModuleList at a position; below zero from the end. nil, without an error, for
// None.
func (m *Module) Item(index int) (*Module, error) {
	return m.child("Item", func(raw *C.duramen_module, out **C.duramen_module, c *call) C.duramen_status {
		return C.duramen_container_get(raw, C.int64_t(index), out, &c.failure)
	})
}

// put makes a call that gives the container a child, which may be nil.
func (m *Module) put(name string, child *Module,
	run func(raw, child *C.duramen_module, failure **C.duramen_error) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	raw, put := c.module(m), c.optionalModule(child)
	if c.err != nil {
		return c.err
	}
	return c.done(run(raw, put, &c.failure))
}

// SetItem replaces the child of a Sequential or ModuleList at a position.
func (m *Module) SetItem(index int, child *Module) error {
	return m.put("SetItem", child, func(raw, put *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_container_set(raw, C.int64_t(index), put, failure)
	})
}

// Append adds children to a Sequential or ModuleList, all or none.
func (m *Module) Append(children ...*Module) error {
	c := begin("Append")
	defer c.end()
	raw := c.module(m)
	list := make([]*C.duramen_module, len(children), len(children)+1)
	for i, child := range children {
		list[i] = c.optionalModule(child)
	}
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_container_extend(raw, first(list), C.size_t(len(list)), &c.failure))
}

// Insert puts a child before a position of a Sequential or ModuleList.
func (m *Module) Insert(index int, child *Module) error {
	return m.put("Insert", child, func(raw, put *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_container_insert(raw, C.int64_t(index), put, failure)
	})
}

// Pop takes the child at a position out of a Sequential or ModuleList.
func (m *Module) Pop(index int) (*Module, error) {
	return m.child("Pop", func(raw *C.duramen_module, out **C.duramen_module, c *call) C.duramen_status {
		return C.duramen_container_pop(raw, C.int64_t(index), out, &c.failure)
	})
}

// SubSlice is a new container of the same class with the children from start to stop; All is the end.
func (m *Module) SubSlice(start, stop int) (*Module, error) {
	return m.child("SubSlice", func(raw *C.duramen_module, out **C.duramen_module, c *call) C.duramen_status {
		return C.duramen_container_slice(raw, C.int64_t(start), C.int64_t(stop), 1, out, &c.failure)
	})
}

// RemoveSlice removes the children from start to stop.
func (m *Module) RemoveSlice(start, stop int) error {
	return m.edit("RemoveSlice", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_container_remove_slice(raw, C.int64_t(start), C.int64_t(stop), 1, failure)
	})
}

// Key is the child under a key of a ModuleDict; nil, without an error, for None.
func (m *Module) Key(key string) (*Module, error) {
	out := new(*C.duramen_module)
	c, status := m.at("Key", key, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_container_get_key(raw, data, length, out, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return c.moduleResult(status, out)
}

// SetKey puts a child under a key of a ModuleDict; one that is there keeps its place.
func (m *Module) SetKey(key string, child *Module) error {
	return m.put("SetKey", child, func(raw, put *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		data, length := text(key)
		return C.duramen_container_set_key(raw, data, length, put, failure)
	})
}

// PopKey takes the child under a key out of a ModuleDict.
func (m *Module) PopKey(key string) (*Module, error) {
	out := new(*C.duramen_module)
	c, status := m.at("PopKey", key, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_container_pop_key(raw, data, length, out, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return c.moduleResult(status, out)
}

// Clear removes all entries of any container.
func (m *Module) Clear() error {
	return m.edit("Clear", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_container_clear(raw, failure)
	})
}

// Update puts all entries of another container into this one, all or none.
func (m *Module) Update(from *Module) error {
	return m.put("Update", from, func(raw, other *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_container_update(raw, other, failure)
	})
}

// Entry is the entry of a ParameterList or ParameterDict under a key ("0", "1", … in a list), as Value.Go has it.
func (m *Module) Entry(key string) (any, error) {
	out := new(*C.duramen_value)
	c, _ := m.at("Entry", key, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_container_get_value(raw, data, length, out, &c.failure)
	})
	defer C.duramen_value_release(*out)
	return native(*out), c.err
}

// SetEntry puts an entry into a ParameterDict or ParameterList: a tensor becomes a parameter.
func (m *Module) SetEntry(key string, value any) error {
	c, _ := m.at("SetEntry", key, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		made := c.makeValue(value)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		defer C.duramen_value_release(made)
		return C.duramen_container_set_value(raw, data, length, made, &c.failure)
	})
	return c.err
}

// ExtendEntries adds tensors, or other values, to a ParameterList, all or none.
func (m *Module) ExtendEntries(values ...any) error {
	c := begin("ExtendEntries")
	defer c.end()
	raw, made := c.module(m), c.makeValue(values)
	defer C.duramen_value_release(made)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_container_extend_values(raw, made, &c.failure))
}

// PopEntry takes an entry out of a ParameterDict.
func (m *Module) PopEntry(key string) (any, error) {
	out := new(*C.duramen_value)
	c, _ := m.at("PopEntry", key, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_container_pop_value(raw, data, length, out, &c.failure)
	})
	defer C.duramen_value_release(*out)
	return native(*out), c.err
}
