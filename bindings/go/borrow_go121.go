//go:build go1.21

package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"runtime/cgo"
)

// Borrow makes a tensor that uses a Go slice's memory in place, without a copy, and writes to it where an operation
// writes. The memory is pinned until the last tensor on it is gone. Before Go 1.21, whose runtime cannot pin, it fails
// with ErrUnsupported.
func Borrow[T Element](ctx *Context, data []T, shape ...int) (*Tensor, error) {
	if len(shape) == 0 {
		shape = []int{len(data)}
	}
	memory := sliceMemory(data)
	owner := pin(memory)
	t, err := importMemory(ctx, "Borrow", C.DURAMEN_IMPORT_VIEW, DTypeOf[T](), shape, memory, uintptr(owner))
	if err != nil {
		unpin(owner.Value())
		owner.Delete()
	}
	return t, err
}

// BorrowBytes opens a file that is in memory and uses the memory in place, as a mapping is used; it must not change. It
// is pinned until the checkpoint and every tensor that came from it are gone. Before Go 1.21 it fails with
// ErrUnsupported; OpenBytes copies.
func BorrowBytes(ctx *Context, data []byte, options *OpenOptions) (*Checkpoint, error) {
	memory := sliceMemory(data)
	owner := pin(memory)
	k, err := openWith("BorrowBytes", ctx, options, func(context *C.duramen_context, flags C.uint64_t,
		limits *C.duramen_limits, out **C.duramen_checkpoint, c *call) C.duramen_status {
		return C.go_checkpoint_view_memory(context, memoryPointer(memory), C.size_t(len(memory)), C.uintptr_t(owner),
			flags, limits, out, &c.failure)
	})
	if err != nil {
		unpin(owner.Value())
		owner.Delete()
	}
	return k, err
}

// pin keeps memory in its place until unpin.
func pin(memory []byte) cgo.Handle {
	pinner := &runtime.Pinner{}
	pinner.Pin(first(memory))
	return cgo.NewHandle(pinner)
}

// unpin lets go of memory that Borrow pinned; false for another kind of value.
func unpin(value any) bool {
	pinner, ok := value.(*runtime.Pinner)
	if ok {
		pinner.Unpin()
	}
	return ok
}
