"""The classes of `duramen.nn` and `duramen.optim` with their arguments, for bindings/python."""

from __future__ import annotations

import keyword
import textwrap

from registry import wrapped

WIDTH = 120

# Written by hand in bindings/python/duramen.
BY_HAND = {"Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}

TYPES = {"bool": "bool", "int": "int", "float": "float", "str": "str", "ints": "Ints", "list": "Sequence[Any]",
         "dict": "Mapping[str, Any]", "tensor": "Tensor", "module": "Module", "dtype": "dtype | str", "none": "None"}
COVERED = {"float": {"bool", "int"}, "int": {"bool"}, "ints": {"bool", "int"}}
KINDS = {type(None): "none", bool: "bool", int: "int", float: "float", str: "str", tuple: "list", list: "list"}

LAYERS = '''"""The layers, losses and other classes of torch.nn: written by tools/registry.py from the registry of the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Union

from ._layer import Layer, settle

if TYPE_CHECKING:
    from ._context import Context
    from ._dtype import dtype
    from ._module import Module
    from ._tensor import Tensor

Ints = Union[int, Sequence[int]]  # one number for every dimension, or one each

__all__ = [
{names}
]
'''

SETTLE = "\n\nsettle(globals()[name] for name in __all__)\n"

OPTIMIZERS = '''"""torch.optim: written by tools/registry.py from the registry of the library.

    optimizer = duramen.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ._optimizer import Optimizer, given

__all__ = [{names}, "Optimizer"]
'''


def annotation(parameter):
    """Python's type of an argument. What PyTorch takes without a look at its kind has the type that is meant."""
    kinds = {kind for kind in parameter.kinds if kind in TYPES}
    if not kinds or parameter.variadic:
        return "Any"
    if not parameter.required:
        kinds.add(KINDS[type(parameter.value)])
    for kind, covered in COVERED.items():
        if kind in kinds:
            kinds -= covered
    return " | ".join(TYPES[kind] for kind in TYPES if kind in kinds)


def python_name(name):
    return f"{name}_" if keyword.iskeyword(name) else name


def parts(parameters):
    """The parameters as a signature has them: positional, *name, keyword-only, **name."""
    stars = {True: [], False: []}
    plain = {True: [], False: []}
    for one in parameters:
        text = f"{python_name(one.name)}: {annotation(one)}"
        if not one.required and not one.variadic:
            text += f" = {one.value!r}"
        (stars if one.variadic else plain)[one.keyword_only].append(text)
    return plain[False], stars[False], plain[True], stars[True]


def signature(parameters, more):
    """The arguments of a constructor; `more` are keyword-only ones of the binding's own."""
    positional, star, keywords, stars = parts(parameters)
    keywords += more
    between = [f"*{star[0]}"] if star else ["*"] if keywords else []
    return [*positional, *between, *keywords, *(f"**{one}" for one in stars)]


def docstring(entry):
    """The doc of a class and of its arguments."""
    lines = textwrap.wrap(entry.doc, 112)
    for one in entry.parameters:
        lines += textwrap.wrap(f"{one.name}: {one.doc}", 112, subsequent_indent="    ")
    if len(lines) == 1:
        return f'    """{lines[0]}"""\n'
    first = len(textwrap.wrap(entry.doc, 112))
    lines.insert(first, "")
    body = "\n".join(f"    {line}".rstrip() for line in lines).lstrip()
    return f'    """{body}\n    """\n'


def layer(entry):
    """The signature alone: _layer.py lets it check a call, and hands on what was given."""
    return (f"\n\nclass {entry.name}(Layer):\n{docstring(entry)}\n"
            + wrapped("    ", "def __init__(", ["self", *signature(entry.parameters, ["context: Context | None = None"])],
                      ") -> None: ...", WIDTH))


def optimizer(entry):
    options = [f"{one.name}={python_name(one.name)}" for one in entry.parameters]
    return (f"\n\nclass {entry.name}(Optimizer):\n{docstring(entry)}\n    __slots__ = ()\n\n"
            + wrapped("    ", "def __init__(", ["self", "params: Iterable[Any]", *signature(entry.parameters, [])], ") -> None:", WIDTH)
            + wrapped("        ", "super().__init__(", [f'*given(params, "{entry.name}"', *options], "))", WIDTH))


def quoted(names):
    return textwrap.fill(", ".join(f'"{name}"' for name in names) + ",", 116, initial_indent="    ", subsequent_indent="    ")


def outputs(registry):
    layers = [entry for entry in registry.modules if entry.name not in BY_HAND]
    names = [entry.name for entry in registry.optimizers]
    return {
        "bindings/python/duramen/_layers.py":
            LAYERS.replace("{names}", quoted(entry.name for entry in layers)) + "".join(map(layer, layers)) + SETTLE,
        "bindings/python/duramen/optim.py":
            OPTIMIZERS.replace("{names}", ", ".join(f'"{name}"' for name in names)) + "".join(map(optimizer, registry.optimizers)),
    }
