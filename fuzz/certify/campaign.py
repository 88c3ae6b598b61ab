"""Work on many mutants at a time: a thread per workspace, each taking the next item until none is left."""

import collections
import dataclasses
import signal
import threading
import time

import trials
import workspaces
from children import Stopped


class Campaign:
    """`work(workspace, item)` is called for every item, by one of the workers; what it returns goes to
    `report(item, result)`, one at a time. The first exception of any of them ends all, and is raised by run()."""

    def __init__(self, workspaces, children, work, report):
        self._workspaces = workspaces
        self._children = children
        self._work = work
        self._report = report
        self._lock = threading.Lock()
        self._failure = None

    def run(self, items):
        waiting = collections.deque(items)
        threads = [threading.Thread(target=self._worker, args=(workspace, waiting)) for workspace in self._workspaces]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)  # a join without a limit would not let Ctrl-C through
        except KeyboardInterrupt:
            self._children.stop()
            raise
        finally:
            for thread in threads:
                thread.join()
        if self._failure:
            raise self._failure

    def _worker(self, workspace, waiting):
        try:
            workspace.prepare()
            while not self._children.stopping:
                try:
                    item = waiting.popleft()
                except IndexError:
                    return
                result = self._work(workspace, item)
                with self._lock:
                    self._report(item, result)
        except Stopped:
            pass
        except Exception as failure:  # of whatever kind: it is raised again in the main thread
            with self._lock:
                self._failure = self._failure or failure
            self._children.stop()


def end_on_termination():
    """SIGTERM is what Ctrl-C is."""
    def interrupt(_signal, _frame):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, interrupt)


def build_the_tree_itself(workspace, targets, jobs):
    """Without a mutant: what fails here would fail for every mutant."""
    for build, names in targets.items():
        if names:
            try:
                workspace.build(build, names, jobs)
            except workspaces.DoesNotBuild as failure:
                raise workspaces.WorkspaceError(
                    f"the tree itself does not build ({build}), nothing was measured:\n{failure}") from None


def measure(workspace, children, folder, mutant, harnesses, limits):
    """Applies a mutant, runs everything that may find it, and reverts it."""
    start = time.monotonic()
    programs = trials.PROGRAMS[mutant.part]
    linked = [harness for harness in harnesses if mutant.part in harness.links]
    bench = trials.Bench(workspace, children, folder)
    workspace.apply_mutant(mutant)
    try:
        if linked:
            workspace.build("fuzz", [harness.name for harness in linked])
        workspace.build("tests", programs)
        result = {"fuzzers": trials.fuzz_all(bench, linked, limits.cell_seconds, limits.first_find_seconds),
                  "tests": trials.test_all(bench, programs)}
    except workspaces.DoesNotBuild as failure:
        result = {"build_error": str(failure)}
    finally:
        workspace.restore(mutant)
    return {**result, "took_seconds": round(time.monotonic() - start, 1)}


@dataclasses.dataclass(frozen=True)
class Everything:
    """Everything that can find a mutant."""
    harnesses: list
    programs: list

    @property
    def targets(self):
        return {"fuzz": [harness.name for harness in self.harnesses], "tests": self.programs}


def measure_baseline(workspace, children, folder, everything, limits):
    """The same without a mutant: a finding is then a real bug or a false alarm."""
    bench = trials.Bench(workspace, children, folder)
    build_the_tree_itself(workspace, everything.targets, jobs=1)
    cell, slow = limits.cell_seconds, trials.SLOW_PROGRAM_SECONDS_MAX
    return {"fuzzers": {harness.name: bench.fuzz(harness, cell, symbolize=True) for harness in everything.harnesses},
            "tests": {name: bench.test(name, seconds_max=slow) for name in everything.programs}}
