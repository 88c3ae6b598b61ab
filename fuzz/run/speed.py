"""What the harnesses cost: runs of each target per second of CPU time, beside those of a target that does nothing, with
the same sanitizers, mutator, corpus, dictionary and lengths. The two take turns, so that a slow moment hits both.

usage: speed.py --bin FOLDER --work FOLDER [TARGET...]
Exit: 0, or 2 when it cannot be measured.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import fuzz_targets

YARDSTICK = "empty_target"
WANTED = {"fuzz_decode": 0.40}
PAIRS = 5
RUNS = 1_000_000
SECONDS_MAX = 3
GROWN_FOR_SECONDS = 5
DONE = re.compile(r"^Done (\d+) runs in \d+ second", re.MULTILINE)
HAS_MUTATOR = re.compile(r"^INFO: found LLVMFuzzerCustomMutator", re.MULTILINE)


class CannotMeasure(Exception):
    """The message says why, and what to do."""


@dataclasses.dataclass(frozen=True)
class Measured:
    runs_per_second: float  # of CPU time
    has_mutator: bool  # the yardstick has the one that knows packets


def run(program, target, corpora, *options):
    """What the program printed, and the seconds of CPU time that it took."""
    dictionary = target.dictionary()
    command = [program, "-seed=1", "-entropic=0", f"-max_len={target.max_len}", *options,
               *([f"-dict={dictionary}"] if dictionary else []), *corpora]
    with tempfile.TemporaryFile() as printed:
        try:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed)
        except OSError as problem:
            raise CannotMeasure(f"cannot start {program}: {problem.strerror}; build it: "
                                "cmake --preset fuzz && cmake --build --preset fuzz") from problem
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        text = printed.read().decode(errors="replace")
    if child.returncode != 0:
        raise CannotMeasure(f"{pathlib.Path(program).name} ended with status {child.returncode}:\n{text[-1000:]}")
    return text, usage.ru_utime + usage.ru_stime


def measure(program, target, corpora):
    # Kept seeds: else the corpora would shrink to what each target tells apart, which for one that does nothing is nothing.
    with tempfile.TemporaryDirectory() as written:
        text, seconds = run(program, target, [written, *corpora], "-keep_seed=1", f"-runs={RUNS}",
                            f"-max_total_time={SECONDS_MAX}")
    done = DONE.search(text)
    if done is None or seconds <= 0:
        raise CannotMeasure(f"{pathlib.Path(program).name} does not say how many runs it made:\n{text[-1000:]}")
    return Measured(int(done[1]) / seconds, HAS_MUTATOR.search(text) is not None)


def compare(target, programs, work):
    """Medians of the yardstick and of the target, and the median of the ratios of neighbours."""
    work.mkdir(parents=True, exist_ok=True)
    # A fresh one each time: one that lasts would grow from bench to bench, and change what is measured.
    with tempfile.TemporaryDirectory(dir=work, prefix=f"{target.name}-grown-") as grown:
        corpora = [grown, target.unpack_seeds(work / "seeds")]
        run(programs / target.name, target, corpora, f"-max_total_time={GROWN_FOR_SECONDS}",
            f"-artifact_prefix={work}/{target.name}-")
        pairs = [(measure(programs / YARDSTICK, target, corpora), measure(programs / target.name, target, corpora))
                 for _ in range(PAIRS)]
    return row(target, pairs)


def row(target, pairs):
    empty, ours = zip(*pairs)
    ratio = statistics.median(measured.runs_per_second / other.runs_per_second for other, measured in pairs)
    return (f"{target.name:18} {statistics.median(measured.runs_per_second for measured in empty) / 1000:10.0f}"
            f" {statistics.median(measured.runs_per_second for measured in ours) / 1000:10.0f} {ratio:7.2f}"
            f"  {remark(target.name, ratio, ours[0].has_mutator == empty[0].has_mutator)}").rstrip()


def remark(name, ratio, has_same_mutator):
    if not has_same_mutator:
        return "another mutator than the yardstick's: only a hint"
    if name not in WANTED:
        return ""
    return f"wanted {WANTED[name]:.2f}" + ("" if ratio >= WANTED[name] else ": falls short")


def main():
    parser = argparse.ArgumentParser(description="Runs per second of CPU time, beside a target that does nothing.")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where the targets are")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="for what a target finds on the way")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all but those that are to fail")
    options = parser.parse_args()
    try:
        targets = fuzz_targets.choose(options.targets)
        print(f"thousands of runs per second of CPU time, medians of {PAIRS}\n")
        print(f"{'target':18} {YARDSTICK:>10} {'harness':>10} {'ratio':>7}", flush=True)
        for target in targets:
            print(compare(target, options.bin.resolve(), options.work.resolve()), flush=True)
    except (CannotMeasure, fuzz_targets.UnknownTarget) as problem:
        print(f"speed: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
