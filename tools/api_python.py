"""The raw layer of the Python package: every function, struct and number of the headers as plain tables.

A letter stands for a C type, so that the tables load in no time; the package makes ctypes of them when they are used.
"""

LETTERS = {"int32_t": "i", "uint32_t": "I", "int64_t": "q", "uint64_t": "Q", "size_t": "Z", "double": "d",
           "uint8_t": "B", "void": "v", "const char*": "S"}
HEAD = '''"""The C interface as tables: written by tools/api.py from the headers of include/duramen.

i I q Q are integers of 32 and 64 bits, B one of 8, Z a size, d a double, S a terminated text, P any other pointer.
"""

from __future__ import annotations
'''


def letter(api, type_name):
    """The letter of a C type; aliases are looked through, callbacks are pointers."""
    if type_name in LETTERS:
        return LETTERS[type_name]
    if type_name.endswith("*") or "(*)" in type_name:
        return "P"
    known = api.types[type_name]
    return letter(api, known.target) if known.kind == "alias" else "P"


def function_row(api, function):
    """The result's letter and the parameters': a text with a length comes back as its address."""
    result = letter(api, function.returns.type)
    if result == "S" and any(p.name == "length" for p in function.params):
        result = "P"
    letters = "".join(letter(api, p.type) for p in function.params)
    return f'    "{function.name}": "{result}:{letters}",'


def struct_row(api, type_):
    fields = ", ".join(f'("{f.name}", "{letter(api, f.type)}")' for f in type_.fields)
    return f'    "{type_.name}": ({fields}),'


def python_source(api):
    """The text of bindings/python/duramen/_api.py."""
    structs = [t for t in api.types.values() if t.kind == "struct"]
    return "\n".join([
        HEAD,
        f'VERSION = "{api.macros["DURAMEN_VERSION_STRING"]}"',
        f"LEVEL = {api.level()}",
        f"EPOCH = {api.macros['DURAMEN_ABI_EPOCH']}",
        "",
        "FUNCTIONS: dict[str, str] = {",
        *[function_row(api, function) for function in api.functions],
        "}",
        "",
        "STRUCTS: dict[str, tuple[tuple[str, str], ...]] = {",
        *[struct_row(api, type_) for type_ in structs],
        "}",
        "",
        *[f"{c.name.removeprefix('DURAMEN_')} = {c.value}" for c in api.constants],
        ""])
