"""The commands of GUIDE.md do what the guide shows.

usage: guide_test.py PROGRAM [--update]

Runs every line that begins with "$ " in a block marked `console`, in a folder where conformance/ and build/bin are what
the guide says, and compares what it prints. A line "..." stands for any lines. Times, ports, the tag that makes pseudos
unique, and bytes that hold it may differ. --update writes what was printed into the guide instead.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

CONFORMANCE = pathlib.Path(__file__).resolve().parent.parent
GUIDE = CONFORMANCE / "GUIDE.md"
BLOCK = re.compile(r"```console\n(.*?)```\n", re.DOTALL)
MAY_DIFFER = (
    (r"\(\d+\.\d s\)", "(TIME)"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"-[a-z0-9]{4}-\d+", "-TAG"),
    (r"^ +\d+\.\d{3} ", "TIME "),
    (r"@(\d+)(?: [0-9a-f]{2})+( \.\.\.)?", r"@\1 BYTES"),
)


def comparable(line):
    for pattern, word in MAY_DIFFER:
        line = re.sub(pattern, word, line)
    return line.rstrip()


def run(command, folder):
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.splitlines()


def commands_of(block):
    """[command, lines that it shows] for each command of a block."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def split_at_dots(lines):
    """(lines before, lines behind "..."); nothing behind when there is no such line."""
    if "..." not in lines:
        return lines, None
    at = lines.index("...")
    return lines[:at], lines[at + 1:]


def difference(shown, printed):
    """A sentence about the first line that is not as shown; empty when all are."""
    before, behind = split_at_dots([comparable(line) for line in shown])
    really = [comparable(line) for line in printed]
    if behind is None:
        pairs = list(zip(before, really))
        if len(before) != len(really):
            return f"{len(before)} lines are shown, {len(really)} were printed:\n" + "\n".join(printed)
    else:
        pairs = list(zip(before, really)) + list(zip(behind, really[len(really) - len(behind):]))
        if len(really) < len(before) + len(behind):
            return "fewer lines were printed than are shown:\n" + "\n".join(printed)
    for wanted, got in pairs:
        if wanted != got:
            return f"shown:   {wanted}\nprinted: {got}\n\n" + "\n".join(printed)
    return ""


def rewritten(shown, printed):
    """What was printed, with as many lines around "..." as before."""
    before, behind = split_at_dots(shown)
    if behind is None:
        return printed
    return printed[:len(before)] + ["..."] + printed[len(printed) - len(behind):]


def main():
    program, update = pathlib.Path(sys.argv[1]).resolve(), "--update" in sys.argv[2:]
    guide = GUIDE.read_text(encoding="utf-8")
    problems, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "build/bin").mkdir(parents=True)
        (pathlib.Path(folder) / "build/bin/chatos-conformance").symlink_to(program)
        (pathlib.Path(folder) / "conformance").symlink_to(CONFORMANCE)

        def replace(block):
            nonlocal count
            lines = []
            for command, shown in commands_of(block.group(1)):
                printed = run(command, folder)
                count += 1
                if said := difference(shown, printed):
                    problems.append(f"$ {command}\n{said}")
                lines += ["$ " + command, *rewritten(shown, [line.rstrip() for line in printed])]
            return "```console\n" + "\n".join(lines) + "\n```\n"

        new = BLOCK.sub(replace, guide)
    assert count >= 6, "the guide has lost its commands"
    if update:
        GUIDE.write_text(new, encoding="utf-8")
        return 0
    for one in problems:
        print("not as the guide shows: " + one + "\n")
    print(f"{count} commands, {len(problems)} not as the guide shows")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
