package duramen

// #include "shim.h"
import "C"

import (
	"sync/atomic"
	"unsafe"
)

// Values copies the elements out, in C order, converted to T.
func Values[T Element](ctx *Context, t *Tensor) ([]T, error) {
	out := make([]T, t.Len(), t.Len()+1)
	c := begin("Values")
	defer c.end()
	context, raw := c.context(ctx), c.tensor(t)
	if c.err != nil {
		return nil, c.err
	}
	nbytes := C.size_t(len(out)) * C.size_t(unsafe.Sizeof(*first(out)))
	status := C.duramen_tensor_read(context, raw, C.duramen_dtype(DTypeOf[T]()), unsafe.Pointer(first(out)), nbytes,
		&c.failure)
	if err := c.done(status); err != nil {
		return nil, err
	}
	return out, nil
}

// View is a tensor's own memory as a Go slice, without a copy. The memory stays valid until the view is closed, also
// when the tensor is closed before:
//
//	v, err := duramen.ViewOf[float32](t)
//	if err != nil { … }
//	defer v.Close()
//
// Unlike what else is made, a view is not closed when Go collects it: its slice is not Go's memory, and may be in use
// when the view is not. One that is never closed keeps its tensor, which OpenHandles counts.
type View[T Element] struct {
	// Data is the elements in C order. It must not be used after Close.
	Data   []T
	tensor *Tensor
	closed atomic.Bool
}

// ViewOf gives a tensor's memory for reading. The tensor's elements have to be of type T and to lie side by side
// (Tensor.Contiguous). An element that was made by Go's copy of a view may be kept; the slice itself may not outlive
// the view, or a conversion of the tensor's module to another dtype.
func ViewOf[T Element](t *Tensor) (*View[T], error) {
	return view[T]("ViewOf", t, func(raw *C.duramen_tensor, out *unsafe.Pointer, c *call) C.duramen_status {
		return C.duramen_tensor_data_const(raw, out, &c.failure)
	})
}

// MutableViewOf gives a tensor's memory for writing, which counts as one write: Backward refuses what became stale. Ask
// again for each round of writes.
func MutableViewOf[T Element](t *Tensor) (*View[T], error) {
	return view[T]("MutableViewOf", t, func(raw *C.duramen_tensor, out *unsafe.Pointer, c *call) C.duramen_status {
		return C.duramen_tensor_data_mut(raw, out, &c.failure)
	})
}

func view[T Element](name string, t *Tensor, data func(*C.duramen_tensor, *unsafe.Pointer, *call) C.duramen_status) (
	*View[T], error) {
	c := begin(name)
	defer c.end()
	raw := c.tensor(t)
	if c.err != nil {
		return nil, c.err
	}
	if dtype := DType(C.duramen_tensor_dtype(raw)); dtype != DTypeOf[T]() {
		return nil, newGoError(name, ErrDTypeMismatch,
			"the elements are of another type (expected "+DTypeOf[T]().String()+", got "+dtype.String()+")", nil)
	}
	if C.duramen_tensor_is_contiguous(raw) == 0 {
		return nil, newGoError(name, ErrState, "the elements do not lie side by side", nil)
	}
	pointer := new(unsafe.Pointer)
	if err := c.done(data(raw, pointer, c)); err != nil {
		return nil, err
	}
	if !t.enter() {
		return nil, newGoError(name, ErrBadHandle, "the tensor is closed", ErrClosed)
	}
	return &View[T]{Data: unsafe.Slice((*T)(*pointer), int(C.duramen_tensor_numel(raw))), tensor: t}, nil
}

// Close lets go of the memory. Closing again does nothing.
func (v *View[T]) Close() error {
	if v != nil && v.tensor != nil && v.closed.CompareAndSwap(false, true) {
		v.tensor.leave()
		v.Data = nil
	}
	return nil
}

// Read runs a function on a tensor's own memory, without a copy; the slice is valid until the function returns.
func Read[T Element](t *Tensor, run func(data []T) error) error {
	v, err := ViewOf[T](t)
	if err != nil {
		return err
	}
	defer v.Close()
	return run(v.Data)
}

// Write runs a function that may write to a tensor's own memory; the slice is valid until the function returns.
func Write[T Element](t *Tensor, run func(data []T) error) error {
	v, err := MutableViewOf[T](t)
	if err != nil {
		return err
	}
	defer v.Close()
	return run(v.Data)
}
