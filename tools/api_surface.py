"""The golden surface of an API level: every signature, constant and layout as a text that a change has to touch.

    constant DURAMEN_OK 0
    alias duramen_status int32_t
    handle duramen_tensor
    struct duramen_limits 64: 40 8 32: 40 4          size and alignment with pointers of 64 bits, and of 32 (i386)
    field duramen_limits.max_depth 64: 4 4 32: 4 4 uint32_t            offset and size, then the type and its marks
    callback duramen_destroy void(void* user)
    function duramen_add@DURAMEN_0.1 context duramen_status(duramen_context* context, ...)

A parameter or field that may be NULL has `?` before its type, one that is owned `+`, a length `[count]` behind it.
"""

import api_fields
import api_rules as rules

# Size and alignment: with 64 bits, and on i386, where 8 bytes are aligned to 4.
SCALARS = {"int32_t": ((4, 4), (4, 4)), "uint32_t": ((4, 4), (4, 4)), "int64_t": ((8, 8), (8, 4)),
           "uint64_t": ((8, 8), (8, 4)), "double": ((8, 8), (8, 4))}
POINTER = ((8, 8), (4, 4))


def measure(api, type_name):
    """((size, alignment) with 64 bits, the same with 32)."""
    if type_name in SCALARS:
        return SCALARS[type_name]
    known = api.types.get(type_name)
    if known and known.kind == "alias":
        return measure(api, known.target)
    return POINTER


def layout(api, type_, bits):
    """(size, alignment, [(offset, size) of each field])."""
    place, widest, fields = 0, 1, []
    for field in type_.fields:
        size, alignment = measure(api, field.type)[bits == 32]
        place = -(-place // alignment) * alignment
        fields.append((place, size))
        place, widest = place + size, max(widest, alignment)
    return -(-place // widest) * widest, widest, fields


def struct_lines(api, type_):
    size64, align64, fields64 = layout(api, type_, 64)
    size32, align32, fields32 = layout(api, type_, 32)
    yield f"struct {type_.name} 64: {size64} {align64} 32: {size32} {align32}"
    for i, field in enumerate(type_.fields):
        marked = described(api_fields.describe_field(api, type_, i), field.type)
        yield (f"field {type_.name}.{field.name} 64: {fields64[i][0]} {fields64[i][1]} "
               f"32: {fields32[i][0]} {fields32[i][1]} {marked}")


def described(row, type_name):
    text = ("?" if row.get("nullable") else "") + ("+" if row.get("ownership") in ("own", "take") else "") + type_name
    return text + (f"[{row['length']}]" if "length" in row else "")


def foreign(type_name):
    """DLPack's structs have no typedef."""
    base = rules.base_of(type_name)
    return type_name.replace(base, f"struct {base}") if base in rules.FOREIGN else type_name


def function_line(api, function, node):
    row = rules.describe_return(api, function)
    params = [rules.describe(api, function, i) for i in range(len(function.params))]
    listed = ", ".join(f"{described(p, foreign(p['type']))} {p['name']}" for p in params) or "void"
    fields = rules.fields(function, api)
    return (f"function {function.name}@{node(fields['since'])} {fields['threads']} "
            f"{described(row, row['type'])} ({listed})")


def surface(api, node):
    lines = [f"# The C surface at API level {api.level()}, epoch {api.macros['DURAMEN_ABI_EPOCH']}: written by tools/api.py."]
    lines += sorted(f"constant {c.name} {c.value}" for c in api.constants)
    for type_ in sorted(api.types.values(), key=lambda t: t.name):
        if type_.kind == "alias":
            lines.append(f"alias {type_.name} {type_.target}")
        elif type_.kind == "handle":
            lines.append(f"handle {type_.name} {api_fields.thread_class(type_)}")
        elif type_.kind == "callback":
            listed = ", ".join(f"{p.type} {p.name}" for p in type_.fields)
            lines.append(f"callback {type_.name} {type_.target} ({listed})")
        elif type_.kind == "struct":
            lines += struct_lines(api, type_)
    lines += sorted(function_line(api, f, node) for f in api.functions)
    return "\n".join(lines) + "\n"
