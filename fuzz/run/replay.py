"""Runs targets over their seed corpora, each input once, and mutates nothing.

usage: replay.py --bin FOLDER [TARGET...]
For builds whose sanitizer is too slow, or does not go with libFuzzer, to fuzz with: the preset `msan`. The seeds are
unpacked next to FOLDER. Prints one line when all is well. Exit: 0 all is well, 1 an input failed, 2 usage, or a target that is not there.
"""

import argparse
import pathlib
import subprocess
import sys

import fuzz_targets


class CannotReplay(Exception):
    """The message says why, and what to do."""


def run(program, inputs):
    """The exit status and what the target printed."""
    try:
        finished = subprocess.run([program, *inputs], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    except OSError as problem:
        raise CannotReplay(f"cannot start {program}: {problem.strerror}; build it first "
                           "(cmake --preset msan && cmake --build --preset msan)") from problem
    return finished.returncode, finished.stderr.decode(errors="replace")


def failures(program, inputs):
    """(input, what the target printed) for each input that fails. One run for all of them if none does."""
    if run(program, inputs)[0] == 0:
        return []
    alone = [(seed, *run(program, [seed])) for seed in inputs]
    failed = [(seed, printed) for seed, status, printed in alone if status != 0]
    # What fails only after other inputs fails all the same.
    return failed or [("its inputs together, none of them alone", run(program, inputs)[1])]


def replay(programs, targets):
    """Prints what failed; the numbers of inputs run and of failures."""
    total, failed = 0, 0
    for target in targets:
        inputs = sorted(target.unpack_seeds(programs.parent / "seeds").iterdir())
        if not inputs:
            raise CannotReplay(f"{target.name} has no seeds in {target.seed_file()}: nothing would be checked")
        total += len(inputs)
        for seed, printed in failures(programs / target.name, inputs):
            failed += 1
            print(f"{target.name} failed on {seed}\n{printed.strip()}")
            if seed in inputs:
                print(f"repeat it: {programs / target.name} {seed}")
            print()
    return total, failed


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Runs targets over their seeds, each once.")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where the targets are")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all but those that are to fail")
    options = parser.parse_args(arguments)
    try:
        targets = fuzz_targets.choose(options.targets)
        total, failed = replay(options.bin, targets)
    except (CannotReplay, fuzz_targets.UnknownTarget) as problem:
        print(f"replay: {problem}", file=sys.stderr)
        return 2
    outcome = f"{failed} failed" if failed else "all well"
    print(f"{len(targets)} {'target' if len(targets) == 1 else 'targets'} replayed {total} seeds: {outcome}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
