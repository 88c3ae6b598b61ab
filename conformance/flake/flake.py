"""Runs the suite repeatedly on a starved core and reports every verdict and every choice that differs between runs.

usage: flake.py --program chatos-conformance --profile FILE.json... [--runs N] [--loops N] [--seconds N] [--time-factor X]
                [--at-once] [--jobs N] [SCENARIO...]

A run judges the implementation of each profile: one after the other or, with --at-once, all at the same time, like
runners of several users of one machine, which must not interfere (repeat a profile for several runners). The suite,
the implementation and some busy loops share one core, all of them niced, so that the suite and the implementation are
scheduled late and at odd moments. All runs are compared with the first. Exit: 0 nothing flipped, 1 something flipped
or a run did not end by itself, 2 wrong usage.
"""

import argparse
import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

RUN_SECONDS_MAX = 600
NICENESS = 10
# Ends with its parent, however that ends.
BUSY_LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"


def usage_error(message):
    print("flake.py: " + message, file=sys.stderr)
    return 2


def count(word):
    number = int(word)
    if not 1 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 1000000, not {word}")
    return number


@contextlib.contextmanager
def starved_core(loops):
    """Confines this process and its children to one core, with `loops` busy loops beside them."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.nice(NICENESS)
    started = [subprocess.Popen([sys.executable, "-c", BUSY_LOOP]) for _ in range(loops)]
    try:
        yield
    finally:
        for loop in started:
            loop.kill()
            loop.wait()


def run_suite(arguments, folder):
    """Verdict and choices by scenario, with the reason; or a sentence that says why there is no report."""
    results = {}
    with concurrent.futures.ThreadPoolExecutor(len(arguments.profile) if arguments.at_once else 1) as pool:
        numbers = range(len(arguments.profile))
        for profile, judged in zip(arguments.profile, pool.map(lambda number: judge(arguments, number, folder), numbers)):
            if isinstance(judged, str):
                return f"{judged} ({profile})"
            results |= judged
    return results


def judge(arguments, number, folder):
    profile = arguments.profile[number]
    report = pathlib.Path(folder) / f"report{number}.json"
    report.unlink(missing_ok=True)
    command = [arguments.program, "run", *arguments.scenarios, "--profile", profile, "--json", str(report)]
    if arguments.time_factor:
        command += ["--time-factor", arguments.time_factor]
    if arguments.jobs:
        command += ["--jobs", str(arguments.jobs)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=RUN_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return f"did not end within {RUN_SECONDS_MAX} s"
    if done.returncode not in (0, 1, 3) or not report.exists():
        return f"ended with {done.returncode}: {done.stderr.strip()[-300:]}"
    results = {}
    for scenario in json.loads(report.read_text(encoding="utf-8"))["scenarios"]:
        blamed = " ".join([scenario["verdict"], *scenario["failed_rules"]])
        choices = ", ".join(f"{rule} {choice}" for rule, choice in sorted(scenario["choices"].items()))
        results[scenario["id"], number] = ((blamed, choices or "none"), scenario["why"])
    return results


def flips(first, results):
    """A line for each verdict and each set of choices that differs from the first run."""
    for key in sorted(first.keys() | results.keys()):
        name, _ = key
        (verdict, choices), _ = first.get(key, (("missing", ""), ""))
        (verdict_now, choices_now), why = results.get(key, (("missing", ""), ""))
        if verdict != verdict_now:
            yield f"{name}: was {verdict}, is {verdict_now}" + (f" ({why})" if why else "")
        elif choices != choices_now:
            yield f"{name}: choices were {choices}, are {choices_now}"


def run_all(arguments, folder):
    """(runs done, flips and failed runs, scenarios)"""
    start = time.monotonic()
    first, flip_count = None, 0
    for number in range(1, arguments.runs + 1):
        results = run_suite(arguments, folder)
        if isinstance(results, str):
            lines = [f"the suite {results}"]
        else:
            first = first or results
            lines = list(flips(first, results))
        for line in lines:
            print(f"run {number}: {line}", flush=True)
        flip_count += len(lines)
        seconds = time.monotonic() - start
        if number % 10 == 0:
            print(f"{number} of {arguments.runs} runs, {flip_count} flips ({seconds:.0f} s)", file=sys.stderr, flush=True)
        if arguments.seconds and seconds >= arguments.seconds:
            return number, flip_count, len(first or ())
    return arguments.runs, flip_count, len(first or ())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="chatos-conformance")
    parser.add_argument("--profile", required=True, action="append", help="of the implementation to judge (repeatable)")
    parser.add_argument("--runs", type=count, default=200, metavar="N")
    parser.add_argument("--loops", type=count, default=3, metavar="N", help="busy loops on the same core (3)")
    parser.add_argument("--seconds", type=count, metavar="N", help="start no further run after N seconds")
    parser.add_argument("--time-factor", metavar="X", help="as for chatos-conformance run")
    parser.add_argument("--at-once", action="store_true", help="judge all profiles at the same time")
    parser.add_argument("--jobs", type=count, metavar="N", help="as for chatos-conformance run")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="ids or globs; default all")
    arguments = parser.parse_args()
    for path in (arguments.program, *arguments.profile):
        if not os.path.exists(path):
            return usage_error(f"{path}: there is no such file")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, starved_core(arguments.loops):
        done, flip_count, scenarios = run_all(arguments, folder)
    print(f"{done} runs of {scenarios} scenarios on one core beside {arguments.loops} busy loops: "
          f"{flip_count} flips ({time.monotonic() - start:.0f} s)")
    return 1 if flip_count else 0


if __name__ == "__main__":
    sys.exit(main())
