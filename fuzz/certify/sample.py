"""A few bugs that a fuzzer finds at once: shows within seconds that finding still works. sample.json names them, each
with the harness that found it soonest."""

import dataclasses
import json
import time

import bank
import trials
import workshop

LIKELY_SECONDS = 10
OTHER_SECONDS = 3


@dataclasses.dataclass(frozen=True)
class Pick:
    bug: bank.Bug
    harnesses: tuple  # in the order in which they try

    @property
    def likely(self):
        return self.harnesses[0].name


def read(path, bugs, harnesses):
    """Only harnesses that some pick names take part, so that no other has to be built."""
    entries = json.loads(path.read_text())["picks"]
    known = {f"{bug.part}/{bug.name}": bug for bug in bugs}
    names = {entry["harness"] for entry in entries}
    picks = []
    for entry in entries:
        bug = known.get(entry["bug"])
        if bug is None or bug.equivalent:
            raise bank.BankError(f"{path.name}: there is no bug '{entry['bug']}' to find; name another in its place")
        able = [one for one in harnesses if one.name in names and bug.part in one.links]
        if entry["harness"] not in [one.name for one in able]:
            raise bank.BankError(f"{path.name}: fuzz/targets.json has no {entry['harness']} that links {bug.part}")
        picks.append(Pick(bug, tuple(sorted(able, key=lambda one: one.name != entry["harness"]))))
    return picks


def try_pick(place, children, folder, pick):
    """Plants the bug and lets one harness after the other look for it. Each is built when its turn comes."""
    start = time.monotonic()
    bench = trials.Bench(place, children, folder)
    cells = {}
    place.plant(pick.bug)
    try:
        for harness in pick.harnesses:
            place.build("fuzz", [harness.name])
            cells[harness.name] = bench.fuzz(harness, LIKELY_SECONDS if harness.name == pick.likely else OTHER_SECONDS)
            if cells[harness.name]["found"]:
                break
    except workshop.DoesNotBuild as failure:
        return {"build_error": str(failure)}
    finally:
        place.restore(pick.bug)
    return {"fuzzers": cells, "took_seconds": round(time.monotonic() - start, 1)}
