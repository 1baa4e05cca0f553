"""The declarations for cffi (and any other reader of plain C): no directives, no marks, types before their use."""

import api_rules as rules

HEAD = """/* The C interface for cffi's cdef(): written by tools/api.py from the headers of include/duramen. API level {level}. */

struct DLManagedTensorVersioned;
struct DLManagedTensor;
"""


def c_type(type_name):
    """DLPack's structs have no typedef."""
    base = rules.base_of(type_name)
    return type_name.replace(base, f"struct {base}") if base in rules.FOREIGN else type_name


def declare(param):
    if param.params is None:
        return f"{c_type(param.type)} {param.name}"
    listed = ", ".join(f"{p.type} {p.name}" for p in param.params)
    return f"{param.returns} (*{param.name})({listed})"


def type_text(type_):
    if type_.kind == "handle":
        return f"typedef struct {type_.name} {type_.name};"
    if type_.kind == "alias":
        return f"typedef {type_.target} {type_.name};"
    if type_.kind == "callback":
        listed = ", ".join(f"{p.type} {p.name}" for p in type_.fields)
        return f"typedef {type_.target} (*{type_.name})({listed});"
    fields = "".join(f"  {declare(field)};\n" for field in type_.fields)
    return f"typedef struct {type_.name} {{\n{fields}}} {type_.name};"


def enum_text(enum):
    return "enum {\n" + ",\n".join(f"  {c.name} = {c.value}" for c in enum.constants) + "\n};"


def function_text(function):
    listed = ", ".join(f"{c_type(p.type)} {p.name}" for p in function.params) or "void"
    return f"{function.returns.type} {function.name}({listed});"


def cffi_source(api):
    """The text of share/duramen/duramen-cffi.h."""
    types = [t for t in api.types.values() if t.kind != "foreign"]
    handles = [type_text(t) for t in types if t.kind == "handle"]
    others = [type_text(t) for t in types if t.kind != "handle"]
    return "\n".join([HEAD.format(level=api.level()), *handles, "", *others, "", *map(enum_text, api.enums), "",
                      *map(function_text, api.functions), ""])
