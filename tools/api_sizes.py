"""Writes the C program that gives every sized struct in five sizes to every call that takes it, and asks every call that
fills a buffer with every capacity around the one that is needed.

Size 0 and one byte less than the first level's are refused; the first level's size, today's, and a longer struct with
nothing behind, are accepted and behave alike; a longer one with something behind is UNSUPPORTED. Structs inside structs get the same.
tests/capi/sizes.h has the checks, tests/capi/live.h the good arguments.
"""

import re
from pathlib import Path

import api_fields
import api_rules as rules
from api_entry_points import Writer, short

# What a call gives when the struct is right, where the live objects do not let it succeed.
EXPECTED = {"duramen_tensor_backward": "DURAMEN_E_STATE", "duramen_checkpoint_from_memory": "DURAMEN_E_CORRUPT",
            "duramen_checkpoint_view_memory": "DURAMEN_E_CORRUPT", "duramen_checkpoint_open_callback": "DURAMEN_E_CORRUPT",
            "duramen_checkpoint_open_descriptor": "DURAMEN_E_IO", "duramen_state_dict_write_descriptor": "DURAMEN_E_IO",
            "duramen_value_write_descriptor": "DURAMEN_E_IO"}
ARGUMENTS = {("duramen_checkpoint_open", "path"): "live->path", ("duramen_state_dict_save", "path"): "live->save_path",
             ("duramen_value_save", "path"): "live->save_path",
             ("duramen_tensor_stream_create", "path"): "live->save_path",
             ("duramen_checkpoint_open_descriptor", "descriptor"): "-1",
             ("duramen_state_dict_write_descriptor", "descriptor"): "-1",
             ("duramen_value_write_descriptor", "descriptor"): "-1",
             ("duramen_module_derive", "module"): "fresh_module()",
             ("duramen_module_from_text_with", "text"): '"Linear(1, 1)"'}
# Structs that live.h fills, because zeros are not enough.
FILLED = {"allocator", "runner", "log_sink", "progress_sink", "load_policy", "import_options", "module_class", "module_hook",
          "call_hook", "rename_callback", "function_type", "save_options"}


def first_sizes(root):
    """Of structs that have grown since a level was closed: the bytes that they had first, as a C constant."""
    sizes = {}
    for level in (root / "abi/closed.txt").read_text().split("\n"):
        if level.isdigit():
            for name, size in re.findall(r"^struct (\w+) 64: (\d+) ", (root / f"abi/{level}/surface.txt").read_text(), re.M):
                sizes.setdefault(name, size)
    return sizes


def size_test_source(api):
    writer = SizeWriter(api)
    for function in api.functions:
        writer.write_function(function)
    writer.write_nested()
    return writer.source()


class SizeWriter(Writer):
    def __init__(self, api):
        super().__init__(api)
        self.sized = [t.name for t in api.of_kind("struct") if t.name not in rules.LENT_STRUCTS]
        self.covered = set()
        self.first = first_sizes(Path(__file__).resolve().parent.parent)
        self.buffers = 0

    def write_function(self, function):
        described = [rules.describe(self.api, function, i) for i in range(len(function.params))]
        for i, param in enumerate(described):
            base = rules.base_of(param["type"])
            if base in self.sized and "*" in param["type"]:
                self.covered.add(base)
                if function.name.endswith("_init"):
                    self.add(f"init_{base}", [f"CHECK_INIT({base}, {function.name}, {self.first_size(base)});"])
                elif param["direction"] == "inout":
                    self.add(f"{function.name}_{param['name']}", self.filled(function, described, i))
                else:
                    self.add(f"{function.name}_{param['name']}", self.growth(function, described, i, base, None))
            if param["name"] == "buffer":
                self.buffers += 1
                self.add(f"{function.name}_buffer", self.capacity(function, described, i))

    def write_nested(self):
        """Structs that another struct points to, through the first call that takes that one."""
        for outer in self.sized:
            for field in self.api.types[outer].fields:
                inner = rules.base_of(field.type)
                if inner not in self.sized or "*" not in field.type:
                    continue
                function, index = next((f, i) for f in self.api.functions for i, p in enumerate(f.params)
                                       if p.type == f"const {outer}*")
                described = [rules.describe(self.api, function, i) for i in range(len(function.params))]
                self.covered.add(inner)
                self.add(f"{outer}_{field.name}", self.growth(function, described, index, inner, field.name))

    def add(self, name, lines):
        self.cases += 1
        self.calls.append(name)
        self.bodies.append(f"static void test_{name}(const struct live* live) {{\n  (void)live;\n"
                           f"  begin_function(\"{name}\");\n" + "".join(f"  {line}\n" for line in lines) + "}\n")

    def first_size(self, base):
        return f"FIRST_SIZE({self.first[base]}, {base})" if base in self.first else f"sizeof({base})"

    def start(self, base):
        return f"live->{short(base)}" if short(base) in FILLED else "empty"

    def growth(self, function, described, index, base, field):
        """Five sizes of one struct; `field` says where in the parameter's struct it hangs."""
        outer = rules.base_of(described[index]["type"])
        lines = [f"static const {base} empty;", f"struct {{ {base} body; unsigned char tail[16]; }} given;",
                 "int step;", "(void)empty;", "for (step = 0; step < SIZE_STEPS; ++step) {"]
        inner = ["memset(&given, 0, sizeof given);", f"given.body = {self.start(base)};",
                 f"given.body.struct_size = stepped_size(step, sizeof({base}), {self.first_size(base)});",
                 "if (step == SIZE_LARGER_SET) given.tail[9] = 1;"]
        value = "&given.body"
        if field:
            inner += [f"{outer} outer = {{0}};", "outer.struct_size = sizeof outer;", f"outer.{field} = &given.body;"]
            inner += ["outer.policy_count = 1;"] if base == "duramen_load_policy" else []
            value = "&outer"
        declared, call, after = self.call(function, described, {index: value})
        expected = EXPECTED.get(function.name, "DURAMEN_OK")
        body = [f"const duramen_status status = {call};", f"expect_step(step, status, {expected}, error);", *after]
        order = sorted([*declared, *inner], key=lambda line: not re.match(r"(?:const )?(?:duramen_|u?int|double)", line))
        return lines + [f"  {line}" for line in [*order, "{", *(f"  {line}" for line in body), "}"]] + ["}"]

    def filled(self, function, described, index):
        """A struct that the call fills: what is longer is accepted, and zero behind what the library knows."""
        base = rules.base_of(described[index]["type"])
        declared, call, after = self.call(function, described, {index: "&given.body"})
        return [f"struct {{ {base} body; unsigned char tail[16]; }} given;", *declared,
                "memset(&given, 0xA5, sizeof given);", f"given.body.struct_size = (uint32_t){self.first_size(base)} - 1;",
                f"expect_status({call}, DURAMEN_E_INVALID_ARGUMENT, \"a smaller struct\");", *after,
                "given.body.struct_size = sizeof given;",
                f"expect_status({call}, DURAMEN_OK, \"a larger struct\");",
                "expect_zero(is_zero(given.tail, sizeof given.tail) && given.body.struct_size == sizeof given);"]

    def capacity(self, function, described, index):
        """Every capacity from none to one more than is needed."""
        kind = rules.base_of(described[index]["type"])
        element = "unsigned char" if kind == "void" else kind
        counted = described[index + 1]["name"] == "capacity"
        given = {index: "capacity > 0 ? buffer : NULL", index + 1: "capacity" if counted else f"capacity * sizeof(*buffer)"}
        declared, call, after = self.call(function, described, given, count="&count" if counted else None)
        lines = [f"static {element} buffer[8192];", "size_t capacity, needed = SIZE_MAX, count = 0;", *declared,
                 "for (capacity = 0; needed == SIZE_MAX || capacity <= needed + 1; ++capacity) {",
                 "  memset(buffer, 0xA5, sizeof buffer);", "  {",
                 f"    const duramen_status status = {call};",
                 "    needed = expect_capacity(status, capacity, needed, "
                 + ("count" if counted else "SIZE_MAX") + ", error);",
                 "    expect_zero(is_poison(buffer + capacity, sizeof buffer - capacity * sizeof *buffer));",
                 *(f"    {line}" for line in after), "  }", "}"]
        return [*lines, "(void)count;"]

    def call(self, function, described, given, count=None):
        """Declarations, the call, and what releases its outputs."""
        declared, arguments, after = [], [], []
        for i, param in enumerate(described):
            if i in given:
                arguments.append(given[i])
                continue
            if count and param["direction"] == "out" and param["type"] == "size_t*":
                arguments.append(count)
                continue
            good, declare, _ = self.argument(param)
            good = ARGUMENTS.get((function.name, param["name"]), good)
            if param["name"].endswith("length"):
                good = "SIZE_MAX"
            arguments.append(good)
            if param["direction"] == "error":
                declared.append("duramen_error* error = NULL;")
                after.append("duramen_error_release(error);")
                continue
            declared += declare
            if param["direction"] == "out" and param["type"].endswith("**"):
                after.append(f"{rules.base_of(param['type'])}_release({param['name']});")
            elif param["direction"] == "out" and param["name"] != "buffer":
                after.append(f"(void){param['name']};")
        return declared, f"{function.name}({', '.join(arguments)})", after

    def source(self):
        missing = sorted(set(self.sized) - self.covered)
        calls = "".join(f"  test_{name}(live);\n" for name in self.calls)
        return ("/* Generated from the headers by tools/api.py --size-tests. */\n#include \"sizes.h\"\n\n"
                + "\n".join(self.bodies)
                + f"\nint main(void) {{\n  const struct live* live = begin_live();\n{calls}"
                  f"  return end_sizes({len(self.sized)}, {len(self.covered)}, {len(self.calls)}, {self.buffers});\n}}\n"
                + "".join(f"/* nothing takes {name} */\n" for name in missing))
