package duramen

// #include "shim.h"
import "C"

import (
	"math"
	"runtime"
	"unsafe"
)

// Optimizer updates parameters from their gradients, in groups with options of their own. One goroutine uses it,
// together with its parameters.
type Optimizer struct{ handle }

func newOptimizer(raw *C.duramen_optimizer) *Optimizer {
	o := &Optimizer{}
	o.adopt(kindOptimizer, unsafe.Pointer(raw))
	runtime.SetFinalizer(o, func(o *Optimizer) { o.Close() })
	return o
}

func (c *call) optimizer(o *Optimizer) *C.duramen_optimizer {
	var h *handle
	if o != nil {
		h = &o.handle
	}
	return (*C.duramen_optimizer)(c.hold(h, kindOptimizer))
}

// OptimizerFromText makes an optimizer, such as "SGD(lr=0.1, momentum=0.9)", of parameters.
func OptimizerFromText(ctx *Context, description string, parameters []*Tensor) (*Optimizer, error) {
	c := begin("OptimizerFromText")
	defer c.end()
	context, list := c.context(ctx), c.tensors(parameters)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_optimizer
	data, length := text(description)
	status := C.duramen_optimizer_from_text(context, data, length, first(list), C.size_t(len(list)), &out, &c.failure)
	if err := c.done(status); err != nil {
		return nil, err
	}
	return newOptimizer(out), nil
}

// NewOptimizer makes an optimizer of a class with its arguments by name. Package optim has a function for every class.
func NewOptimizer(ctx *Context, class string, parameters []*Tensor, arguments Arguments) (*Optimizer, error) {
	options, err := arguments.options(class)
	if err != nil {
		return nil, err
	}
	defer options.close()
	c := begin(class)
	defer c.end()
	context, list := c.context(ctx), c.tensors(parameters)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_optimizer
	data, length := text(class)
	status := C.duramen_optimizer_create(context, data, length, options.raw(), first(list), C.size_t(len(list)), &out,
		&c.failure)
	if err := c.done(status); err != nil {
		return nil, err
	}
	return newOptimizer(out), nil
}

// ClassName is the class's name, such as "SGD".
func (o *Optimizer) ClassName() string {
	if o == nil || !o.enter() {
		return ""
	}
	defer o.leave()
	var length C.size_t
	data := C.duramen_optimizer_class_name((*C.duramen_optimizer)(o.pointer), &length)
	return goText(data, length)
}

// Step updates every parameter that has a gradient.
func (o *Optimizer) Step(ctx *Context) error {
	c := begin("Step")
	defer c.end()
	context, raw := c.context(ctx), c.optimizer(o)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_optimizer_step(context, raw, &c.failure))
}

// edit makes a call that changes the optimizer without computing.
func (o *Optimizer) edit(name string, run func(*C.duramen_optimizer, *call) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	raw := c.optimizer(o)
	if c.err != nil {
		return c.err
	}
	return c.done(run(raw, c))
}

// ZeroGrad drops the gradients of all parameters.
func (o *Optimizer) ZeroGrad() error { return o.ZeroGradTo(true) }

// ZeroGradTo drops the gradients (setToNone), or fills them with zeros.
func (o *Optimizer) ZeroGradTo(setToNone bool) error {
	return o.edit("ZeroGrad", func(raw *C.duramen_optimizer, c *call) C.duramen_status {
		return C.duramen_optimizer_zero_grad(raw, flag(setToNone), &c.failure)
	})
}

// AddGroup adds a group of parameters with options of its own; what is left out has the optimizer's default.
func (o *Optimizer) AddGroup(ctx *Context, parameters []*Tensor, options map[string]any) error {
	c := begin("AddGroup")
	defer c.end()
	context, raw, list := c.context(ctx), c.optimizer(o), c.tensors(parameters)
	var made *C.duramen_value
	if options != nil {
		made = c.makeValue(options)
		defer C.duramen_value_release(made)
	}
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_optimizer_add_group(context, raw, first(list), C.size_t(len(list)), made, &c.failure))
}

// Groups is how many groups there are.
func (o *Optimizer) Groups() int {
	if o == nil || !o.enter() {
		return 0
	}
	defer o.leave()
	return int(C.duramen_optimizer_group_count((*C.duramen_optimizer)(o.pointer)))
}

// AllGroups stands for all groups, in SetOption and SetLR.
const AllGroups = -1

func group(index int) C.size_t {
	if index == AllGroups {
		return math.MaxUint
	}
	return C.size_t(index)
}

// Option is an option of a group, such as "lr", as Value.Go has it.
func (o *Optimizer) Option(index int, name string) (any, error) {
	out := new(*C.duramen_value)
	err := o.edit("Option", func(raw *C.duramen_optimizer, c *call) C.duramen_status {
		data, length := text(name)
		return C.duramen_optimizer_get_option(raw, C.size_t(index), data, length, out, &c.failure)
	})
	defer C.duramen_value_release(*out)
	return native(*out), err
}

// SetOption sets an option of a group, or of AllGroups.
func (o *Optimizer) SetOption(index int, name string, value any) error {
	return o.edit("SetOption", func(raw *C.duramen_optimizer, c *call) C.duramen_status {
		made := c.makeValue(value)
		if c.err != nil {
			return C.DURAMEN_OK
		}
		defer C.duramen_value_release(made)
		data, length := text(name)
		return C.duramen_optimizer_set_option(raw, group(index), data, length, made, &c.failure)
	})
}

// SetLR sets the learning rate of a group, or of AllGroups.
func (o *Optimizer) SetLR(index int, lr float64) error {
	return o.edit("SetLR", func(raw *C.duramen_optimizer, c *call) C.duramen_status {
		return C.duramen_optimizer_set_lr(raw, group(index), C.double(lr), &c.failure)
	})
}

// State is the optimizer's state with PyTorch's structure: {"state": …, "param_groups": […]}.
func (o *Optimizer) State() (*Value, error) {
	out := new(*C.duramen_value)
	err := o.edit("State", func(raw *C.duramen_optimizer, c *call) C.duramen_status {
		return C.duramen_optimizer_state(raw, out, &c.failure)
	})
	if err != nil {
		return nil, err
	}
	return newValue(*out), nil
}

// LoadState continues from a state, whose tensors are copied.
func (o *Optimizer) LoadState(ctx *Context, state *Value) error {
	c := begin("LoadState")
	defer c.end()
	context, raw, from := c.context(ctx), c.optimizer(o), c.value(state)
	if c.err != nil {
		return c.err
	}
	return c.done(C.duramen_optimizer_load_state(context, raw, from, &c.failure))
}
