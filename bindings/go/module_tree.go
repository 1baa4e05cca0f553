package duramen

// #include "shim.h"
import "C"

// at makes a call about a name or a dotted path.
func (m *Module) at(name, path string, run func(*C.duramen_module, *C.char, C.size_t, *call) C.duramen_status) (*call,
	C.duramen_status) {
	c := begin(name)
	defer c.end()
	raw := c.module(m)
	if c.err != nil {
		return c, C.DURAMEN_OK
	}
	data, length := text(path)
	status := run(raw, data, length, c)
	c.done(status)
	return c, status
}

// Get is the module at a dotted path; "" is the module itself. ErrNotFound has the detail "nearest".
func (m *Module) Get(path string) (*Module, error) {
	var out *C.duramen_module
	c, status := m.at("Get", path, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_module_get_submodule(raw, data, length, &out, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return c.moduleResult(status, &out)
}

// Parameter is the parameter at a dotted path.
func (m *Module) Parameter(path string) (*Tensor, error) {
	c, status := m.at("Parameter", path, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_module_get_parameter(raw, data, length, &c.tensor_, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(status)
}

// Buffer is the buffer at a dotted path; nil, without an error, for a name registered as None.
func (m *Module) Buffer(path string) (*Tensor, error) {
	c, status := m.at("Buffer", path, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_module_get_buffer(raw, data, length, &c.tensor_, &c.failure)
	})
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(status)
}

// Set puts a module at a dotted path: a child is replaced, or the last name is new.
func (m *Module) Set(path string, child *Module) error { return m.set(path, child, false) }

// Replace is Set for a child that is there already.
func (m *Module) Replace(path string, child *Module) error { return m.set(path, child, true) }

func (m *Module) set(path string, child *Module, strict bool) error {
	c, _ := m.at("Set", path, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		put := c.module(child)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		return C.duramen_module_set_submodule(raw, data, length, put, flag(strict), &c.failure)
	})
	return c.err
}

// RegisterParameter registers a parameter; nil registers the name as None.
func (m *Module) RegisterParameter(name string, parameter *Tensor) error {
	c, _ := m.at("RegisterParameter", name, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		put := c.optionalTensor(parameter)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		return C.duramen_module_register_parameter(raw, data, length, put, &c.failure)
	})
	return c.err
}

// RegisterBuffer registers a buffer, which state dicts hold; nil registers the name as None.
func (m *Module) RegisterBuffer(name string, buffer *Tensor) error {
	return m.registerBuffer(name, buffer, true)
}

// RegisterTemporary registers a buffer that state dicts do not hold (persistent=False).
func (m *Module) RegisterTemporary(name string, buffer *Tensor) error {
	return m.registerBuffer(name, buffer, false)
}

func (m *Module) registerBuffer(name string, buffer *Tensor, persistent bool) error {
	c, _ := m.at("RegisterBuffer", name, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		put := c.optionalTensor(buffer)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		return C.duramen_module_register_buffer(raw, data, length, put, flag(persistent), &c.failure)
	})
	return c.err
}

// Register registers a child; nil registers the name as None.
func (m *Module) Register(name string, child *Module) error {
	c, _ := m.at("Register", name, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		put := c.optionalModule(child)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		return C.duramen_module_register_child(raw, data, length, put, &c.failure)
	})
	return c.err
}

// Remove removes the parameter, buffer or child of that name, as Python's del.
func (m *Module) Remove(name string) error {
	c, _ := m.at("Remove", name, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		return C.duramen_module_remove(raw, data, length, &c.failure)
	})
	return c.err
}

// AssignTensor is `module.name = tensor`: a parameter registers itself, a buffer is replaced; nil is None.
func (m *Module) AssignTensor(name string, tensor *Tensor) error {
	c, _ := m.at("AssignTensor", name, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		put := c.optionalTensor(tensor)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		return C.duramen_module_assign_tensor(raw, data, length, put, &c.failure)
	})
	return c.err
}

// AssignModule is `module.name = child`; nil is None.
func (m *Module) AssignModule(name string, child *Module) error {
	c, _ := m.at("AssignModule", name, func(raw *C.duramen_module, data *C.char, length C.size_t, c *call) C.duramen_status {
		put := c.optionalModule(child)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		return C.duramen_module_assign_module(raw, data, length, put, &c.failure)
	})
	return c.err
}
