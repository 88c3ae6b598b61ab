"""What chatos-conformance --json really writes fits its schema: of a run, whatever the verdicts, and of lists.

Usage: report_schema_test.py PROGRAM FAKE_SERVER CONFORMANCE_FOLDER
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

# Enough for every verdict and for choices; what a report looks like does not depend on how many there are.
SCENARIOS = ("server.pm.*", "server.conn.*", "server.err.malformed")


def check_changes(program, fake_server, validator, before):
    """A run against a baseline in which every verdict and every choice was another one."""
    for scenario in before["scenarios"]:
        scenario["verdict"] = "stale"
        scenario["choices"] = {rule: "something else" for rule in scenario["choices"]}
    with tempfile.TemporaryDirectory() as folder:
        baseline, captures = pathlib.Path(folder) / "baseline", pathlib.Path(folder) / "captures"
        baseline.write_text(json.dumps(before), encoding="utf-8")
        run = subprocess.run(
            [program, "run", *SCENARIOS, "--json", "-", "--time-factor", "0.1", "--baseline", str(baseline), "--pcap", str(captures),
             "--segment", "whole,bytes", "--interleave", "2", "--jobs", "2",
             "--server-command", f"{fake_server} polite {{port}}"], capture_output=True, check=False)
        report = json.loads(run.stdout.decode("utf-8"))
        validator.validate(report)
        assert len(report["changes"]["verdicts"]) == len(report["scenarios"])
        assert report["changes"]["choices"], "this server takes choices"
        assert any(len(entry.get("ways", [])) == 4 and entry["orders"]["ran"] == 2 for entry in report["scenarios"])
        assert any("capture" in entry for entry in report["scenarios"])


def check_lists(program, folder):
    """`list --json` and `rules --json` fit their schemas and name each other's entries."""
    documents = {}
    for name in ("list", "rules"):
        schema = json.loads((folder / f"report/{name}.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        run = subprocess.run([program, name, "--json"], capture_output=True, check=True)
        assert run.stderr == b"", run.stderr
        documents[name] = json.loads(run.stdout.decode("utf-8"))
        jsonschema.Draft202012Validator(schema).validate(documents[name])
    tests = {(scenario["id"], rule) for scenario in documents["list"]["scenarios"] for rule in scenario["rules"]}
    tested = {(scenario, rule["id"]) for rule in documents["rules"]["rules"] for scenario in rule["scenarios"]}
    assert tests == tested, tests ^ tested
    cells = [cell for rule in documents["rules"]["rules"] for cell in rule["cells"]]
    assert documents["rules"]["cells"] == {"tested": sum(not cell["untested"] for cell in cells), "all": len(cells)}


def main():
    program, fake_server, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    schema = json.loads((folder / "report/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    before = None
    verdicts = set()
    for mode, code in (("polite", 1), ("dies", 1), ("escapes", 1), ("refuses", 3)):
        run = subprocess.run(
            [program, "run", *SCENARIOS, "--json", "-", "--time-factor", "0.1", "--server-command", f"{fake_server} {mode} {{port}}"],
            capture_output=True, check=False)
        assert run.returncode == code, f"{mode}: exit code {run.returncode}, not {code}"
        report = json.loads(run.stdout.decode("utf-8"))
        validator.validate(report)
        before = before or report
        mode_verdicts = [entry["verdict"] for entry in report["scenarios"]]
        verdicts |= set(mode_verdicts)
        for key, count in report["summary"].items():
            verdict = {"passed": "pass", "failed": "fail", "warned": "warn", "known_failures": "known-failure"}.get(key, key)
            assert mode_verdicts.count(verdict.replace("_", "-")) == count, f"{mode}: {key} is {count}"
        silences = [entry["silences"] for entry in report["scenarios"]]
        windowed = sum(1 for silence in silences if silence["windowed"])
        fenced = sum(1 for silence in silences if silence["fenced"] and not silence["windowed"])
        assert (report["silence"]["by_fence"], report["silence"]["by_window"]) == (fenced, windowed), mode
        for key in report:
            assert not validator.is_valid({name: value for name, value in report.items() if name != key}), key
        assert not validator.is_valid({**report, "surprise": 1})
        assert (report["gone"] is not None) == (code == 3)
    check_changes(program, fake_server, validator, before)
    check_lists(program, folder)
    assert {"pass", "fail", "not-testable", "unsupported"} <= verdicts, verdicts
    print(f"4 reports fit, with {', '.join(sorted(verdicts))}")


if __name__ == "__main__":
    main()
