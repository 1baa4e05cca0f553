"""The failures that a function's comment names, as codes: `Fails: IO; NOT_FOUND with the detail "nearest"`.

"as duramen_other_function" takes over what that function names; a family of functions whose header says once what each
of them can fail with has its codes in FAMILIES.
"""

import re

import api_rules as rules
from api_header import HeaderError

# What may happen to any call that returns a status; base.h says so.
COMMON = ("INVALID_ARGUMENT", "BAD_HANDLE", "NO_MEMORY", "INTERNAL", "LIMIT")
# op.h: "Every one of them can fail with".
FAMILIES = {"op.h": ("SHAPE_MISMATCH", "DTYPE_MISMATCH", "UNSUPPORTED", "LIMIT", "CANCELLED", "INVALID_ARGUMENT")}


def codes(api):
    """The names of the failures, without prefix."""
    return {c.name.removeprefix("DURAMEN_E_") for c in api.constants if c.name.startswith("DURAMEN_E_")}


def check_errors(api):
    """R21: what stands in capitals is a code, or another constant of the headers."""
    known = codes(api) | words(api)
    for function in api.functions:
        fails = without_quotes(rules.fields(function, api)["fails"])
        for word in re.findall(r"\b[A-Z][A-Z_]{2,}\b", fails):
            if word not in known:
                raise HeaderError(f"{function.name}: can fail with {word}, which is no code (R21)")
        if fails and not rules.is_fallible(function):
            raise HeaderError(f"{function.name}: says how it fails and gives no status (R67)")
        errors_of(api, function)


def without_quotes(text):
    return re.sub(r'"[^"]*"', "", text)


def words(api):
    """NULL, and the ends of the constants' names: ALLOW_MISSING, CREATE_GRAPH."""
    out = {"NULL", "NUL", "UTF", "SIZE_MAX", "JSON", "CPU", "DURAMEN"}
    for constant in api.constants:
        parts = constant.name.split("_")
        out |= {"_".join(parts[i:]) for i in range(len(parts))}
    return out


def errors_of(api, function, seen=()):
    """The codes that are particular to a function, in the order of the status numbers."""
    if not rules.is_fallible(function):
        return []
    by_name = {f.name: f for f in api.functions}
    fails = without_quotes(rules.fields(function, api)["fails"])
    found = set(re.findall(r"\b[A-Z][A-Z_]+\b", fails)) & codes(api)
    for name in re.findall(r"\bas (duramen_\w+)(?: or (duramen_\w+))?", fails):
        for other in filter(None, name):
            if other not in by_name:
                raise HeaderError(f"{function.name}: fails as {other}, which is not there (R67)")
            if other not in seen:
                found |= set(errors_of(api, by_name[other], (*seen, function.name)))
    takes_context = any(p.type == "duramen_context*" for p in function.params)
    if takes_context:
        found |= {"CANCELLED"} | set(FAMILIES.get(function.header, ()))
    order = [c.name.removeprefix("DURAMEN_E_") for c in api.constants]
    return sorted(found, key=order.index)
