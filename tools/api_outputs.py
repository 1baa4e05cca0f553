"""What is generated from the headers and committed: export map, symbol lists, API description, raw layers, references."""

import json

import api_errors
import api_fields
import api_rules as rules
import api_surface
from api_cffi import cffi_source
from api_go import go_layout_source, go_source
from api_python import python_source
from api_reference import reference_pages
from api_rust import rust_class_source, rust_layout_source, rust_source


def node(level):
    return f"DURAMEN_0.{level}"


def by_level(api):
    out = {}
    for function in api.functions:
        out.setdefault(rules.fields(function, api)["since"], []).append(function.name)
    return {level: sorted(names) for level, names in sorted(out.items())}


def exports_map(api):
    lines = ["/* Generated from include/duramen by tools/api.py. */"]
    before = ""
    for level, names in by_level(api).items():
        lines.append(f"{node(level)} {{")
        lines.append("  global:")
        lines += [f"    {name};" for name in names]
        if not before:
            lines += ["  local:", "    *;"]
        lines.append(f"}}{before};")
        before = " " + node(level)
    return "\n".join(lines) + "\n"


def symbols_txt(api):
    rows = [f"{name}@{node(level)}" for level, names in by_level(api).items() for name in names]
    return "\n".join(sorted(rows)) + "\n"


def debian_symbols(api):
    """Every symbol with the first version of the package that has it; level N came with version 0.N.0."""
    rows = [(f"{name}@{node(level)}", level) for level, names in by_level(api).items() for name in [*names, node(level)]]
    epoch = api.macros["DURAMEN_ABI_EPOCH"]
    return "\n".join([f"libduramen.so.{epoch} libduramen{epoch} #MINVER#", "* Build-Depends-Package: libduramen-dev",
                      *(f" {symbol} 0.{level}.0" for symbol, level in sorted(rows))]) + "\n"


def describe_function(api, function):
    fields = rules.fields(function, api)
    return {"name": function.name, "header": function.header, "doc": " ".join(function.doc.split()), **fields,
            "errors": api_errors.errors_of(api, function), "returns": rules.describe_return(api, function),
            "parameters": [rules.describe(api, function, i) for i in range(len(function.params))]}


def api_json(api):
    description = {
        "version": api.macros["DURAMEN_VERSION_STRING"],
        "api_level": api.level(),
        "abi_epoch": int(api.macros["DURAMEN_ABI_EPOCH"]),
        "soname": f"libduramen.so.{api.macros['DURAMEN_ABI_EPOCH']}",
        "counts": {"functions": len(api.functions), "types": len(api.types), "constants": len(api.constants),
                   "enums": len(api.enums)},
        "common_errors": list(api_errors.COMMON),
        "enums": [api_fields.describe_enum(e) for e in api.enums],
        "constants": [{"name": c.name, "value": c.value, "header": c.header, "doc": " ".join(c.doc.split())}
                      for c in api.constants],
        "types": [api_fields.describe_type(api, t) for t in api.types.values() if t.name not in rules.FOREIGN],
        "functions": [describe_function(api, f) for f in api.functions],
    }
    return "{\n" + ",\n".join(f'"{key}": {one_a_line(value)}' for key, value in description.items()) + "\n}\n"


def one_a_line(value):
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(" " + json.dumps(item, ensure_ascii=False) for item in value) + "\n]"


def all_outputs(api):
    """What the headers determine: path from the root of the sources, to text."""
    return {"capi/exports.map": exports_map(api), "capi/symbols.txt": symbols_txt(api),
            "debian/libduramen0.symbols": debian_symbols(api),
            "share/duramen/duramen-api.json": api_json(api),
            "bindings/python/duramen/_api.py": python_source(api),
            "share/duramen/duramen-cffi.h": cffi_source(api),
            "bindings/rust/duramen-sys/src/raw.rs": rust_source(api),
            "bindings/rust/duramen-sys/tests/layout.rs": rust_layout_source(api),
            "bindings/rust/duramen/tests/thread_classes.rs": rust_class_source(api),
            "bindings/go/raw/raw.go": go_source(api), "bindings/go/raw/layout.go": go_layout_source(api),
            **reference_pages(api),
            f"abi/{api.level()}/surface.txt": api_surface.surface(api, node)}


def kept_headers(api, folder):
    """The headers as the level has them, for the clients of that level; written until the level is closed."""
    return {f"abi/{api.level()}/include/duramen/{name}": (folder / name).read_text()
            for name in api.headers}
