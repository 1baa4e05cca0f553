"""The builders of `duramen::nn`, `ops`, `optim` and `init`, for bindings/rust."""

from __future__ import annotations

import json

# Written by hand in bindings/rust/duramen/src/nn.rs, or made without arguments.
BY_HAND = {"Module", "Sequential", "ModuleList", "ModuleDict"}
FAMILIES = {"nn": ("modules", "modules of `torch.nn`"), "ops": ("operators", "operators"),
            "optim": ("optimizers", "optimizers"), "init": ("initializers", "functions of `torch.nn.init`")}
TYPES = {("bool",): "bool", ("int",): "i64", ("bool", "int"): "i64", ("float",): "f64", ("bool", "float"): "f64",
         ("str",): "&str", ("dtype",): "DType", ("tensor",): "&Tensor"}
ANYTHING = "impl Into<Argument>"
KEYWORDS = {"self", "type", "where", "mod", "move", "ref", "in", "fn", "loop", "match", "use", "box"}
TAKEN = {"new", "build", "apply", "fill"}


def rust_type(parameter):
    """A number that may be None instead, and whatever has several kinds, is an argument of any kind."""
    kinds = tuple(kind for kind in parameter.kinds if kind not in ("none", "any", "truth"))
    nullable = "any" in parameter.kinds and kinds == ("float",)
    return ANYTHING if nullable else TYPES.get(kinds, ANYTHING)


def rust_name(name):
    return f"{name}_" if name in KEYWORDS or name in TAKEN else name


def type_name(name):
    """`max_pool2d` is `MaxPool2d`, `kaiming_uniform_` is `KaimingUniform`; a class keeps its name."""
    if name[0].isupper():
        return name
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def doc(text):
    """As an attribute, so that no character of it is Rust's; brackets are no links."""
    return f"#[doc = {json.dumps(text.replace('[', chr(92) + '[').replace(']', chr(92) + ']'), ensure_ascii=False)}]"


def sentence(text):
    return text if text.endswith(".") else f"{text}."


def head(entry):
    lines = [sentence(entry.doc)]
    lines += [f"`{rust_name(one.name)}`: {one.doc}." for one in entry.parameters if one.required]
    if not entry.forward:
        lines.append("It has its state and its names; it does not run yet.")
    if entry.max_tensors != 0:
        most = "any number of" if entry.max_tensors is None else f"{entry.min_tensors} to {entry.max_tensors}"
        few = str(entry.min_tensors) if entry.min_tensors == entry.max_tensors else most
        lines.append(f"Takes {few} tensor{'' if few == '1' else 's'}.")
    return [doc(f" {line}") if i == 0 else f'#[doc = ""]\n    {doc(f" {line}")}' for i, line in enumerate(lines)]


def setter(parameter):
    default = "" if parameter.variadic else f"; {parameter.default} unless set"
    return (f"        {doc(f' {sentence(parameter.doc + default)}')}\n"
            f"        {rust_name(parameter.name)} as {json.dumps(parameter.name)}: {rust_type(parameter)};")


def builder(entry):
    required = ", ".join(f"{rust_name(one.name)} as {json.dumps(one.name)}: {rust_type(one)}"
                         for one in entry.parameters if one.required)
    options = [one for one in entry.parameters if not one.required and not (one.variadic and one.keyword_only)]
    lines = [*(f"    {line}" for line in head(entry)), f"    {type_name(entry.name)} = {json.dumps(entry.name)} ({required}) {{"]
    return "\n".join([*lines, *map(setter, options), "    }"])


def family(module, entries):
    macro, what = FAMILIES[module]
    body = "\n\n".join(map(builder, entries))
    used = [name for name, sign in (("Argument", ANYTHING), ("DType", ": DType"), ("Tensor", "&Tensor")) if sign in body]
    uses = f"use crate::{{{', '.join(used)}}};" if len(used) > 1 else "".join(f"use crate::{name};" for name in used)
    return (f"//! The {what}: written by tools/registry.py from the registry of the library.\n"
            f"{uses}\n\n{macro}! {{\n{body}\n}}\n")


def outputs(registry):
    folder = "bindings/rust/duramen/src/generated"
    modules = [entry for entry in registry.modules if entry.name not in BY_HAND]
    return {f"{folder}/nn.rs": family("nn", modules), f"{folder}/ops.rs": family("ops", registry.operators),
            f"{folder}/optim.rs": family("optim", registry.optimizers),
            f"{folder}/init.rs": family("init", registry.initializers)}
