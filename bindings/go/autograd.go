package duramen

// #include "shim.h"
import "C"

// BackwardOptions says how to walk back; zero is the default of every field.
type BackwardOptions struct {
	// Gradient weighs the elements; nil stands for 1 and needs a tensor of one element.
	Gradient *Tensor
	// RetainGraph keeps what was saved, so that the same graph can be walked again.
	RetainGraph bool
	// Inputs are the leaves that get gradients; none: all that require grad.
	Inputs []*Tensor
}

// Backward adds the gradient of the tensor, which has one element, to the grad of every leaf that it was computed from.
func (t *Tensor) Backward(ctx *Context) error { return t.BackwardWith(ctx, nil) }

// BackwardWith is Backward with options; nil are the defaults.
func (t *Tensor) BackwardWith(ctx *Context, options *BackwardOptions) error {
	if options == nil {
		options = &BackwardOptions{}
	}
	c := begin("Backward")
	defer c.end()
	context, raw, gradient := c.context(ctx), c.tensor(t), c.optionalTensor(options.Gradient)
	inputs := c.tensors(options.Inputs)
	if c.err != nil {
		return c.err
	}
	var flags C.uint64_t
	if options.RetainGraph {
		flags |= C.DURAMEN_BACKWARD_RETAIN_GRAPH
	}
	return c.done(C.go_tensor_backward(context, raw, gradient, flags, first(inputs), C.size_t(len(inputs)), &c.failure))
}

// RequiresGrad says whether gradients flow through it.
func (t *Tensor) RequiresGrad() (out bool) {
	t.read(func(raw *C.duramen_tensor) { out = C.duramen_tensor_requires_grad(raw) != 0 })
	return out
}

// SetRequiresGrad sets a leaf's own flag, as Tensor.requires_grad_().
func (t *Tensor) SetRequiresGrad(on bool) error {
	c := begin("SetRequiresGrad")
	defer c.end()
	raw := c.tensor(t)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_tensor_set_requires_grad(raw, flag(on), &c.failure))
}

// IsLeaf says whether no recorded operation made it.
func (t *Tensor) IsLeaf() (out bool) {
	t.read(func(raw *C.duramen_tensor) { out = C.duramen_tensor_is_leaf(raw) != 0 })
	return out
}

// Grad is the gradient that Backward added up; nil, without an error, when there is none.
func (t *Tensor) Grad() (*Tensor, error) {
	c := begin("Grad")
	defer c.end()
	raw := c.tensor(t)
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(C.duramen_tensor_grad(raw, &c.tensor_, &c.failure))
}

// SetGrad replaces the gradient; nil removes it.
func (t *Tensor) SetGrad(grad *Tensor) error {
	c := begin("SetGrad")
	defer c.end()
	raw, replacement := c.tensor(t), c.optionalTensor(grad)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_tensor_set_grad(raw, replacement, &c.failure))
}

// GradFn is the name of the operation that computed it, such as "AddmmBackward0"; "" for a leaf.
func (t *Tensor) GradFn() (string, error) {
	c := begin("GradFn")
	defer c.end()
	raw := c.tensor(t)
	if c.err != nil {
		return "", c.err
	}
	var out *C.duramen_string
	err := c.done(C.duramen_tensor_grad_fn_name(raw, &out, &c.failure))
	return takeString(out), err
}
