"""The man page of the tool."""

HEAD = """\
.\\" Made by tools/cli_files.py from the tool's --help.
.TH DURAMEN 1 "" "duramen {version}" "User Commands"
.SH NAME
duramen \\- look into PyTorch checkpoints, build and run module trees
.SH SYNOPSIS
.B duramen
.I COMMAND
[\\fIOPTIONS\\fR]
.SH DESCRIPTION
.B duramen
reads and writes the checkpoint files of PyTorch (.pt, .pth, .bin), .safetensors, NumPy's .npy and .npz, GGUF, shards with
an index, and the folders of PyTorch's distributed checkpoints, and builds modules from the text that PyTorch users read,
without Python.
A file's format is told by its content, never by its name; no file can run code.
Names, order, initial values and results are those of PyTorch.
"""

TAIL = """\
.SH EXIT STATUS
.TP
.B 0
All is well.
.TP
.B 1
What was compared differs, does not fit, or a check failed.
.TP
.B 2
The command line or the text of a module is wrong.
.TP
.B 3
A file cannot be read or written, or was refused.
.PP
An error is one line on standard error, without control characters:
.B duramen: error: FILE: ...
.PP
A save that is interrupted leaves the old file as it was.
.SH ENVIRONMENT
.TP
.B NO_COLOR
Set and not empty: no colours, unless \\fB\\-\\-color=always\\fR asks for them.
.TP
.B TERM
With
.B dumb
there are neither colours nor progress bars.
.TP
.B TMPDIR
Where
.B duramen doctor
saves its files.
.SH SEE ALSO
.BR pkg-config (1)
"""


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "\\&" + text if text.startswith(".") else text


def option_lines(options):
    for option in options:
        *flags, value = [*option.flags, option.value]
        names = ", ".join(f"\\fB{escaped(flag)}\\fR" for flag in flags)
        dots = "..." if option.repeats else ""
        value = f"\\fI{value}\\fR{dots}" if value else ""
        yield ".TP"
        yield " ".join(filter(None, [names, value]))
        yield escaped(option.text)


def command_lines(command):
    yield f".SS {escaped(command.usage)}"
    yield escaped(command.text) + "."
    yield from option_lines(command.arguments)
    yield from option_lines(option for option in command.options if "--help" not in option.flags)
    if command.notes:
        yield ".PP"
        yield escaped(command.notes.replace("\n", " "))
    yield ".PP"
    yield ".nf"
    for example in command.examples:
        yield f".RS\n{escaped(example)}\n.RE"
    yield ".fi"


def man_text(tool):
    lines = [HEAD.format(version=tool.version) + ".SH OPTIONS"]
    lines.extend(option_lines(tool.options))
    lines.append(".SH COMMANDS")
    lines.append("Every command has\n.BR \\-h ,\n.BR \\-\\-help .")
    for command in tool.commands:
        lines.extend(command_lines(command))
    return "\n".join(lines) + "\n" + TAIL
