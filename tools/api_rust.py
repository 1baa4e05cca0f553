"""The raw Rust layer: every type, constant and function as it is in C, with the layouts asserted."""

import re

import api_rules as rules
import api_surface

HEAD = """//! The C interface of libduramen, API level {level}: written by tools/api.py from the headers of include/duramen.
//!
//! Nothing here is safe: who owns what, what may be NULL and which thread may call is said in the headers and, for
//! tools, in share/duramen/duramen-api.json.
#![allow(non_camel_case_types)]

use core::ffi::{{c_char, c_void}};

pub const DURAMEN_API_LEVEL: u32 = {level};
pub const DURAMEN_ABI_EPOCH: u32 = {epoch};
"""
SCALARS = {"int32_t": "i32", "uint32_t": "u32", "int64_t": "i64", "uint64_t": "u64", "size_t": "usize",
           "double": "f64", "uint8_t": "u8", "char": "c_char", "void": "c_void"}
KEYWORDS = {"type", "fn", "mod", "move", "ref", "self", "use", "where", "match", "in", "impl", "dyn", "box"}
OPAQUE = """#[repr(C)]
pub struct {name} {{
    _private: [u8; 0],
    _marker: core::marker::PhantomData<(*mut u8, core::marker::PhantomPinned)>,
}}
"""


def name_of(name):
    return f"{name}_" if name in KEYWORDS else name


def rust_type(api, type_name):
    """`const duramen_tensor* const*` is `*const *const duramen_tensor`."""
    known = api.types.get(type_name)
    if known and known.kind == "callback":
        return f"Option<{type_name}>"
    tokens = re.findall(r"\w+|\*", type_name)
    base = next(t for t in tokens if t not in ("const", "*"))
    out, is_const = SCALARS.get(base, base), tokens[0] == "const"
    for i, token in enumerate(tokens):
        if token == "*":
            out = f"*{'const' if is_const else 'mut'} {out}"
            is_const = tokens[i + 1:i + 2] == ["const"]
    return out


def arguments(api, params):
    return ", ".join(f"{name_of(p.name)}: {rust_type(api, p.type)}" for p in params)


def returns(api, type_name):
    return "" if type_name == "void" else f" -> {rust_type(api, type_name)}"


def pointer(api, result, params):
    return f'unsafe extern "C" fn({arguments(api, params)}){returns(api, result)}'


def struct_text(api, type_):
    lines = ["#[repr(C)]", "#[derive(Clone, Copy)]", f"pub struct {type_.name} {{"]
    for field in type_.fields:
        kind = rust_type(api, field.type) if field.params is None else f"Option<{pointer(api, field.returns, field.params)}>"
        lines.append(f"    pub {name_of(field.name)}: {kind},")
    return "\n".join([*lines, "}", ""])


def layout_text(api, type_):
    """Size and offsets, for the pointers of today's machines."""
    size, alignment, fields = api_surface.layout(api, type_, 64)
    lines = [f"    assert!(core::mem::size_of::<{type_.name}>() == {size} && "
             f"core::mem::align_of::<{type_.name}>() == {alignment});"]
    lines += [f"    assert!(core::mem::offset_of!({type_.name}, {name_of(f.name)}) == {offset});"
              for f, (offset, _) in zip(type_.fields, fields)]
    return "\n".join(lines)


def rust_source(api):
    """The text of bindings/rust/duramen-sys/src/raw.rs."""
    types = api.types.values()
    out = [HEAD.format(level=api.level(), epoch=api.macros["DURAMEN_ABI_EPOCH"])]
    out += [f"pub type {t.name} = {SCALARS[t.target]};" for t in types if t.kind == "alias"]
    out += [f"pub type {t.name} = {pointer(api, t.target, t.fields)};" for t in types if t.kind == "callback"]
    out.append("")
    for enum in api.enums:
        kind = "u64" if enum.is_flags() else "i32"
        out += [f"pub const {c.name}: {kind} = {c.value};" for c in enum.constants]
    out.append("")
    out += [OPAQUE.format(name=t.name) for t in types if t.kind in ("handle", "foreign") and "." not in t.name]
    structs = [t for t in types if t.kind == "struct"]
    out += [struct_text(api, t) for t in structs]
    out.append('#[cfg(target_pointer_width = "64")]\nconst _: () = {')
    out += [layout_text(api, t) for t in structs]
    out += ["};", "", 'extern "C" {']
    out += [f"    pub fn {f.name}({arguments(api, f.params)}){returns(api, f.returns.type)};" for f in api.functions]
    return "\n".join([*out, "}", ""])
