package duramen

// #include "shim.h"
import "C"

// Parametrize makes a parameter or buffer be computed from others: "weight_norm(dim=0)", "spectral_norm", "orthogonal".
func (m *Module) Parametrize(ctx *Context, name, description string) error {
	return m.compute("Parametrize", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		data, length := text(name)
		how, n := text(description)
		return C.duramen_module_parametrize(context, raw, data, length, how, n, &c.failure)
	})
}

// Parametrized is a parametrized tensor as it is now, recorded for Backward.
func (m *Module) Parametrized(ctx *Context, name string) (*Tensor, error) {
	return m.vector("Parametrized", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		data, length := text(name)
		return C.duramen_module_get_parametrized(context, raw, data, length, &c.tensor_, &c.failure)
	})
}

// SetParametrized gives a parametrized tensor a value.
func (m *Module) SetParametrized(ctx *Context, name string, value *Tensor) error {
	return m.compute("SetParametrized", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		put := c.tensor(value)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		data, length := text(name)
		return C.duramen_module_set_parametrized(context, raw, data, length, put, &c.failure)
	})
}

// RemoveParametrizations makes the tensor the module's own again: with its value (leave), or that of its one original.
func (m *Module) RemoveParametrizations(ctx *Context, name string, leave bool) error {
	return m.compute("RemoveParametrizations", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		data, length := text(name)
		return C.duramen_module_remove_parametrizations(context, raw, data, length, flag(leave), &c.failure)
	})
}
