package duramen

// #include "shim.h"
import "C"

// operator makes a call that takes a context and tensors and gives a tensor.
func (t *Tensor) operator(name string, ctx *Context, run func(*C.duramen_context, *C.duramen_tensor, *call) C.duramen_status) (
	*Tensor, error) {
	c := begin(name)
	defer c.end()
	context, raw := c.context(ctx), c.tensor(t)
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(run(context, raw, c))
}

// operator2 is operator for two tensors.
func (t *Tensor) operator2(name string, ctx *Context, other *Tensor,
	run func(*C.duramen_context, *C.duramen_tensor, *C.duramen_tensor, *call) C.duramen_status) (*Tensor, error) {
	c := begin(name)
	defer c.end()
	context, raw, second := c.context(ctx), c.tensor(t), c.tensor(other)
	if c.err != nil {
		return nil, c.err
	}
	return c.tensorResult(run(context, raw, second, c))
}

// Add is a + b, with broadcasting.
func (t *Tensor) Add(ctx *Context, other *Tensor) (*Tensor, error) {
	return t.operator2("Add", ctx, other,
		func(context *C.duramen_context, a, b *C.duramen_tensor, c *call) C.duramen_status {
			return C.duramen_add(context, a, b, &c.tensor_, &c.failure)
		})
}

// Sub is t - other.
func (t *Tensor) Sub(ctx *Context, other *Tensor) (*Tensor, error) {
	return t.operator2("Sub", ctx, other,
		func(context *C.duramen_context, a, b *C.duramen_tensor, c *call) C.duramen_status {
			return C.duramen_sub(context, a, b, &c.tensor_, &c.failure)
		})
}

// Mul is the product, element by element.
func (t *Tensor) Mul(ctx *Context, other *Tensor) (*Tensor, error) {
	return t.operator2("Mul", ctx, other,
		func(context *C.duramen_context, a, b *C.duramen_tensor, c *call) C.duramen_status {
			return C.duramen_mul(context, a, b, &c.tensor_, &c.failure)
		})
}

// Div is t / other, element by element; integers give floats.
func (t *Tensor) Div(ctx *Context, other *Tensor) (*Tensor, error) {
	return t.operator2("Div", ctx, other,
		func(context *C.duramen_context, a, b *C.duramen_tensor, c *call) C.duramen_status {
			return C.duramen_div(context, a, b, &c.tensor_, &c.failure)
		})
}

// MatMul is the matrix product, as torch.matmul.
func (t *Tensor) MatMul(ctx *Context, other *Tensor) (*Tensor, error) {
	return t.operator2("MatMul", ctx, other,
		func(context *C.duramen_context, a, b *C.duramen_tensor, c *call) C.duramen_status {
			return C.duramen_matmul(context, a, b, &c.tensor_, &c.failure)
		})
}

// Neg is -t.
func (t *Tensor) Neg(ctx *Context) (*Tensor, error) {
	return t.operator("Neg", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_neg(context, raw, &c.tensor_, &c.failure)
	})
}

// Exp is e to the power of each element.
func (t *Tensor) Exp(ctx *Context) (*Tensor, error) {
	return t.operator("Exp", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_exp(context, raw, &c.tensor_, &c.failure)
	})
}

// Log is the natural logarithm of each element.
func (t *Tensor) Log(ctx *Context) (*Tensor, error) {
	return t.operator("Log", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_log(context, raw, &c.tensor_, &c.failure)
	})
}

// Sqrt is the square root of each element.
func (t *Tensor) Sqrt(ctx *Context) (*Tensor, error) {
	return t.operator("Sqrt", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_sqrt(context, raw, &c.tensor_, &c.failure)
	})
}

// ReLU is each element, or 0 where it is negative.
func (t *Tensor) ReLU(ctx *Context) (*Tensor, error) {
	return t.operator("ReLU", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_relu(context, raw, &c.tensor_, &c.failure)
	})
}

// Tanh is the hyperbolic tangent of each element.
func (t *Tensor) Tanh(ctx *Context) (*Tensor, error) {
	return t.operator("Tanh", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_tanh(context, raw, &c.tensor_, &c.failure)
	})
}

// Sigmoid is 1 / (1 + exp(-x)) of each element.
func (t *Tensor) Sigmoid(ctx *Context) (*Tensor, error) {
	return t.operator("Sigmoid", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_sigmoid(context, raw, &c.tensor_, &c.failure)
	})
}

// Contiguous is the tensor itself when its elements lie side by side, else a copy.
func (t *Tensor) Contiguous(ctx *Context) (*Tensor, error) {
	return t.operator("Contiguous", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_contiguous(context, raw, &c.tensor_, &c.failure)
	})
}

// Clone is a contiguous copy in fresh memory, recorded for Backward.
func (t *Tensor) Clone(ctx *Context) (*Tensor, error) {
	return t.operator("Clone", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_tensor_clone(context, raw, &c.tensor_, &c.failure)
	})
}

// Detach is the same memory as a leaf without history.
func (t *Tensor) Detach(ctx *Context) (*Tensor, error) {
	return t.operator("Detach", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_tensor_detach(context, raw, &c.tensor_, &c.failure)
	})
}

// Linear is the tensor times the transposed weight, plus the bias; nil: without one.
func (t *Tensor) Linear(ctx *Context, weight, bias *Tensor) (*Tensor, error) {
	return t.operator2("Linear", ctx, weight,
		func(context *C.duramen_context, input, weight *C.duramen_tensor, c *call) C.duramen_status {
			plus := c.optionalTensor(bias)
			if c.err != nil {
				return C.DURAMEN_OK
			}
			return C.duramen_linear(context, input, weight, plus, &c.tensor_, &c.failure)
		})
}

// Dropout zeroes elements at random and scales the rest; the tensor itself when not training.
func (t *Tensor) Dropout(ctx *Context, probability float64, training bool) (*Tensor, error) {
	return t.operator("Dropout", ctx, func(context *C.duramen_context, raw *C.duramen_tensor, c *call) C.duramen_status {
		return C.duramen_dropout(context, raw, C.double(probability), flag(training), &c.tensor_, &c.failure)
	})
}

// Reduction is what a loss does with the losses of the single elements.
type Reduction int32

// The reductions.
const (
	MeanReduction Reduction = C.DURAMEN_REDUCTION_MEAN
	SumReduction  Reduction = C.DURAMEN_REDUCTION_SUM
	NoReduction   Reduction = C.DURAMEN_REDUCTION_NONE
)

// CrossEntropy is the cross entropy of logits (batch, classes, …) and int64 classes.
func (t *Tensor) CrossEntropy(ctx *Context, target *Tensor, reduction Reduction) (*Tensor, error) {
	return t.operator2("CrossEntropy", ctx, target,
		func(context *C.duramen_context, input, target *C.duramen_tensor, c *call) C.duramen_status {
			return C.duramen_cross_entropy(context, input, target, C.int32_t(reduction), &c.tensor_, &c.failure)
		})
}

// MSELoss is the squared difference.
func (t *Tensor) MSELoss(ctx *Context, target *Tensor, reduction Reduction) (*Tensor, error) {
	return t.operator2("MSELoss", ctx, target,
		func(context *C.duramen_context, input, target *C.duramen_tensor, c *call) C.duramen_status {
			return C.duramen_mse_loss(context, input, target, C.int32_t(reduction), &c.tensor_, &c.failure)
		})
}
