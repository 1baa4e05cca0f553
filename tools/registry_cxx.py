"""The functions of `duramen::nn` and `duramen::optim`: what a type requires by position, the rest by name."""

from __future__ import annotations

import textwrap

from registry import wrapped

WIDTH = 100

# Written by hand in include/duramen/cxx/nn.hpp.
BY_HAND = {"Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}
# Arguments that are by position although they have a default.
BY_POSITION = {("Dropout", "p"), ("LeakyReLU", "negative_slope"), ("Softmax", "dim"), ("LogSoftmax", "dim"), ("Softmin", "dim")}

TYPES = {"bool": "bool", "int": "int64_t", "float": "double", "str": "std::string_view", "tensor": "TensorRef",
         "module": "ModuleRef"}

LAYERS = '''// clang-format off
// The modules of the library: written by tools/registry.py from the registry. What a type requires is
// given by position, all else by name: nn::Conv2d(context, 1, 8, 3, {{"padding", 1}}).
#ifndef DURAMEN_CXX_NN_LAYERS_HPP
#define DURAMEN_CXX_NN_LAYERS_HPP

#include "nn.hpp"

namespace DURAMEN_CXX::nn {
%s
}  // namespace DURAMEN_CXX::nn

#endif
'''

OPTIMIZERS = '''// clang-format off
// The optimizers of the library: written by tools/registry.py from the registry.
//
//   auto optimizer = optim::SGD(context, model.named_parameters().tensors(), {{"lr", 0.1}});
#ifndef DURAMEN_CXX_OPTIM_HPP
#define DURAMEN_CXX_OPTIM_HPP

#include "options.hpp"

namespace DURAMEN_CXX::optim {

// Any optimizer of the registry.
inline Result<Optimizer> create(ContextRef context, std::string_view type,
                                Span<const TensorRef> parameters, Arguments more = {}) {
  return DURAMEN_CXX::detail::then(Options::create(more), [&](const Options& options) {
    return Optimizer::create(context, type, options, parameters);
  });
}
%s
}  // namespace DURAMEN_CXX::optim

#endif
'''


def cxx_type(parameter):
    """The type of an argument that may be of one kind only, else whatever an argument can be."""
    kinds = [kind for kind in parameter.kinds if kind not in ("any", "truth")]
    if kinds == ["bool", "int"]:
        kinds = ["int"]
    return TYPES[kinds[0]] if len(kinds) == 1 and kinds[0] in TYPES else "const ArgumentValue&"


def default(parameter):
    return "nullptr" if parameter.value is None else str(parameter.value)


def described(entry, by_name):
    """The doc, and the arguments that are given by name."""
    lines = textwrap.wrap(entry.doc, 97)
    if by_name:
        named = ", ".join(f"{one.name}={one.default}" for one in by_name)
        lines += textwrap.wrap(f"By name: {named}.", 97, break_on_hyphens=False)
    return "".join(f"// {line}\n" for line in lines)


def function(entry):
    positional = [one for one in entry.parameters
                  if one.required or (entry.name, one.name) in BY_POSITION]
    by_name = [one for one in entry.parameters if not one.variadic and one not in positional]
    arguments = ["ContextRef context"]
    for one in positional:
        arguments.append(f"{cxx_type(one)} {one.name}" + ("" if one.required else f" = {default(one)}"))
    arguments.append("Arguments more = {}")
    pairs = [f'{{"{one.name}", {one.name}}}' for one in positional]
    pairs = ["{" + pairs[0], *pairs[1:-1], pairs[-1] + "}"] if len(pairs) > 1 else [f"{{{pair}}}" for pair in pairs]
    made = (wrapped("  ", "return detail::create(", ["context", f'"{entry.name}"', *pairs, "more"], ");", WIDTH) if pairs else
            f'  return create(context, "{entry.name}", more);\n')
    return (f"\n{described(entry, by_name)}"
            + wrapped("", f"inline Result<Module> {entry.name}(", arguments, ") {", WIDTH) + made + "}\n")


def optimizer(entry):
    arguments = ["ContextRef context", "Span<const TensorRef> parameters", "Arguments more = {}"]
    return (f"\n{described(entry, entry.parameters)}"
            + wrapped("", f"inline Result<Optimizer> {entry.name}(", arguments, ") {", WIDTH)
            + f'  return create(context, "{entry.name}", parameters, more);\n}}\n')


def outputs(registry):
    layers = "".join(function(entry) for entry in registry.modules if entry.name not in BY_HAND)
    return {
        "include/duramen/cxx/nn_layers.hpp": LAYERS % layers,
        "include/duramen/cxx/optim.hpp": OPTIMIZERS % "".join(map(optimizer, registry.optimizers)),
    }
