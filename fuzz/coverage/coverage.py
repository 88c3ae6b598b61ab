"""Which lines and branches of the codec the seed corpora reach by themselves: nothing is mutated.

usage: coverage.py [--bin FOLDER] [--work FOLDER] [TARGET...]
The targets are those of the build preset `coverage`. Prints a table per file, then whatever was not reached. Each such
place wants a reason in explained.json. Exit: 0 all reached or explained, 1 not, 2 it could not be measured.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "run"))

import fuzz_targets  # noqa: E402  (the folder is known only now)
import reached  # noqa: E402

PROJECT = HERE.parent.parent
MEASURED = ("codec/include", "codec/src")


class CannotMeasure(Exception):
    """The message says why, and what to do."""


def tool(name):
    """An LLVM tool that reads what this project's Clang writes."""
    for candidate in (f"{name}-14", name):
        if shutil.which(candidate):
            return candidate
    raise CannotMeasure(f"there is no {name}; install Debian's package llvm-14")


def run(command, purpose):
    finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if finished.returncode != 0:
        raise CannotMeasure(f"{purpose} failed: {' '.join(map(str, command))}\n{finished.stderr.decode(errors='replace')[-2000:]}")
    return finished.stdout


def replay(target, program, profile):
    """Runs the target once over each of its seeds, at their full length, and over nothing else."""
    if not program.is_file():
        raise CannotMeasure(f"there is no {program}; build it: cmake --preset coverage && cmake --build --preset coverage")
    seeds = sorted(target.unpack_seeds(profile.parent / "seeds").iterdir())
    if not seeds:
        raise CannotMeasure(f"{target.name} has no seeds in {target.seed_file()}")
    finished = subprocess.run([program, *seeds], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
                              env={**os.environ, "LLVM_PROFILE_FILE": str(profile)})
    if finished.returncode != 0:
        raise CannotMeasure(f"{target.name} did not come through its seeds:\n{finished.stderr.decode(errors='replace')[-2000:]}")


def measure(targets, programs, work):
    """The files of llvm-cov's export."""
    work.mkdir(parents=True, exist_ok=True)
    profiles = [work / f"{target.name}.profraw" for target in targets]
    for target, profile in zip(targets, profiles):
        replay(target, programs / target.name, profile)
    merged = work / "seeds.profdata"
    run([tool("llvm-profdata"), "merge", "-sparse", "-o", merged, *profiles], "merging the profiles")
    first, *others = [programs / target.name for target in targets]
    command = [tool("llvm-cov"), "export", "-format=text", "-instr-profile", merged, first]
    for other in others:
        command += ["-object", other]
    exported = run([*command, *(PROJECT / folder for folder in MEASURED)], "reading the profiles")
    return json.loads(exported)["data"][0]["files"]


def cpu_flags():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("flags"):
                return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


class Explanations:
    """Reasons for what no seed reaches, each for a file and the text of a line in it.

    An entry with `cpu_lacks` counts only where the CPU lacks one of these flags; then it may speak of a whole file."""

    def __init__(self, entries, flags):
        self._entries = [entry for entry in entries
                         if "cpu_lacks" not in entry or not set(entry["cpu_lacks"]) <= flags]
        self._used = [False] * len(self._entries)

    def reason(self, unreached):
        reason = None
        for index, entry in enumerate(self._entries):
            if entry["file"] == unreached.file and entry.get("text", unreached.text) == unreached.text:
                self._used[index] = True
                reason = reason or entry["reason"]
        return reason

    def stale(self):
        return [entry for entry, used in zip(self._entries, self._used) if not used and "cpu_lacks" not in entry]


def share(reached, total):
    return f"{reached:5}/{total:<5} {100 * reached / total:6.2f}%" if total else f"{'':5} {'':5} {'':7}"


def print_table(rows):
    width = max([len(row.file) for row in rows] + [4])
    print(f"{'file':{width}}  {'lines':>19}  {'branches':>19}")
    for row in rows:
        print(f"{row.file:{width}}  {share(row.lines_reached, row.lines)}  {share(row.sides_reached, row.sides)}".rstrip())
    lines, sides = sum(row.lines for row in rows), sum(row.sides for row in rows)
    print(f"{'all':{width}}  {share(sum(row.lines_reached for row in rows), lines)}"
          f"  {share(sum(row.sides_reached for row in rows), sides)}")


def print_places(title, places):
    """`places`: unreached ones with their reasons; a reason is told once for all places that share it."""
    if not places:
        return
    print(f"\n{title}")
    last = None
    for place, reason in places:
        print(f"  {place.file}:{place.line}  {place.text}\n      {place.missing}")
        if reason and reason != last:
            print(f"      because: {reason}")
        last = reason


def report(sources, explanations):
    """Prints everything; true when nothing is left to do."""
    print_table(sources)
    explained, unexplained = [], []
    for source in sources:
        for place in source.unreached:
            reason = explanations.reason(place)
            (explained if reason else unexplained).append((place, reason))
    print_places("not reached by the seeds, explained:", explained)
    print_places("not reached by the seeds, without an explanation:", unexplained)
    stale = explanations.stale()
    if stale:
        print("\nexplanations of what is reached (remove them from fuzz/coverage/explained.json):")
        for entry in stale:
            print(f"  {entry['file']}  {entry.get('text', 'the whole file')}")
    places = len(explained) + len(unexplained)
    print(f"\n{places} {'place' if places == 1 else 'places'} not reached, {len(explained)} explained")
    if unexplained:
        print("Add a seed that reaches it (fuzz/seeds/), or say in fuzz/coverage/explained.json why none can.")
    return not unexplained and not stale


def main():
    parser = argparse.ArgumentParser(description="Coverage of the codec by the seed corpora alone.")
    parser.add_argument("--bin", type=pathlib.Path, default=PROJECT / "build-coverage/bin", help="where the targets are")
    parser.add_argument("--work", type=pathlib.Path, default=PROJECT / "build-coverage/work", help="for seeds and profiles")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all but those that are to fail")
    arguments = parser.parse_args()
    try:
        targets = fuzz_targets.choose(arguments.targets)
        files = measure(targets, arguments.bin.resolve(), arguments.work.resolve())
    except (CannotMeasure, fuzz_targets.UnknownTarget) as problem:
        print(f"coverage: {problem}", file=sys.stderr)
        return 2
    sources = [reached.read_source(file, PROJECT) for file in sorted(files, key=lambda file: file["filename"])]
    explanations = Explanations(json.loads((HERE / "explained.json").read_text())["explained"], cpu_flags())
    return 0 if report(sources, explanations) else 1


if __name__ == "__main__":
    sys.exit(main())
