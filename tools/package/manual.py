"""Writes the man page of a program from its --help, with what a page has besides from man/PROGRAM.sections."""

import re
import textwrap
from pathlib import Path


def _text(words):
    """Words as roff shows them: a hyphen that is typed, a backslash, a line that begins with a control character."""
    shown = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"^\.", r"\\&.", shown, flags=re.MULTILINE)


def _paragraph(words):
    return _text("\n".join(textwrap.wrap(words, 72, break_long_words=False, break_on_hyphens=False)))


def _option(option):
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
    value = f" \\fI{_text(option.value)}\\fR" if option.value and option.names[0].startswith("-") else ""
    repeatable = " ..." if option.repeatable else ""
    text = option.text
    if option.choices and option.value != "|".join(option.choices):
        text += f" ({', '.join(option.choices)})"
    if option.default:
        text += f" (default {option.default})"
    return f".TP\n{names}{value}{repeatable}\n{_paragraph(text)}\n"


def _closing(closing):
    """Examples stay as they were printed; all else is paragraphs."""
    page = ""
    for block in re.split(r"\n\n|\n(?=Exit(?: status)?: )", closing):
        if match := re.match(r"Examples?:\n", block):
            page += ".SS Examples\n.nf\n" + _text(_dedented(block[match.end() :])) + "\n.fi\n"
        elif match := re.match(r"Exit(?: status)?: ", block):
            page += ".SS Exit status\n" + _paragraph(block[match.end() :]) + "\n"
        else:
            page += ".PP\n" + _paragraph(block) + "\n"
    return page


def _dedented(block):
    return "\n".join(line.removeprefix("  ") for line in block.splitlines())


def _command(help_, printed):
    """A subcommand's section; what is `told` once for the whole program is not told again."""
    page = f".SH {_text(help_.name.upper())}\n{_paragraph(help_.summary)}.\n.PP\n.B {_text(help_.usage)}\n"
    page += "".join(_option(option) for option in help_.positionals + help_.options if "--help" not in option.names)
    return page + (_closing(help_.closing) if help_.closing != printed else "")


def page(help_, version, date, extra_folder):
    name, summary = help_.name, help_.summary.rstrip(".")
    result = f'.TH {name.upper()} 1 "{date}" "ChatOS toolkit {version}" "User commands"\n'
    result += f".SH NAME\n{_text(name)} \\- {_text(summary[0].lower() + summary[1:])}\n"
    result += ".SH SYNOPSIS\n"
    usages = [sub.usage for sub in help_.subcommands] or [help_.usage]
    result += "\n.br\n".join(f".B {_text(usage)}" for usage in usages) + "\n"
    result += ".SH OPTIONS\n" + "".join(_option(option) for option in help_.positionals + help_.options)
    closing = _closing(help_.closing).replace(".SS Examples", ".SH EXAMPLES").replace(".SS Exit status", ".SH EXIT STATUS")
    commands = "".join(_command(sub, help_.closing) for sub in help_.subcommands)
    sections = Path(extra_folder) / f"{name}.sections"
    return result + commands + closing + (sections.read_text() if sections.exists() else "")
