"""Seed files: fuzz/corpora/INPUTS.txt holds the seeds of one form of input, a line each: a name and the bytes in hex.

usage: seed_file.py unpack FOLDER           writes each seed into a file of its own, FOLDER/INPUTS/NAME
       seed_file.py add INPUTS FILE NAME    makes the content of FILE a seed of fuzz/corpora/INPUTS.txt
Exit: 0, or 2 when an argument or a seed file is wrong.
"""

import pathlib
import re
import sys

CORPORA = pathlib.Path(__file__).resolve().parent.parent / "corpora"
LINE = re.compile(r"(?P<name>[A-Za-z0-9_-]+)(?: (?P<hex>(?:[0-9a-f]{2})+))?")


class SeedFileError(Exception):
    """The message says what is wrong, and where."""


def read(path):
    """The seeds of a file, a dict from names to bytes."""
    seeds = {}
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        if line.startswith("#"):
            continue
        match = LINE.fullmatch(line)
        if match is None:
            raise SeedFileError(f"{path}:{number}: expected a name, a space and bytes in hex")
        if match["name"] in seeds:
            raise SeedFileError(f"{path}:{number}: duplicate name '{match['name']}'")
        seeds[match["name"]] = bytes.fromhex(match["hex"] or "")
    return seeds


def write(path, seeds):
    """Replaces the seeds of a file; its comment stays."""
    comments = [line for line in path.read_text(encoding="ascii").splitlines() if line.startswith("#")]
    lines = [f"{name} {content.hex()}".rstrip() for name, content in sorted(seeds.items())]
    path.write_text("\n".join([*comments, *lines]) + "\n", encoding="ascii")


def unpack(path, folder):
    """Makes `folder` hold the seeds of a file and nothing else, a file each. Returns the folder."""
    seeds = read(path)
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {entry.name for entry in folder.iterdir()} - set(seeds):
        (folder / stale).unlink()
    for name, content in seeds.items():
        seed = folder / name
        if not seed.is_file() or seed.read_bytes() != content:
            seed.write_bytes(content)
    return folder


def unpack_all(folder, corpora=CORPORA):
    for path in corpora.glob("*.txt"):
        unpack(path, folder / path.stem)


def add(inputs, content, name, corpora=CORPORA):
    path = corpora / f"{inputs}.txt"
    if not path.is_file():
        known = " ".join(sorted(file.stem for file in corpora.glob("*.txt")))
        raise SeedFileError(f"unknown form of input '{inputs}'; there are: {known}")
    if LINE.fullmatch(name) is None:
        raise SeedFileError(f"invalid name '{name}': expected letters, digits, '_' and '-'")
    seeds = read(path)
    for known, bytes_of_known in seeds.items():
        if known == name or bytes_of_known == content:
            raise SeedFileError(f"{path} already has " + (f"a seed named '{name}'" if known == name else f"these bytes, as '{known}'"))
    write(path, {**seeds, name: content})


def main(arguments, corpora=CORPORA):
    try:
        match arguments:
            case ["unpack", folder]:
                unpack_all(pathlib.Path(folder), corpora)
            case ["add", inputs, file, name]:
                add(inputs, pathlib.Path(file).read_bytes(), name, corpora)
            case _:
                print(__doc__.split("\n\n", 1)[1].strip(), file=sys.stderr)
                return 2
    except (SeedFileError, OSError, UnicodeError) as error:
        print(f"seed_file: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
