"""The tool's --help as data: verbs, their options and arguments, examples."""
import re
from dataclasses import dataclass, field

ROW = re.compile(r"  (\S.*?)(?:\s{2,}(\S.*))?$")
CONTINUED = " " * 28


@dataclass
class Option:
    spelling: str  # "-o, --output FILE", "FILE", "NAME..."
    text: str

    @property
    def flags(self):
        return re.findall(r"(?<!\S)--?[A-Za-z][a-z-]*", self.spelling)

    @property
    def value(self):
        """The placeholder of its value; empty for a flag."""
        match = re.search(r"\b([A-Z]+)(?:\.\.\.)?$", self.spelling)
        return match.group(1) if match else ""

    @property
    def repeats(self):
        return self.spelling.endswith("...")


@dataclass
class Command:
    name: str
    usage: str = ""
    text: str = ""
    arguments: list = field(default_factory=list)
    options: list = field(default_factory=list)
    commands: list = field(default_factory=list)
    notes: str = ""
    examples: list = field(default_factory=list)


def rows(lines):
    """Takes the rows of a section off the front of the lines."""
    taken = []
    while lines and lines[0]:
        line = lines.pop(0)
        if line.startswith(CONTINUED):
            spelling, text = taken[-1]
            taken[-1] = (spelling, f"{text} {line.strip()}".strip())
            continue
        match = ROW.match(line)
        if not match:
            raise ValueError(f"not a row: {line!r}")
        taken.append((match.group(1), match.group(2) or ""))
    return [Option(*row) for row in taken]


def paragraph(lines):
    taken = []
    while lines and lines[0]:
        taken.append(lines.pop(0))
    return taken


def read_command(name, text):
    lines = text.rstrip("\n").split("\n")
    command = Command(name)
    command.usage = lines.pop(0).removeprefix("Usage: ")
    while lines:
        if not lines[0]:
            lines.pop(0)
        elif lines[0] in ("Arguments:", "Options:", "Commands:"):
            setattr(command, lines.pop(0)[:-1].lower(), rows(lines))
        elif lines[0] == "Examples:":
            lines.pop(0)
            command.examples = [line.strip() for line in paragraph(lines)]
        elif not command.text:
            command.text = " ".join(paragraph(lines))
        else:
            command.notes = "\n".join(paragraph(lines))
    return command


def read_help(say):
    """The whole tool; `say(*arguments)` gives what it prints."""
    tool = read_command("duramen", say("--help"))
    tool.version = say("--version").split()[-1]
    tool.commands = [read_command(row.spelling, say(row.spelling, "--help")) for row in tool.commands]
    return tool
