"""Measures what `chatos-dump --check` finds: plays the suite against the model with each fault and judges the captures.

usage: judge_matrix.py --program chatos-conformance --dump chatos-dump --scenarios FOLDER [--role server|client]
                       [--kinds faults,variants] [--only NAME]... [--own] [--all-clients] [--part I/N] [--jobs N]
                       [--captures FOLDER] [--json FILE]

All captures of a fault count together: it is reported if a capture has a violation of the rule that the fault violates,
and misreported if there are only violations of other rules. judge_misses.txt lists the faults that the judge cannot report
without --all-clients, with the reason. The model as it is and its legal variants must show no violation. Exit status: 0 as listed, 1 a fault that
is not listed goes unreported, one that is listed is reported with --own (unless the reason begins with "sometimes"), or a
violation is reported without a fault, 2 wrong usage.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import kill_matrix

MISSES = pathlib.Path(__file__).with_name("judge_misses.txt")
KINDS = ("faults", "variants")
FACTOR = 0.2


class Row:
    """What the judge says of one fault or variant: the number of violations by rule, and of captures that show the rule."""

    def __init__(self, entry):
        self.role, self.name, self.rule = entry["role"], entry["name"], entry["rule"]
        self.rules, self.captures, self.shown_by = collections.Counter(), 0, []

    def result(self):
        if self.rule in self.rules:
            return "reported"
        return "misreported" if self.rules else "unreported"

    def text(self, width):
        rules = " ".join(f"{rule}*{count}" for rule, count in sorted(self.rules.items()))
        shown = f" ({self.shown_by[0]})" if self.shown_by else ""
        return f"  {self.role}  {self.name:<{width}}  {self.rule:<7}  {self.result():<11}  {rules}{shown}"


class Judge:
    """chatos-dump, and where it finds and keeps captures."""

    def __init__(self, suite, dump, folder, all_clients):
        self.suite = suite
        self.program = str(pathlib.Path(dump).resolve())
        self.folder = pathlib.Path(folder)
        self.flags = ["--all-clients"] if all_clients else []

    def judge(self, kind, entry, own):
        row = Row(entry)
        name = f"{kind}-{row.role}-{row.name}"
        captures = self.folder / name
        flag = ["--" + kind.removesuffix("s"), row.name] if row.rule else []
        scenarios = self.suite.killers_of(row.name) if own and kind == "faults" else []
        self.suite.run(row.role, name, flag, scenarios, FACTOR, ["--pcap", str(captures), "--pcap-all"])
        files = sorted(captures.glob("*.pcap"))
        row.captures = len(files)
        if not files:
            return row
        command = [self.program, "--check", "--json", "--role", row.role, *self.flags, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{name}: chatos-dump ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        for line in done.stdout.splitlines():
            record = json.loads(line)
            if record["type"] == "violation":
                row.rules[record["rule"]] += 1
                if record["rule"] == row.rule or not row.rule or kind == "variants":
                    row.shown_by.append(pathlib.Path(record.get("file", files[0].name)).stem)
        return row


def read_misses():
    """The reason for each fault that the judge cannot report, by role and name."""
    result = {}
    for line in MISSES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            role, name, reason = line.split(None, 2)
            result[role, name] = reason
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="chatos-conformance")
    parser.add_argument("--dump", required=True, help="chatos-dump")
    parser.add_argument("--scenarios", required=True, help="the folder of the built-in scenarios")
    parser.add_argument("--role", choices=kill_matrix.ROLES, help="only models of this role")
    parser.add_argument("--kinds", default=",".join(KINDS), help="faults, variants; default both")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this fault or variant (repeatable)")
    parser.add_argument("--own", action="store_true", help="each fault against the scenarios alone that kill it")
    parser.add_argument("--all-clients", action="store_true", help="judge with --all-clients")
    parser.add_argument("--part", metavar="I/N", help="only every Nth, beginning with the Ith")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--captures", metavar="FOLDER", help="keep the captures there")
    parser.add_argument("--json", metavar="FILE", help="write all rows as JSON")
    arguments = parser.parse_args()
    if set(arguments.kinds.split(",")) - set(KINDS):
        return kill_matrix.usage_error(f"--kinds {arguments.kinds}: expected some of {', '.join(KINDS)}")

    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        suite = kill_matrix.Suite(arguments.program, arguments.scenarios, folder)
        judge = Judge(suite, arguments.dump, arguments.captures or folder, arguments.all_clients)
        entries = kill_matrix.select_entries(suite, arguments)
        with concurrent.futures.ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
            jobs = {kind: [pool.submit(judge.judge, kind, entry, arguments.own) for entry in group]
                    for kind, group in entries.items()}
            rows = {kind: [job.result() for job in group] for kind, group in jobs.items()}
    faults, variants = rows.get("faults", []), rows.get("variants", [])
    if not faults and not variants:
        return kill_matrix.usage_error("nothing to run")
    if arguments.json:
        as_data = {kind: [{**vars(row), "result": row.result()} for row in group] for kind, group in rows.items()}
        pathlib.Path(arguments.json).write_text(json.dumps(as_data, indent=1) + "\n", encoding="utf-8")
    return report(faults, variants, {} if arguments.all_clients else read_misses(), arguments, start)


def report(faults, variants, misses, arguments, start):
    width = max(len(row.name) for row in faults + variants)
    print("\n".join(row.text(width) for row in faults + variants) + "\n")
    bad = []
    for row in faults:
        reason = misses.get((row.role, row.name))
        if row.result() != "reported":
            print(f"{row.result()}: {row.role} {row.name} ({row.rule}): {reason or 'no reason is listed'}")
            bad += [] if reason or arguments.all_clients else [row]
        elif reason and not reason.startswith("sometimes"):
            print(f"reported though listed as a miss: {row.role} {row.name} ({row.rule})")
            bad += [row] if arguments.own else []  # elsewhere scenarios of other faults may show it
    false_alarms = [row for row in variants if row.rules]
    for row in false_alarms:
        print(f"false alarm: {row.text(width).strip()}")
    for role in kill_matrix.ROLES:
        group = [row for row in faults if row.role == role]
        if group:
            counts = collections.Counter(row.result() for row in group)
            print(f"{role}: {counts['reported']} of {len(group)} faults reported, {counts['misreported']} under other rules only")
    print(f"{len(false_alarms)} of {len(variants)} models without a fault raise an alarm ({time.monotonic() - start:.0f} s)")
    return 1 if bad or false_alarms else 0


if __name__ == "__main__":
    sys.exit(main())
