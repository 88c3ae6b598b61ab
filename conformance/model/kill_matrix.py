"""Runs the suite against the model with each fault, with each legal variant, and as it is.

usage: kill_matrix.py --program chatos-conformance --scenarios FOLDER [--role server|client]
                      [--kinds faults,degenerate,variants] [--only NAME]... [--own] [--part I/N] [--jobs N] [--json FILE]

A fault must be caught by a scenario that blames the rule that the fault breaks, and by those whose "kills" name it. The
models as they are and their legal variants must raise no alarm. Those that do next to nothing must pass no scenario that
wants a refusal. Exit: 0 all as it should be, 1 something is not, 2 wrong usage.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROLES = ("server", "client")
KINDS = ("faults", "degenerate", "variants")
TITLES = {
    "faults": "faults: the rule that is broken, who catches it and blames that rule, who else fails and what they blame",
    "degenerate": "those that do next to nothing",
    "variants": "legal variants: no alarm wanted",
}
OPTIONS = {name: ["--" + name.replace("_", "-"), "{value}"]
           for name in ("capacity", "answer_timeout_ms", "pc_timeout_ms", "login_timeout_ms", "tunnel_timeout_ms")}
# How the model client is talked with.
DIALOGUE = {
    "stdin": {"say": "{text}\n", "msg": "/msg {pseudo} {text}\n", "private": "/private {pseudo}\n",
              "accept": "/accept {pseudo}\n", "refuse": "/refuse {pseudo}\n", "quit": "/quit\n"},
    "screen": {"ready": "^\\* ready: ", "message": "^{pseudo}: {text}$",
               "offer": "^\\* {pseudo} wants a private connection", "broken": "^\\* the connection is broken: "},
    "exit": {"quit": 0, "taken": 4, "full": 5},
}
# Waiting in vain is most of what a run against a fault does, so it waits shorter than against a stranger's server. What
# goes wrong then is tried again with all the time there is, so that no verdict depends on how busy the machine is.
IMPATIENT, PATIENT = 0.2, 2.0


class Suite:
    """The program under test, and its scenarios."""

    def __init__(self, program, scenarios, folder):
        self.program = str(pathlib.Path(program).resolve())
        self.folder = pathlib.Path(folder)
        read = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(pathlib.Path(scenarios).glob("*.json")))
        self.scenarios = {one["id"]: one for one in read}

    def listed(self, what, role):
        command = [self.program, "model", "--role", role, f"--list-{what}", "--json"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)[what]

    def killers_of(self, fault):
        return [name for name, one in self.scenarios.items() if fault in one.get("kills", [])]

    def profile_of(self, role, name, arguments):
        made = {"schema": 1, "name": name, "role": role}
        if role == "server":
            return {**made, "options": OPTIONS, "extensions": ["tunnel"],
                    "command": [self.program, "model", "--port", "{port}", *arguments]}
        command = [self.program, "model", "--role", "client", "--connect", "{host}:{port}", "--pseudo", "{pseudo}"]
        return {**made, **DIALOGUE, "command": [*command, *arguments]}

    def run(self, role, name, arguments, chosen, factor):
        """What a report says of each scenario that was judged, by its id."""
        profile = self.folder / f"{name}.profile.json"
        report = self.folder / f"{name}.report.json"
        profile.write_text(json.dumps(self.profile_of(role, name, arguments)), encoding="utf-8")
        command = [self.program, "run", *chosen, "--profile", str(profile), "--json", str(report), "--strict",
                   "--time-factor", str(factor)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1, 3) or not report.exists():
            raise RuntimeError(f"{name}: the suite ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        return {one["id"]: one for one in json.loads(report.read_text(encoding="utf-8"))["scenarios"]}


class Row:
    """What one fault or variant showed; `problem` is empty when all is as it should be."""

    def __init__(self, entry):
        self.role, self.name, self.rule, self.what = (entry[key] for key in ("role", "name", "rule", "what"))
        self.caught_by, self.others, self.blamed, self.problem, self.seconds = [], [], [], "", 0.0

    def text(self, width):
        rest = self.problem or (listed_shortly(self.caught_by) if self.caught_by else "no alarm")
        also = [rule for rule in self.blamed if rule != self.rule]
        if self.others and self.rule and not self.problem:
            rest += f"; {len(self.others)} more blame {' '.join(also)}"
        return f"  {self.role}  {self.name:<{width}}  {self.rule:<7}  {rest}"


def listed_shortly(names):
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def told(names, seen):
    return ", ".join(f"{name} ({' '.join([seen[name]['verdict'], *seen[name]['failed_rules']])})" for name in names)


def judge_fault(suite, entry, own, factor):
    row = Row(entry)
    killers = suite.killers_of(row.name)
    if not killers and own:
        row.problem = "no scenario says that it kills it"
        return row
    seen = suite.run(row.role, row.name, ["--fault", row.name], killers if own else [], factor)
    failed = {name: one for name, one in seen.items() if one["verdict"] in ("fail", "warn")}
    row.caught_by = [name for name, one in failed.items() if row.rule in one["failed_rules"]]
    row.others = [name for name in failed if name not in row.caught_by]
    row.blamed = sorted({rule for one in failed.values() for rule in one["failed_rules"]})
    missed = [name for name in killers if name not in row.caught_by]
    if not failed:
        row.problem = "survives"
    elif not row.caught_by:
        row.problem = f"nobody blames {row.rule}, but {' '.join(row.blamed)}: {listed_shortly(row.others)}"
    elif missed:
        row.problem = "is not caught by " + told(missed, seen)
    elif not killers:
        row.problem = "no scenario says that it kills it"
    return row


def judge_degenerate(suite, entry, _own, factor):
    """Nobody passes a scenario that has a control, nor more than a quarter of all."""
    row = Row(entry)
    seen = suite.run(row.role, row.name, ["--fault", row.name], [], factor)
    passed = [name for name, one in seen.items() if one["verdict"] in ("pass", "known-failure", "stale")]
    row.caught_by = [name for name in seen if name not in passed]
    negative = [name for name in passed if suite.scenarios[name].get("control")]
    if negative:
        row.problem = "passes " + ", ".join(negative)
    elif len(passed) * 4 > len(seen):
        row.problem = f"passes {len(passed)} of {len(seen)} scenarios"
    return row


def judge_variant(suite, entry, _own, _factor):
    row = Row(entry)
    seen = suite.run(row.role, f"variant-{row.role}-{row.name}", ["--variant", row.name] if row.rule else [], [], PATIENT)
    row.others = [name for name, one in seen.items() if one["verdict"] != "pass"]
    row.blamed = sorted({rule for one in seen.values() for rule in one["failed_rules"]})
    if row.others:
        row.problem = "is legal, but fails " + told(row.others, seen)
    return row


JUDGES = {"faults": judge_fault, "degenerate": judge_degenerate, "variants": judge_variant}


def judge(kind, suite, entry, own):
    start = time.monotonic()
    row = JUDGES[kind](suite, entry, own, IMPATIENT)
    if row.problem and kind != "variants":
        row = JUDGES[kind](suite, entry, own, PATIENT)
    row.seconds = round(time.monotonic() - start, 2)
    return row


def chosen_entries(suite, arguments):
    """What is to be judged, by kind."""
    roles = [role for role in ROLES if arguments.role in (None, role)]
    faults = [one for role in roles for one in suite.listed("faults", role)]
    variants = [one for role in roles for one in (
        {"role": role, "name": "none", "rule": "", "what": "the model as it is"}, *suite.listed("variants", role))]
    entries = {"faults": [one for one in faults if one["rule"]], "degenerate": [one for one in faults if not one["rule"]],
               "variants": variants}
    known = {one["name"] for found in entries.values() for one in found}
    unknown = sorted(set(arguments.only or []) - known)
    if unknown:
        sys.exit(complaint(f"--only {unknown[0]}: there is no such fault or variant"))
    entries = {kind: found for kind, found in entries.items() if kind in arguments.kinds.split(",")}
    if arguments.only:
        entries = {kind: [one for one in found if one["name"] in arguments.only] for kind, found in entries.items()}
    if arguments.part:
        index, count = (int(number) for number in arguments.part.split("/"))
        entries = {kind: found[index - 1::count] for kind, found in entries.items()}
    return entries


def complaint(what):
    print("kill_matrix.py: " + what, file=sys.stderr)
    return 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="chatos-conformance")
    parser.add_argument("--scenarios", required=True, help="the folder of the built-in scenarios")
    parser.add_argument("--role", choices=ROLES, help="only models of this role")
    parser.add_argument("--kinds", default=",".join(KINDS), help="faults, degenerate, variants; default all")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this fault or variant (repeatable)")
    parser.add_argument("--own", action="store_true", help="each fault against the scenarios alone that kill it")
    parser.add_argument("--part", metavar="I/N", help="only every Nth, beginning with the Ith")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", metavar="FILE", help="write all rows as JSON")
    arguments = parser.parse_args()
    if set(arguments.kinds.split(",")) - set(KINDS):
        return complaint(f"--kinds {arguments.kinds}: expected some of {', '.join(KINDS)}")

    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(arguments.program, arguments.scenarios, folder)
        entries = chosen_entries(suite, arguments)
        with concurrent.futures.ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
            jobs = {kind: [pool.submit(judge, kind, suite, one, arguments.own) for one in found]
                    for kind, found in entries.items()}
            rows = {kind: [job.result() for job in found] for kind, found in jobs.items() if found}
    if not rows:
        return complaint("nothing is left to run")

    for kind, found in rows.items():
        width = max(len(row.name) for row in found)
        print("\n".join([TITLES[kind], *(row.text(width) for row in found)]) + "\n")
    if arguments.json:
        as_data = {kind: [vars(row) for row in found] for kind, found in rows.items()}
        pathlib.Path(arguments.json).write_text(json.dumps(as_data, indent=1) + "\n", encoding="utf-8")
    bad = [row for found in rows.values() for row in found if row.problem]
    for row in bad:
        print(f"not as it should be: {row.name} {row.problem}")
    counts = ", ".join(f"{len(found)} {kind}" for kind, found in rows.items())
    print(f"{counts}: {len(bad)} not as they should be ({time.monotonic() - start:.0f} s)")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
