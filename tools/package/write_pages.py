"""write_pages.py --version V --date D --output DIR --extra DIR PROGRAM...: man pages and shell completions of programs."""

import argparse
import gzip
from pathlib import Path

import completions
import help_text
import manual


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--version", required=True)
    arguments.add_argument("--date", required=True, help="of the pages, so that a build of the same sources gives the same bytes")
    arguments.add_argument("--output", type=Path, required=True)
    arguments.add_argument("--extra", type=Path, required=True, help="folder of PROGRAM.sections, what a page has besides")
    arguments.add_argument("programs", type=Path, nargs="+")
    given = arguments.parse_args()
    for folder in ("man", "bash", "zsh", "fish"):
        (given.output / folder).mkdir(parents=True, exist_ok=True)
    for program in given.programs:
        help_ = help_text.read(program, program.name)
        page = manual.page(help_, given.version, given.date, given.extra)
        (given.output / "man" / f"{program.name}.1.gz").write_bytes(gzip.compress(page.encode(), 9, mtime=0))
        (given.output / "bash" / program.name).write_text(completions.bash(help_))
        (given.output / "zsh" / f"_{program.name}").write_text(completions.zsh(help_))
        (given.output / "fish" / f"{program.name}.fish").write_text(completions.fish(help_))


if __name__ == "__main__":
    main()
