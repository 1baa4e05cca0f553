package duramen

// #include "shim.h"
import "C"

import "math"

// All stands for every dimension (Squeeze), for the flattened tensor (ArgMax), and for the end (Slice).
const All = math.MaxInt

func dimension(dim int) C.int64_t {
	if dim == All {
		return math.MinInt64
	}
	return C.int64_t(dim)
}

// Sum is the sum over the given dimensions; none given: over all.
func (t *Tensor) Sum(ctx *Context, dims ...int) (*Tensor, error) {
	return t.SumDims(ctx, false, dims...)
}

// SumDims is Sum; with keep the dimensions stay, with size 1.
func (t *Tensor) SumDims(ctx *Context, keep bool, dims ...int) (*Tensor, error) {
	list := sizes(dims)
	return t.operator("Sum", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_sum(context, raw, first(list), C.size_t(len(list)), flag(keep), &c.tensor_, &c.failure)
	})
}

// Mean is the mean over the given dimensions; none given: over all.
func (t *Tensor) Mean(ctx *Context, dims ...int) (*Tensor, error) {
	return t.MeanDims(ctx, false, dims...)
}

// MeanDims is Mean; with keep the dimensions stay, with size 1.
func (t *Tensor) MeanDims(ctx *Context, keep bool, dims ...int) (*Tensor, error) {
	list := sizes(dims)
	return t.operator("Mean", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_mean(context, raw, first(list), C.size_t(len(list)), flag(keep), &c.tensor_, &c.failure)
	})
}

// ArgMax is the int64 positions of the largest elements along a dimension; All: the position in the flattened tensor.
func (t *Tensor) ArgMax(ctx *Context, dim int) (*Tensor, error) {
	return t.operator("ArgMax", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_argmax(context, raw, dimension(dim), 0, &c.tensor_, &c.failure)
	})
}

// Reshape is the same elements under other sizes, of which one may be -1; a view where possible.
func (t *Tensor) Reshape(ctx *Context, shape ...int) (*Tensor, error) {
	list := sizes(shape)
	return t.operator("Reshape", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_reshape(context, raw, first(list), C.size_t(len(list)), &c.tensor_, &c.failure)
	})
}

// Flatten joins the dimensions from start to end, both included; a view where possible.
func (t *Tensor) Flatten(ctx *Context, start, end int) (*Tensor, error) {
	return t.operator("Flatten", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_flatten(context, raw, C.int64_t(start), C.int64_t(end), &c.tensor_, &c.failure)
	})
}

// Transpose is a view with two dimensions swapped.
func (t *Tensor) Transpose(ctx *Context, dim0, dim1 int) (*Tensor, error) {
	return t.operator("Transpose", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_transpose(context, raw, C.int64_t(dim0), C.int64_t(dim1), &c.tensor_, &c.failure)
	})
}

// Permute is a view with the dimensions in the given order.
func (t *Tensor) Permute(ctx *Context, dims ...int) (*Tensor, error) {
	list := sizes(dims)
	return t.operator("Permute", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_permute(context, raw, first(list), C.size_t(len(list)), &c.tensor_, &c.failure)
	})
}

// Expand is a view in which dimensions of size 1 repeat to the given sizes; -1 keeps a size.
func (t *Tensor) Expand(ctx *Context, shape ...int) (*Tensor, error) {
	list := sizes(shape)
	return t.operator("Expand", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_expand(context, raw, first(list), C.size_t(len(list)), &c.tensor_, &c.failure)
	})
}

// Select is a view of one position of a dimension, which goes away.
func (t *Tensor) Select(ctx *Context, dim, index int) (*Tensor, error) {
	return t.operator("Select", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_select(context, raw, C.int64_t(dim), C.int64_t(index), &c.tensor_, &c.failure)
	})
}

// Slice is a view of start to stop of a dimension, as Python's start:stop; All is the end.
func (t *Tensor) Slice(ctx *Context, dim, start, stop int) (*Tensor, error) {
	return t.SliceStep(ctx, dim, start, stop, 1)
}

// SliceStep is Slice of every step-th position.
func (t *Tensor) SliceStep(ctx *Context, dim, start, stop, step int) (*Tensor, error) {
	return t.operator("Slice", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_slice(context, raw, C.int64_t(dim), C.int64_t(start), C.int64_t(stop), C.int64_t(step),
			&c.tensor_, &c.failure)
	})
}

// Unsqueeze is a view with one more dimension of size 1.
func (t *Tensor) Unsqueeze(ctx *Context, dim int) (*Tensor, error) {
	return t.operator("Unsqueeze", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_unsqueeze(context, raw, C.int64_t(dim), &c.tensor_, &c.failure)
	})
}

// Squeeze is a view without a dimension of size 1; All: without all of them.
func (t *Tensor) Squeeze(ctx *Context, dim int) (*Tensor, error) {
	return t.operator("Squeeze", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_squeeze(context, raw, dimension(dim), &c.tensor_, &c.failure)
	})
}

// Cat joins tensors along a dimension.
func Cat(ctx *Context, dim int, tensors ...*Tensor) (*Tensor, error) {
	c := begin("Cat")
	defer c.end()
	context, list := c.context(ctx), c.tensors(tensors)
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(C.duramen_cat(context, first(list), C.size_t(len(list)), C.int64_t(dim), &c.tensor_, &c.failure))
}

// To is the tensor itself when it has the dtype, else a converted copy.
func (t *Tensor) To(ctx *Context, dtype DType) (*Tensor, error) {
	return t.operator("To", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_to_dtype(context, raw, C.duramen_dtype(dtype), &c.tensor_, &c.failure)
	})
}
