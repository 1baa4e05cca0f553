package duramen_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"duramen"
)

var receivers = []any{(*duramen.Context)(nil), (*duramen.Tensor)(nil), (*duramen.Module)(nil), (*duramen.Listing)(nil),
	(*duramen.Value)(nil), (*duramen.StateDict)(nil), (*duramen.Checkpoint)(nil), (*duramen.Optimizer)(nil), (*duramen.Op)(nil),
	(*duramen.RenameRules)(nil), (*duramen.LoadReport)(nil), (*duramen.TensorStream)(nil), (*duramen.FunctionState)(nil),
	(*duramen.LoadNotes)(nil), (*duramen.View[float32])(nil), duramen.Entry{}}

// zero is an argument that says nothing: an empty function, a background context, else the zero of the type.
func zero(kind reflect.Type) reflect.Value {
	if kind == reflect.TypeOf((*context.Context)(nil)).Elem() {
		return reflect.ValueOf(context.Background())
	}
	if kind.Kind() == reflect.Func {
		return reflect.MakeFunc(kind, func([]reflect.Value) []reflect.Value {
			out := make([]reflect.Value, kind.NumOut())
			for i := range out {
				out[i] = reflect.Zero(kind.Out(i))
			}
			return out
		})
	}
	return reflect.Zero(kind)
}

// No method of a nil object panics, but for those of a listing that panic beyond the last entry: one with an error gives
// that, but for Close, and others give zero.
func TestNilReceivers(t *testing.T) {
	for _, receiver := range receivers {
		of := reflect.TypeOf(receiver)
		for i := 0; i < of.NumMethod(); i++ {
			if name := of.Method(i).Name; of != reflect.TypeOf((*duramen.Listing)(nil)) || name != "Name" && name != "Entry" {
				callOnNil(t, reflect.ValueOf(receiver), of.Method(i))
			}
		}
	}
}

func callOnNil(t *testing.T, receiver reflect.Value, method reflect.Method) {
	name := receiver.Type().String() + "." + method.Name
	defer func() {
		if reason := recover(); reason != nil {
			t.Errorf("%s: %v", name, reason)
		}
	}()
	in := make([]reflect.Value, receiver.Method(method.Index).Type().NumIn())
	for i := range in {
		in[i] = zero(receiver.Method(method.Index).Type().In(i))
	}
	call := receiver.Method(method.Index).Call
	if method.Type.IsVariadic() {
		call = receiver.Method(method.Index).CallSlice
	}
	for _, out := range call(in) {
		err, isError := out.Interface().(error)
		if method.Name == "Close" && isError {
			t.Errorf("%s: %v", name, err)
		}
		if isError && !errors.Is(err, duramen.ErrInvalidArgument) && !errors.Is(err, duramen.ErrBadHandle) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
