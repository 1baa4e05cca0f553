package nn

import "duramen"

// Sequential makes a Sequential, which runs its modules one after the other; they are named "0", "1", ….
func Sequential(ctx *duramen.Context, modules ...*duramen.Module) (*duramen.Module, error) {
	return duramen.NewModule(ctx, "Sequential", duramen.Arguments{"args": modules})
}

// SequentialOf makes a Sequential whose modules have names of their own.
func SequentialOf(ctx *duramen.Context, modules ...duramen.NamedModule) (*duramen.Module, error) {
	return duramen.NewModule(ctx, "Sequential", duramen.Arguments{"args": modules})
}

// ModuleList makes a ModuleList, which holds modules by position and has no forward.
func ModuleList(ctx *duramen.Context, modules ...*duramen.Module) (*duramen.Module, error) {
	return duramen.NewModule(ctx, "ModuleList", duramen.Arguments{"modules": modules})
}

// ModuleDict makes a ModuleDict, which holds modules by name and has no forward.
func ModuleDict(ctx *duramen.Context, modules ...duramen.NamedModule) (*duramen.Module, error) {
	return duramen.NewModule(ctx, "ModuleDict", duramen.Arguments{"modules": modules})
}

// ParameterList makes a ParameterList; tensors become parameters named "0", "1", ….
func ParameterList(ctx *duramen.Context, parameters ...*duramen.Tensor) (*duramen.Module, error) {
	return duramen.NewModule(ctx, "ParameterList", duramen.Arguments{"values": parameters})
}

// ParameterDict makes an empty ParameterDict, for Module.SetEntry.
func ParameterDict(ctx *duramen.Context) (*duramen.Module, error) {
	return duramen.NewModule(ctx, "ParameterDict", nil)
}
