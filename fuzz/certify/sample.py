"""A few bugs that a fuzzer finds at once: shows within seconds that finding still works. sample.json names them, each
with the harness that found it soonest."""

import dataclasses
import json
import time

import mutants
import trials
import workspaces

LIKELY_SECONDS = 10
OTHER_SECONDS = 3


@dataclasses.dataclass(frozen=True)
class Pick:
    mutant: mutants.Mutant
    harnesses: tuple  # in the order in which they try

    @property
    def likely(self):
        return self.harnesses[0].name


def read(path, mutant_list, harnesses):
    """Only harnesses that some pick names take part, so that no other has to be built."""
    entries = json.loads(path.read_text())["picks"]
    known = {f"{mutant.part}/{mutant.name}": mutant for mutant in mutant_list}
    names = {entry["harness"] for entry in entries}
    picks = []
    for entry in entries:
        mutant = known.get(entry["bug"])
        if mutant is None or mutant.equivalent:
            raise mutants.MutantError(f"{path.name}: there is no bug '{entry['bug']}' to find; name another in its place")
        able = [harness for harness in harnesses if harness.name in names and mutant.part in harness.links]
        if entry["harness"] not in [harness.name for harness in able]:
            raise mutants.MutantError(f"{path.name}: fuzz/targets.json has no {entry['harness']} that links {mutant.part}")
        picks.append(Pick(mutant, tuple(sorted(able, key=lambda harness: harness.name != entry["harness"]))))
    return picks


def try_pick(workspace, children, folder, pick):
    """Plants the bug and lets one harness after the other look for it. Each is built when its turn comes."""
    start = time.monotonic()
    bench = trials.Bench(workspace, children, folder)
    cells = {}
    workspace.apply_mutant(pick.mutant)
    try:
        for harness in pick.harnesses:
            workspace.build("fuzz", [harness.name])
            cells[harness.name] = bench.fuzz(harness, LIKELY_SECONDS if harness.name == pick.likely else OTHER_SECONDS)
            if cells[harness.name]["found"]:
                break
    except workspaces.DoesNotBuild as failure:
        return {"build_error": str(failure)}
    finally:
        workspace.restore(pick.mutant)
    return {"fuzzers": cells, "took_seconds": round(time.monotonic() - start, 1)}
