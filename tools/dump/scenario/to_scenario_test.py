"""capture -> scenario -> run against the reference server -> capture: the same conversation, for the traffic of the
whole conformance suite; and what cannot be played again is refused with its place.

Usage: to_scenario_test.py DUMP CONFORMANCE SERVER SCENARIOS SCENARIO_SCHEMA
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import jsonschema

DUMP, CONFORMANCE, SERVER, SCENARIOS, SCHEMA = sys.argv[1:]
OPTIONS = {"capacity": ["--capacity", "{value}"], "answer_timeout_ms": ["--answer-timeout-ms", "{value}"],
           "pc_timeout_ms": ["--pc-timeout-ms", "{value}"], "login_timeout_ms": ["--login-timeout-ms", "{value}"]}
# Seconds of waiting for timeouts, of the kind that shorter ones show as well.
SLOW = {"server.flow.many-timeouts", "server.flow.latest-limit", "server.flow.slow-decision"}
# What one client sends may overtake what comes to it because of another: both orders are right, and only one is captured.
RACES = {"server.all.sender-is-who-registered", "server.pm.sender-is-who-registered",
         "server.conn.free-after-reset-while-waiting"}
# A client that stops reading looks in a capture as if nothing had come, which the scenario then wants.
UNREAD = '"reading": false'
TUNNELS = "server.tun."  # bytes of a tunnel are no packets; connections that begin with a PC are not judged
# A PC as the first packet may open the end of a tunnel.
REFUSED = {"server.conn.pc-before-cr", "server.conn.requests-for-nobody-before-cr"}


def run(*arguments):
    return subprocess.run([str(entry) for entry in arguments], capture_output=True, text=True, check=False)


def record(folder, *description):
    """Runs scenarios against the reference server; gives the report and the folder of captures."""
    folder.mkdir(parents=True)
    profile = folder / "profile.json"
    profile.write_text(json.dumps({"schema": 1, "name": "x", "role": "server", "options": OPTIONS,
                                   "command": [SERVER, "--listen", "127.0.0.1:{port}"]}), encoding="utf-8")
    done = run(CONFORMANCE, "run", *description, "--profile", profile, "--pcap", folder, "--pcap-all", "--jobs", "8",
               "--strict", "--json", folder / "report.json")
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def conversation(capture):
    """What each client sent and received, in order, and how it ended; the clients in no order."""
    said = {}
    for line in run(DUMP, "--json", capture).stdout.splitlines():
        entry = json.loads(line)
        if entry["type"] == "summary":
            continue
        client = said.setdefault(entry["stream"], {"c2s": [], "s2c": []})
        keys = ("packet", "pseudo", "message", "code", "event", "bytes", "rule")
        client[entry["dir"]].append([entry[key] for key in keys if key in entry])
    return sorted(json.dumps(entry) for entry in said.values())


class ToScenario(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.kept.name)
        cls.needs = {path.stem: json.loads(path.read_text(encoding="utf-8")).get("needs", {})
                     for path in pathlib.Path(SCENARIOS).glob("server.*.json")}
        unread = {path.stem for path in pathlib.Path(SCENARIOS).glob("server.*.json")
                  if UNREAD in path.read_text(encoding="utf-8")}
        cls.selected = sorted(name for name in set(cls.needs) - SLOW - RACES - unread if not name.startswith(TUNNELS))
        record(cls.folder / "first", *cls.selected)

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    def captured(self, name):
        return self.folder / "first" / f"{name}.pcap"

    def test_the_same_conversation_again(self):
        with open(SCHEMA, encoding="utf-8") as file:
            validator = jsonschema.Draft202012Validator(json.load(file))
        written = self.folder / "scenarios"
        written.mkdir()
        names = [name for name in self.selected if name not in REFUSED]
        for name in names:
            needs = [word for option, value in self.needs[name].items() for word in ("--need", f"{option}={value}")]
            done = run(DUMP, "--to-scenario", *needs, self.captured(name))
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            validator.validate(json.loads(done.stdout))
            (written / f"{name}.json").write_text(done.stdout, encoding="utf-8")
        report = record(self.folder / "again", written)
        failed = {entry["id"]: entry["why"] for entry in report["scenarios"] if entry["verdict"] != "pass"}
        self.assertEqual(failed, {})
        self.assertEqual(report["summary"]["passed"], len(names))
        for name in names:
            self.assertEqual(conversation(self.captured(name)),
                             conversation(self.folder / "again" / f"captured.{name}.pcap"), name)

    def test_a_server_that_does_otherwise_fails(self):
        name = "server.pm.relay-refusal"
        scenario = self.folder / "relay.json"
        scenario.write_text(run(DUMP, "--to-scenario", self.captured(name)).stdout, encoding="utf-8")
        command = f"{CONFORMANCE} model --port {{port}} --fault spm-answer-always-ok"
        done = run(CONFORMANCE, "run", scenario, "--server-command", command, "--time-factor", "0.2")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("PM-4", done.stdout)
        self.assertIn("ERROR 5", done.stdout)

    def test_what_cannot_be_played_again_is_refused_with_its_place(self):
        def refused(capture, *more):
            done = run(DUMP, "--to-scenario", *more, capture)
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            return done.stderr

        data = self.captured("server.pm.relay-ok").read_bytes()
        at, frames = 24, []
        while at < len(data):
            size = 16 + struct.unpack_from("<I", data, at + 8)[0]
            frames.append(data[at:at + size])
            at += size
        with_data = [index for index, frame in enumerate(frames) if len(frame) > 16 + 40]
        lossy = self.folder / "lossy.pcap"
        lossy.write_bytes(data[:24] + b"".join(frame for index, frame in enumerate(frames) if index != with_data[4]))
        self.assertRegex(refused(lossy), r"stream \d, (c2s|s2c), offset \d+: bytes are missing \(gap\)")
        lossy.write_bytes(data[:24] + b"".join(frames[4:]))
        self.assertIn("begins in the middle", refused(lossy))
        lossy.write_bytes(data[:24])
        self.assertIn("there is no frame in it", refused(lossy))
        lossy.write_bytes(data[:-3])
        self.assertIn("cannot read", refused(lossy))
        for name in REFUSED:
            self.assertIn("offset 0: this may be the end of a tunnel", refused(self.captured(name)))

    def test_bad_usage(self):
        good = self.captured("server.pm.relay-ok")
        for arguments, word in (([good, good], "one file"), (["--json", good], "--json"), (["--check", good], "--check"),
                                (["--need", "speed=9", good], "--need \"speed=9\""), (["--need", "capacity=0", good], "--need")):
            done = run(DUMP, "--to-scenario", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
