"""Work on many bugs at a time: a thread per workshop, each taking the next item until none is left."""

import collections
import dataclasses
import signal
import threading
import time

import trials
import workshop
from children import Stopped


class Campaign:
    """`work(place, item)` is called for every item, by one of the workers; what it returns goes to
    `report(item, result)`, one at a time. The first exception of any of them ends all, and is raised by run()."""

    def __init__(self, workshops, children, work, report):
        self._workshops = workshops
        self._children = children
        self._work = work
        self._report = report
        self._lock = threading.Lock()
        self._failure = None

    def run(self, items):
        waiting = collections.deque(items)
        threads = [threading.Thread(target=self._worker, args=(one, waiting)) for one in self._workshops]
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

    def _worker(self, place, waiting):
        try:
            place.prepare()
            while not self._children.stopping:
                try:
                    item = waiting.popleft()
                except IndexError:
                    return
                result = self._work(place, item)
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


def build_the_tree_itself(place, targets, jobs):
    """Nothing is planted; what fails here fails for every bug."""
    for build, names in targets.items():
        if names:
            try:
                place.build(build, names, jobs)
            except workshop.DoesNotBuild as failure:
                raise workshop.WorkshopError(
                    f"the tree itself does not build ({build}), nothing was measured:\n{failure}") from None


def measure(place, children, folder, bug, harnesses, limits):
    """Plants a bug, lets everybody look for it, takes it out again."""
    start = time.monotonic()
    programs = trials.PROGRAMS[bug.part]
    linked = [harness for harness in harnesses if bug.part in harness.links]
    bench = trials.Bench(place, children, folder)
    place.plant(bug)
    try:
        if linked:
            place.build("fuzz", [harness.name for harness in linked])
        place.build("tests", programs)
        result = {"fuzzers": trials.fuzz_all(bench, linked, limits.cell_seconds, limits.first_find_seconds),
                  "tests": trials.test_all(bench, programs)}
    except workshop.DoesNotBuild as failure:
        result = {"build_error": str(failure)}
    finally:
        place.restore(bug)
    return {**result, "took_seconds": round(time.monotonic() - start, 1)}


@dataclasses.dataclass(frozen=True)
class Everything:
    """All that can find a bug."""
    harnesses: list
    programs: list

    @property
    def targets(self):
        return {"fuzz": [harness.name for harness in self.harnesses], "tests": self.programs}


def measure_unplanted(place, children, folder, everything, limits):
    """The same without a bug: whatever is found now is real, or a false alarm."""
    bench = trials.Bench(place, children, folder)
    build_the_tree_itself(place, everything.targets, jobs=1)
    cell, slow = limits.cell_seconds, trials.SLOW_PROGRAM_SECONDS_MAX
    return {"fuzzers": {one.name: bench.fuzz(one, cell, symbolize=True) for one in everything.harnesses},
            "tests": {name: bench.test(name, seconds_max=slow) for name in everything.programs}}
