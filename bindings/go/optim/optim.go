// Package optim makes the optimizers of torch.optim, with PyTorch's arguments and defaults:
//
//	optimizer, err := optim.SGD(ctx, parameters, optim.LR(0.1), optim.Momentum(0.9))
package optim

import "duramen"

// argument is one optional argument by the registry's name.
type argument struct {
	name  string
	value any
}

func (a argument) given() (string, any) { return a.name, a.value }

type option interface{ given() (string, any) }

// build makes an optimizer of parameters.
func build[O option](ctx *duramen.Context, class string, parameters []*duramen.Tensor, arguments duramen.Arguments,
	options []O) (*duramen.Optimizer, error) {
	for _, one := range options {
		name, value := one.given()
		arguments[name] = value
	}
	return duramen.NewOptimizer(ctx, class, parameters, arguments)
}

// one is the numbers as a list.
func one[T any](values []T) any { return values }
