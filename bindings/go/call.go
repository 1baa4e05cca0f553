package duramen

// #include "shim.h"
import "C"

import "unsafe"

// call is one call into the library: it holds what the call uses, the context first, and makes a Go error of a failure.
//
//	c := begin("Forward")
//	defer c.end()
//	context, module := c.context(ctx), c.module(m)
//	if c.err != nil {
//		return nil, c.err
//	}
//	return c.tensorResult(C.duramen_…(context, module, …, &c.out, &c.failure))
type call struct {
	*outputs
	name   string
	err    error
	locked *contextState
	scope  *Context
	held   [4]*handle
	count  int
	more   []*handle
}

// outputs is what the library writes to; it may not lie beside Go pointers.
type outputs struct {
	failure *C.duramen_error
	tensor_ *C.duramen_tensor
}

func begin(name string) *call { return &call{name: name, outputs: &outputs{}} }

// end lets go of everything, in any case.
func (c *call) end() {
	if c.locked != nil {
		c.locked.unlock()
	}
	for i := 0; i < c.count; i++ {
		c.held[i].leave()
	}
	for _, h := range c.more {
		h.leave()
	}
}

// hold keeps an object until the end of the call; nil, and an error, where it is closed or missing.
func (c *call) hold(h *handle, kind kind) unsafe.Pointer {
	if c.err != nil {
		return nil
	}
	if h == nil {
		c.err = newGoError(c.name, ErrInvalidArgument, "the "+kindNames[kind]+" is nil", nil)
		return nil
	}
	if !h.enter() {
		c.err = newGoError(c.name, ErrBadHandle, "the "+kindNames[kind]+" is closed", ErrClosed)
		return nil
	}
	if c.count < len(c.held) {
		c.held[c.count] = h
		c.count++
	} else {
		c.more = append(c.more, h)
	}
	return h.pointer
}

// context also locks it: calls on one context happen one after the other.
func (c *call) context(ctx *Context) *C.duramen_context {
	var h *handle
	if ctx != nil {
		h = &ctx.handle
	}
	pointer := c.hold(h, kindContext)
	if pointer == nil {
		return nil
	}
	c.scope = ctx
	if ctx.state.lock() {
		c.locked = ctx.state
	}
	return (*C.duramen_context)(pointer)
}

func (c *call) tensor(t *Tensor) *C.duramen_tensor {
	if t == nil {
		return (*C.duramen_tensor)(c.hold(nil, kindTensor))
	}
	return (*C.duramen_tensor)(c.hold(&t.handle, kindTensor))
}

// optionalTensor is NULL for nil.
func (c *call) optionalTensor(t *Tensor) *C.duramen_tensor {
	if t == nil {
		return nil
	}
	return c.tensor(t)
}

func (c *call) tensors(list []*Tensor) []*C.duramen_tensor {
	out := make([]*C.duramen_tensor, len(list), len(list)+1)
	for i, t := range list {
		out[i] = c.tensor(t)
	}
	return out
}

func (c *call) module(m *Module) *C.duramen_module {
	if m == nil {
		return (*C.duramen_module)(c.hold(nil, kindModule))
	}
	return (*C.duramen_module)(c.hold(&m.handle, kindModule))
}

func (c *call) optionalModule(m *Module) *C.duramen_module {
	if m == nil {
		return nil
	}
	return c.module(m)
}

func (c *call) dict(d *StateDict) *C.duramen_state_dict {
	if d == nil {
		return (*C.duramen_state_dict)(c.hold(nil, kindStateDict))
	}
	return (*C.duramen_state_dict)(c.hold(&d.handle, kindStateDict))
}

func (c *call) checkpoint(k *Checkpoint) *C.duramen_checkpoint {
	if k == nil {
		return (*C.duramen_checkpoint)(c.hold(nil, kindCheckpoint))
	}
	return (*C.duramen_checkpoint)(c.hold(&k.handle, kindCheckpoint))
}

func (c *call) rules(r *RenameRules) *C.duramen_rename_rules {
	if r == nil {
		return (*C.duramen_rename_rules)(c.hold(nil, kindRules))
	}
	return (*C.duramen_rename_rules)(c.hold(&r.handle, kindRules))
}

func (c *call) value(v *Value) *C.duramen_value {
	if v == nil {
		return (*C.duramen_value)(c.hold(nil, kindValue))
	}
	return (*C.duramen_value)(c.hold(&v.handle, kindValue))
}

// done is the error of a finished call, nil for success; one that was found before it stays.
func (c *call) done(status C.duramen_status) error {
	if status == C.DURAMEN_OK {
		return c.err
	}
	c.err = newError(c.name, Code(status), c.failure)
	c.failure = nil
	return c.err
}

// tensorResult adopts the tensor that a call gave through c.tensor_; nil where it gave none.
func (c *call) tensorResult(status C.duramen_status) (*Tensor, error) {
	if err := c.done(status); err != nil {
		return nil, err
	}
	if c.tensor_ == nil {
		return nil, nil
	}
	t := newTensor(c.tensor_)
	if c.scope != nil {
		c.scope.made(t)
	}
	return t, nil
}

// text is a Go text as C takes it; never NULL. It is read during the call only.
func text(s string) (*C.char, C.size_t) {
	if s == "" {
		return (*C.char)(unsafe.Pointer(&noText[0])), 0
	}
	return *(**C.char)(unsafe.Pointer(&s)), C.size_t(len(s))
}

var noText [1]byte

// optionalText is NULL for "".
func optionalText(s string) (*C.char, C.size_t) {
	if s == "" {
		return nil, 0
	}
	return text(s)
}

// takeString copies a text and releases it.
func takeString(s *C.duramen_string) string {
	if s == nil {
		return ""
	}
	defer C.duramen_string_release(s)
	var length C.size_t
	data := C.duramen_string_data(s, &length)
	return goText(data, length)
}

// takeStrings copies a list of texts and releases it.
func takeStrings(list *C.duramen_string_list) []string {
	if list == nil {
		return nil
	}
	defer C.duramen_string_list_release(list)
	out := make([]string, int(C.duramen_string_list_count(list)))
	for i := range out {
		var length C.size_t
		data := C.duramen_string_list_item(list, C.size_t(i), &length)
		out[i] = goText(data, length)
	}
	return out
}

// goText copies a text that the library lends.
func goText(data *C.char, length C.size_t) string {
	if data == nil {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length)))
}

// sizes is a shape as C takes it, never NULL.
func sizes(shape []int) []C.int64_t {
	out := make([]C.int64_t, len(shape), len(shape)+1)
	for i, size := range shape {
		out[i] = C.int64_t(size)
	}
	return out
}

// first is the address of a slice's memory; the slice has capacity.
func first[T any](s []T) *T { return &s[:1][0] }

// bytesPointer is the memory of bytes; NULL for none. Memory goes to C as bytes: of an unsafe.Pointer, cgo would check
// the whole Go object that the memory lies in, which may hold pointers.
func bytesPointer(data []byte) *C.uint8_t {
	if len(data) == 0 {
		return nil
	}
	return (*C.uint8_t)(unsafe.Pointer(&data[0]))
}

// charPointer is the memory of bytes that have capacity.
func charPointer(data []byte) *C.char { return (*C.char)(unsafe.Pointer(first(data))) }

// memoryPointer is bytesPointer that is never NULL.
func memoryPointer(data []byte) *C.uint8_t {
	if len(data) == 0 {
		return bytesPointer(noText[:])
	}
	return bytesPointer(data)
}

func flag(on bool) C.uint32_t {
	if on {
		return 1
	}
	return 0
}
