"""chatos-dump --check on the traffic of the whole conformance suite: it blames nobody who keeps the rules, whatever
frames a capture lacks; it finds a server that breaks them; what it prints fits its schema, JUnit XML included.

Usage: check_test.py DUMP CONFORMANCE SERVER SCHEMA SCENARIOS
"""
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema

DUMP, CONFORMANCE, SERVER, SCHEMA, SCENARIOS = sys.argv[1:]
OPTIONS = {"capacity": ["--capacity", "{value}"], "answer_timeout_ms": ["--answer-timeout-ms", "{value}"],
           "pc_timeout_ms": ["--pc-timeout-ms", "{value}"], "login_timeout_ms": ["--login-timeout-ms", "{value}"]}
# Waits for timeouts, and shows the judge nothing that others do not show.
SLOW = {"server.flow.many-timeouts", "server.flow.latest-limit", "server.flow.slow-decision"}
TUNNELS = "server.tun."  # bytes of a tunnel are no packets; connections that begin with a PC are not judged
# Of each fault, scenarios whose traffic shows it, and whether that needs the word that the capture is complete.
FAULTS = {
    "spm-names-recipient": False, "second-cr-gets-ok": False, "sma-reaches-strangers": False, "pc-to-oneself-offered": False,
    "code-3-relayed": False, "rpm-to-nobody-gets-ok": True, "message-cut-at-nul": False, "pseudo-kept-after-close": True,
}


def run(*arguments):
    return subprocess.run([str(entry) for entry in arguments], capture_output=True, text=True, check=False)


def record(folder, command, *scenarios):
    """The captures of these built-in scenarios, run against a server."""
    folder.mkdir(parents=True, exist_ok=True)
    profile = folder / "profile.json"
    profile.write_text(json.dumps({"schema": 1, "name": "x", "role": "server", "command": command, "options": OPTIONS}),
                       encoding="utf-8")
    done = run(CONFORMANCE, "run", *scenarios, "--profile", profile, "--pcap", folder, "--pcap-all", "--jobs", "8",
               "--time-factor", "0.5")
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return sorted(folder.glob("*.pcap"))


def check(*arguments):
    done = run(DUMP, "--check", "--json", *arguments)
    assert done.returncode in (0, 1), done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    violations = [line for line in lines if line["type"] == "violation"]
    assert done.returncode == (1 if violations else 0), (done.returncode, violations)
    return lines, violations


def frames_of(data):
    at = 24
    while at < len(data):
        size = 16 + struct.unpack_from("<I", data, at + 8)[0]
        yield data[at:at + size]
        at += size


def ports_of(frame):
    return struct.unpack_from(">HH", frame, 16 + 20)


def some_lost(frames, source):
    """A capture's frames without some: one, a few, a run, one direction, a whole connection."""
    kind = source.randrange(6)
    lost = set()
    if kind == 0:
        lost = {source.randrange(len(frames))}
    elif kind in (1, 2):
        lost = {index for index in range(len(frames)) if source.random() < (0.1 if kind == 1 else 0.5)}
    elif kind == 3:
        first = source.randrange(len(frames))
        lost = set(range(first, first + source.randrange(1, 12)))
    else:
        ports = source.choice(sorted({ports_of(frame) for frame in frames}))
        both = {ports, ports[::-1]} if kind == 4 else {ports}
        share = source.choice([0.4, 1.0])
        lost = {index for index, frame in enumerate(frames) if ports_of(frame) in both and source.random() < share}
    return [frame for index, frame in enumerate(frames) if index not in lost]


class Check(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.kept.name)
        cls.scenarios = {path.stem: json.loads(path.read_text(encoding="utf-8"))
                         for path in pathlib.Path(SCENARIOS).glob("server.*.json")}
        selected = sorted(name for name in set(cls.scenarios) - SLOW if not name.startswith(TUNNELS))
        cls.captures = record(cls.folder / "good", [SERVER, "--listen", "127.0.0.1:{port}"], *selected)
        assert len(cls.captures) == len(selected), len(cls.captures)

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    def test_the_reference_server_is_blamed_for_nothing(self):
        for also in ((), ("--all-clients",)):
            _, violations = check("--role", "server", *also, *self.captures)
            self.assertEqual(violations, [])

    def test_an_anonymous_capture_has_the_same_verdicts(self):
        for path in self.captures[::20]:
            out = self.folder / "anonymous.pcapng"
            done = run(DUMP, "--anonymize", out, path)
            self.assertEqual(done.returncode, 0, done.stderr)
            verdicts = []
            for capture in (path, out):
                lines, violations = check(capture)
                verdicts.append([{key: line.get(key) for key in ("rule", "verdict", "kept", "violations")}
                                 for line in lines if line["type"] == "verdict"] +
                                [{key: line.get(key) for key in ("rule", "stream", "dir", "frame", "offset")} for line in violations])
            self.assertEqual(verdicts[0], verdicts[1], path)
            texts = {line[key] for line in map(json.loads, run(DUMP, "--json", path).stdout.splitlines())
                     for key in ("pseudo", "message") if key in line}
            content = out.read_bytes()
            for text in (text.encode() for text in texts):
                for at in range(len(text) - 3):
                    self.assertNotIn(text[at:at + 4], content, path)

    def test_verdicts_stand_before_the_summary_and_fit_the_schema(self):
        with open(SCHEMA, encoding="utf-8") as file:
            validator = jsonschema.Draft202012Validator(json.load(file))
        lines, violations = check(*self.captures)
        self.assertTrue(all(entry["by"] == "client" for entry in violations))
        self.assertTrue(violations, "the scenarios have clients that break rules")
        kinds = [line["type"] for line in lines]
        self.assertEqual(kinds[-1], "summary")
        verdicts = [line for line in lines if line["type"] == "verdict"]
        self.assertEqual(kinds[-1 - len(verdicts):-1], ["verdict"] * len(verdicts))
        self.assertEqual({line["verdict"] for line in verdicts}, {"pass", "fail", "unknowable"})
        for line in violations[:50] + verdicts:
            validator.validate(line)
            for key in line:
                if key not in ("time", "file", "reason"):
                    self.assertFalse(validator.is_valid({name: value for name, value in line.items() if name != key}))
        explained = run(CONFORMANCE, *violations[0]["explain"].split()[1:])
        self.assertIn(violations[0]["rule"], explained.stdout)

    def test_no_lost_frame_makes_anybody_guilty(self):
        source = random.Random(7)
        folder = self.folder / "lost"
        folder.mkdir()
        lossy = []
        known = set()
        for line in check(*self.captures)[1]:
            known.add((pathlib.Path(line["file"]).stem, line["rule"], line["src"]))
        for path in self.captures:
            data = path.read_bytes()
            frames = list(frames_of(data))
            if len(frames) > 400:
                continue
            for number in range(3):
                lossy.append(folder / f"{path.stem}_{number}.pcap")
                lossy[-1].write_bytes(data[:24] + b"".join(some_lost(frames, source)))
        violations = check(*lossy)[1]
        new = [entry for entry in violations
               if (pathlib.Path(entry["file"]).stem.rsplit("_", 1)[0], entry["rule"], entry["src"]) not in known]
        self.assertEqual(new, [], "seed 7")

    def test_faults_of_a_server_are_found_in_its_traffic(self):
        rules = {entry["name"]: entry["rule"] for entry in
                 json.loads(run(CONFORMANCE, "model", "--list-faults", "--json").stdout)["faults"]}
        for fault, needs_all in FAULTS.items():
            own = [name for name, entry in self.scenarios.items() if fault in entry.get("kills", [])]
            captures = record(self.folder / fault, [CONFORMANCE, "model", "--port", "{port}", "--fault", fault], *own)
            blamed = {entry["rule"] for entry in check("--role", "server", "--all-clients", *captures)[1]}
            self.assertIn(rules[fault], blamed, fault)
            blamed = {entry["rule"] for entry in check("--role", "server", *captures)[1]}
            self.assertEqual(rules[fault] in blamed, not needs_all, f"{fault}: {blamed}")

    def test_junit(self):
        report = self.folder / "report.xml"
        bad = record(self.folder / "junit", [CONFORMANCE, "model", "--port", "{port}", "--fault", "sma-echoed"],
                     "server.all.no-echo")
        done = run(DUMP, "--check", "--junit", report, *bad)
        self.assertEqual(done.returncode, 1)
        root = ElementTree.parse(report).getroot()
        cases = {case.get("name"): case for case in root.iter("testcase")}
        failed = {name for name, case in cases.items() if case.find("failure") is not None}
        self.assertEqual(failed, {"ALL-2"})
        self.assertIn("chatos-conformance explain ALL-2", cases["ALL-2"].find("failure").text)
        self.assertEqual(root.get("failures"), "1")
        self.assertEqual(int(root.get("tests")), len(cases))
        self.assertTrue(cases["PC-3"].find("skipped").get("message"))
        self.assertIsNone(cases["CONN-1"].find("skipped"))
        self.assertIn("VIOLATION  ALL-2 (MUST) by the server: stream ", done.stdout)

    def test_bad_usage_names_what_is_wrong(self):
        good = str(self.captures[0])
        for arguments, word in ((["--junit", "x.xml"], "--check"), (["--check", "--raw"], "--raw"),
                                (["--check", "--role", "judge"], "--role"), (["--check", "-v"], "-v"),
                                (["--check", "--json", "--junit", "-"], "--junit"),
                                (["--check", "--answer-timeout-ms", "0"], "--answer-timeout-ms"),
                                (["--check", "--junit", "/dev/null/x"], "--junit")):
            done = run(DUMP, *arguments, good)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn(word, done.stderr)
        self.assertFalse(os.path.exists("x.xml"))

    def test_of_an_empty_capture_nothing_can_be_told(self):
        path = self.folder / "empty.pcap"
        path.write_bytes(self.captures[0].read_bytes()[:24])
        lines, violations = check(path)
        verdicts = [line["verdict"] for line in lines if line["type"] == "verdict"]
        self.assertEqual((violations, set(verdicts)), ([], {"unknowable"}))
        self.assertGreater(len(verdicts), 60)

    def test_a_cut_capture_is_judged_as_far_as_it_goes(self):
        path = self.folder / "cut.pcap"
        path.write_bytes(self.captures[0].read_bytes()[:-5])
        done = run(DUMP, "--check", path)
        self.assertEqual(done.returncode, 3)
        self.assertIn("pass        CONN-1", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
