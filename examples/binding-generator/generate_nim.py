#!/usr/bin/env python3
"""Writes the raw layer of the C interface in Nim: generate_nim.py duramen-api.json duramen.nim

The description is installed beside the headers, in PREFIX/share/duramen; another language differs in the few lines below. The layer loads
libduramen.so.0 when the program starts; every function, constant, struct and callback is in it, with its doc.
"""
import json
import re
import sys
import textwrap

NUMBERS = {"size_t": "csize_t", "double": "cdouble", "int32_t": "int32", "uint32_t": "uint32", "int64_t": "int64",
           "uint64_t": "uint64", "uint8_t": "uint8", "duramen_status": "int32", "duramen_dtype": "int32"}
FOREIGN = ("DLManagedTensorVersioned", "DLManagedTensor")  # structs of DLPack, which has a header of its own


def type_of(c):
    """The Nim type of a C type; const says nothing in Nim."""
    c = re.sub(r"\bconst\b", "", c).strip()
    if c.endswith("*"):
        inside = c[:-1].strip()
        return {"void": "pointer", "char": "cstring"}.get(inside) or f"ptr {type_of(inside)}"
    return NUMBERS.get(c, c)


def signature(what):
    """The parameters and the result of a function or a callback. Names are quoted: `out` and `type` are words of Nim."""
    parameters = "; ".join(f"`{one['name']}`: {type_of(one['type'])}" for one in what["parameters"])
    result = what["returns"] if isinstance(what["returns"], str) else what["returns"]["type"]
    return f"({parameters})" + ("" if result == "void" else f": {type_of(result)}")


def doc(entry, indent):
    return "".join(f"{indent}## {line}\n" for line in textwrap.wrap(entry.get("doc", ""), 100))


def field(one):
    kind = f"proc {signature(one['callback'])} {{.cdecl.}}" if "callback" in one else type_of(one["type"])
    return f"    `{one['name']}`*: {kind}\n" + doc(one, "      ")


def declared(one):
    """A handle, which only the library looks into; a struct; a callback. Nothing for a number with a name."""
    if one["kind"] == "handle":
        return f"  {one['name']}* {{.incompleteStruct.}} = object\n{doc(one, '    ')}"
    if one["kind"] == "struct":
        return f"  {one['name']}* {{.bycopy.}} = object\n{doc(one, '    ')}" + "".join(map(field, one["fields"]))
    if one["kind"] == "callback":
        return f"  {one['name']}* = proc {signature(one)} {{.cdecl.}}\n{doc(one, '    ')}"
    return ""


def constant(one):
    suffix = "'u64" if one["value"] >= 2**63 else "'i64"
    return f"const {one['name']}* = {one['value']}{suffix}\n{doc(one, '  ')}"


def function(one):
    return f"proc {one['name']}*{signature(one)}\n{doc(one, '  ')}"


def layer(api):
    parts = [f"## The C interface of duramen {api['version']}, level {api['api_level']}: made by generate_nim.py.\n",
             "## What each function owns and lends, and which thread may call it, stands in the JSON that this was made of.\n\n",
             f'const libduramen* = "{api["soname"]}"\n\n', *map(constant, api["constants"]), "\ntype\n",
             *(f"  {name}* {{.incompleteStruct.}} = object\n" for name in FOREIGN), *map(declared, api["types"]),
             "\n{.push cdecl, dynlib: libduramen, importc.}\n", *map(function, api["functions"]), "{.pop.}\n"]
    return "".join(parts)


def main():
    description, out = sys.argv[1:]
    with open(description, encoding="utf-8") as file:
        api = json.load(file)
    with open(out, "w", encoding="utf-8") as file:
        file.write(layer(api))
    print(f"{out}: {len(api['functions'])} functions, {len(api['constants'])} constants, {len(api['types'])} types")


main()
