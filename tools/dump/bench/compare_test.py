"""compare.py measures real programs, counts what they find, and refuses to compare readers that disagree.

usage: compare_test.py DUMP
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

DUMP = sys.argv[1]
HERE = pathlib.Path(__file__).resolve().parent


class Comparison(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.lua = self.program("dissector.lua", "")
        self.reader = self.program("reader", "exit 0")

    def program(self, name, text):
        path = os.path.join(self.folder.name, name)
        pathlib.Path(path).write_text(f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)
        return path

    def compare(self, tshark, *options):
        return subprocess.run([sys.executable, HERE / "compare.py", "--dump", DUMP, "--lua", self.lua, "--frames", "1000",
                               "--rounds", "1", "--tshark", tshark, "--tcpdump", self.reader, *options],
                              capture_output=True, text=True, check=False)

    def test_prints_the_ratio_when_both_found_the_same(self):
        # 64 connections: 64 logins with their answers, and what follows, is known from the dump itself.
        first = self.compare(self.program("none", "exit 0"))
        self.assertEqual(first.returncode, 1)
        self.assertIn("nothing to compare", first.stderr)
        messages = int(first.stdout.split(" messages found by chatos-dump")[0].split()[-1].replace(",", ""))
        self.assertGreater(messages, 100)
        two = "printf '1\\t3,6\\tbob\\n'"
        both = self.compare(self.program("same", f"for i in $(seq {messages // 2}); do {two}; done; printf '9\\t\\t\\n'\n"
                                                 + ("printf '9\\t1\\tx\\n'" if messages % 2 else "")))
        self.assertEqual((both.returncode, both.stderr), (0, ""))
        self.assertIn("times as long (wanted >= 80", both.stdout)
        self.assertRegex(both.stdout, r"lines take \d\.\d\d of the CPU time of JSON \(wanted <= 1")
        self.assertIn("our peak memory", both.stdout)

    def test_says_what_is_wrong(self):
        broken = self.compare(self.program("broken", "echo no such file >&2; exit 3"))
        self.assertEqual(broken.returncode, 1)
        self.assertIn("failed with status 3: no such file", broken.stderr)
        self.assertEqual(self.compare(self.reader, "--lua", "/nowhere.lua").returncode, 2)
        self.assertEqual(self.compare(self.reader, "--frames", "0").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
