"""Runs the suite against the model with each fault, with each legal variant, and as it is.

usage: kill_matrix.py --program chatos-conformance --scenarios FOLDER [--role server|client]
                      [--kinds faults,degenerate,variants] [--only NAME]... [--own] [--part I/N] [--jobs N] [--json FILE]

A fault must be caught by a scenario that reports the rule that the fault violates, and by those whose "kills" name it. The
models without faults and their legal variants must raise no alarm. Degenerate models must pass no scenario that expects a
refusal. Exit status: 0 success, 1 a fault or variant is not judged as it must be, 2 wrong usage.
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
    "faults": "faults: the violated rule, scenarios that catch it and report that rule, other failed scenarios and the rules they report",
    "degenerate": "degenerate models",
    "variants": "legal variants: no alarm expected",
}
OPTIONS = {name: ["--" + name.replace("_", "-"), "{value}"]
           for name in ("capacity", "answer_timeout_ms", "pc_timeout_ms", "login_timeout_ms", "tunnel_timeout_ms")}
# How to control the model client.
DIALOGUE = {
    "stdin": {"say": "{text}\n", "msg": "/msg {pseudo} {text}\n", "private": "/private {pseudo}\n",
              "private_text": "/p {pseudo} {text}\n",
              "accept": "/accept {pseudo}\n", "refuse": "/refuse {pseudo}\n", "quit": "/quit\n"},
    "screen": {"ready": "^\\* ready: ", "message": "^{pseudo}: {text}$",
               "offer": "^\\* {pseudo} wants a private connection",
               "private_text": "^\\({pseudo}\\) {text}$", "broken": "^\\* the connection is broken: "},
    "exit": {"quit": 0, "taken": 4, "full": 5},
}
# A run against a fault mostly waits in vain, so it waits less than against other servers. Unexpected results are tried
# again with more time, so that no verdict depends on the load of the machine.
SHORT_FACTOR, LONG_FACTOR = 0.2, 2.0
RETRIES_MAX = 8


class Suite:
    """The program under test, and its scenarios."""

    def __init__(self, program, scenarios, folder):
        self.program = str(pathlib.Path(program).resolve())
        self.folder = pathlib.Path(folder)
        documents = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(pathlib.Path(scenarios).glob("*.json")))
        self.scenarios = {scenario["id"]: scenario for scenario in documents}

    def list(self, kind, role):
        command = [self.program, "model", "--role", role, f"--list-{kind}", "--json"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)[kind]

    def killers_of(self, fault):
        return [name for name, scenario in self.scenarios.items() if fault in scenario.get("kills", [])]

    def profile_of(self, role, name, arguments):
        profile = {"schema": 1, "name": name, "role": role}
        if role == "server":
            return {**profile, "options": OPTIONS, "extensions": ["tunnel"],
                    "command": [self.program, "model", "--port", "{port}", *arguments]}
        command = [self.program, "model", "--role", "client", "--connect", "{host}:{port}", "--pseudo", "{pseudo}"]
        # One that refuses every offer carries no private connection.
        extensions = [] if "refuses-every-offer" in arguments else ["tunnel"]
        return {**profile, **DIALOGUE, "extensions": extensions, "command": [*command, *arguments]}

    def run(self, role, name, arguments, scenarios, factor, flags=()):
        """The report's entry for each judged scenario, by id."""
        profile = self.folder / f"{name}.profile.json"
        report = self.folder / f"{name}.report.json"
        profile.write_text(json.dumps(self.profile_of(role, name, arguments)), encoding="utf-8")
        command = [self.program, "run", *scenarios, "--profile", str(profile), "--json", str(report), "--strict",
                   "--time-factor", str(factor), *flags]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1, 3) or not report.exists():
            raise RuntimeError(f"{name}: the suite ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        return {entry["id"]: entry for entry in json.loads(report.read_text(encoding="utf-8"))["scenarios"]}


class Row:
    """The result of one fault or variant; `problem` is empty if it is as expected."""

    def __init__(self, entry):
        self.role = self.name = self.rule = ""
        for key in ("role", "name", "rule", "what"):
            setattr(self, key, entry[key])
        self.caught_by, self.others, self.blamed, self.problem, self.seconds = [], [], [], "", 0.0

    def text(self, width):
        result = self.problem or (listed_shortly(self.caught_by) if self.caught_by else "no alarm")
        also = [rule for rule in self.blamed if rule != self.rule]
        if self.others and self.rule and not self.problem:
            result += f"; {len(self.others)} more report {' '.join(also)}"
        return f"  {self.role}  {self.name:<{width}}  {self.rule:<7}  {result}"


def listed_shortly(names):
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def results_text(names, results):
    return ", ".join(f"{name} ({' '.join([results[name]['verdict'], *results[name]['failed_rules']])})" for name in names)


def judge_fault(suite, entry, own, factor):
    row = Row(entry)
    killers = suite.killers_of(row.name)
    if not killers and own:
        row.problem = "no scenario kills it"
        return row
    results = suite.run(row.role, row.name, ["--fault", row.name], killers if own else [], factor)
    failed = {name: result for name, result in results.items() if result["verdict"] in ("fail", "warn")}
    row.caught_by = [name for name, result in failed.items() if row.rule in result["failed_rules"]]
    row.others = [name for name in failed if name not in row.caught_by]
    row.blamed = sorted({rule for result in failed.values() for rule in result["failed_rules"]})
    missed = [name for name in killers if name not in row.caught_by]
    if not failed:
        row.problem = "survives"
    elif not row.caught_by:
        row.problem = f"no scenario reports {row.rule}, but {' '.join(row.blamed)}: {listed_shortly(row.others)}"
    elif missed:
        row.problem = "is not caught by " + results_text(missed, results)
    elif not killers:
        row.problem = "no scenario kills it"
    return row


def judge_degenerate(suite, entry, _own, factor):
    """It passes no scenario that has a control, and at most a quarter of all."""
    row = Row(entry)
    results = suite.run(row.role, row.name, ["--fault", row.name], [], factor)
    passed = [name for name, result in results.items() if result["verdict"] in ("pass", "known-failure", "stale")]
    row.caught_by = [name for name in results if name not in passed]
    negative = [name for name in passed if suite.scenarios[name].get("control")]
    if negative:
        row.problem = "passes " + ", ".join(negative)
    elif len(passed) * 4 > len(results):
        row.problem = f"passes {len(passed)} of {len(results)} scenarios"
    return row


def judge_variant(suite, entry, _own, _factor):
    row = Row(entry)
    results = suite.run(row.role, f"variant-{row.role}-{row.name}", ["--variant", row.name] if row.rule else [], [], LONG_FACTOR)
    # One that refuses every offer is not asked about private connections.
    row.others = [name for name, result in results.items() if result["verdict"] != "pass" and not (
        row.name == "refuses-every-offer" and result["verdict"] == "unsupported" and suite.scenarios[name].get("extension"))]
    row.blamed = sorted({rule for result in results.values() for rule in result["failed_rules"]})
    if row.others:
        row.problem = "is legal, but fails " + results_text(row.others, results)
    return row


JUDGES = {"faults": judge_fault, "degenerate": judge_degenerate, "variants": judge_variant}


def judge(kind, suite, entry, own):
    start = time.monotonic()
    row = JUDGES[kind](suite, entry, own, SHORT_FACTOR)
    # A fault that loses what a read cuts off shows only if the peer reads between two writes. On a starved machine it
    # may find both pieces at once, and then behaves well: a pass proves nothing, one failure that is reported does.
    for _ in range(RETRIES_MAX if kind != "variants" else 0):
        if not row.problem:
            break
        row = JUDGES[kind](suite, entry, own, LONG_FACTOR)
    row.seconds = round(time.monotonic() - start, 2)
    return row


def select_entries(suite, arguments):
    """The faults and variants to judge, by kind."""
    roles = [role for role in ROLES if arguments.role in (None, role)]
    faults = [fault for role in roles for fault in suite.list("faults", role)]
    variants = [variant for role in roles for variant in (
        {"role": role, "name": "none", "rule": "", "what": "the model as it is"}, *suite.list("variants", role))]
    entries = {"faults": [fault for fault in faults if fault["rule"]],
               "degenerate": [fault for fault in faults if not fault["rule"]],
               "variants": variants}
    known = {entry["name"] for kind_entries in entries.values() for entry in kind_entries}
    unknown = sorted(set(arguments.only or []) - known)
    if unknown:
        sys.exit(usage_error(f"--only {unknown[0]}: unknown fault or variant"))
    entries = {kind: group for kind, group in entries.items() if kind in arguments.kinds.split(",")}
    if arguments.only:
        entries = {kind: [entry for entry in group if entry["name"] in arguments.only] for kind, group in entries.items()}
    if arguments.part:
        index, count = (int(number) for number in arguments.part.split("/"))
        entries = {kind: group[index - 1::count] for kind, group in entries.items()}
    return entries


def usage_error(message):
    print("kill_matrix.py: " + message, file=sys.stderr)
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
        return usage_error(f"--kinds {arguments.kinds}: expected some of {', '.join(KINDS)}")

    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(arguments.program, arguments.scenarios, folder)
        entries = select_entries(suite, arguments)
        with concurrent.futures.ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
            jobs = {kind: [pool.submit(judge, kind, suite, entry, arguments.own) for entry in group]
                    for kind, group in entries.items()}
            rows = {kind: [job.result() for job in group] for kind, group in jobs.items() if group}
    if not rows:
        return usage_error("nothing to run")

    for kind, group in rows.items():
        width = max(len(row.name) for row in group)
        print("\n".join([TITLES[kind], *(row.text(width) for row in group)]) + "\n")
    if arguments.json:
        as_data = {kind: [vars(row) for row in group] for kind, group in rows.items()}
        pathlib.Path(arguments.json).write_text(json.dumps(as_data, indent=1) + "\n", encoding="utf-8")
    bad = [row for group in rows.values() for row in group if row.problem]
    for row in bad:
        print(f"not as it should be: {row.name} {row.problem}")
    counts = ", ".join(f"{len(group)} {kind}" for kind, group in rows.items())
    print(f"{counts}: {len(bad)} not as they should be ({time.monotonic() - start:.0f} s)")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
