"""The reference tables of docs/reference: a row per function for ownership, threads and failures."""

import api_errors
import api_fields
import api_rules as rules

NOTE = "Written by tools/api.py from the headers of `include/duramen`, API level {level}.\n"
THREADS = {"any": "from any thread at any time", "reader": "many threads at once, while nobody writes to the object",
           "writer": "nobody else uses the object meanwhile",
           "context": "the calling thread has the context to itself"}


def page(api, title, *parts):
    return f"# {title}\n\n" + NOTE.format(level=api.level()) + "\n" + "\n".join(parts) + "\n"


def table(columns, rows):
    lines = [f"| {' | '.join(columns)} |", f"| {' | '.join('---' for _ in columns)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def by_header(api, columns, row):
    """A table for each header, with a row per function."""
    parts = []
    for header in api.headers:
        functions = [f for f in api.functions if f.header == header]
        if functions:
            parts.append(f"## {header}\n\n" + table(columns, [row(f) for f in functions]))
    return parts


def code(text):
    return f"`{text}`"


def pointer(row):
    """How one pointer is treated, in a few words."""
    words = [code(row["name"])]
    if "length" in row:
        words[0] += f" [{code(row['length'])}]"
    if row["direction"] == "out" and row["ownership"] == "own":
        words.append("yours to release")
    elif row["direction"] in ("out", "inout") and row["ownership"] != "borrow":
        words.append(row["ownership"])
    elif row["direction"] == "out":
        words.append("lent" if row["type"].endswith("**") else "written")
    elif row["direction"] == "inout":
        words.append("read and written")
    else:
        words.append("taken over" if row["ownership"] == "take" else "lent")
    if row["nullable"]:
        words.append("may be NULL")
    return words[0] + ": " + ", ".join(words[1:])


def ownership_row(api, function):
    rows = [rules.describe(api, function, i) for i in range(len(function.params))]
    pointers = [pointer(r) for r in rows if "ownership" in r and r["direction"] != "error"]
    result = rules.describe_return(api, function)
    returned = ""
    if "ownership" in result:
        returned = "yours to release" if result["ownership"] == "own" else "lent"
        returned += f" [{code(result['length'])}]" if "length" in result else ""
    return [code(function.name), "; ".join(pointers), returned]


def ownership(api):
    intro = ("Every `error`, the last parameter, may be NULL and is yours to release. What is lent to a call is not kept "
             "without a reference of its own.\n")
    types = table(["type", "who may use it at once"],
                  [[code(t.name), api_fields.thread_class(t)] for t in sorted(api.of_kind("handle"), key=lambda t: t.name)])
    return page(api, "Who owns what", intro, "## Handles\n\n`immutable`: shared freely. `external`: many readers or one "
                "writer at a time, which the program sees to.\n\n" + types,
                *by_header(api, ["function", "pointers", "returned"], lambda f: ownership_row(api, f)))


def threads(api):
    legend = table(["class", "the call may be made"], [[f"`{k}`", v] for k, v in THREADS.items()])
    return page(api, "Which thread may call what", legend,
                *by_header(api, ["function", "threads", "since"],
                           lambda f: [code(f.name), rules.fields(f, api)["threads"],
                                      f"level {rules.fields(f, api)['since']}"]))


def errors(api):
    common = ", ".join(code(c) for c in api_errors.COMMON)
    intro = (f"Besides those that are named here, every call that returns a status may fail with {common}.\n")
    used = {}
    for function in api.functions:
        for name in api_errors.errors_of(api, function):
            used.setdefault(name, []).append(function.name)
    codes = [[code(f"DURAMEN_E_{name}"), str(c.value), " ".join(c.doc.split()), str(len(used.get(name, [])))]
             for c in api.constants if (name := c.name.removeprefix("DURAMEN_E_")) != c.name]
    rows = by_header(api, ["function", "fails with"],
                     lambda f: [code(f.name), ", ".join(api_errors.errors_of(api, f))
                                or ("only what every call may" if rules.is_fallible(f) else "cannot fail")])
    return page(api, "What fails with what", intro,
                "## Codes\n\n" + table(["code", "number", "meaning", "functions that name it"], codes), *rows)


def reference_pages(api):
    """Path to text; functions are linked by their headers' names."""
    return {"docs/reference/ownership.md": ownership(api), "docs/reference/threads.md": threads(api),
            "docs/reference/errors.md": errors(api)}
