package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// TensorStream writes a checkpoint tensor by tensor, so that a model need never be whole in memory: the names, dtypes
// and shapes first, then the elements, in any order. The file is whole or untouched; one that is closed without Finish
// leaves nothing. One goroutine uses it.
type TensorStream struct{ handle }

// CreateStream begins a stream to a .safetensors or a .pt.
func CreateStream(path string, options *SaveOptions) (*TensorStream, error) {
	c := begin("CreateStream")
	defer c.end()
	var raw *C.duramen_tensor_stream
	data, length := text(path)
	if err := c.done(C.duramen_tensor_stream_create(data, length, options.raw(), &raw, &c.failure)); err != nil {
		return nil, err
	}
	s := &TensorStream{}
	s.adopt(kindStream, unsafe.Pointer(raw))
	runtime.SetFinalizer(s, func(s *TensorStream) { s.Close() })
	return s, nil
}

func (c *call) stream(s *TensorStream) *C.duramen_tensor_stream {
	var h *handle
	if s != nil {
		h = &s.handle
	}
	return (*C.duramen_tensor_stream)(c.hold(h, kindStream))
}

// Declare says that there will be a tensor.
func (s *TensorStream) Declare(name string, dtype DType, shape ...int) error {
	c := begin("Declare")
	defer c.end()
	raw := c.stream(s)
	if c.err != nil {
		return c.err
	}
	data, length := text(name)
	list := sizes(shape)
	return c.done(C.duramen_tensor_stream_declare(raw, data, length, C.duramen_dtype(dtype), first(list),
		C.size_t(len(list)), &c.failure))
}

// SetMetadata sets a text of the metadata, which a .safetensors holds.
func (s *TensorStream) SetMetadata(key, value string) error {
	c := begin("SetMetadata")
	defer c.end()
	raw := c.stream(s)
	if c.err != nil {
		return c.err
	}
	name, n := text(key)
	data, length := text(value)
	return c.done(C.duramen_tensor_stream_set_metadata(raw, name, n, data, length, &c.failure))
}

// Write writes the elements of a declared tensor, which may go afterwards.
func (s *TensorStream) Write(ctx *Context, name string, tensor *Tensor) error {
	c := begin("Write")
	defer c.end()
	context, raw, elements := c.context(ctx), c.stream(s), c.tensor(tensor)
	if c.err != nil {
		return c.err
	}
	data, length := text(name)
	return c.done(C.duramen_tensor_stream_write(context, raw, data, length, elements, &c.failure))
}

// Finish puts the file in its place.
func (s *TensorStream) Finish(ctx *Context) error {
	c := begin("Finish")
	defer c.end()
	context, raw := c.context(ctx), c.stream(s)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_tensor_stream_finish(context, raw, &c.failure))
}
