"""fuzz_describe as a program: it knows the targets of targets.json, and says what is wrong with a call.

usage: describe_program_test.py PROGRAM
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv[1]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "run"))
import fuzz_targets  # noqa: E402


def describe(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)


class Program(unittest.TestCase):
    def test_describes_seeds_of_every_target(self):
        targets = fuzz_targets.read_targets()
        self.assertGreater(len(targets), 5)
        for target in targets:
            folder = tempfile.TemporaryDirectory()
            self.addCleanup(folder.cleanup)
            seeds = sorted(target.unpack_seeds(pathlib.Path(folder.name)).iterdir())
            self.assertTrue(seeds, target.inputs)
            for seed in (seeds[0], seeds[-1]):
                with self.subTest(target=target.name, seed=seed.name):
                    done = describe(target.name, seed)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertTrue(done.stdout.endswith("\n"))

    def test_says_what_is_wrong_with_a_call(self):
        self.assertEqual(describe().returncode, 2)
        self.assertEqual(describe("fuzz_nothing", "x").returncode, 2)
        self.assertIn("there is no target 'fuzz_nothing'", describe("fuzz_nothing", "x").stderr)
        missing = describe("fuzz_decode", "/no/such/file")
        self.assertEqual((missing.returncode, missing.stderr),
                         (3, "fuzz_describe: cannot read /no/such/file: No such file or directory\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
