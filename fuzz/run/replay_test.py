"""replay.py with targets that are shell scripts: all is well, an input fails, only all of them together fail, no target."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import fuzz_targets  # noqa: E402
import seed_file  # noqa: E402


def seeds(name):
    return seed_file.read(fuzz_targets.choose([name])[0].seed_file())


class Replay(unittest.TestCase):
    def replay(self, script, *names):
        with tempfile.TemporaryDirectory() as folder:
            for name in names:
                program = pathlib.Path(folder) / "bin" / name
                program.parent.mkdir(exist_ok=True)
                program.write_text(f"#!/bin/sh\n{script}\n")
                program.chmod(0o755)
            return subprocess.run([sys.executable, HERE / "replay.py", "--bin", f"{folder}/bin", *(names or ["fuzz_utf8"])],
                                  capture_output=True, text=True, check=False)

    def test_one_line_when_all_is_well(self):
        done = self.replay('for one; do test -f "$one" || exit 1; done', "fuzz_utf8", "fuzz_decode")
        count = len(seeds("fuzz_utf8")) + len(seeds("fuzz_decode"))
        self.assertGreater(count, 50)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, f"2 targets replayed {count} seeds: all well\n", ""))

    def test_the_input_that_fails_is_found_among_the_others(self):
        done = self.replay('for one; do case $one in */ascii) echo it broke >&2; exit 1;; esac; done', "fuzz_utf8")
        self.assertEqual(done.returncode, 1)
        self.assertIn("seeds/utf8/ascii\nit broke\nrepeat it: ", done.stdout)
        self.assertTrue(done.stdout.endswith(f"1 target replayed {len(seeds('fuzz_utf8'))} seeds: 1 failed\n"))

    def test_inputs_that_fail_only_together_are_a_failure(self):
        done = self.replay('test $# -eq 1 || { echo it broke >&2; exit 1; }', "fuzz_utf8")
        self.assertEqual(done.returncode, 1)
        self.assertIn("fuzz_utf8 failed on its inputs together", done.stdout)

    def test_a_target_that_is_not_there(self):
        done = self.replay("")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("fuzz_utf8: No such file or directory; build it first", done.stderr)

    def test_a_name_that_is_no_target(self):
        done = self.replay("", "fuzz_nothing")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no target 'fuzz_nothing'; there are: fuzz_decode", done.stderr)


if __name__ == "__main__":
    unittest.main()
