package duramen

// #include "shim.h"
import "C"

// written makes a call that writes to the tensor.
func (t *Tensor) written(name string, ctx *Context,
	run func(*C.duramen_context, *C.duramen_tensor, **C.duramen_error) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	context, raw := c.context(ctx), c.tensor(t)
	if c.err != nil {
		return c.err
	}
	return c.done(run(context, raw, &c.failure))
}

// CopyFrom overwrites the elements with those of the source, converted and broadcast, as Tensor.copy_(). It is not
// recorded for Backward.
func (t *Tensor) CopyFrom(ctx *Context, source *Tensor) error {
	c := begin("CopyFrom")
	defer c.end()
	context, raw, from := c.context(ctx), c.tensor(t), c.tensor(source)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_tensor_copy_from(context, raw, from, &c.failure))
}

// Fill overwrites every element with one value.
func (t *Tensor) Fill(ctx *Context, value float64) error {
	return t.written("Fill", ctx, func(c *C.duramen_context, raw *C.duramen_tensor, failure **C.duramen_error) C.duramen_status {
		return C.duramen_tensor_fill(c, raw, C.double(value), failure)
	})
}

// FillUniform draws every element uniformly between two bounds, bit for bit as Tensor.uniform_().
func (t *Tensor) FillUniform(ctx *Context, from, to float64) error {
	return t.written("FillUniform", ctx, func(c *C.duramen_context, raw *C.duramen_tensor, failure **C.duramen_error) C.duramen_status {
		return C.duramen_tensor_fill_uniform(c, raw, C.double(from), C.double(to), failure)
	})
}

// FillNormal draws every element from a normal distribution, bit for bit as Tensor.normal_().
func (t *Tensor) FillNormal(ctx *Context, mean, deviation float64) error {
	return t.written("FillNormal", ctx, func(c *C.duramen_context, raw *C.duramen_tensor, failure **C.duramen_error) C.duramen_status {
		return C.duramen_tensor_fill_normal(c, raw, C.double(mean), C.double(deviation), failure)
	})
}

// Init fills the tensor as a function of torch.nn.init does: "kaiming_uniform_(a=0.2, mode='fan_out')", the tensor
// itself left out. The values are PyTorch's bit for bit from the same seed.
func (t *Tensor) Init(ctx *Context, function string) error {
	return t.written("Init", ctx, func(c *C.duramen_context, raw *C.duramen_tensor, failure **C.duramen_error) C.duramen_status {
		data, length := text(function)
		return C.duramen_tensor_fill_from_text(c, raw, data, length, failure)
	})
}

// InitWith is Init with the arguments by name.
func (t *Tensor) InitWith(ctx *Context, function string, arguments Arguments) error {
	options, err := arguments.options("InitWith")
	if err != nil {
		return err
	}
	defer options.close()
	return t.written("InitWith", ctx, func(c *C.duramen_context, raw *C.duramen_tensor, failure **C.duramen_error) C.duramen_status {
		data, length := text(function)
		return C.duramen_tensor_fill_from_options(c, raw, data, length, options.raw(), failure)
	})
}

// CalculateGain is the gain that suits a nonlinearity: "calculate_gain('leaky_relu', 0.2)".
func CalculateGain(expression string) (float64, error) {
	c := begin("CalculateGain")
	defer c.end()
	data, length := text(expression)
	var out C.double
	err := c.done(C.duramen_calculate_gain(data, length, &out, &c.failure))
	return float64(out), err
}
