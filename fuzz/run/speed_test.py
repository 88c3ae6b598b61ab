"""speed.py with targets that are scripts: who runs when, on what, and what the table says."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import fuzz_targets  # noqa: E402
import speed  # noqa: E402

SCRIPT = f"""#!{sys.executable}
import pathlib, sys
with open("calls", "a") as calls:
    print(pathlib.Path(sys.argv[0]).name, *sys.argv[1:], file=calls)
"""
MUTATOR = "print('INFO: found LLVMFuzzerCustomMutator (0x55). Disabling -len_control by default.')\n"
DONE = "print('Done 1000000 runs in 2 second(s)')\n"
TARGET = fuzz_targets.choose(["fuzz_decode"])[0]


class Speed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def speed(self, scripts, *names):
        for name, script in scripts.items():
            path = self.folder / name
            path.write_text(SCRIPT + script)
            path.chmod(0o755)
        return subprocess.run([sys.executable, HERE / "speed.py", "--bin", ".", "--work", "work", *names],
                              cwd=self.folder, capture_output=True, text=True, check=False)

    def test_target_and_yardstick_take_turns_on_the_same_corpora(self):
        done = self.speed({"fuzz_utf8": DONE, "empty_target": DONE + MUTATOR}, "fuzz_utf8")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        grow, *measured = [line.split() for line in (self.folder / "calls").read_text().splitlines()]
        self.assertIn("-max_total_time=5", grow)
        self.assertEqual([call[0] for call in measured], ["empty_target", "fuzz_utf8"] * 5)
        # All but the name and the folder to write to.
        for call in measured:
            self.assertEqual([*call[1:-3], *call[-2:]], [*measured[0][1:-3], *measured[0][-2:]])
        for wanted in ("-keep_seed=1", "-runs=1000000", "-max_len=300", "-entropic=0"):
            self.assertIn(wanted, measured[0])
        self.assertEqual(measured[0][-1], str(self.folder.resolve() / "work/seeds/utf8"))
        self.assertIn("/work/fuzz_utf8-grown-", measured[0][-2])
        self.assertEqual([path.name for path in (self.folder / "work").iterdir()], ["seeds"])
        self.assertRegex(done.stdout, r"\nfuzz_utf8 +\d+ +\d+ +[0-9.]+  another mutator than the yardstick's: only a hint\n$")

    def test_what_cannot_be_measured(self):
        self.assertIn("cannot start", self.speed({}, "fuzz_decode").stderr)
        failed = self.speed({"fuzz_decode": "sys.exit('it broke')", "empty_target": DONE}, "fuzz_decode")
        self.assertEqual(failed.returncode, 2)
        self.assertIn("fuzz_decode ended with status 1:\nit broke", failed.stderr)
        silent = self.speed({"fuzz_decode": DONE, "empty_target": ""}, "fuzz_decode")
        self.assertEqual(silent.returncode, 2)
        self.assertIn("empty_target does not say how many runs it made", silent.stderr)

    def test_a_row_has_the_medians(self):
        empty = [speed.Measured(1000 * rate, True) for rate in (1000, 900, 2000)]
        ours = [speed.Measured(1000 * rate, True) for rate in (450, 360, 820)]
        self.assertEqual(speed.row(TARGET, list(zip(empty, ours))),
                         "fuzz_decode              1000        450    0.41  wanted 0.40")

    def test_a_ratio_that_is_too_small_is_marked(self):
        self.assertEqual(speed.remark("fuzz_decode", 0.39, True), "wanted 0.40: falls short")
        self.assertEqual(speed.remark("fuzz_decode", 0.40, True), "wanted 0.40")
        self.assertEqual(speed.remark("fuzz_stream", 0.01, True), "")
        self.assertIn("only a hint", speed.remark("fuzz_utf8", 0.9, False))


if __name__ == "__main__":
    unittest.main()
