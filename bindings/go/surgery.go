package duramen

// #include "shim.h"
import "C"

// BufferRule says what becomes of the buffers when values go from one tree into another.
type BufferRule int32

// The buffers are copied, interpolated like the parameters, or neither changed nor compared.
const (
	CopyBuffers BufferRule = C.DURAMEN_BUFFERS_COPY
	LerpBuffers BufferRule = C.DURAMEN_BUFFERS_LERP
	SkipBuffers BufferRule = C.DURAMEN_BUFFERS_SKIP
)

// BlendOptions says which values go over; zero is the default of every field. Patterns are those of ListOptions.
type BlendOptions struct {
	Buffers          BufferRule
	Include, Exclude string
}

// blend makes a call with another module and blend options.
func (m *Module) blend(name string, ctx *Context, source *Module, options *BlendOptions, run func(*C.duramen_context,
	*C.duramen_module, *C.duramen_module, *C.go_options, *C.char, *C.char, *call) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	context, target, from := c.context(ctx), c.module(m), c.module(source)
	if c.err != nil {
		return c.err
	}
	how := &C.go_options{}
	var include, exclude *C.char
	if options != nil {
		how.number = C.int32_t(options.Buffers)
		include, how.include_length = optionalText(options.Include)
		exclude, how.exclude_length = optionalText(options.Exclude)
	}
	return c.done(run(context, target, from, how, include, exclude, c))
}

// CopyFrom copies the values of all parameters and buffers of a tree of the same structure; nil options are the
// defaults. ErrIncompatible has the report of what differs.
func (m *Module) CopyFrom(ctx *Context, source *Module, options *BlendOptions) error {
	return m.blend("CopyFrom", ctx, source, options, func(context *C.duramen_context, target, from *C.duramen_module,
		how *C.go_options, include, exclude *C.char, c *call) C.duramen_status {
		return C.go_module_copy_from(context, target, from, how, include, exclude, &c.failure)
	})
}

// Lerp moves the parameters towards those of another tree, with the bits of torch.lerp: an exponential moving average
// with decay 0.999 has weight 0.001.
func (m *Module) Lerp(ctx *Context, source *Module, weight float64, options *BlendOptions) error {
	return m.blend("Lerp", ctx, source, options, func(context *C.duramen_context, target, from *C.duramen_module,
		how *C.go_options, include, exclude *C.char, c *call) C.duramen_status {
		return C.go_module_lerp(context, target, from, C.double(weight), how, include, exclude, &c.failure)
	})
}

// Freeze clears requires_grad of the parameters that `include` matches and `exclude` does not, and says how many these
// are.
func (m *Module) Freeze(include, exclude string) (int, error) {
	count := new(C.size_t)
	err := m.edit("Freeze", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		in, n := optionalText(include)
		ex, length := optionalText(exclude)
		return C.duramen_module_freeze(raw, in, n, ex, length, count, failure)
	})
	return int(*count), err
}

// Unfreeze sets requires_grad of the parameters that Freeze would choose.
func (m *Module) Unfreeze(include, exclude string) (int, error) {
	count := new(C.size_t)
	err := m.edit("Unfreeze", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		in, n := optionalText(include)
		ex, length := optionalText(exclude)
		return C.duramen_module_unfreeze(raw, in, n, ex, length, count, failure)
	})
	return int(*count), err
}

// Tie makes the parameter, or buffer, at a path the same object as the one at another.
func (m *Module) Tie(path, source string) error {
	return m.edit("Tie", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		data, length := text(path)
		from, n := text(source)
		return C.duramen_module_tie(raw, data, length, from, n, failure)
	})
}

// Untie gives the parameter, or buffer, at a path an object and memory of its own; false where it has them.
func (m *Module) Untie(ctx *Context, path string) (bool, error) {
	changed := new(C.uint32_t)
	err := m.compute("Untie", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		data, length := text(path)
		return C.duramen_module_untie(context, raw, data, length, changed, &c.failure)
	})
	return *changed != 0, err
}

// FlatFlags says how to make a vector of parameters, a set.
type FlatFlags uint64

// Only parameters that require grad; their gradients instead of their values; a copy in any case.
const (
	FlatTrainable FlatFlags = C.DURAMEN_FLAT_TRAINABLE
	FlatGradients FlatFlags = C.DURAMEN_FLAT_GRADIENTS
	FlatCopy      FlatFlags = C.DURAMEN_FLAT_COPY
)

// Flatten is all parameters as one vector, as parameters_to_vector(); a view after Pack, else a copy.
func (m *Module) Flatten(ctx *Context, flags FlatFlags) (*Tensor, error) {
	return m.vector("Flatten", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		return C.duramen_module_flatten(context, raw, C.uint64_t(flags), &c.tensor_, &c.failure)
	})
}

// Pack moves the parameters into one block of memory and gives it as a vector.
func (m *Module) Pack(ctx *Context, flags FlatFlags) (*Tensor, error) {
	return m.vector("Pack", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		return C.duramen_module_pack(context, raw, C.uint64_t(flags), &c.tensor_, &c.failure)
	})
}

func (m *Module) vector(name string, ctx *Context,
	run func(*C.duramen_context, *C.duramen_module, *call) C.duramen_status) (*Tensor, error) {
	c := begin(name)
	defer c.end()
	context, raw := c.context(ctx), c.module(m)
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(run(context, raw, c))
}

// Unflatten copies the elements of a vector into the parameters, or into their gradients.
func (m *Module) Unflatten(ctx *Context, vector *Tensor, flags FlatFlags) error {
	c := begin("Unflatten")
	defer c.end()
	context, raw, from := c.context(ctx), c.module(m), c.tensor(vector)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_module_unflatten(context, raw, from, C.uint64_t(flags), &c.failure))
}
