"""`tools/dev flake` against a server that always behaves the same, and against one that does not.

Usage: flake_test.py PROGRAM FAKE_SERVER
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM, FAKE_SERVER = sys.argv[1], sys.argv[2]
FLAKE = str(pathlib.Path(__file__).with_name("flake.py"))


def flake(folder, script, *words):
    profile = pathlib.Path(folder) / "profile.json"
    profile.write_text(json.dumps({"schema": 1, "name": "a test", "command": ["/bin/sh", "-c", script, "{port}"]}))
    return subprocess.run([sys.executable, FLAKE, "--program", PROGRAM, "--profile", str(profile), "--loops", "1",
                           *words], capture_output=True, text=True, check=False)


class Flake(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_a_server_that_is_always_the_same(self):
        done = flake(self.folder.name, f"exec {FAKE_SERVER} polite $0", "--runs", "2", "server.pm.rpm-nobody")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("2 runs of 1 scenarios on one core beside 1 busy loops: 0 flips", done.stdout)

    def test_a_verdict_that_flips_is_told_with_its_run(self):
        mark = pathlib.Path(self.folder.name) / "started-before"
        script = f"if [ -e {mark} ]; then exec {FAKE_SERVER} refuses $0; fi; : >{mark}; exec {FAKE_SERVER} polite $0"
        done = flake(self.folder.name, script, "--runs", "3", "server.pm.rpm-nobody")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("run 2: server.pm.rpm-nobody: was pass, is not-testable", done.stdout)
        self.assertIn("run 3: server.pm.rpm-nobody: was pass", done.stdout)
        self.assertIn("3 runs of 1 scenarios on one core beside 1 busy loops: 2 flips", done.stdout)

    def test_no_further_run_begins_when_the_time_is_over(self):
        done = flake(self.folder.name, f"exec {FAKE_SERVER} polite $0", "--runs", "100000", "--seconds", "1",
                     "server.pm.rpm-nobody")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"^\d{1,4} runs of 1 scenarios")

    def test_runners_at_the_same_time_are_compared_each_with_itself(self):
        taken = pathlib.Path(self.folder.name) / "taken"
        # Only the first runner that starts its server makes the folder, so its verdict alone differs.
        script = f"mkdir {taken} 2>/dev/null && exec {FAKE_SERVER} mute $0; exec {FAKE_SERVER} polite $0"
        profile = str(pathlib.Path(self.folder.name) / "profile.json")
        done = flake(self.folder.name, script, "--runs", "3", "--at-once", "--profile", profile, "--profile", profile,
                     "--jobs", "1", "--time-factor", "0.1", "server.pm.rpm-nobody")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, "run 2: server.pm.rpm-nobody: was fail .*, is pass")
        self.assertIn("3 runs of 3 scenarios on one core beside 1 busy loops: 2 flips", done.stdout)

    def test_wrong_usage(self):
        done = flake(self.folder.name, "true", "--runs", "0")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--runs", done.stderr)
        gone = subprocess.run([sys.executable, FLAKE, "--program", PROGRAM, "--profile", "/nowhere"],
                              capture_output=True, text=True, check=False)
        self.assertEqual((gone.returncode, gone.stderr), (2, "flake.py: /nowhere: there is no such file\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
