#!/usr/bin/env python3
"""Prints how large files and functions are, folder by folder, and fails above the hard limits.

A function may exceed its limit when it is one flat switch, one table or one kernel loop nest, and says so in a comment
`// long: <reason>` just above it or inside it. `--self-test` checks the counting on planted functions.
"""
import re
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTION_LIMIT = 60
SOURCE_LIMIT = 500
HEADER_LIMIT = 250
PUBLIC_HEADER_LIMIT = 400
GENERATED = "written by tools/"  # in the head of a file that nobody edits; it may be long
FOLDERS = ["include", "src", "capi", "cli", "examples", "bench", "tests", "tools"]
REASON = re.compile(r"//\s*long:\s*\S+\s+\S+\s+\S+|/\*\s*long:\s*\S+\s+\S+\s+\S+")

# Comments, raw strings, strings and characters (a digit separator is not a character), preprocessor lines.
NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:[^\n\\]|\\\n|\\.)*",
    re.DOTALL | re.MULTILINE)
NOT_FUNCTION = re.compile(r"^\s*(?:if|for|while|switch|catch|do|else|return|case|default)\b")
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum)\b")
BODY_HEAD = re.compile(
    r"\)\s*(?:const|noexcept(?:\([^()]*\))?|override|final|mutable|try|&&?|requires\b.*|->[^{};]*"
    r"|HWY_\w+|DURAMEN_\w+|\s)*$", re.DOTALL)
INIT_LIST = re.compile(r"\)\s*(?:noexcept(?:\([^()]*\))?)?\s*:(?!:)", re.DOTALL)


def blanked(text):
    """The text with comments, literals and directives as blanks, line breaks kept."""
    return NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def brace_kind(head, in_function):
    """What a `{` opens, judged by the text since the last statement: scope, function, or anything else."""
    if in_function:
        return "block"
    if INIT_LIST.search(head) and re.search(r"[\w>]\s*$", head):
        return "init"
    if not NOT_FUNCTION.match(head) and "=" not in re.sub(r"operator\S+|[=!<>]=|\([^()]*\)", "", head):
        if BODY_HEAD.search(head) or (INIT_LIST.search(head) and re.search(r"[)}]\s*$", head)):
            return "function"
    return "scope" if SCOPE.search(head) or "extern" in head else "init"


def functions(text):
    """(first line, last line, name) of every function body; lambdas count within their function."""
    code = blanked(text)
    found, stack, start = [], [], 0
    for match in re.finditer(r"[{};]", code):
        at, sign = match.start(), match.group()
        if sign == "{":
            head = code[start:at]
            kind = brace_kind(head, any(open_kind == "function" for open_kind, _, _ in stack))
            first = start + len(head) - len(head.lstrip())
            stack.append((kind, first, head))
            if kind != "init":
                start = at + 1
        elif sign == "}" and stack:
            kind, first, head = stack.pop()
            if kind == "function":
                name = re.search(r"([\w:~]+|operator\S+)\s*\(", head)
                found.append((code.count("\n", 0, first) + 1, code.count("\n", 0, at) + 1,
                              name.group(1) if name else "?"))
            if kind != "init":
                start = at + 1
        elif sign == ";" and not (stack and stack[-1][0] == "init"):
            start = at + 1
    return found


def file_limit(path):
    if path.startswith("include/") or "/include/duramen/" in path:  # those that abi keeps, too
        return PUBLIC_HEADER_LIMIT
    return HEADER_LIMIT if path.endswith((".h", ".hpp")) else SOURCE_LIMIT


def excess(path, text):
    """Every hard limit that one file exceeds."""
    lines = text.splitlines()
    found = []
    if len(lines) > file_limit(path) and GENERATED not in "\n".join(lines[:3]):
        found.append(f"{path}: {len(lines)} lines (limit {file_limit(path)})")
    if path.endswith(".py"):
        return found
    for first, last, name in functions(text):
        length = last - first + 1
        near = "\n".join(lines[max(0, first - 4):last])
        if length > FUNCTION_LIMIT and not REASON.search(near):
            found.append(f"{path}:{first}: {name} has {length} lines (limit {FUNCTION_LIMIT})")
    return found


def table(texts):
    """One row a folder: files, lines, the longest file, functions, their median and maximum."""
    rows = {}
    for path, text in texts.items():
        parts = path.split("/")
        rows.setdefault("/".join(parts[:2]) if parts[0] in ("src", "tests") and len(parts) > 2 else parts[0],
                        []).append((path, text))
    print(f"{'folder':<18}{'files':>6}{'lines':>8}{'longest':>9}{'functions':>11}{'median':>8}{'maximum':>9}")
    for folder, entries in sorted(rows.items()):
        lines = [len(text.splitlines()) for _, text in entries]
        sizes = [last - first + 1 for path, text in entries if not path.endswith(".py")
                 for first, last, _ in functions(text)] or [0]
        count = 0 if sizes == [0] else len(sizes)
        print(f"{folder:<18}{len(entries):>6}{sum(lines):>8}{max(lines):>9}{count:>11}"
              f"{statistics.median(sizes):>8.0f}{max(sizes):>9}")


def self_test():
    body = "  call();\n" * 59
    cases = {
        f"int f(int a) {{\n{body}}}\n": 1,
        f"namespace a {{\nstruct B {{\n  B() : x_{{1}}, y_(2) {{\n{body}  }}\n}};\n}}\n": 1,
        f"// long: one flat switch\nint f(int a) {{\n{body}}}\n": 0,
        f"int f() {{ return 1'000; }}\nint g() {{\n{body[:-10]}}}\n": 0,
        f"constexpr int kTable[] = {{\n{body}}};\n": 0,
        f"extern \"C\" {{\nint f(const char* a, char b) noexcept {{\n  g(\"{{\");\n{body}}}\n}}\n": 1,
        f"auto f(int a) -> int {{\n  auto g = [&] {{ return a; }};\n{body}}}\n": 1,
    }
    wrong = [text for text, count in cases.items() if len(excess("src/base/a.cpp", text)) != count]
    wrong += [] if excess("src/base/a.hpp", "\n" * 251) else ["a header of 251 lines"]
    for text in wrong:
        print(f"self-test: judged wrongly: {text[:70]!r}")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
             for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix in {".c", ".cpp", ".h", ".hpp", ".py"} and "tests/data/" not in path.as_posix()}
    table(texts)
    found = [line for path, text in texts.items() for line in excess(path, text)]
    print("\n".join(found) if found else "sizes: every file and function is within its limit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
