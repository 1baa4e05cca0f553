"""The raw Rust layer: every type, constant and function as it is in C, with the layouts asserted."""

import re

import api_fields
import api_rules as rules
import api_surface

HEAD = """//! The C interface of libduramen, API level {level}: written by tools/api.py from the headers of include/duramen.
//!
//! Nothing here is safe: who owns what, what may be NULL and which thread may call is said in the headers and, for
//! tools, in share/duramen/duramen-api.json.
#![allow(non_camel_case_types)]

use std::os::raw::{{c_char, c_void}};

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


def size_text(api, type_):
    """Size and alignment, for the pointers of today's machines."""
    size, alignment, _ = api_surface.layout(api, type_, 64)
    return (f"    assert!(core::mem::size_of::<{type_.name}>() == {size} && "
            f"core::mem::align_of::<{type_.name}>() == {alignment});")


LAYOUT_HEAD = """//! Where every field of every struct lies: written by tools/api.py from the headers of include/duramen.
//!
//! Sizes and alignments are asserted where the structs are (src/raw.rs), when the crate is compiled.
#![cfg(target_pointer_width = "64")]

use duramen_sys::*;
use std::mem::MaybeUninit;

macro_rules! offset {
    ($type:ty, $field:ident) => {{
        let place = MaybeUninit::<$type>::uninit();
        let start = place.as_ptr();
        // SAFETY: the address of a field is worked out, nothing is read.
        unsafe { std::ptr::addr_of!((*start).$field) as usize - start as usize }
    }};
}
"""


def layout_test(api, type_):
    _, _, fields = api_surface.layout(api, type_, 64)
    lines = ["", "#[test]", f"fn {type_.name}_has_the_layout_of_c() {{"]
    lines += [f"    assert_eq!(offset!({type_.name}, {name_of(f.name)}), {offset});"
              for f, (offset, _) in zip(type_.fields, fields)]
    return "\n".join([*lines, "}"])


def rust_layout_source(api):
    """The text of bindings/rust/duramen-sys/tests/layout.rs."""
    structs = [t for t in api.types.values() if t.kind == "struct"]
    return "\n".join([LAYOUT_HEAD.rstrip("\n"), *(layout_test(api, t) for t in structs), ""])


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
    out += [size_text(api, t) for t in structs]
    out += ["};", "", 'extern "C" {']
    out += [f"    pub fn {f.name}({arguments(api, f.params)}){returns(api, f.returns.type)};" for f in api.functions]
    return "\n".join([*out, "}", ""])


# What each handle is in the safe crate; no name: it is used up inside a call, and handed to nobody.
SAFE = {"duramen_error": "Error", "duramen_string": None, "duramen_string_list": None, "duramen_context": "Context",
        "duramen_tensor": "Tensor", "duramen_value": "Value", "duramen_module": "Module", "duramen_listing": "Listing",
        "duramen_scope": "FromText", "duramen_state_dict": "StateDict", "duramen_checkpoint": "Checkpoint",
        "duramen_diff": "Diff", "duramen_function_state": "Saved<'static>", "duramen_rename_rules": "RenameRules",
        "duramen_load_report": "LoadReport", "duramen_load_notes": "LoadNotes<'static>", "duramen_op": "Op",
        "duramen_optimizer": "Optimizer", "duramen_options": "Arguments", "duramen_tensor_stream": "TensorStream"}
# One owner in Rust, no clone, written through `&mut`: "many readers or one writer" is what the compiler sees to then.
OWNED = {"duramen_rename_rules", "duramen_tensor_stream"}


def lent_by(api, handle):
    """The handles, and structs, that a function of this one alone gives: what a `const` object reaches."""
    known = {t.name for t in api.types.values() if t.kind in ("handle", "struct")}
    for function in api.functions:
        taken = [rules.base_of(p.type) for p in function.params if not p.type.endswith("**") and rules.base_of(p.type) in known]
        if taken == [handle]:
            given = [function.returns.type, *(p.type for p in function.params if p.type.endswith("**"))]
            yield from (rules.base_of(name) for name in given if rules.base_of(name) in known)


def reaches(api, name, seen):
    """Whether an object lends what has one writer: another handle may write it meanwhile."""
    type_ = api.types[name]
    if name in seen:
        return False
    if type_.kind == "struct":
        fields = (rules.base_of(f.type) for f in type_.fields if f.params is None)
        return any(f in api.types and api.types[f].kind == "handle" and reaches(api, f, seen | {name}) for f in fields)
    if api_fields.thread_class(type_) == "external":
        return True
    return any(reaches(api, lent, seen | {name}) for lent in set(lent_by(api, name)) if lent != "duramen_error")


CLASSES_HEAD = """//! Each type is Send and Sync as its handle's thread class says: written by tools/api.py from the description.
//!
//! `immutable`: both, unless it lends what is not; `external`: neither, unless it has one owner who writes through `&mut`.
#![allow(dead_code)]

use duramen::*;

fn send_and_sync<T: Send + Sync>() {}

/// Ambiguous, which does not compile, for a type that is Send (or Sync) after all.
trait NotSend<A> {
    fn is_so() {}
}
impl<T: ?Sized> NotSend<()> for T {}
impl<T: ?Sized + Send> NotSend<u8> for T {}
trait NotSync<A> {
    fn is_so() {}
}
impl<T: ?Sized> NotSync<()> for T {}
impl<T: ?Sized + Sync> NotSync<u8> for T {}
"""


def class_test(api, handle):
    if handle.name not in SAFE:
        raise SystemExit(f"api_rust.py: SAFE does not say what {handle.name} is in Rust")
    name, class_ = SAFE[handle.name], api_fields.thread_class(handle)
    both = handle.name in OWNED or not reaches(api, handle.name, frozenset())
    why = class_ + (", lends what has one writer" if class_ == "immutable" and not both else "")
    why += ", one owner" if handle.name in OWNED else ""
    if name is None:
        return f"// {handle.name}: {why}; stays inside of calls."
    claims = [f"send_and_sync::<{name}>();"] if both else [f"<{name} as NotSend<_>>::is_so();", f"<{name} as NotSync<_>>::is_so();"]
    body = "\n".join(f"    {claim}" for claim in claims)
    return f"/// {handle.name}: {why}.\n#[test]\nfn {handle.name}_is_as_its_class_says() {{\n{body}\n}}"


def rust_class_source(api):
    """The text of bindings/rust/duramen/tests/thread_classes.rs."""
    handles = [t for t in api.types.values() if t.kind == "handle"]
    return "\n".join([CLASSES_HEAD, "\n\n".join(class_test(api, handle) for handle in handles), ""])
