#!/usr/bin/python3
"""Mutation testing of the fuzzers and the ordinary tests: applies one mutant after the other to a copy of the tree, and
records which of them find it. Results are kept in build-certify/; an interrupted run continues from there.
"""

import argparse
import errno
import fcntl
import json
import os
import pathlib
import shutil
import sys

import mutants
import campaign
import children
import matrix
import results
import sample
import trials
import workspaces

TREE = pathlib.Path(__file__).resolve().parents[2]
FILE_BYTES_MAX = 1 << 30
BASELINE = None


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="certify.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="exit code: 0 passed: a fuzzer and an ordinary test find each mutant of the codec, one of them"
               "\neach of the core, the event loop and the dump; 1 failed, or something was found without a mutant; 2 nothing was measured")
    parser.add_argument("--part", choices=list(mutants.PARTS), help="only the mutants of this part")
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
    """One call of certify: the tree as it is now, the workspaces, and what has been measured so far."""

    def __init__(self, options, tree=TREE):
        self.options = options
        self.tree = tree
        self.build = tree / "build-certify"
        self.children = children.Children()
        self.harnesses = mutants.read_harnesses(tree)
        self.snapshot = workspaces.Snapshot.take(tree)
        ccache = shutil.which("ccache")
        kind = "sample" if options.sample else "worker"
        self.workspaces = [workspaces.Workspace(self.build / f"{kind}-{number}", self.snapshot, self.children, ccache,
                                            quick=options.sample) for number in range(options.jobs)]

    def start(self, mutant_list, targets):
        """The first workspace is made ready, the patches tried, and the tree itself built, for all through the cache."""
        self.workspaces[0].prepare()
        mutants.check_that_they_apply(mutant_list, self.workspaces[0].source)
        if targets:
            say("building the tree itself")
            campaign.build_the_tree_itself(self.workspaces[0], targets, self.options.jobs)

    def whole(self):
        """Measures what is not known yet, prints the matrix. Returns the exit code."""
        options = self.options
        parts = (options.part,) if options.part else tuple(mutants.PARTS)
        mutant_list = mutants.choose(mutants.read_mutants(self.tree, parts), options.bug)
        fingerprint = self.snapshot.fingerprint(options.cell_seconds, options.first_find_seconds)
        kept = results.Results(self.build / "results", fingerprint)
        flags = mutants.cpu_flags()
        not_run = {mutant.title: f"this CPU lacks {', '.join(sorted(mutant.missing_cpu_flags(flags)))}"
                   for mutant in mutant_list if mutant.missing_cpu_flags(flags)}
        mutant_list = [mutant for mutant in mutant_list if mutant.title not in not_run]
        known = {} if options.fresh else {mutant.title: kept.load(mutant, options.keep_going_stale) for mutant in mutant_list}
        done = {title: result for title, result in known.items() if result}
        baseline = None if options.fresh else kept.load_baseline()
        to_do = [mutant for mutant in mutant_list if mutant.title not in done]
        self.announce(mutant_list, to_do, kept, baseline)
        everything = campaign.Everything(self.harnesses, [name for part in mutants.PARTS for name in trials.PROGRAMS[part]])
        self.start(mutant_list, everything.targets if to_do or not baseline else {})
        state = {"unplanted": baseline}

        def work(workspace, mutant):
            logs = self.build / "logs"
            if mutant is BASELINE:
                return campaign.measure_baseline(workspace, self.children, logs / "unplanted", everything, options)
            return campaign.measure(workspace, self.children, logs / mutant.part / mutant.name, mutant, self.harnesses, options)

        def report(mutant, measured):
            if mutant is BASELINE:
                state["unplanted"] = kept.save_baseline(measured)
                for line in false_alarms(measured):
                    say(f"!! {line}")
                return
            done[mutant.title] = kept.save(mutant, measured)
            say(f"[{len(done):3}/{len(mutant_list)}] {matrix.progress(done[mutant.title])}")

        try:
            items = to_do if baseline else [BASELINE, *to_do]
            campaign.Campaign(self.workspaces, self.children, work, report).run(items)
        except KeyboardInterrupt:
            say(f"stopped; {len(done)} of {len(mutant_list)} bugs are measured and kept, the same command continues from there")
            return 130
        return self.conclude([done[mutant.title] for mutant in mutant_list], state["unplanted"], not_run)

    def announce(self, mutant_list, to_do, kept, baseline):
        for part in sorted({mutant.part for mutant in mutant_list}):
            if not any(part in harness.links for harness in self.harnesses):
                say(f"!! no target of fuzz/targets.json links '{part}': only the ordinary tests look for its bugs")
        if not to_do and baseline:
            say(f"{len(mutant_list)} bugs, all taken over from earlier runs")
            return
        seconds = sum(kept.average_seconds(mutant.part) for mutant in to_do)
        if not baseline:
            seconds += len(self.harnesses) * self.options.cell_seconds
        minutes = seconds / min(self.options.jobs, max(len(to_do), 1)) / 60
        say(f"{len(mutant_list)} bugs, {len(mutant_list) - len(to_do)} taken over from earlier runs, {len(to_do)} to do: "
            f"about {max(minutes, 1):.0f} min on {self.options.jobs} workers, and the first build")

    def conclude(self, measured, baseline, not_run):
        alarms = false_alarms(baseline)
        useless = {name for kind in ("fuzzers", "tests") for name in matrix.finders(baseline, kind)}
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
        say(f"mutation testing failed: {len(complaints)} complaints" if complaints else "mutation testing passed")
        return 1 if complaints else 0

    def sampled(self):
        picks = sample.read(pathlib.Path(__file__).parent / "sample.json", mutants.read_mutants(self.tree), self.harnesses)
        self.start([pick.mutant for pick in picks], {"fuzz": sorted({pick.likely for pick in picks})})
        lost = []

        def work(workspace, pick):
            return sample.try_pick(workspace, self.children, self.build / "logs" / "sample" / pick.mutant.name, pick)

        def report(pick, measured):
            result = {"part": pick.mutant.part, "name": pick.mutant.name, **measured}
            say(matrix.progress(result).split("; tests:")[0])
            if not matrix.finders(result, "fuzzers"):
                lost.append(f"{pick.mutant.title}: {measured.get('build_error', 'no fuzzer finds it any more')}")

        campaign.Campaign(self.workspaces, self.children, work, report).run(picks)
        for line in lost:
            say(f"!! {line}")
        say(f"of {len(picks)} mutants the fuzzers find {len(picks) - len(lost)}")
        return 1 if lost else 0


def false_alarms(baseline):
    """Findings without a mutant."""
    lines = [f"{name} finds something without a mutant: {baseline['fuzzers'][name]['message']}; "
             f"the input is {baseline['fuzzers'][name]['input']}" for name in matrix.finders(baseline, "fuzzers")]
    return lines + [f"{name} fails without a mutant: {baseline['tests'][name]['test']}"
                    for name in matrix.finders(baseline, "tests")]


def locked(build):
    """Two runs in the same folder would apply their mutants to each other's trees."""
    build.mkdir(exist_ok=True)
    lock = open(build / "lock", "w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise workspaces.WorkspaceError(f"another run is at work in {build}; wait for it, or stop it") from None
    return lock


def main(words, tree=TREE):
    options = arguments(words)
    children.limit_files(FILE_BYTES_MAX)
    campaign.end_on_termination()
    try:
        workspaces.need_programs()
        with locked(tree / "build-certify"):
            run = Run(options, tree)
            return run.sampled() if options.sample else run.whole()
    except (mutants.MutantError, workspaces.WorkspaceError, trials.TrialError) as failure:
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
