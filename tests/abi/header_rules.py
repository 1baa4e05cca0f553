"""The header tool must be able to fail: each planted declaration breaks one rule and has to be refused by its name.

header_rules.py ROOT. Every rule that the tool knows has a plant here, and nothing is planted for a rule that it does not
know; a good declaration in the same place is accepted.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

DOC = "/* Does a thing.\n *\n * Threads: any. Since: level 1. */\n"
NAME = "DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_thing"
END = " DURAMEN_NOEXCEPT;"
ERROR = "duramen_error** error)" + END


def function(parameters, doc=DOC, head=NAME):
    """A function of a tensor with more parameters."""
    return f"{doc}{head}(duramen_tensor* tensor, {parameters}{ERROR}"


def getter(result, parameters="const duramen_tensor* tensor", doc=DOC):
    return f"{doc}DURAMEN_API {result} DURAMEN_CALL duramen_tensor_thing({parameters}){END}"


def struct(fields, name="duramen_thing"):
    return f"typedef struct {name} {{ uint32_t struct_size; uint32_t mode; {fields} }} {name};"


def doc(text):
    return f"/* Does a thing.\n *\n * {text} */\n"


CALLBACK = "int32_t (DURAMEN_CALL* go)"
PLANTED = {
    "R1": [DOC + "DURAMEN_API uint32_t DURAMEN_CALL other_thing(uint32_t a)" + END,
           "typedef int32_t other_number;", "enum { OTHER_VALUE = 1 };", "#define OTHER_MACRO 1",
           function("duramen_tensor** out, uint32_t flag, "),
           DOC + "DURAMEN_API uint32_t DURAMEN_CALL duramen_abi_epoch(void)" + END],
    "R2": ["#include <stdio.h>", "#include <stdbool.h>", '#include "other/thing.h"'],
    "R3": ["// not C99"],
    "R4": ["union duramen_both { int32_t a; double b; };", "static uint32_t duramen_state;",
           "inline uint32_t duramen_one(void);", struct("bool flag;"), struct("_Bool flag;"), struct("long number;"),
           struct("unsigned number;"), struct("float number;"), struct("wchar_t letter;"), struct("uint32_t bit : 1;"),
           struct("double _Complex number;"), struct("_Float16 number;"), struct("uint8_t tail[];"),
           struct("uint8_t tail[4];"), "enum duramen_color { DURAMEN_RED = 1 };",
           DOC + NAME + "(const char* format, ..." + ERROR, function("enum duramen_color color, "),
           "#define DURAMEN_MAX(a, b) ((a) > (b) ? (a) : (b))", "#define DURAMEN_DECLARE duramen_##name",
           function("duramen_import_options options, "),
           getter("duramen_import_options")],
    "R5": ["enum { DURAMEN_LARGE = 4294967296 };"],
    "R6": ["enum { DURAMEN_IMPLICIT };", "enum { DURAMEN_ONE = 1, DURAMEN_UNO = 1 };",
           "/* A set of bits. */\nenum { DURAMEN_BITS = 3 };", "/* A set of bits. */\nenum { DURAMEN_BITS = 0 };",
           "enum { DURAMEN_DTYPE_BOOL = 99 };"],
    "R7": [DOC + NAME + "(duramen_tensor* tensor, duramen_error** error);",
           DOC + NAME.replace(" DURAMEN_CALL", "") + "(duramen_tensor* tensor, " + ERROR],
    "R8": [function("", head=NAME.replace(" DURAMEN_MUST_USE", "")),
           DOC + "DURAMEN_API DURAMEN_MUST_USE uint32_t DURAMEN_CALL duramen_tensor_thing(uint32_t a)" + END,
           DOC + "DURAMEN_API uint32_t DURAMEN_CALL duramen_thing_release(duramen_tensor* tensor)" + END],
    "R9": [function("const char* name, "), function("const int64_t* sizes, uint32_t flag, "),
           function("duramen_tensor* const* others, "), function("const duramen_thing* other, "),
           struct("const char* name;"), struct("const int64_t* sizes DURAMEN_LEN(nothing);"),
           struct("const duramen_tensor* tensor; /* or NULL */"), struct("duramen_tensor* const* tensors;"),
           struct(CALLBACK + "(void* user, const char* name, duramen_error** error);"),
           struct(CALLBACK + "(void* user, duramen_tensor** outputs, duramen_error** error);")],
    "R10": [function("void* handle, "), getter("void*", doc=doc("Static storage. Threads: any. Since: level 1."))],
    "R11": ["/* Immutable. */\ntypedef struct duramen_orphan duramen_orphan;"],
    "R14": [getter("const char*")],
    "R15": [function("char** out, "), function("int64_t** out, "), function("void** out, ")],
    "R19": [function("int64_t* buffer, size_t capacity, "), function("uint8_t* buffer, size_t count, ")],
    "R20": [DOC + NAME + "(duramen_tensor* tensor)" + END,
            DOC + NAME + "(duramen_tensor* tensor, duramen_error** problem)" + END],
    "R21": [function("", doc("Fails: BROKEN. Threads: any. Since: level 1."))],
    "R27": ["typedef struct duramen_thing_options { uint64_t flags; } duramen_thing_options;", struct("size_t count;")],
    "R28": [struct("uint64_t flags;", "duramen_thing_options")],
    "R32": [(function("", doc("Threads: any. Since: level 2.")), 2),
            "#if DURAMEN_TARGET_API_LEVEL >= 2\n" + function("") + "\n#endif"],
    "R38": [function("", doc("Since: level 1.")), function("", doc("Threads: some. Since: level 1.")),
            "/* A thing. */\ntypedef struct duramen_thing duramen_thing;\n" + "".join(
                f"{DOC}DURAMEN_API void DURAMEN_CALL duramen_thing_{verb}(duramen_thing* thing){END}\n"
                for verb in ("retain", "release"))],
    "R42": [struct(CALLBACK + "(const char* name, size_t name_length, void* user, duramen_error** error);"),
            function("duramen_module_visit visit, ")],
    "R67": [function("", doc("Threads: any.")), function("", doc=""), function("", doc("Threads: any. Since: level 9.")),
            function("", doc("Fails: as duramen_nothing. Threads: any. Since: level 1.")),
            getter("uint32_t", doc=doc("Fails: IO. Threads: any. Since: level 1."))],
}
GOOD = [function(""), function("const char* name, size_t name_length, "), "enum { DURAMEN_ONE = 1, DURAMEN_TWO = 2 };",
        struct("const char* name; uint64_t name_length;"),
        getter("const char*", doc=doc("Static storage, terminated. Threads: any. Since: level 1."))]
# Level 2 as it will be: the header's number is one more, what is new stands inside of a condition.
SECOND = ("#if DURAMEN_TARGET_API_LEVEL >= 2\n" + function("", doc("Threads: any. Since: level 2.")) + "\n#endif")


def plant(folder, declaration, level=1):
    """In module.h, which knows the types of most others, before the end of its declarations."""
    header = folder / "module.h"
    text = header.read_text()
    header.write_text(re.sub(r"(#ifdef __cplusplus\n\})", lambda m: declaration + "\n\n" + m.group(1), text))
    base = folder / "base.h"
    base.write_text(re.sub(r"(#define DURAMEN_API_LEVEL )(\d+)", lambda m: m[1] + str(max(int(m[2]), level)),
                           base.read_text()))


def verdict(root, declaration, level=1):
    """What the tool says of the headers with one more declaration; None when it has nothing against it."""
    import api
    from api_header import HeaderError
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "duramen"
        shutil.copytree(root / "include" / "duramen", folder)
        plant(folder, declaration, level)
        try:
            return None if api.checked_api(folder) else ""
        except HeaderError as error:
            return str(error)


def drift(root):
    """A function that has another name now, which the committed files do not know."""
    import api
    import api_outputs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "duramen"
        shutil.copytree(root / "include" / "duramen", folder)
        header = folder / "op.h"
        header.write_text(header.read_text().replace("duramen_relu", "duramen_rectify"))
        outputs = api_outputs.all_outputs(api.checked_api(folder))
    return [name for name, text in outputs.items() if (root / name).read_text() != text]


def main():
    root = Path(sys.argv[1])
    sys.path.insert(0, str(root / "tools"))
    failures = []
    for rule, declarations in PLANTED.items():
        for declaration in declarations:
            declaration, level = declaration if isinstance(declaration, tuple) else (declaration, 1)
            said = verdict(root, declaration, level)
            if said is None or f"({rule})" not in said:
                failures.append(f"{rule}: a planted violation got {said!r}:\n{declaration}")
    for declaration, level in [*((text, 1) for text in GOOD), (SECOND, 2)]:
        if said := verdict(root, declaration, level):
            failures.append(f"a good declaration is refused: {said}:\n{declaration}")
    stale = drift(root)
    if "capi/exports.map" not in stale or "share/duramen/duramen-api.json" not in stale:
        failures.append(f"drift: a renamed function is noticed in {stale} only")
    known = set(re.findall(r"\((R\d+)\)\"", "\n".join(p.read_text() for p in (root / "tools").glob("api*.py"))))
    failures += [f"{rule}: the tool knows it, and nothing is planted for it" for rule in sorted(known - set(PLANTED))]
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{sum(map(len, PLANTED.values()))} planted violations of {len(PLANTED)} rules")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
