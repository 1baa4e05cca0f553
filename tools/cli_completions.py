"""Completions for bash, zsh and fish."""

WORDS = {
    "WHEN": ["auto", "always", "never"],
    "DTYPE": ["float32", "float64", "float16", "bfloat16"],
}
FILES = {"FILE"}
TYPES = "duramen describe --color=never 2>/dev/null | awk 'NF > 1 { print $1 }'"

BASH = """\
# Made by tools/cli_files.py from the tool's --help. Completion of duramen for bash.
_duramen() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb='' options='' i
  [[ $word == '=' ]] && word=''
  [[ $before == '=' ]] && before=${COMP_WORDS[COMP_CWORD-2]}
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      verb=${COMP_WORDS[i]}
      break
    fi
  done
  case $before in
%(values)s
  esac
  case $verb in
    '') options='%(top)s' ;;
%(verbs)s
  esac
  if [[ $verb == describe && $word != -* ]]; then
    options=$(%(types)s)
  elif [[ -n $verb && $word != -* ]]; then
    return  # file names, by complete -o default
  fi
  COMPREPLY=($(compgen -W "$options" -- "$word"))
}
complete -o default -F _duramen duramen
"""


def flags_of(options):
    return [flag for option in options for flag in option.flags]


def bash_values(tool):
    by_value = {}
    for command in tool.commands:
        for option in command.options:
            if option.value:
                by_value.setdefault(option.value, set()).update(option.flags)
    for value, flags in sorted(by_value.items()):
        pattern = " | ".join(sorted(flags))
        if value in WORDS:
            words = " ".join(WORDS[value])
            yield f"    {pattern})\n      COMPREPLY=($(compgen -W '{words}' -- \"$word\"))\n      return\n      ;;"
        else:
            yield f"    {pattern}) return ;;"


def bash_text(tool):
    verbs = [f"    {command.name}) options='{' '.join(flags_of(command.options))}' ;;" for command in tool.commands]
    top = [command.name for command in tool.commands] + flags_of(tool.options)
    return BASH % {"values": "\n".join(bash_values(tool)), "verbs": "\n".join(verbs), "top": " ".join(top),
                   "types": TYPES}


def zsh_quoted(text):
    return text.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def zsh_action(value):
    if value in WORDS:
        return f"({' '.join(WORDS[value])})"
    if value == "TYPE":
        return "_duramen_types"
    return "_files" if value in FILES | {"TEXT"} else " "


def zsh_option(option):
    text = f"[{zsh_quoted(option.text)}]"
    star = "*" if option.repeats else ""
    for flag in option.flags:
        others = " ".join(option.flags) if len(option.flags) > 1 and not star else ""
        exclusive = f"({others})" if others else ""
        value = f":{option.value}:{zsh_action(option.value)}" if option.value else ""
        equals = "=" if value and flag.startswith("--") else ""
        yield f"'{exclusive}{star}{flag}{equals}{text}{value}'"


def zsh_argument(argument):
    position = "*" if argument.repeats else ""
    return f"'{position}:{argument.value}:{zsh_action(argument.value)}'"


def zsh_text(tool):
    lines = ["#compdef duramen", "# Made by tools/cli_files.py from the tool's --help. Completion of duramen for zsh.",
             "", "_duramen_types() {", "  local -a types", f"  types=(${{(f)\"$({TYPES})\"}})",
             "  compadd -a types", "}", "", "_duramen() {", "  local -a commands", "  commands=("]
    lines += [f"    '{command.name}:{zsh_quoted(command.text)}'" for command in tool.commands]
    lines += ["  )", "  if ((CURRENT == 2)); then", "    _describe command commands"]
    top = " ".join(spec for option in tool.options for spec in zsh_option(option))
    lines += [f"    _arguments {top}", "    return", "  fi", "  local verb=$words[2]", "  shift words",
              "  ((CURRENT -= 1))", "  case $verb in"]
    for command in tool.commands:
        specs = [spec for option in command.options for spec in zsh_option(option)]
        specs += [zsh_argument(argument) for argument in command.arguments]
        lines += [f"    {command.name})", "      _arguments \\"]
        lines += [f"        {spec} \\" for spec in specs[:-1]] + [f"        {specs[-1]}", "      ;;"]
    return "\n".join(lines + ["  esac", "}", "", "_duramen \"$@\""]) + "\n"


def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_option(option, condition):
    words = ["complete -c duramen", f"-n {condition}"]
    for flag in option.flags:
        words.append(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}")
    if option.value in WORDS:
        words.append(f"-x -a '{' '.join(WORDS[option.value])}'")
    elif option.value:
        words.append("-r" if option.value in FILES else "-x")
    return " ".join([*words, f"-d {fish_quoted(option.text)}"])


def fish_text(tool):
    lines = ["# Made by tools/cli_files.py from the tool's --help. Completion of duramen for fish."]
    names = " ".join(command.name for command in tool.commands)
    first = f"'not __fish_seen_subcommand_from {names}'"
    for command in tool.commands:
        lines.append(f"complete -c duramen -n {first} -f -a {command.name} -d {fish_quoted(command.text)}")
    lines += [fish_option(option, first) for option in tool.options]
    for command in tool.commands:
        condition = f"'__fish_seen_subcommand_from {command.name}'"
        lines += [fish_option(option, condition) for option in command.options]
        if any(argument.value == "TYPE" for argument in command.arguments):
            lines.append(f"complete -c duramen -n {condition} -f -a {fish_quoted('(' + TYPES + ')')}")
    return "\n".join(lines) + "\n"
