#!/usr/bin/python3
"""Measures the fuzzers and the ordinary tests with the bank of planted bugs: plants one bug after the other in a copy
of the tree, and sees who finds it. What was measured is kept in build-certify/; a run that was stopped goes on from
there.
"""

import argparse
import errno
import fcntl
import json
import os
import pathlib
import shutil
import sys

import bank
import campaign
import children
import matrix
import results
import sample
import trials
import workshop

TREE = pathlib.Path(__file__).resolve().parents[2]
FILE_BYTES_MAX = 1 << 30
UNPLANTED = None


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="certify.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="exit code: 0 the bank is satisfied: a fuzzer and an ordinary test find each bug of the codec, one of them"
               "\neach of the core and of the dump; 1 it is not, or something was found where nothing is planted; 2 nothing was measured")
    parser.add_argument("--part", choices=list(bank.PARTS), help="only the bugs of this part")
    parser.add_argument("--bug", metavar="NAME", nargs="+", default=[], help="only these")
    parser.add_argument("--sample", action="store_true",
                        help="a few bugs, only fuzzers, until the first find: a quick check")
    parser.add_argument("--fresh", action="store_true", help="measure again what has been measured")
    parser.add_argument("--keep-going-stale", action="store_true",
                        help="take over results whose patch is the same though the tree has changed, and mark them")
    parser.add_argument("--jobs", metavar="N", type=positive, default=len(os.sched_getaffinity(0)),
                        help="workers, a CPU each (all there are)")
    parser.add_argument("--first-find-seconds", metavar="S", type=positive, default=60,
                        help="what the harnesses get in all for a bug that none of them finds (60)")
    parser.add_argument("--cell-seconds", metavar="S", type=positive, default=5,
                        help="what each harness gets for each bug (5)")
    options = parser.parse_args(words)
    if options.sample and (options.part or options.bug or options.fresh or options.keep_going_stale):
        parser.error("--sample has its own bugs and keeps no results; give it at most --jobs")
    return options


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def say(text):
    print(text, flush=True)


class Run:
    """One call of certify: the tree as it is now, the workshops, and what has been measured so far."""

    def __init__(self, options, tree=TREE):
        self.options = options
        self.tree = tree
        self.build = tree / "build-certify"
        self.children = children.Children()
        self.harnesses = bank.read_harnesses(tree)
        self.snapshot = workshop.Snapshot.take(tree)
        ccache = shutil.which("ccache")
        kind = "sample" if options.sample else "worker"
        self.workshops = [workshop.Workshop(self.build / f"{kind}-{number}", self.snapshot, self.children, ccache,
                                            quick=options.sample) for number in range(options.jobs)]

    def start(self, bugs, targets):
        """The first workshop is made ready, the patches tried, and the tree itself built, for all through the cache."""
        self.workshops[0].prepare()
        bank.check_that_they_apply(bugs, self.workshops[0].source)
        if targets:
            say("building the tree itself")
            campaign.build_the_tree_itself(self.workshops[0], targets, self.options.jobs)

    def whole(self):
        """Measures what is not known yet, prints the matrix. Returns the exit code."""
        options = self.options
        parts = (options.part,) if options.part else tuple(bank.PARTS)
        bugs = bank.choose(bank.read_bank(self.tree, parts), options.bug)
        fingerprint = self.snapshot.fingerprint(options.cell_seconds, options.first_find_seconds)
        kept = results.Results(self.build / "results", fingerprint)
        flags = bank.cpu_flags()
        not_run = {bug.title: f"this CPU lacks {', '.join(sorted(bug.missing_cpu_flags(flags)))}"
                   for bug in bugs if bug.missing_cpu_flags(flags)}
        bugs = [bug for bug in bugs if bug.title not in not_run]
        known = {} if options.fresh else {bug.title: kept.load(bug, options.keep_going_stale) for bug in bugs}
        done = {title: result for title, result in known.items() if result}
        unplanted = None if options.fresh else kept.load_unplanted()
        to_do = [bug for bug in bugs if bug.title not in done]
        self.announce(bugs, to_do, kept, unplanted)
        everything = campaign.Everything(self.harnesses, [name for part in bank.PARTS for name in trials.PROGRAMS[part]])
        self.start(bugs, everything.targets if to_do or not unplanted else {})
        state = {"unplanted": unplanted}

        def work(place, bug):
            logs = self.build / "logs"
            if bug is UNPLANTED:
                return campaign.measure_unplanted(place, self.children, logs / "unplanted", everything, options)
            return campaign.measure(place, self.children, logs / bug.part / bug.name, bug, self.harnesses, options)

        def report(bug, measured):
            if bug is UNPLANTED:
                state["unplanted"] = kept.save_unplanted(measured)
                for line in false_alarms(measured):
                    say(f"!! {line}")
                return
            done[bug.title] = kept.save(bug, measured)
            say(f"[{len(done):3}/{len(bugs)}] {matrix.progress(done[bug.title])}")

        try:
            items = to_do if unplanted else [UNPLANTED, *to_do]
            campaign.Campaign(self.workshops, self.children, work, report).run(items)
        except KeyboardInterrupt:
            say(f"stopped; {len(done)} of {len(bugs)} bugs are measured and kept, the same command goes on from there")
            return 130
        return self.conclude([done[bug.title] for bug in bugs], state["unplanted"], not_run)

    def announce(self, bugs, to_do, kept, unplanted):
        for part in sorted({bug.part for bug in bugs}):
            if not any(part in harness.links for harness in self.harnesses):
                say(f"!! no target of fuzz/targets.json links '{part}': only the ordinary tests look for its bugs")
        if not to_do and unplanted:
            say(f"{len(bugs)} bugs, all taken over from earlier runs")
            return
        seconds = sum(kept.average_seconds(bug.part) for bug in to_do)
        if not unplanted:
            seconds += len(self.harnesses) * self.options.cell_seconds
        minutes = seconds / min(self.options.jobs, max(len(to_do), 1)) / 60
        say(f"{len(bugs)} bugs, {len(bugs) - len(to_do)} taken over from earlier runs, {len(to_do)} to do: "
            f"about {max(minutes, 1):.0f} min on {self.options.jobs} workers, and the first build")

    def conclude(self, measured, unplanted, not_run):
        alarms = false_alarms(unplanted)
        useless = {name for kind in ("fuzzers", "tests") for name in matrix.finders(unplanted, kind)}
        summary = matrix.Summary(measured, self.harnesses, useless, not_run)
        text = summary.as_text()
        say("\n" + text)
        if not self.options.bug:
            name = f"matrix-{self.options.part}" if self.options.part else "matrix"
            results.write(self.build / f"{name}.txt", text)
            results.write(self.build / f"{name}.json", json.dumps(summary.as_json(), indent=1) + "\n")
        complaints = alarms + summary.complaints()
        for complaint in complaints:
            say(f"!! {complaint}")
        say(f"the bank is not satisfied: {len(complaints)} complaints" if complaints else "the bank is satisfied")
        return 1 if complaints else 0

    def sampled(self):
        picks = sample.read(pathlib.Path(__file__).parent / "sample.json", bank.read_bank(self.tree), self.harnesses)
        self.start([pick.bug for pick in picks], {"fuzz": sorted({pick.likely for pick in picks})})
        lost = []

        def work(place, pick):
            return sample.try_pick(place, self.children, self.build / "logs" / "sample" / pick.bug.name, pick)

        def report(pick, measured):
            result = {"part": pick.bug.part, "name": pick.bug.name, **measured}
            say(matrix.progress(result).split("; tests:")[0])
            if not matrix.finders(result, "fuzzers"):
                lost.append(f"{pick.bug.title}: {measured.get('build_error', 'no fuzzer finds it any more')}")

        campaign.Campaign(self.workshops, self.children, work, report).run(picks)
        for line in lost:
            say(f"!! {line}")
        say(f"of {len(picks)} planted bugs the fuzzers find {len(picks) - len(lost)}")
        return 1 if lost else 0


def false_alarms(unplanted):
    """What was found although nothing is planted."""
    lines = [f"{name} finds something where nothing is planted: {unplanted['fuzzers'][name]['message']}; "
             f"the input is {unplanted['fuzzers'][name]['input']}" for name in matrix.finders(unplanted, "fuzzers")]
    return lines + [f"{name} fails where nothing is planted: {unplanted['tests'][name]['test']}"
                    for name in matrix.finders(unplanted, "tests")]


def locked(build):
    """Two runs in the same folder would plant their bugs in each other's trees."""
    build.mkdir(exist_ok=True)
    lock = open(build / "lock", "w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise workshop.WorkshopError(f"another run is at work in {build}; wait for it, or stop it") from None
    return lock


def main(words, tree=TREE):
    options = arguments(words)
    children.limit_files(FILE_BYTES_MAX)
    campaign.end_on_termination()
    try:
        workshop.need_programs()
        with locked(tree / "build-certify"):
            run = Run(options, tree)
            return run.sampled() if options.sample else run.whole()
    except (bank.BankError, workshop.WorkshopError, trials.TrialError) as failure:
        print(f"certify: {failure}", file=sys.stderr)
    except OSError as failure:
        if failure.errno != errno.ENOSPC:
            raise
        print(f"certify: the disk is full ({failure.filename or tree}); free some space and call it again: what was "
              f"measured so far is kept. All that certify has written is in {tree}/build-certify", file=sys.stderr)
    except KeyboardInterrupt:
        print("certify: stopped", file=sys.stderr)
        return 130
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
