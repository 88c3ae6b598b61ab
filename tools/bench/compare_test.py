"""What compare.py starts, it measures and stops; what it lacks, it says. No rival is needed for that.

usage: compare_test.py FOLDER_OF_CHATOS_SERVER_AND_CHATOS_BENCH
"""

import contextlib
import io
import pathlib
import stat
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True
import compare  # noqa: E402

PROGRAMS = pathlib.Path(sys.argv[1])


class Comparison(unittest.TestCase):
    def test_a_server_is_measured_and_stopped(self):
        with compare.Server("ours", PROGRAMS) as server:
            report = server.bench("idle", "--users", 40)
            self.assertIsNone(server.process.poll())
        self.assertEqual(report["reached"], 39)
        self.assertEqual(server.process.poll(), 0)
        self.assertFalse(pathlib.Path(server.folder.name).exists())

    def test_a_run_that_fails_says_what_was_wrong(self):
        with self.assertRaisesRegex(compare.Failure, "ours, idle --users 0: chatos-bench: .*invalid value '0'"):
            with compare.Server("ours", PROGRAMS) as server:
                server.bench("idle", "--users", 0)
        self.assertIsNotNone(server.process.poll())

    def test_a_server_that_does_not_start_says_why(self):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "chatos-server"
            program.write_text("#!/bin/sh\necho no room here\nexit 3\n")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
            with self.assertRaisesRegex(compare.Failure, "ours does not start: no room here"):
                compare.Server("ours", pathlib.Path(folder)).__enter__()

    def test_what_is_missing_ends_with_2(self):
        said = io.StringIO()
        arguments, sys.argv = sys.argv, ["compare.py", "/nowhere"]
        try:
            with contextlib.redirect_stderr(said):
                self.assertEqual(compare.main(), 2)
        finally:
            sys.argv = arguments
        # Which of the two depends on the machine: rivals are looked for first.
        self.assertRegex(said.getvalue(), "missing Debian packages: |there is no /nowhere/chatos-server")

    def test_more_than_wanted_falls_short(self):
        self.assertEqual(compare.verdict(0.8, 0.8), "")
        self.assertIn("falls short", compare.verdict(0.81, 0.8))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
