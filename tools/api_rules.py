"""The rules that a declaration must keep, and what they make derivable: direction, ownership, nullability, length."""

import re

from api_header import HeaderError

# Arrays of these are read in place through a stride; every other struct begins with its size.
LENT_STRUCTS = {"duramen_entry", "duramen_difference", "duramen_file_entry"}
FIXED_WIDTH = {"int32_t", "int64_t", "uint32_t", "uint64_t", "duramen_dtype", "duramen_status", "duramen_destroy",
               "double"}
SCALARS = FIXED_WIDTH | {"size_t", "uint8_t", "char", "void"}
THREADS = ("any", "reader", "writer", "context")
ALLOWED_INCLUDES = {"<stddef.h>", "<stdint.h>"}
# DLPack's two structs are the only foreign names.
FOREIGN = {"DLManagedTensorVersioned", "DLManagedTensor"}
LENGTH_NAMES = re.compile(r"(\w+_)?(length|count|rank|nbytes|capacity)$")
FORBIDDEN = (r"\bunion\b", r"\bstatic\b", r"\binline\b", r"\b_?[Bb]ool\b", r"\b(?:long|short|int|unsigned|float)\b",
             r"\bwchar_t\b", r"\b(?:_?[Cc]omplex|_Float16|__fp16)\b", r"\.\.\.", r"\benum \w", r"\[", r"\w\s*:\s*\d")
# The marks that a generator defines; a macro with arguments that a program would need is not allowed.
MACROS_WITH_ARGUMENTS = {"DURAMEN_LEN"}
# What a void pointer may be: the caller's own, an address that is only compared, or memory with a length.
VOID_NAMES = {"user", "body_user", "owner"}


def base_of(type_name):
    return re.sub(r"\bconst\b|[*\s]", "", type_name)


def check_sources(folder):
    """What the parser does not see: forbidden constructs and includes (R2, R4), and how much is comment."""
    for path in sorted(folder.glob("*.h")):
        text = path.read_text()
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        code = re.sub(r"^#.*$", "", code, flags=re.M)
        for pattern in FORBIDDEN:
            if match := re.search(pattern, code):
                raise HeaderError(f"{path.name}: not allowed in a public header: {match.group(0)!r} (R4)")
        for name in re.findall(r"^#define (\w+)\(|##", text, re.M):
            if name not in MACROS_WITH_ARGUMENTS:
                raise HeaderError(f"{path.name}: a macro with arguments: {name} (R4)")
        for name in re.findall(r"#include\s+(\S+)", text):
            if name not in ALLOWED_INCLUDES and not (folder / name.strip('"')).is_file():
                raise HeaderError(f"{path.name}: includes {name} (R2)")
        if text.count("/*") and "//" in code:
            raise HeaderError(f"{path.name}: a C++ comment (R3)")
        if not text.startswith("/*"):
            raise HeaderError(f"{path.name}: does not start with what it is about (R67)")


def check_api(api):
    check_names(api)
    for constant in api.constants:
        check_unique(api, constant)
    for type_ in api.of_kind("struct"):
        check_struct(api, type_)
    for type_ in api.of_kind("handle"):
        check_handle(api, type_)
    for function in api.functions:
        check_function(api, function)


def check_names(api):
    for name in [*api.types, *(f.name for f in api.functions)]:
        if not re.fullmatch(r"duramen_[a-z0-9_]+", name) and name not in FOREIGN:
            raise HeaderError(f"{name}: not a name of the form duramen_noun_verb (R1)")
    for name in [*api.macros, *(c.name for c in api.constants)]:
        if not re.fullmatch(r"DURAMEN_[A-Z0-9_]+", name):
            raise HeaderError(f"{name}: not a name of the form DURAMEN_NOUN_VALUE (R1)")
    names = [f.name for f in api.functions]
    for name in names:
        if names.count(name) > 1 or name in api.types:
            raise HeaderError(f"{name}: declared twice (R1)")


def check_unique(api, constant):
    if sum(c.name == constant.name for c in api.constants) > 1:
        raise HeaderError(f"{constant.name}: defined twice (R6)")
    if not -2**31 <= constant.value < 2**31:
        raise HeaderError(f"{constant.name}: does not fit an enumerator (R5)")


def check_struct(api, type_):
    for member in type_.fields:
        if "*" not in member.type and base_of(member.type) not in FIXED_WIDTH:
            raise HeaderError(f"{type_.name}.{member.name}: not of fixed width (R27)")
    if type_.name in LENT_STRUCTS:  # read through a stride instead
        return
    if (type_.fields[0].type, type_.fields[0].name) != ("uint32_t", "struct_size"):
        raise HeaderError(f"{type_.name}: does not start with uint32_t struct_size (R27)")
    if re.search(r"_(options|limits)$", type_.name) and not has_function(api, type_.name + "_init"):
        raise HeaderError(f"{type_.name}: has no {type_.name}_init (R28)")


def check_handle(api, type_):
    for verb in ("retain", "release"):
        if not has_function(api, f"{type_.name}_{verb}"):
            raise HeaderError(f"{type_.name}: has no {type_.name}_{verb} (R11)")


def has_function(api, name):
    return any(f.name == name for f in api.functions)


def check_function(api, function):
    if "DURAMEN_NOEXCEPT" not in function.marks or "DURAMEN_CALL" not in function.marks:
        raise HeaderError(f"{function.name}: without DURAMEN_CALL or DURAMEN_NOEXCEPT (R7)")
    fallible = is_fallible(function)
    if fallible != ("DURAMEN_MUST_USE" in function.marks):
        raise HeaderError(f"{function.name}: DURAMEN_MUST_USE belongs to exactly the calls that can fail (R8)")
    if fallible and not (function.name == "duramen_error_create" or has_error(function)):
        raise HeaderError(f"{function.name}: the last parameter is not the error (R20)")
    if function.name.endswith("_release") and function.returns.type != "void":
        raise HeaderError(f"{function.name}: a release returns something (R8)")
    if function.guard != fields(function, api)["since"]:
        raise HeaderError(f"{function.name}: not inside #if DURAMEN_TARGET_API_LEVEL >= its level (R32)")
    check_pointers(api, function)
    order = [direction(api, function, i) for i in range(len(function.params))]
    if order != sorted(order, key=("in", "inout", "out", "error").index) and "inout" not in order:
        raise HeaderError(f"{function.name}: inputs, outputs and the error are not in this order (R1)")
    for i, param in enumerate(function.params):
        describe(api, function, i)
        if "*" not in param.type and base_of(param.type) in {t.name for t in api.of_kind("struct")}:
            raise HeaderError(f"{function.name}: {param.name} is a struct by value (R4)")


def check_pointers(api, function):
    """What a pointer may not be: an untyped handle, lent by something that changes, or a buffer of another pattern."""
    structs = {t.name for t in api.of_kind("struct")}
    if function.returns.type in structs:
        raise HeaderError(f"{function.name}: returns a struct by value (R4)")
    if base_of(function.returns.type) == "void" and "*" in function.returns.type and not counts(function):
        raise HeaderError(f"{function.name}: returns a pointer to nothing in particular (R10)")
    if "*" in function.returns.type and "DURAMEN_OWN" not in function.marks:
        check_lender(api, function)
    for i, param in enumerate(function.params):
        after = [(p.type, p.name) for p in function.params[i + 1:i + 3]]
        if param.type in ("void*", "const void*") and param.name not in VOID_NAMES and not (after and after[0][0] == "size_t"):
            raise HeaderError(f"{function.name}: {param.name} points to nothing in particular (R10)")
        if param.name == "buffer" and after[:1] != [("size_t", "nbytes")] and not (
                len(after) == 2 and after[0] == ("size_t", "capacity") and after[1][0] == "size_t*"):
            raise HeaderError(f"{function.name}: a buffer goes with its capacity and the count (R19)")
        known = api.types.get(param.type)
        if known and known.kind == "callback" and param.type != "duramen_destroy" and after[:1] != [("void*", "user")]:
            raise HeaderError(f"{function.name}: {param.name} is not followed by its user (R42)")


def counts(function):
    return any(p.type == "size_t*" for p in function.params)


def check_lender(api, function):
    """R14: what is lent comes from an object that never changes, from static memory, or says until when it lives."""
    doc = " ".join(function.doc.split())
    lender = api.types.get(base_of(function.params[0].type)) if function.params else None
    immutable = lender is not None and lender.kind == "handle" and "immutable" in lender.doc.lower()
    if not immutable and not re.search(r"Static storage|[Ll](?:ives|ent) (?:as long as|until)", doc):
        raise HeaderError(f"{function.name}: until when does the pointer live? (R14)")


def is_fallible(function):
    return function.returns.type == "duramen_status" and function.name != "duramen_error_status"


def has_error(function):
    return bool(function.params) and function.params[-1].type == "duramen_error**" \
        and function.params[-1].name == "error"


def fields(function, api):
    """The fixed fields of a comment (R67)."""
    doc = " ".join(function.doc.split())
    found = {}
    if not doc:
        raise HeaderError(f"{function.name}: has no comment (R67)")
    for key in ("Fails", "Threads", "Since"):
        if match := re.search(rf"\b{key}: (.*?)(?= (?:Fails|Threads|Since): |$)", doc):
            found[key] = match.group(1).rstrip(".")
    if found.get("Threads") not in THREADS:
        raise HeaderError(f"{function.name}: no thread rule, or an unknown one (R38)")
    match = re.fullmatch(r"level (\d+)", found.get("Since", ""))
    if not match or not 1 <= int(match.group(1)) <= api.level():
        raise HeaderError(f"{function.name}: since which level? (R67)")
    return {"summary": summary(function.doc), "fails": found.get("Fails", ""), "threads": found["Threads"],
            "since": int(match.group(1))}


def summary(doc):
    first = " ".join(doc.split("\n\n")[0].split())
    return re.sub(r" ?(Fails|Threads|Since): .*", "", first)


def direction(api, function, index):
    """in, inout, out or error."""
    param = function.params[index]
    if param.type == "duramen_error**" and param.name == "error" and index == len(function.params) - 1:
        return "error"
    if re.search(r"\*const\*$|\* const\*$", param.type) or "*" not in param.type:
        previous = function.params[index - 1] if index else None
        follows_buffer = previous is not None and previous.name == "buffer"
        return "out" if follows_buffer else "in"
    if param.type.endswith("**"):
        return "out"
    base = base_of(param.type)
    if param.name == "buffer":
        return "out"
    if base in SCALARS and "const" not in param.type and param.name != "user":
        return "out"
    if base in {t.name for t in api.of_kind("struct")} and "const" not in param.type:
        return "inout"
    return "in"


def describe(api, function, index):
    """What a binding needs to know of a parameter; an error where the header leaves it open."""
    param = function.params[index]
    out = {"name": param.name, "type": param.type, "direction": direction(api, function, index)}
    callback = api.types.get(param.type)
    if "*" not in param.type:
        out["direction"] = "in"  # a capacity among the outputs
        if callback and callback.kind == "callback":
            out["nullable"] = "DURAMEN_NULLABLE" in param.marks
        return out
    out["ownership"] = ownership(api, function, index, out["direction"])
    out["nullable"] = "DURAMEN_NULLABLE" in param.marks or out["direction"] == "error"
    if length := length_of(api, function, index):
        out["length"] = length
    return out


def ownership(api, function, index, way):
    param = function.params[index]
    base = base_of(param.type)
    handles = {t.name for t in api.of_kind("handle")} | FOREIGN
    if way == "error":
        return "own"
    if param.type.endswith("**") and way == "out":
        if "DURAMEN_BORROW" in param.marks:
            return "borrow"
        if base not in handles:
            raise HeaderError(f"{function.name}: {param.name} hands out a raw pointer (R15)")
        return "own"
    if function.name.endswith("_take") and base in FOREIGN:
        return "take"
    if base in handles or base in api.types or base in SCALARS:
        return "borrow"
    raise HeaderError(f"{function.name}: the ownership of {param.name} cannot be derived (R9)")


def length_of(api, function, index):
    """The parameter that counts what is behind a pointer; None for a single object."""
    param = function.params[index]
    if param.length:
        return param.length
    base, is_array = base_of(param.type), bool(re.search(r"\* ?const\*$", param.type))
    is_data = base in SCALARS and param.name not in VOID_NAMES and not param.type.endswith("**")
    if not is_array and not (is_data and ("const" in param.type or param.name == "buffer")):
        return None
    after = function.params[index + 1] if index + 1 < len(function.params) else None
    if after is None or after.type != "size_t" or not LENGTH_NAMES.match(after.name):
        raise HeaderError(f"{function.name}: the length of {param.name} cannot be derived (R9)")
    return after.name


def describe_return(api, function):
    out = {"type": function.returns.type}
    if "*" in function.returns.type:
        out["ownership"] = "own" if "DURAMEN_OWN" in function.marks else "borrow"
        out["nullable"] = True
        lengths = [p.name for p in function.params if p.type == "size_t*" and LENGTH_NAMES.match(p.name)]
        if base_of(out["type"]) in SCALARS and lengths:
            out["length"] = lengths[0]
    if is_fallible(function):
        out["must_use"] = True
    return out
