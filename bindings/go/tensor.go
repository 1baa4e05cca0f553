package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"strings"
	"sync/atomic"
	"unsafe"
)

// Tensor is a shape over shared memory with an element type. Views share memory. Reading is for many goroutines at once,
// writing for one.
type Tensor struct {
	handle
	kept atomic.Bool
}

func newTensor(raw *C.duramen_tensor) *Tensor {
	t := &Tensor{}
	t.adopt(kindTensor, unsafe.Pointer(raw))
	runtime.SetFinalizer(t, func(t *Tensor) { t.Close() })
	return t
}

// retained is a reference of its own to a tensor that is lent; nil for NULL.
func retainedTensor(raw *C.duramen_tensor) *Tensor {
	if raw == nil {
		return nil
	}
	return newTensor(C.duramen_tensor_retain(raw))
}

// read asks about the tensor; `ask` gets NULL where it is nil or closed.
func (t *Tensor) read(ask func(*C.duramen_tensor)) {
	if t == nil || !t.enter() {
		ask(nil)
		return
	}
	defer t.leave()
	ask((*C.duramen_tensor)(t.pointer))
}

// DType is the element type; 0 for a closed tensor.
func (t *Tensor) DType() (out DType) {
	t.read(func(raw *C.duramen_tensor) { out = DType(C.duramen_tensor_dtype(raw)) })
	return out
}

// Len is the number of elements.
func (t *Tensor) Len() (out int) {
	t.read(func(raw *C.duramen_tensor) { out = int(C.duramen_tensor_numel(raw)) })
	return out
}

// Bytes is what the elements take when they lie side by side.
func (t *Tensor) Bytes() (out uint64) {
	t.read(func(raw *C.duramen_tensor) { out = uint64(C.duramen_tensor_nbytes(raw)) })
	return out
}

// Rank is the number of dimensions.
func (t *Tensor) Rank() (out int) {
	t.read(func(raw *C.duramen_tensor) { out = int(C.duramen_tensor_rank(raw)) })
	return out
}

// Shape is the size of each dimension; nil for a tensor that is closed, or has no shape yet.
func (t *Tensor) Shape() (out []int) {
	t.read(func(raw *C.duramen_tensor) {
		out = dimensions(func(buffer *C.int64_t, capacity C.size_t, rank *C.size_t) C.duramen_status {
			return C.duramen_tensor_shape(raw, buffer, capacity, rank, nil)
		})
	})
	return out
}

// Strides is the distance between neighbours in each dimension, in elements.
func (t *Tensor) Strides() (out []int) {
	t.read(func(raw *C.duramen_tensor) {
		out = dimensions(func(buffer *C.int64_t, capacity C.size_t, rank *C.size_t) C.duramen_status {
			return C.duramen_tensor_strides(raw, buffer, capacity, rank, nil)
		})
	})
	return out
}

// dimensions reads sizes or strides: at once where they are few, else in two calls.
func dimensions(read func(*C.int64_t, C.size_t, *C.size_t) C.duramen_status) []int {
	buffer := make([]C.int64_t, 8)
	var rank C.size_t
	status := read(&buffer[0], C.size_t(len(buffer)), &rank)
	if status == C.DURAMEN_E_BUFFER_TOO_SMALL {
		buffer = make([]C.int64_t, int(rank))
		status = read(&buffer[0], rank, &rank)
	}
	if status != C.DURAMEN_OK {
		return nil
	}
	out := make([]int, int(rank))
	for i := range out {
		out[i] = int(buffer[i])
	}
	return out
}

// Offset is where the first element lies in the storage, in elements.
func (t *Tensor) Offset() (out int) {
	t.read(func(raw *C.duramen_tensor) { out = int(C.duramen_tensor_offset(raw)) })
	return out
}

// IsContiguous says whether the elements lie side by side in C order.
func (t *Tensor) IsContiguous() (out bool) {
	t.read(func(raw *C.duramen_tensor) { out = C.duramen_tensor_is_contiguous(raw) != 0 })
	return out
}

// IsParameter says whether it is a parameter.
func (t *Tensor) IsParameter() (out bool) {
	t.read(func(raw *C.duramen_tensor) { out = C.duramen_tensor_is_parameter(raw) != 0 })
	return out
}

// StorageID is equal for tensors that share memory, while they live.
func (t *Tensor) StorageID() (out uint64) {
	t.read(func(raw *C.duramen_tensor) { out = uint64(C.duramen_tensor_storage_id(raw)) })
	return out
}

// Version is how often the memory was written to in place.
func (t *Tensor) Version() (out uint64) {
	t.read(func(raw *C.duramen_tensor) { out = uint64(C.duramen_tensor_version(raw)) })
	return out
}

// Is says whether both are the same tensor of the library, such as a tied parameter under two names.
func (t *Tensor) Is(other *Tensor) bool {
	return t != nil && other != nil && t.pointer == other.pointer
}

// Pointer is the object of the C interface, for package raw; it lives until the tensor is closed, or collected: after the
// last use of the pointer stands a Close or a runtime.KeepAlive of the tensor.
func (t *Tensor) Pointer() unsafe.Pointer {
	if t == nil {
		return nil
	}
	return t.pointer
}

// Item is the only element, or that at an index, as a float64. Complex elements give their real part.
func (t *Tensor) Item(index ...int) (float64, error) {
	c := begin("Item")
	defer c.end()
	raw := c.tensor(t)
	if c.err != nil {
		return 0, c.err
	}
	at := sizes(index)
	var out C.double
	err := c.done(C.duramen_tensor_item(raw, first(at), C.size_t(len(at)), &out, &c.failure))
	return float64(out), err
}

// String says what the tensor is, without its elements: "float32[4 2]".
func (t *Tensor) String() string {
	dtype := t.DType()
	if dtype == 0 {
		return "closed tensor"
	}
	var out strings.Builder
	out.WriteString(dtype.String())
	out.WriteString(shapeText(t.Shape()))
	return out.String()
}
