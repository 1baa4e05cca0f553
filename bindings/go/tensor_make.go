package duramen

// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

func shapeText(shape []int) string { return fmt.Sprint(shape) }

// makeTensor makes a tensor of a dtype and shape.
func makeTensor(name string, ctx *Context, shape []int,
	run func(*C.duramen_context, *C.int64_t, C.size_t, *call) C.duramen_status) (*Tensor, error) {
	c := begin(name)
	defer c.end()
	context := c.context(ctx)
	if c.err != nil {
		return nil, c.err
	}
	raw := sizes(shape)
	return c.tensorResult(run(context, first(raw), C.size_t(len(raw)), c))
}

// Empty makes a tensor whose elements are not initialised.
func Empty(ctx *Context, dtype DType, shape ...int) (*Tensor, error) {
	return makeTensor("Empty", ctx, shape,
		func(context *C.duramen_context, shape *C.int64_t, rank C.size_t, c *call) C.duramen_status {
			return C.duramen_tensor_empty(context, C.duramen_dtype(dtype), shape, rank, &c.tensor_, &c.failure)
		})
}

// Zeros makes a tensor of zeros.
func Zeros(ctx *Context, dtype DType, shape ...int) (*Tensor, error) {
	return makeTensor("Zeros", ctx, shape,
		func(context *C.duramen_context, shape *C.int64_t, rank C.size_t, c *call) C.duramen_status {
			return C.duramen_tensor_zeros(context, C.duramen_dtype(dtype), shape, rank, &c.tensor_, &c.failure)
		})
}

// Full makes a tensor with one value in every element; without a shape it is a scalar.
func Full(ctx *Context, dtype DType, value float64, shape ...int) (*Tensor, error) {
	return makeTensor("Full", ctx, shape,
		func(context *C.duramen_context, shape *C.int64_t, rank C.size_t, c *call) C.duramen_status {
			return C.duramen_tensor_full(context, C.duramen_dtype(dtype), shape, rank, C.double(value), &c.tensor_,
				&c.failure)
		})
}

// FromSlice makes a tensor with a copy of the elements, in C order; without a shape it is a vector.
func FromSlice[T Element](ctx *Context, data []T, shape ...int) (*Tensor, error) {
	if len(shape) == 0 {
		shape = []int{len(data)}
	}
	return importMemory(ctx, "FromSlice", C.DURAMEN_IMPORT_COPY, DTypeOf[T](), shape, sliceMemory(data), 0)
}

// Scalar makes a tensor without dimensions.
func Scalar[T Element](ctx *Context, value T) (*Tensor, error) {
	one := [1]T{value}
	return importMemory(ctx, "Scalar", C.DURAMEN_IMPORT_COPY, DTypeOf[T](), nil, sliceMemory(one[:]), 0)
}

// FromBytes makes a tensor of any dtype with a copy of its elements' bytes, in the machine's order.
func FromBytes(ctx *Context, dtype DType, data []byte, shape ...int) (*Tensor, error) {
	return importMemory(ctx, "FromBytes", C.DURAMEN_IMPORT_COPY, dtype, shape, data, 0)
}

// importMemory makes a tensor of memory; `owner`, where there is one, is a Go value that is let go of with the memory.
func importMemory(ctx *Context, name string, mode int, dtype DType, shape []int, data []byte, owner uintptr) (*Tensor,
	error) {
	if err := fits(name, dtype, shape, len(data)); err != nil {
		return nil, err
	}
	return makeTensor(name, ctx, shape,
		func(context *C.duramen_context, shape *C.int64_t, rank C.size_t, c *call) C.duramen_status {
			return C.go_tensor_import(context, C.int32_t(mode), C.duramen_dtype(dtype), shape, C.uint32_t(rank),
				memoryPointer(data), C.uint64_t(len(data)), C.uintptr_t(owner), &c.tensor_, &c.failure)
		})
}

// fits refuses memory of another size than the shape's: C would take a part of it.
func fits(name string, dtype DType, shape []int, nbytes int) error {
	wanted := uint64(dtype.Bits())
	for _, size := range shape {
		if size < 0 || size > 0 && wanted > (1<<63)/uint64(size) {
			return newGoError(name, ErrInvalidArgument, "there is no tensor of shape "+shapeText(shape), nil)
		}
		wanted *= uint64(size)
	}
	if (wanted+7)/8 != uint64(nbytes) {
		return newGoError(name, ErrShapeMismatch, fmt.Sprintf("the elements do not fill the shape (expected %d bytes for %s%s, got %d)",
			(wanted+7)/8, dtype, shapeText(shape), nbytes), nil)
	}
	return nil
}

// sliceMemory is the memory of a slice; its capacity is never 0.
func sliceMemory[T Element](data []T) []byte {
	if len(data) == 0 {
		return make([]byte, 0, 1)
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), len(data)*int(unsafe.Sizeof(data[0])))
}

// NewParameter makes a parameter that shares the memory of a tensor, as torch.nn.Parameter(data).
func NewParameter(data *Tensor, requiresGrad bool) (*Tensor, error) {
	c := begin("NewParameter")
	defer c.end()
	raw := c.tensor(data)
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(C.duramen_parameter_create(raw, flag(requiresGrad), &c.tensor_, &c.failure))
}
