// Package nn makes the modules of torch.nn, with PyTorch's arguments and defaults:
//
//	layer, err := nn.Conv2d(ctx, 3, 64, 7, nn.Stride(2), nn.Padding(3), nn.Bias(false))
//	model, err := nn.Sequential(ctx, layer, act, pool)
//
// What has no default is an argument of the function; the rest are options, and a class takes those that it has. Where
// an option's name is that of a class, the option begins with With (WithDropout). What Go has no option for, such as
// None for a number, is an argument by name of duramen.NewModule.
package nn

import "duramen"

// Ints is the type of an argument that is one number for all dimensions, or one for each.
type Ints interface {
	int | []int | [1]int | [2]int | [3]int | [4]int | [6]int
}

// argument is one optional argument by the registry's name.
type argument struct {
	name  string
	value any
}

func (a argument) given() (string, any) { return a.name, a.value }

type option interface{ given() (string, any) }

// build makes a module; the options come behind what has to be given.
func build[O option](ctx *duramen.Context, class string, arguments duramen.Arguments, options []O) (*duramen.Module, error) {
	for _, one := range options {
		name, value := one.given()
		arguments[name] = value
	}
	return duramen.NewModule(ctx, class, arguments)
}

// ints is the number, or the numbers, as a list.
func ints[S Ints](size S) any {
	switch v := any(size).(type) {
	case [1]int:
		return v[:]
	case [2]int:
		return v[:]
	case [3]int:
		return v[:]
	case [4]int:
		return v[:]
	case [6]int:
		return v[:]
	default:
		return size
	}
}

// one is a single number as such, and several as a list.
func one[T any](values []T) any {
	if len(values) == 1 {
		return values[0]
	}
	return values
}
