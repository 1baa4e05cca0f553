//go:build !go1.21

package duramen

// Borrow would make a tensor that uses a Go slice's memory in place; this Go cannot pin memory, so it fails with
// ErrUnsupported. FromSlice copies, and Zeros with Write lets Go fill the library's memory.
func Borrow[T Element](ctx *Context, data []T, shape ...int) (*Tensor, error) {
	return nil, newGoError("Borrow", ErrUnsupported, "memory can be pinned from Go 1.21 on", nil)
}

func unpin(value any) bool { return false }

// BorrowBytes would use a file in memory in place; this Go cannot pin memory. OpenBytes copies.
func BorrowBytes(ctx *Context, data []byte, options *OpenOptions) (*Checkpoint, error) {
	return nil, newGoError("BorrowBytes", ErrUnsupported, "memory can be pinned from Go 1.21 on", nil)
}
