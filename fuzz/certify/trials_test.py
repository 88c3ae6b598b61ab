import pathlib
import tempfile
import unittest

import mutants
import trials
from children import Children, Ended

HARNESS = mutants.Harness("fuzz_a", "fuzz/corpora/packets.txt", "fuzz/dictionaries/packets.dict", 9, ("codec",))
PROPERTY = "fuzz_a: property 'need' is broken: one byte more"
CRASH = f"""echo "{PROPERTY}"; echo "==1== ERROR: libFuzzer: deadly signal"; echo "SUMMARY: libFuzzer: deadly signal"
echo "stat::number_of_executed_units: 44"; exit 77"""
NOTHING = 'echo "stat::number_of_executed_units: 9"'


class FakeWorkspace:
    """A workspace whose programs are scripts."""

    def __init__(self, folder):
        self.source = folder / "source"
        self.folder = folder
        (self.source / "fuzz/corpora").mkdir(parents=True)
        (self.source / "fuzz/corpora/packets.txt").write_text("seed 78\n")

    def program(self, build, name):
        return self.folder / build / name

    def write(self, build, name, script):
        path = self.program(build, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)


class Trial(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.workspace = FakeWorkspace(pathlib.Path(folder.name))
        self.logs = pathlib.Path(folder.name) / "logs"
        self.bench = trials.Bench(self.workspace, Children(), self.logs)

    def fuzz(self, script, **more):
        self.workspace.write("fuzz", "fuzz_a", script)
        return self.bench.fuzz(HARNESS, 5, **more)

    def run_program(self, script):
        self.workspace.write("tests", "a_test", script)
        return self.bench.test("a_test")


class Fuzzing(Trial):
    def test_a_find_has_its_time_runs_and_message(self):
        result = self.fuzz(CRASH)
        self.assertEqual((result["found"], result["runs"], result["message"]), (True, 44, PROPERTY.removeprefix("fuzz_a: ")))

    def test_no_find(self):
        result = self.fuzz(NOTHING)
        self.assertEqual((result["found"], result["runs"]), (False, 9))

    def test_the_input_that_shows_it_is_told(self):
        self.assertEqual(self.fuzz("touch crash-12; exit 1")["input"], str(self.logs / "fuzz_a" / "crash-12"))

    def test_an_end_without_a_finding_is_no_find(self):
        with self.assertRaisesRegex(trials.TrialError, "fuzz_a ended with 1 and no finding"):
            self.fuzz("echo 'unknown option'; exit 1")

    def test_a_harness_without_seeds_is_an_error(self):
        (self.workspace.source / "fuzz/corpora/packets.txt").unlink()
        with self.assertRaisesRegex(trials.TrialError, "fuzz_a has no fuzz/corpora/packets.txt"):
            self.fuzz(NOTHING)

    def test_seed_limits_and_seeds_are_given(self):
        dictionary = self.workspace.source / "fuzz/dictionaries/packets.dict"
        dictionary.parent.mkdir(parents=True)
        dictionary.write_text("")
        self.fuzz('echo "$@"')
        given = (self.logs / "fuzz_a" / "log-1.txt").read_text().split()
        for option in ("-seed=1", "-entropic=0", "-max_len=9", "-max_total_time=4", "-timeout=10", f"-dict={dictionary}"):
            self.assertIn(option, given)
        self.assertEqual(given[-2:], [str(self.logs / "fuzz_a" / "corpus"), str(self.workspace.folder / "seeds/packets")])
        self.assertEqual((self.workspace.folder / "seeds/packets/seed").read_bytes(), b"x")

    def test_the_second_round_has_another_seed_and_the_corpus_of_the_first(self):
        self.fuzz('for last; do before=$corpus; corpus=$last; done; touch "$before/kept"')
        script = f'test "$1" = -seed=2 -a -e "{self.logs}/fuzz_a/corpus/kept" || exit 0\n{CRASH}'
        self.assertTrue(self.fuzz(script, round_number=2)["found"])

    def test_the_rest_of_the_time_is_for_what_nobody_found(self):
        self.workspace.write("fuzz", "fuzz_a", f'test "$1" = -seed=1 && exit 0\n{CRASH}')
        self.assertTrue(trials.fuzz_all(self.bench, [HARNESS], 5, 60)["fuzz_a"]["found"])
        self.assertFalse(trials.fuzz_all(self.bench, [HARNESS], 5, 5)["fuzz_a"]["found"])

    def test_the_most_telling_message_counts(self):
        for text, expected in (
                ("x.cpp:3:1: runtime error: shift\n==1==ERROR: AddressSanitizer: SEGV\n", "runtime error: shift"),
                ("==1==ERROR: AddressSanitizer: heap-use-after-free on 1\n", "AddressSanitizer: heap-use-after-free on 1"),
                ("a: Assertion `x' failed.\n==1== ERROR: libFuzzer: deadly signal\n", "Assertion `x' failed."),
                ("==1== ERROR: libFuzzer: timeout after 10\n", "libFuzzer: timeout after 10")):
            self.assertEqual(trials.message(text), expected)


class Testing(Trial):
    def test_the_first_test_that_fails_is_named(self):
        result = self.run_program("echo '[ RUN      ] A.b'; echo '[  FAILED  ] A.b, where x = 3 (0 ms)'; exit 1")
        self.assertEqual((result["found"], result["test"]), (True, "A.b"))
        self.assertFalse(self.run_program("exit 0")["found"])

    def test_the_one_that_ran_is_named_when_the_program_dies_or_does_not_end(self):
        self.assertEqual(self.run_program("echo '[ RUN      ] A.b'; kill -SEGV $$")["test"], "A.b (ended by signal 11)")
        text = "[ RUN      ] A.b\n[ RUN      ] A.c\n"
        self.assertEqual(trials.failing_test(text, Ended(-9, 60.0, True)), "A.c (does not end)")
        self.assertEqual(trials.failing_test("", Ended(1, 0.1, False)), "before the first test (exited)")

    def test_a_filter_that_leaves_nothing_is_an_error(self):
        with self.assertRaisesRegex(trials.TrialError, "a_test has no test"):
            self.run_program("echo '[==========] 0 tests from 0 test suites ran.'")

    def test_a_full_disk_is_no_find(self):
        with self.assertRaises(OSError):
            self.run_program("echo 'write: No space left on device'; exit 1")

    def test_the_walks_are_for_what_no_test_found(self):
        walk = f"--gtest_filter={trials.WALKS['codec_agreement_test']}"
        script = f'for last; do :; done; test "$last" = "{walk}" && exit 1; exit 0'
        programs = ["codec_test", "codec_agreement_test"]
        self.workspace.write("tests", "codec_agreement_test", script)
        self.workspace.write("tests", "codec_test", "exit 0")
        self.assertTrue(trials.test_all(self.bench, programs)["codec_agreement_test"]["found"])
        self.workspace.write("tests", "codec_test", "exit 1")
        self.assertFalse(trials.test_all(self.bench, programs)["codec_agreement_test"]["found"])


if __name__ == "__main__":
    unittest.main()
