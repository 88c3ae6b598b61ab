"""Writes what bash, zsh and fish need to complete a program's command line, from its --help."""

import re

# What a value is, by the name that --help gives it. Commands are asked when somebody presses the key.
FILES = {"FILE", "PATH", "DIR", "FILE.json", "FILE..."}
ASKED = {
    "ID": "chatos-conformance rules 2>/dev/null | sed -n 's/^\\([A-Z][A-Z]*-[0-9][0-9]*\\) .*/\\1/p'",
    "WHAT": "chatos-conformance list 2>/dev/null | sed -n 's/^\\([a-z]*\\.[a-z.0-9-]*\\) .*/\\1/p'",
}
ASKED["RULE|SCENARIO|FILE"] = f"{{ {ASKED['ID']}; {ASKED['WHAT']}; }}"
LISTED = {"LEVEL": ["must", "should", "choice"], "FORMAT": ["scenario", "profile", "report", "list", "rules"]}


def _value(option):
    """("words", [...]), ("command", "..."), ("files", None) or ("any", None)."""
    kind = option.value if option.names[0].startswith("-") else option.names[0]
    if option.choices:
        return "words", option.choices
    if kind in LISTED:
        return "words", LISTED[kind]
    if kind == "AREA" and (match := re.search(r": ([a-z, ]+)$", option.text)):
        return "words", match.group(1).split(", ")
    if kind in ASKED:
        return "command", ASKED[kind]
    return ("files", None) if kind in FILES else ("any", None)


def _flags(help_):
    return [name for option in help_.options for name in option.names]


# ---- bash

def _bash_answer(value):
    kind, detail = value
    if kind == "words":
        return f"COMPREPLY=($(compgen -W '{' '.join(detail)}' -- \"$current\"))"
    if kind == "command":
        return f"COMPREPLY=($(compgen -W \"$({detail})\" -- \"$current\"))"
    if kind == "files":
        return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"))'
    return ":"


def _bash_level(help_, indent):
    lines = []
    valued = [option for option in help_.options if option.value]
    if valued:
        lines.append('case "$previous" in')
        lines += [f"  {'|'.join(option.names)}) {_bash_answer(_value(option))}; return ;;" for option in valued]
        lines.append("esac")
    words = " ".join(_flags(help_))
    if help_.positionals:
        lines.append('if [[ "$current" != -* ]]; then')
        lines.append(f"  {_bash_answer(_value(help_.positionals[0]))}; return")
        lines.append("fi")
    if help_.subcommands:
        words = " ".join([*(sub.name.split()[-1] for sub in help_.subcommands), words])
    lines.append(f"COMPREPLY=($(compgen -W '{words}' -- \"$current\"))")
    return "".join(f"{indent}{line}\n" for line in lines)


def bash(help_):
    function = "_" + help_.name.replace("-", "_")
    text = f"# bash completion of {help_.name}\n{function}() {{\n"
    text += '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n  COMPREPLY=()\n'
    if help_.subcommands:
        text += '  case "${COMP_CWORD}:${COMP_WORDS[1]}" in\n    1:*) ;;\n'
        for sub in help_.subcommands:
            text += f"    *:{sub.name.split()[-1]})\n{_bash_level(sub, '      ')}      return ;;\n"
        text += "  esac\n"
    return text + _bash_level(help_, "  ") + f"}}\ncomplete -F {function} {help_.name}\n"


# ---- zsh

def _zsh_quoted(text):
    return text.replace("'", "'\\''")


def _zsh_text(text):
    return _zsh_quoted(re.sub(r"([\[\]:\\])", r"\\\1", text))


def _zsh_action(value):
    kind, detail = value
    if kind == "words":
        return f"({' '.join(detail)})"
    if kind == "command":
        return "{compadd -- ${(f)\"$(" + detail + ")\"}}"
    return "_files" if kind == "files" else " "


def _zsh_specs(help_):
    specs = []
    for option in help_.options:
        for name in option.names:
            spec = ("*" if option.repeatable else "") + f"{name}[{_zsh_text(option.text)}]"
            if option.value:
                spec += f":{_zsh_text(option.value)}:{_zsh_quoted(_zsh_action(_value(option)))}"
            specs.append(spec)
    for option in help_.positionals:
        specs.append(("*" if option.repeatable else "1") + f":{_zsh_text(option.names[0])}:{_zsh_quoted(_zsh_action(_value(option)))}")
    return specs


def _zsh_arguments(help_, indent):
    specs = "".join(f" \\\n{indent}  '{spec}'" for spec in _zsh_specs(help_))
    return f"{indent}_arguments{specs}\n"


def zsh(help_):
    function = "_" + help_.name
    text = f"#compdef {help_.name}\n# zsh completion of {help_.name}\n"
    if not help_.subcommands:
        return text + _zsh_arguments(help_, "")
    names = "".join(f" \\\n    '{sub.name.split()[-1]}:{_zsh_text(sub.summary)}'" for sub in help_.subcommands)
    text += f"{function}() {{\n  local context state state_descr line\n  typeset -A opt_args\n  local -a commands\n  commands=({names})\n"
    flags = "".join(f" \\\n    '{spec}'" for spec in _zsh_specs(help_))
    text += f"  _arguments -C{flags} \\\n    '1:command:->command' \\\n    '*::argument:->argument'\n  case $state in\n"
    text += "    command) _describe command commands ;;\n    argument)\n      case $line[1] in\n"
    for sub in help_.subcommands:
        text += f"        {sub.name.split()[-1]})\n{_zsh_arguments(sub, '          ')}          ;;\n"
    return text + f"      esac ;;\n  esac\n}}\n{function} \"$@\"\n"


# ---- fish

def _fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _fish_value(value):
    kind, detail = value
    if kind == "words":
        return " -x -a " + _fish_quoted(" ".join(detail))
    if kind == "command":
        return " -x -a " + _fish_quoted(f"(sh -c {_fish_quoted(detail)})")
    return " -r -F" if kind == "files" else " -x"


def _fish_level(help_, command, condition):
    text = ""
    for option in help_.options:
        for name in option.names:
            spelling = f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
            value = _fish_value(_value(option)) if option.value else ""
            text += f"complete -c {command}{condition} {spelling}{value} -d {_fish_quoted(option.text)}\n"
    for option in help_.positionals:
        value = _value(option)
        if value[0] != "any":
            text += f"complete -c {command}{condition}{_fish_value(value).replace(' -x', ' -f').replace(' -r', '')} -d {_fish_quoted(option.text)}\n"
    return text


def fish(help_):
    text = f"# fish completion of {help_.name}\n"
    if not help_.subcommands:
        no_files = "" if help_.positionals else f"complete -c {help_.name} -f\n"
        return text + no_files + _fish_level(help_, help_.name, "")
    text += f"complete -c {help_.name} -f\n" + _fish_level(help_, help_.name, " -n __fish_use_subcommand")
    for sub in help_.subcommands:
        word = sub.name.split()[-1]
        text += f"complete -c {help_.name} -n __fish_use_subcommand -a {word} -d {_fish_quoted(sub.summary)}\n"
        text += _fish_level(sub, help_.name, f" -n '__fish_seen_subcommand_from {word}'")
    return text
