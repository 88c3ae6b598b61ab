"""Reads what a program's --help prints: the one place where its flags are told, from which its man page and its shell
completions follow."""

import dataclasses
import re
import subprocess

DESCRIPTION_COLUMN = 30


@dataclasses.dataclass
class Option:
    """A flag or a positional argument."""

    names: list[str]  # "-h", "--help"; of a positional its one name, without dashes
    value: str  # what it takes, "FILE"; empty for a switch
    choices: list[str]  # the values that there are, where they are listed
    default: str
    repeatable: bool
    text: str


@dataclasses.dataclass
class Help:
    name: str  # "chatos-conformance run"
    summary: str
    usage: str
    positionals: list[Option]
    options: list[Option]
    subcommands: list["Help"]
    closing: str  # examples and exit codes, as printed


class Unreadable(Exception):
    """The text has another form than this reads: a flag would be lost without a word."""


def _name_and_text(lines):
    """The pairs of a section: CLI11 puts a description beside its name, or below where the name is too long."""
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.startswith("  ") or line.startswith("   "):
            raise Unreadable(f"neither a name nor its description: {line!r}")
        below = lines[at + 1] if at + 1 < len(lines) else ""
        if below.startswith(" " * DESCRIPTION_COLUMN):
            yield line.strip(), below.strip()
            at += 2
        else:
            yield line[:DESCRIPTION_COLUMN].strip(), line[DESCRIPTION_COLUMN:].strip()
            at += 1


def _option(spelling, text):
    spelling = re.sub(r" (Excludes|Needs): .*$", "", spelling).replace(" REQUIRED", "")
    head, _, value = spelling.partition(" ")
    names = [re.sub(r"\{[^}]*\}$", "", name) for name in head.split(",")]
    repeatable = value.endswith("...")
    value = value.removesuffix("...").strip()
    default = ""
    for form in (r"=\[(.*)\]$", r"=(\S*)$", r" ?\(default (.*)\)$"):
        if match := re.search(form, value):
            default, value = match.group(1), value[: match.start()]
            break
    choices = []
    if match := re.search(r":\{(.*)\}$", value):
        choices, value = match.group(1).split(","), value[: match.start()]
    elif re.fullmatch(r"[a-z0-9-]+(\|[a-z0-9-]+)+", value):
        choices = value.split("|")
    value = re.sub(r":(INT|UINT|FLOAT|TEXT)\b.*$", "", value)
    value = re.sub(r"^(\S+) (TEXT|INT|UINT|FLOAT)$", r"\1", value)
    return Option(names, value.strip('"'), choices, default, repeatable, text)


def _sections(printed):
    """The summary, and then each section's lines by its title; what follows the last known section is the closing."""
    summary, closing, sections, title = [], [], {}, None
    for line in printed.splitlines():
        match = re.fullmatch(r"(Positionals|Options|Subcommands):", line)
        if closing or (title and line and not match and not line.startswith(" ")):
            closing.append(line)
        elif match:
            title = match.group(1)
            sections[title] = []
        elif line.startswith("Usage: "):
            sections["Usage"] = [line.removeprefix("Usage: ")]
        elif title and line:
            sections[title].append(line)
        elif line:
            summary.append(line)
    return " ".join(summary), sections, "\n".join(closing).strip()


def parse(name, printed):
    summary, sections, closing = _sections(printed)
    if not summary or "Usage" not in sections or "Options" not in sections:
        raise Unreadable(f"{name}: no summary, no usage or no options in its --help")
    positionals = []
    for spelling, text in _name_and_text(sections.get("Positionals", [])):
        option = _option(spelling, text)
        positionals.append(option)
    options = [_option(*pair) for pair in _name_and_text(sections["Options"])]
    subcommands = [Help(f"{name} {word}", text, "", [], [], [], "") for word, text in _name_and_text(sections.get("Subcommands", []))]
    return Help(name, summary, sections["Usage"][0], positionals, options, subcommands, closing)


def read(program, name):
    """Asks the program at the path, and each of its subcommands."""
    help_ = parse(name, _printed(program))
    help_.subcommands = [parse(sub.name, _printed(program, sub.name.split()[-1])) for sub in help_.subcommands]
    return help_


def _printed(*command):
    return subprocess.run([*command, "--help"], check=True, capture_output=True, text=True).stdout
