"""What is derived of types: the thread class of handles, the fields of structs, the parameters of callbacks.

Pointers in structs follow the defaults of base.h: lent for the call that gets the struct (or by the object that lends
it), not NULL unless marked; the length of a text or array is the field after it, or the one that DURAMEN_LEN names.
"""

import re

import api_rules as rules
from api_header import HeaderError

THREAD_CLASSES = ((r"\bimmutable\b", "immutable"), (r"\bone writer\b|\bone thread at a time\b", "external"))
LENGTH_TYPES = {"uint32_t", "uint64_t", "size_t"}
STATIC = "Static storage"


def thread_class(type_):
    """immutable: shared freely; external: the caller sees to it that there are many readers or one writer."""
    doc = " ".join(type_.doc.split()).lower()
    for pattern, name in THREAD_CLASSES:
        if re.search(pattern, doc):
            return name
    raise HeaderError(f"{type_.name}: does not say who may use it at once (R38)")


def check_types(api):
    for type_ in api.of_kind("handle"):
        thread_class(type_)
    for type_ in api.of_kind("struct"):
        for i in range(len(type_.fields)):
            describe_field(api, type_, i)
    for type_ in api.of_kind("callback"):
        describe_callback(api, type_.name, type_.target, type_.fields)
    for enum in api.enums:
        check_enum(enum)


def check_enum(enum):
    """R6: nothing stands for two things; a bit is a bit that fits an enumerator."""
    values = [c.value for c in enum.constants]
    for constant in enum.constants:
        if values.count(constant.value) > 1:
            raise HeaderError(f"{constant.name}: its number has another name, too (R6)")
        if enum.is_flags() and (constant.value <= 0 or constant.value & (constant.value - 1)):
            raise HeaderError(f"{constant.name}: not one bit (R6)")


def describe_field(api, type_, index):
    field = type_.fields[index]
    out = {"name": field.name, "type": field.type}
    known = api.types.get(field.type)
    nullable = "DURAMEN_NULLABLE" in field.marks
    if field.params is not None:
        out["nullable"] = nullable
        out["callback"] = describe_callback(api, f"{type_.name}.{field.name}", field.returns, field.params)
    elif known and known.kind == "callback":
        out["nullable"] = nullable
    elif "*" in field.type:
        if not nullable and re.search(r"\bNULL\b", field.doc):
            raise HeaderError(f"{type_.name}.{field.name}: may be NULL and is not marked so (R9)")
        out["ownership"] = field_ownership(type_, field)
        out["nullable"] = nullable
        if length := field_length(type_, index):
            out["length"] = length
    if field.doc:
        out["doc"] = " ".join(field.doc.split())
    return out


def field_ownership(type_, field):
    has_destroy = any(f.name == "destroy" for f in type_.fields)
    return "take" if field.name == "user" and has_destroy else "borrow"


def is_array(param):
    return bool(re.search(r"\* ?const\*$", param.type))


def needs_length(param):
    if param.name == "user" or param.name.endswith("_user"):
        return False
    return is_array(param) or rules.base_of(param.type) in rules.SCALARS


def field_length(type_, index):
    field = type_.fields[index]
    names = {f.name: f for f in type_.fields}
    after = type_.fields[index + 1] if index + 1 < len(type_.fields) else None
    if field.length:
        if field.length not in names or names[field.length].type not in LENGTH_TYPES:
            raise HeaderError(f"{type_.name}.{field.name}: its length {field.length} is no field (R9)")
        return field.length
    counted = after is not None and after.type in LENGTH_TYPES and rules.LENGTH_NAMES.match(after.name)
    if counted and (needs_length(field) or after.name == "policy_count"):
        return after.name
    if needs_length(field):
        raise HeaderError(f"{type_.name}.{field.name}: its length cannot be derived (R9)")
    return None


def describe_callback(api, name, returns, params):
    """What a callback gives back, and its parameters as the caller of the library has to treat them."""
    if not params or params[0].type != "void*" or not re.fullmatch(r"(\w+_)?user", params[0].name):
        raise HeaderError(f"{name}: the first argument of a callback is the caller's pointer (R42)")
    return {"returns": returns, "parameters": [callback_parameter(api, name, params, i) for i in range(len(params))]}


def callback_parameter(api, name, params, index):
    """Inputs are lent for the call; what is written through an output becomes the library's."""
    param = params[index]
    out = {"name": param.name, "type": param.type, "direction": "in"}
    if "*" not in param.type:
        return out
    if param.type.endswith("**") and not is_array(param):
        out["direction"] = "error" if param.name == "error" else "out"
    out["ownership"] = "own" if out["direction"] != "in" else "borrow"
    out["nullable"] = "DURAMEN_NULLABLE" in param.marks or param.name.endswith("user")
    after = params[index + 1] if index + 1 < len(params) else None
    counted = after is not None and after.type == "size_t" and rules.LENGTH_NAMES.match(after.name)
    wants = needs_length(param) or (out["direction"] == "out" and param.name.endswith("s"))
    if wants and not (param.length or counted):
        raise HeaderError(f"{name}: the length of {param.name} cannot be derived (R9)")
    if wants:
        out["length"] = param.length or after.name
    return out


def describe_type(api, type_):
    out = {"name": type_.name, "kind": type_.kind, "header": type_.header, "doc": " ".join(type_.doc.split())}
    if type_.kind == "handle":
        out["threads"] = thread_class(type_)
    if type_.kind == "alias":
        out["target"] = type_.target
    if type_.kind == "callback":
        out |= describe_callback(api, type_.name, type_.target, type_.fields)
    if type_.kind == "struct":
        out["growth"] = "stride" if type_.name in rules.LENT_STRUCTS else "struct_size"
        out["fields"] = [describe_field(api, type_, i) for i in range(len(type_.fields))]
    return out


def describe_enum(enum):
    return {"header": enum.header, "doc": " ".join(enum.doc.split()), "flags": enum.is_flags(),
            "constants": [c.name for c in enum.constants]}
