"""Writes the C program that calls every entry point with NULL and with live handles of the wrong kind.

Each case poisons the outputs, gives one bad argument among good ones, and expects the call to fail with the outputs
at zero. tests/capi/live.h supplies the good ones.
"""

import re

import api_rules as rules


def test_source(api):
    writer = Writer(api)
    for function in api.functions:
        writer.write_function(function)
    return writer.source()


def short(type_name):
    return rules.base_of(type_name).removeprefix("duramen_")


class Writer:
    def __init__(self, api):
        self.api = api
        self.handles = {t.name for t in api.of_kind("handle")}
        self.structs = {t.name for t in api.of_kind("struct")}
        self.bodies = []
        self.calls = []
        self.cases = 0

    def write_function(self, function):
        lines = []
        described = [rules.describe(self.api, function, i) for i in range(len(function.params))]
        for i, param in enumerate(described):
            if "*" not in param["type"] and not self.is_callback(param["type"]):
                continue
            if param["direction"] == "error" or not rules.is_fallible(function):
                continue
            if not param["nullable"] and param["name"] != "user":
                lines += self.case(function, described, i, "NULL", "DURAMEN_E_INVALID_ARGUMENT")
            if rules.base_of(param["type"]) not in self.handles or param["direction"] != "in":
                continue
            wrong = self.wrong(param["type"])
            if not self.is_array(param["type"]):
                lines += self.case(function, described, i, wrong, "DURAMEN_E_BAD_HANDLE")
                continue
            element = param["type"].removesuffix("*") + "[]"
            lines += self.case(function, described, i, f"({element}){{{wrong}}}", "DURAMEN_E_BAD_HANDLE")
            lines += self.case(function, described, i, f"({element}){{NULL}}", "DURAMEN_E_INVALID_ARGUMENT")
        if not rules.is_fallible(function):
            lines += self.quiet_case(function, described)
        self.calls.append(function.name)
        self.bodies.append(f"static void call_{function.name}(const struct live* live) {{\n"
                           f"  begin_function(\"{function.name}\");\n  (void)live;\n" + "".join(lines) + "}\n")

    def is_callback(self, type_name):
        return type_name in self.api.types and self.api.types[type_name].kind == "callback"

    @staticmethod
    def is_array(type_name):
        return bool(re.search(r"\* ?const\*$", type_name))

    def wrong(self, type_name):
        kind = rules.base_of(type_name)
        other = "live->context" if kind == "duramen_tensor" else "live->tensor"
        const = "const " if type_name.startswith("const") else ""
        return f"({const}{kind}*)(void*){other}"

    # A call in which argument `bad` is `value`; outputs are checked for zero.
    def case(self, function, described, bad, value, status):
        self.cases += 1
        declared, checks, arguments = [], [], []
        for i, param in enumerate(described):
            good, declare, check = self.argument(param)
            if i == bad:
                good, declare, check = value, [], []
            declared += declare
            checks += check
            arguments.append(good)
        call = f"{function.name}({', '.join(arguments)})"
        error = "error" if rules.has_error(function) else "NULL"
        what = f'"{described[bad]["name"]}"'
        lines = ["  {\n", *(f"    {line}\n" for line in declared)]
        lines.append(f"    const duramen_status status = {call};\n")
        if error == "error":
            lines.append(f"    expect_failure(status, {status}, error, {what});\n")
        else:
            lines.append(f"    expect_status(status, {status}, {what});\n")
        lines += [f"    {line}\n" for line in checks]
        lines.append("  }\n")
        return lines

    # Calls that cannot fail: NULL everywhere, and each handle of the wrong kind.
    def quiet_case(self, function, described):
        handles = [i for i, p in enumerate(described) if rules.base_of(p["type"]) in self.handles and "*" in p["type"]]
        variants = [dict.fromkeys(handles, "NULL")] + [{i: self.wrong(described[i]["type"])} for i in handles]
        out = []
        for variant in variants if handles else [{}]:
            self.cases += 1
            arguments = [variant.get(i) or self.quiet_argument(p) for i, p in enumerate(described)]
            call = f"{function.name}({', '.join(arguments)})"
            out.append(f"  count_case();\n  {self.quiet_check(function, call, bool(variant))}\n")
        return out

    def quiet_check(self, function, call, bad_handle):
        if function.returns.type == "void":
            return f"{call};"
        if not bad_handle:
            return f"(void){call};"
        return f"expect_zero({call} == 0);"

    def quiet_argument(self, param):
        if param["type"] in ("size_t", "uint32_t", "int32_t", "duramen_dtype", "duramen_status"):
            return "0"
        return "NULL"

    # A good argument: its expression, what must be declared before, and the check of an output afterwards.
    def argument(self, param):
        type_name, name, way = param["type"], param["name"], param["direction"]
        base = rules.base_of(type_name)
        if way == "error":
            return "&error", ["duramen_error* error = poisoned();"], []
        if way == "out" and name == "buffer":
            return "live->scratch", [], []
        if way == "out" and "*" in type_name:
            return self.output(type_name, name, base)
        if way == "inout":
            return f"&{name}", [f"{base} {name} = {{0}};", f"{name}.struct_size = sizeof {name};"], []
        return self.input(type_name, name, base, param), [], []

    def output(self, type_name, name, base):
        plain = ("struct " if base in rules.FOREIGN else "") + type_name[:-1]
        if plain.endswith("*"):
            return f"&{name}", [f"{plain} {name} = poisoned();"], [f"expect_zero({name} == NULL);"]
        value = {"double": "-1.5"}.get(base, f"({base})0xA5A5")
        return f"&{name}", [f"{plain} {name} = {value};"], [f"expect_zero({name} == 0);"]

    def input(self, type_name, name, base, param):
        if self.is_array(type_name):
            return f"live->{short(type_name)}s"
        if base in self.handles:
            return f"live->{short(type_name)}"
        if base in self.structs:
            return "NULL" if param["nullable"] else f"&live->{short(type_name)}"
        if self.is_callback(type_name):
            return f"live->{type_name.removeprefix('duramen_')}"
        if base in rules.FOREIGN:
            return "live->dlpack"
        if base == "char":
            return '"x"'
        if name == "user":
            return "NULL"
        if base == "int64_t" and "*" in type_name:
            return "live->shape"
        if "*" in type_name:
            return "live->bytes"
        return self.number(type_name, name)

    def number(self, type_name, name):
        if name == "struct_size":
            return "4096"
        if type_name == "size_t":
            return "SIZE_MAX" if name.endswith("length") else "1"
        return {"duramen_dtype": "DURAMEN_DTYPE_FLOAT32", "duramen_status": "-1000"}.get(type_name, "0")

    def source(self):
        calls = "".join(f"  call_{name}(live);\n" for name in self.calls)
        return ("/* Generated from the headers by tools/api.py --tests. */\n#include \"live.h\"\n\n"
                + "\n".join(self.bodies)
                + f"\nint main(void) {{\n  const struct live* live = begin_live();\n{calls}"
                  f"  return end_live({len(self.calls)}, {self.cases});\n}}\n")
