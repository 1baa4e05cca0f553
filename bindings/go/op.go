package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// Op is an operator with its attributes, prepared once and applied often. It is immutable.
type Op struct{ handle }

func (c *call) opResult(status C.duramen_status, out **C.duramen_op) (*Op, error) {
	if err := c.done(status); err != nil {
		return nil, err
	}
	o := &Op{}
	o.adopt(kindOp, unsafe.Pointer(*out))
	runtime.SetFinalizer(o, func(o *Op) { o.Close() })
	return o, nil
}

// OpFromText prepares an operator: a name, or a call with attributes, "sum(dim=1, keepdim=True)".
func OpFromText(description string) (*Op, error) {
	c := begin("OpFromText")
	defer c.end()
	var out *C.duramen_op
	data, length := text(description)
	return c.opResult(C.duramen_op_from_text(data, length, &out, &c.failure), &out)
}

// NewOp prepares an operator with its attributes by name.
func NewOp(name string, attributes Arguments) (*Op, error) {
	options, err := attributes.options(name)
	if err != nil {
		return nil, err
	}
	defer options.close()
	c := begin(name)
	defer c.end()
	var out *C.duramen_op
	data, length := text(name)
	return c.opResult(C.duramen_op_create(data, length, options.raw(), &out, &c.failure), &out)
}

// Name is the operator's name.
func (o *Op) Name() string {
	if o == nil || !o.enter() {
		return ""
	}
	defer o.leave()
	var length C.size_t
	data := C.duramen_op_name((*C.duramen_op)(o.pointer), &length)
	return goText(data, length)
}

func (c *call) op(o *Op) *C.duramen_op {
	var h *handle
	if o != nil {
		h = &o.handle
	}
	return (*C.duramen_op)(c.hold(h, kindOp))
}

// Apply applies it to tensors, one tensor back.
func (o *Op) Apply(ctx *Context, inputs ...*Tensor) (*Tensor, error) {
	c := begin("Apply")
	defer c.end()
	context, raw, list := c.context(ctx), c.op(o), c.tensors(inputs)
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(C.duramen_op_apply_tensors(context, raw, first(list), C.size_t(len(list)), &c.tensor_, &c.failure))
}

// ApplyTo applies it to a tuple of tensors, of which one may be a list of tensors; any result comes back.
func (o *Op) ApplyTo(ctx *Context, arguments Tuple) (any, error) {
	c := begin("ApplyTo")
	defer c.end()
	context, raw := c.context(ctx), c.op(o)
	made := c.makeValue(arguments)
	defer C.duramen_value_release(made)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_value
	if err := c.done(C.duramen_op_apply(context, raw, made, &out, &c.failure)); err != nil {
		return nil, err
	}
	defer C.duramen_value_release(out)
	return c.scoped(native(out)), nil
}

// Apply applies an operator by its text: Apply(ctx, "conv2d(stride=2)", input, weight). NewOp or OpFromText prepare one
// that is applied often.
func Apply(ctx *Context, description string, inputs ...*Tensor) (*Tensor, error) {
	o, err := OpFromText(description)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return o.Apply(ctx, inputs...)
}
