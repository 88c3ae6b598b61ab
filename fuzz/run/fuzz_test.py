"""fuzz.py with targets that are scripts and print what libFuzzer prints. Needs no Clang."""

import contextlib
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import finding  # noqa: E402
import fuzz_targets  # noqa: E402
import seed_file  # noqa: E402
from progress import Progress, short_number  # noqa: E402

FAKE = f"""#!{sys.executable}
import os, pathlib, signal, sys
prefix = [word for word in sys.argv if word.startswith("-artifact_prefix=")][0].split("=", 1)[1]
def say(line): print(line, file=sys.stderr, flush=True)
def keep(kind, content):
    path = pathlib.Path(prefix + kind + "-0123456789")
    path.write_bytes(content)
    say(f"artifact_prefix='{{prefix}}'; Test unit written to {{path}}")
"""
STARTED = """
say("INFO: Seed: 4021")
say("#48\tINITED cov: 88 ft: 219 corp: 30/1363b exec/s: 0 rss: 44Mb")
say("#723775\tREDUCE cov: 91 ft: 349 corp: 171/2884b lim: 96 exec/s: 144755 rss: 111Mb L: 68/78 MS: 1 Custom-")
"""
BROKEN = STARTED + """
say("fuzz_decode: property 'need' is broken: with 1 bytes it needs 2 more, not 3")
say("==9== ERROR: libFuzzer: deadly signal")
say("    #0 0x55b009847e91 in __sanitizer_print_stack_trace (/build/bin/fuzz_decode+0xf4e91)")
keep("crash", b"\\x00\\x00\\x01\\x00\\x03bo")
sys.exit(77)
"""


class Run(unittest.TestCase):
    def setUp(self):
        self._stack = contextlib.ExitStack()
        self.addCleanup(self._stack.close)
        self.folder = pathlib.Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        (self.folder / "bin").mkdir()

    def program(self, name, script):
        path = self.folder / "bin" / name
        path.write_text(FAKE + script)
        path.chmod(0o755)

    def command(self, *arguments):
        return [sys.executable, str(HERE / "fuzz.py"), "--bin", "bin", "--work", "work", *arguments]

    def fuzz(self, *arguments):
        return subprocess.run(self.command(*arguments), cwd=self.folder, capture_output=True, text=True, check=False)

    def fuzz_on_a_terminal(self, environment, *arguments):
        ours, theirs = pty.openpty()
        with subprocess.Popen(self.command(*arguments), cwd=self.folder, stdout=theirs, stderr=theirs,
                              env={**os.environ, "TERM": "xterm", **environment}) as child:
            os.close(theirs)
            text = b""
            with contextlib.suppress(OSError):  # the end of a terminal
                while piece := os.read(ours, 4096):
                    text += piece
        os.close(ours)
        return child.returncode, text.decode()


class NothingFound(Run):
    def test_is_one_line(self):
        self.program("fuzz_decode", STARTED + "say('#800000\tDONE cov: 91 ft: 349 corp: 172/2884b lim: 96 exec/s: 1 rss: 1Mb')")
        done = self.fuzz("fuzz_decode")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^fuzz_decode   800 k runs  .*/s  cov 91    corpus 172   nothing found\n$")

    def test_the_target_gets_its_limits_dictionary_and_corpora(self):
        self.program("fuzz_decode", "pathlib.Path('arguments').write_text('\\n'.join(sys.argv[1:]))")
        self.assertEqual(self.fuzz("--seconds", "7", "fuzz_decode").returncode, 0)
        arguments = (self.folder / "arguments").read_text().splitlines()
        for wanted in ("-max_total_time=7", "-max_len=96", "-entropic=0",
                       f"-dict={fuzz_targets.FUZZ / 'dictionaries/packets.dict'}"):
            self.assertIn(wanted, arguments)
        # libFuzzer writes to the first corpus and only reads the others.
        self.assertEqual([word for word in arguments if not word.startswith("-")],
                         ["work/fuzz_decode/corpus", "work/seeds/packets"])

    def test_the_corpus_stays_for_the_next_run(self):
        self.program("fuzz_decode", "pathlib.Path(sys.argv[-2], str(len(os.listdir(sys.argv[-2])))).touch()")
        for _ in range(2):
            self.assertEqual(self.fuzz("fuzz_decode").returncode, 0)
        self.assertEqual(sorted(path.name for path in (self.folder / "work/fuzz_decode/corpus").iterdir()), ["0", "1"])

    def test_the_log_is_whole(self):
        self.program("fuzz_decode", STARTED + "sys.stdout.write('no line end')")
        self.fuzz("fuzz_decode")
        log = (self.folder / "work/fuzz_decode.log").read_text()
        self.assertEqual(log.splitlines()[0], "INFO: Seed: 4021")
        self.assertEqual(log.splitlines()[-1], "no line end")

    def test_on_a_terminal_the_line_is_rewritten(self):
        self.program("fuzz_decode", STARTED)
        status, text = self.fuzz_on_a_terminal({}, "--seconds", "90", "fuzz_decode")
        self.assertEqual(status, 0)
        self.assertRegex(text, r"\rfuzz_decode .* [01]:\d\d left\x1b\[K")
        self.assertRegex(text, r"\r\x1b\[Kfuzz_decode   724 k runs .* nothing found\r\n$")


class Found(Run):
    def test_a_broken_property_is_told_with_all_that_is_needed_to_repeat_it(self):
        self.program("fuzz_decode", BROKEN)
        self.program("fuzz_describe", "")
        (self.folder / "bin/fuzz_describe").write_text(
            f"#!{sys.executable}\nimport sys\nprint('a CR that is cut:', sys.argv[1])\nprint('   in its pseudo')\n")
        done = self.fuzz("fuzz_decode")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        path = next((self.folder / "work/fuzz_decode/findings").iterdir())
        self.assertRegex(path.name, "^need-[0-9a-f]{8}$")
        self.assertEqual(path.read_bytes(), b"\x00\x00\x01\x00\x03bo")
        first, remaining = done.stdout.split("\n", 1)
        self.assertRegex(first, r"^fuzz_decode   724 k runs .*  found: need$")
        self.assertTrue(remaining.startswith(f"""
fuzz_decode: property 'need' is broken: with 1 bytes it needs 2 more, not 3

  a CR that is cut: fuzz_decode
     in its pseudo

file    work/fuzz_decode/findings/{path.name} (7 bytes)
repeat  bin/fuzz_decode work/fuzz_decode/findings/{path.name}
seed    4021
log     work/fuzz_decode.log
Once it is fixed, make it a seed under a name that says what it shows; the tests then replay it:
  python3 """), remaining)
        self.assertIn(f"fuzz/seeds/seed_file.py add packets work/fuzz_decode/findings/{path.name} NAME\n", remaining)

    def test_what_cannot_be_described_is_shown_as_bytes(self):
        self.program("fuzz_decode", BROKEN)
        for script in ("sys.exit(1)", None):
            (self.folder / "bin/fuzz_describe").unlink(missing_ok=True)
            if script:
                self.program("fuzz_describe", script)
            self.assertIn("\n         0  00 00 01 00 03 62 6f" + " " * 29 + ".....bo\n", self.fuzz("fuzz_decode").stdout)

    def test_a_long_description_is_cut_and_says_how_to_see_the_rest(self):
        self.program("fuzz_decode", BROKEN)
        self.program("fuzz_describe", "")
        (self.folder / "bin/fuzz_describe").write_text(f"#!{sys.executable}\nfor n in range(100): print('step', n)\n")
        self.assertRegex(self.fuzz("fuzz_decode").stdout,
                         r"\n  step 59\n  \.\.\. and 40 more lines: bin/fuzz_describe fuzz_decode work/fuzz_decode/findings/need-")

    def test_a_seed_that_fails_is_named(self):
        path = fuzz_targets.FUZZ / "corpora/packets.txt"
        seed = seed_file.read(path)["cr"]
        self.program("fuzz_decode", BROKEN.replace('b"\\x00\\x00\\x01\\x00\\x03bo"', repr(seed)))
        printed = self.fuzz("fuzz_decode").stdout
        self.assertIn(f"It is the seed 'cr' of {path}: the tests replay it already", printed)
        self.assertNotIn("Once it is fixed", printed)

    def test_the_other_targets_still_run(self):
        self.program("fuzz_decode", BROKEN)
        self.program("fuzz_utf8", STARTED)
        done = self.fuzz("fuzz_decode", "fuzz_utf8")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"fuzz_utf8 .* nothing found\n$")

    def test_is_red_on_a_terminal_that_may_have_colours(self):
        self.program("fuzz_decode", BROKEN)
        self.assertRegex(self.fuzz_on_a_terminal({"NO_COLOR": ""}, "fuzz_decode")[1], r"\x1b\[31mfuzz_decode .* found: need\x1b")
        self.assertNotIn("\x1b[31m", self.fuzz_on_a_terminal({"NO_COLOR": "1"}, "fuzz_decode")[1])

    def test_a_sanitizer_is_told_with_the_place_in_the_project(self):
        self.program("fuzz_utf8", STARTED + f"""
say("==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6020 at pc 0x55 bp 0x7f sp 0x7f")
say("    #0 0x55f1 in __asan_memcpy (/build/bin/fuzz_utf8+0xf4e91)")
say("    #1 0x55f2 in std::copy(char*) /usr/include/c++/12/bits/stl_algo.h:7:1")
say("    #2 0x55f3 in chatos::judge(char const*, unsigned long) {finding.PROJECT}/codec/src/utf8.cpp:31:7")
keep("crash", b"x")
sys.exit(77)
""")
        done = self.fuzz("fuzz_utf8")
        self.assertEqual(done.returncode, 1)
        self.assertIn("\nAddressSanitizer: heap-buffer-overflow\nin chatos::judge(char const*, unsigned long), codec/src/utf8.cpp:31\n",
                      done.stdout)
        self.assertRegex(done.stdout, r"findings/heap-buffer-overflow-[0-9a-f]{8} \(1 byte\)")


class CannotRun(Run):
    def assert_cannot(self, done, *wanted):
        self.assertEqual(done.returncode, 2, done.stdout)
        for text in wanted:
            self.assertIn(text, done.stderr)

    def test_a_program_that_is_not_there(self):
        self.assert_cannot(self.fuzz("fuzz_decode"), "cannot start bin/fuzz_decode: No such file", "cmake --preset fuzz")

    def test_a_program_that_does_not_start(self):
        self.program("fuzz_decode", "say('error while loading shared libraries: libx.so.1'); sys.exit(127)")
        self.assert_cannot(self.fuzz("fuzz_decode"), "fuzz_decode ended with status 127", "libx.so.1", "install or build it")

    def test_a_program_that_somebody_ends(self):
        self.program("fuzz_decode", STARTED + "os.kill(os.getpid(), signal.SIGKILL)")
        self.assert_cannot(self.fuzz("fuzz_decode"), "fuzz_decode was ended by signal 9, and left no input")

    def test_usage(self):
        self.assert_cannot(self.fuzz("fuzz_nothing"), "there is no target 'fuzz_nothing'; there are: fuzz_decode")
        self.assert_cannot(self.fuzz("--seconds", "0"), "wants a number of seconds from 1, not '0'")
        self.assert_cannot(self.fuzz("--seconds", "soon"), "not 'soon'")


class Stopping(Run):
    def test_ends_the_target_and_prints_the_line_so_far(self):
        for number, status in (("SIGINT", 130), ("SIGTERM", 143)):
            self.program("fuzz_decode", STARTED + "pathlib.Path('pid').write_text(str(os.getpid()))\n"
                         f"os.kill(os.getppid(), signal.{number})\nsignal.pause()")
            done = self.fuzz("fuzz_decode")
            self.assertEqual((done.returncode, done.stderr), (status, ""))
            self.assertRegex(done.stdout, r"^fuzz_decode .* stopped\n$")
            with self.assertRaises(ProcessLookupError):
                os.kill(int((self.folder / "pid").read_text()), 0)


class Targets(unittest.TestCase):
    def test_those_that_are_to_fail_run_only_when_they_are_named(self):
        names = [target.name for target in fuzz_targets.choose([])]
        self.assertIn("fuzz_decode", names)
        self.assertNotIn("fuzz_canary", names)
        self.assertEqual([target.name for target in fuzz_targets.choose(["fuzz_canary"])], ["fuzz_canary"])

    def test_each_has_seeds(self):
        for target in fuzz_targets.read_targets():
            self.assertTrue(seed_file.read(target.seed_file()), target.name)


class Complaints(unittest.TestCase):
    def test_each_has_a_name(self):
        project = finding.PROJECT
        for log, expected in [
            (["fuzz_x: property 'one line' is broken: two"], ("one-line", ["fuzz_x: property 'one line' is broken: two"])),
            ([f"{project}/codec/src/a.cpp:3:9: runtime error: shift of -1"],
             ("undefined-behaviour", ["codec/src/a.cpp:3:9: shift of -1"])),
            (["fuzz_x: a.cpp:3: int f(): Assertion `x != 0' failed."],
             ("assertion", ["fuzz_x: a.cpp:3: int f(): Assertion `x != 0' failed."])),
            (["terminate called after throwing an instance of 'std::bad_alloc'", "  what():  std::bad_alloc"],
             ("exception", ["terminate called after throwing an instance of 'std::bad_alloc'", "  what():  std::bad_alloc"])),
            (["==1==ERROR: AddressSanitizer: SEGV on unknown address 0x00 (pc 0x55)"], ("segv", ["AddressSanitizer: SEGV"])),
            (["==1== ERROR: libFuzzer: timeout after 25 seconds"], ("timeout", ["libFuzzer: timeout after 25 seconds"])),
            (["==1== ERROR: libFuzzer: out-of-memory (used: 2100Mb; limit: 2048Mb)"],
             ("out-of-memory", ["libFuzzer: out-of-memory (used: 2100Mb; limit: 2048Mb)"])),
            (["==1==ERROR: LeakSanitizer: detected memory leaks"],
             ("detected-memory-leaks", ["LeakSanitizer: detected memory leaks"])),
            (["#1 NEW cov: 1"], None),
        ]:
            with self.subTest(log=log):
                self.assertEqual(finding.what_broke(["INFO: Seed: 1", *log]), expected)


class ProgressLine(unittest.TestCase):
    def test_between_status_lines_the_runs_are_guessed(self):
        line = Progress("fuzz_decode", 60, 100.0)
        line.take("#2000000\tpulse  cov: 88 ft: 347 corp: 159/2871b lim: 96 exec/s: 1 rss: 93Mb", 105.0)
        self.assertEqual(line.running(106.0), "fuzz_decode   2.4 M runs   400 k/s  cov 88    corpus 159   0:54 left")
        self.assertEqual(line.running(500.0)[-9:], "0:00 left")
        self.assertEqual(line.ended("stopped"), "fuzz_decode   2.0 M runs   400 k/s  cov 88    corpus 159   stopped")

    def test_other_lines_change_nothing(self):
        line = Progress("fuzz_decode", 61, 0.0, 17)
        for other in ("INFO: Seed: 7", "#nothing", "    #0 0x55 in f()", "#12 no status"):
            line.take(other, 5.0)
        self.assertEqual(line.running(1.0), "fuzz_decode             0 runs       0/s  cov 0     corpus 0     1:00 left")

    def test_fits_a_narrow_terminal(self):
        line = Progress("fuzz_differential", 60, 0.0, 17)
        line.take("#999900000\tNEW    cov: 1234 ft: 347 corp: 1590/2871b", 10.0)
        self.assertLessEqual(len(line.running(10.0)), 80)
        self.assertLessEqual(len(line.ended("nothing found")), 85)

    def test_numbers_are_short(self):
        self.assertEqual([short_number(number) for number in (0, 7.4, 999, 999.6, 1234, 99_940, 99_960, 2.4e6, 5.0e12)],
                         ["0", "7", "999", "1.0 k", "1.2 k", "99.9 k", "100 k", "2.4 M", "5000 G"])


if __name__ == "__main__":
    unittest.main()
