package duramen

// #include "shim.h"
import "C"

// Forward runs the module: one tensor in, one tensor out; with further tensors a module that takes several, such as a
// loss: input and target.
//
// In training mode it may write to its buffers (BatchNorm): then nobody else may use the module.
func (m *Module) Forward(ctx *Context, input *Tensor, more ...*Tensor) (*Tensor, error) {
	c := begin("Forward")
	defer c.end()
	context, raw, x := c.context(ctx), c.module(m), c.tensor(input)
	if len(more) == 0 {
		if c.err != nil {
			return nil, c.err
		}
		return c.tensorResult(C.duramen_module_forward(context, raw, x, &c.tensor_, &c.failure))
	}
	inputs := append([]*C.duramen_tensor{x}, c.tensors(more)...)
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(C.duramen_module_forward_many(context, raw, &inputs[0], C.size_t(len(inputs)), &c.tensor_,
		&c.failure))
}

// Call runs the module with any arguments and keywords (nil: none); arguments and result are as NewValue and Value.Go
// have them.
func (m *Module) Call(ctx *Context, arguments Tuple, keywords Dict) (any, error) {
	return m.call("Call", ctx, arguments, keywords,
		func(context *C.duramen_context, raw *C.duramen_module, args, kwargs *C.duramen_value, out **C.duramen_value,
			c *call) C.duramen_status {
			return C.duramen_module_call(context, raw, args, kwargs, out, &c.failure)
		})
}

func (m *Module) call(name string, ctx *Context, arguments Tuple, keywords Dict, run func(*C.duramen_context,
	*C.duramen_module, *C.duramen_value, *C.duramen_value, **C.duramen_value, *call) C.duramen_status) (any, error) {
	c := begin(name)
	defer c.end()
	context, raw := c.context(ctx), c.module(m)
	args := c.makeValue(arguments)
	defer C.duramen_value_release(args)
	var kwargs *C.duramen_value
	if keywords != nil {
		kwargs = c.makeValue(keywords)
		defer C.duramen_value_release(kwargs)
	}
	if c.err != nil {
		return nil, c.err
	}
	out := new(*C.duramen_value)
	if err := c.done(run(context, raw, args, kwargs, out, c)); err != nil {
		return nil, err
	}
	defer C.duramen_value_release(*out)
	return c.scoped(native(*out)), nil
}

// scoped notes the tensors of a result in the context's scope.
func (c *call) scoped(value any) any {
	switch v := value.(type) {
	case *Tensor:
		c.scope.made(v)
	case []any:
		for _, item := range v {
			c.scoped(item)
		}
	case Tuple:
		c.scoped([]any(v))
	case Dict:
		for _, item := range v {
			c.scoped(item.Value)
		}
	case OrderedDict:
		c.scoped(Dict(v))
	}
	return value
}

// edit makes a call that changes the module without computing.
func (m *Module) edit(name string, run func(*C.duramen_module, **C.duramen_error) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	raw := c.module(m)
	if c.err != nil {
		return c.err
	}
	return c.done(run(raw, &c.failure))
}

// compute makes a call that works on the module with a context.
func (m *Module) compute(name string, ctx *Context,
	run func(*C.duramen_context, *C.duramen_module, *call) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	context, raw := c.context(ctx), c.module(m)
	if c.err != nil {
		return c.err
	}
	return c.done(run(context, raw, c))
}

// IsTraining says whether the module itself is in training mode.
func (m *Module) IsTraining() bool {
	c := begin("IsTraining")
	defer c.end()
	return C.duramen_module_is_training(c.optionalModule(m)) != 0
}

// Train puts the tree into training mode.
func (m *Module) Train() error { return m.SetTraining(true) }

// Eval puts the tree into eval mode.
func (m *Module) Eval() error { return m.SetTraining(false) }

// SetTraining puts the tree into training or eval mode.
func (m *Module) SetTraining(training bool) error {
	return m.edit("SetTraining", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_module_train(raw, flag(training), failure)
	})
}

// SetRequiresGrad freezes every parameter of the tree, or takes that back.
func (m *Module) SetRequiresGrad(on bool) error {
	return m.edit("SetRequiresGrad", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_module_set_requires_grad(raw, flag(on), failure)
	})
}

// ZeroGrad drops every parameter's gradient.
func (m *Module) ZeroGrad() error { return m.ZeroGradTo(true) }

// ZeroGradTo drops every parameter's gradient (setToNone), or fills it with zeros.
func (m *Module) ZeroGradTo(setToNone bool) error {
	return m.edit("ZeroGrad", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_module_zero_grad(raw, flag(setToNone), failure)
	})
}

// ResetParameters draws the initial values of this module, not of those below, again.
func (m *Module) ResetParameters(ctx *Context) error {
	return m.compute("ResetParameters", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		return C.duramen_module_reset_parameters(context, raw, &c.failure)
	})
}

// ResetRunningStats starts the running statistics of this BatchNorm again.
func (m *Module) ResetRunningStats() error {
	return m.edit("ResetRunningStats", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.duramen_module_reset_running_stats(raw, failure)
	})
}

// InitializeParameters gives a lazy module the sizes that an input tells, as its first forward does.
func (m *Module) InitializeParameters(ctx *Context, input *Tensor) error {
	c := begin("InitializeParameters")
	defer c.end()
	context, raw, x := c.context(ctx), c.module(m), c.tensor(input)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_module_initialize_parameters(context, raw, x, &c.failure))
}

// To converts the floating and complex parameters, their gradients and buffers, as Module.to(dtype). Parameters stay the
// same objects; views of their memory are not valid afterwards.
func (m *Module) To(ctx *Context, dtype DType) error {
	return m.compute("To", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		return C.duramen_module_to_dtype(context, raw, C.duramen_dtype(dtype), &c.failure)
	})
}

// Which says which parameters and buffers a conversion is about.
type Which int32

// What Convert converts: as Module.to(dtype); as half() and its like; as type(dtype).
const (
	FloatingAndComplex Which = C.DURAMEN_CONVERT_FLOATING_AND_COMPLEX
	Floating           Which = C.DURAMEN_CONVERT_FLOATING
	Everything         Which = C.DURAMEN_CONVERT_ALL
)

// Convert is To for other sets of parameters and buffers.
func (m *Module) Convert(ctx *Context, dtype DType, which Which) error {
	return m.compute("Convert", ctx, func(context *C.duramen_context, raw *C.duramen_module, c *call) C.duramen_status {
		return C.duramen_module_convert(context, raw, C.duramen_dtype(dtype), C.int32_t(which), &c.failure)
	})
}

// DeepCopy is a copy of the whole tree, as copy.deepcopy(module): every module, parameter and buffer once.
func (m *Module) DeepCopy(ctx *Context) (*Module, error) {
	c := begin("DeepCopy")
	defer c.end()
	context, raw := c.context(ctx), c.module(m)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_module
	return c.moduleResult(C.duramen_module_deepcopy(context, raw, &out, &c.failure), &out)
}
