"""certify as a whole, on a tree so small that its programs are scripts."""

import contextlib
import io
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import unittest.mock

import certify
import trials
import workspaces
from mutants_test import RULES

FILES = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES NONE)
foreach(name IN ITEMS fuzz_a codec_test)
  set(program ${CMAKE_BINARY_DIR}/bin/${name})
  set(sources ${CMAKE_SOURCE_DIR}/codec/two ${CMAKE_SOURCE_DIR}/codec/${name})
  add_custom_command(OUTPUT ${program} DEPENDS ${sources}
    COMMAND sh -n ${CMAKE_SOURCE_DIR}/codec/two
    COMMAND cat ${sources} > ${program}
    COMMAND chmod +x ${program})
  add_custom_target(${name} DEPENDS ${program})
endforeach()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
""",
    "CMakePresets.json": '{"version": 5, "configurePresets": [{"name": "fuzz", "generator": "Ninja", "binaryDir": "x"}]}',
    "codec/two": "#!/bin/sh\ntwo=2\nspare=0\n",
    "codec/fuzz_a": 'test $two = 2 || { echo "SUMMARY: property"; exit 1; }\n',
    "codec/codec_test": "test $two = 2\n",
    "fuzz/corpora/packets.txt": "seed 78\n",
    "fuzz/targets.json": '{"targets": [{"name": "fuzz_a", "inputs": "packets", "max_len": 9}]}',
    "conformance/rules/rules.cpp": RULES,
    ".gitignore": "/build-*/\n",
}
PATCH = """Rule: {rule}
What: Two is {two}.

--- a/codec/two
+++ b/codec/two
@@ -1,3 +1,3 @@
 #!/bin/sh
-two=2
+two={two}
 spare=0
"""


@unittest.skipUnless(shutil.which("ninja") and shutil.which("git"), "needs ninja and git")
class Whole(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        subprocess.run(["git", "init", "-q", folder.name], check=True)
        for name, text in FILES.items():
            self.write(name, text)
        self.write_mutant("three", "3")
        for patched in (unittest.mock.patch.dict(trials.PROGRAMS, {"codec": ("codec_test",), "core": (), "net": (), "dump": ()}),
                        unittest.mock.patch.dict(workspaces.PROGRAMS, {"git": "git"}, clear=True)):
            patched.start()
            self.addCleanup(patched.stop)

    def write(self, name, text):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write_mutant(self, name, two, rule="WIRE-1", more=""):
        self.write(f"fuzz/bugs/codec/{name}.patch", PATCH.format(rule=rule, two=two).replace("\n\n", f"\n{more}\n", 1))

    def run_it(self, *words):
        self.out, self.err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(self.out), contextlib.redirect_stderr(self.err):
            return certify.main(["--part", "codec", "--jobs", "2", *words], self.tree)

    def test_all_mutants_are_found(self):
        self.write_mutant("four", "4")
        self.assertEqual(self.run_it(), 0, self.out.getvalue() + self.err.getvalue())
        self.assertIn("2/2] codec ", self.out.getvalue())
        self.assertIn("mutation testing passed", self.out.getvalue())
        summary = json.loads((self.tree / "build-certify/matrix-codec.json").read_text())
        self.assertEqual((summary["harnesses"]["fuzz_a"]["finds"], summary["complaints"]), (2, []))
        self.assertIn((self.tree / "build-certify/matrix-codec.txt").read_text(), self.out.getvalue())

    def test_what_was_measured_is_taken_over_until_something_changes(self):
        self.run_it()
        self.write_mutant("four", "4")
        self.run_it()
        self.assertIn("2 bugs, 1 taken over from earlier runs, 1 to do", self.out.getvalue())
        self.write("codec/new", "")
        self.run_it("--keep-going-stale")
        self.assertIn("2 bugs, 2 taken over", self.out.getvalue())
        self.assertIn("* three", self.out.getvalue())
        self.run_it()
        self.assertIn("2 bugs, 0 taken over", self.out.getvalue())
        self.assertEqual(self.run_it(), 0)
        self.assertIn("2 bugs, all taken over", self.out.getvalue())
        self.run_it("--fresh", "--bug", "three")
        self.assertIn("1 bugs, 0 taken over", self.out.getvalue())

    def test_complaints(self):
        self.write_mutant("same", "2 # indeed")
        self.write_mutant("said_to_be_equivalent", "3", more="Equivalent: it is not.\n")
        self.write_mutant("broken", "$(")
        self.assertEqual(self.run_it(), 1)
        for line in ("!! codec same: nobody finds it",
                     "!! codec said_to_be_equivalent is marked equivalent, but fuzz_a finds it",
                     "!! codec broken does not build", "mutation testing failed: 4 complaints"):
            self.assertIn(line, self.out.getvalue())

    def test_a_find_without_a_bug_is_told_and_counts_for_nothing(self):
        self.write("codec/fuzz_a", 'echo "SUMMARY: property"; exit 1\n')
        self.assertEqual(self.run_it(), 1)
        for line in ("!! fuzz_a finds something without a mutant", "!! codec three: no fuzzer finds it"):
            self.assertIn(line, self.out.getvalue())

    def test_a_part_without_a_harness_is_told(self):
        self.write("fuzz/targets.json", FILES["fuzz/targets.json"].replace("9}", '9, "links": ["core"]}'))
        self.assertEqual(self.run_it(), 1)
        self.assertIn("!! no target of fuzz/targets.json links 'codec'", self.out.getvalue())

    def test_what_makes_measuring_impossible(self):
        self.write_mutant("of_no_rule", "4", rule="WIRE-77")
        self.assertEqual(self.run_it(), 2)
        self.assertIn("fuzz/bugs/codec/of_no_rule.patch: there is no rule 'WIRE-77'", self.err.getvalue())
        self.write("fuzz/bugs/codec/of_no_rule.patch", PATCH.format(rule="WIRE-1", two=4).replace("-two=2", "-two=1"))
        self.assertEqual(self.run_it(), 2)
        self.assertIn("of_no_rule.patch does not apply", self.err.getvalue())
        (self.tree / "fuzz/bugs/codec/of_no_rule.patch").unlink()
        self.assertEqual(self.run_it("--bug", "thre"), 2)
        self.assertIn("no bug 'thre'; near: three", self.err.getvalue())
        self.write("codec/two", "#!/bin/sh\ntwo=2\nspare=0\n$(\n")
        self.assertEqual(self.run_it(), 2)
        self.assertIn("the tree itself does not build", self.err.getvalue())

    def test_two_runs_at_a_time_are_refused(self):
        with certify.locked(self.tree / "build-certify"):
            self.assertEqual(self.run_it(), 2)
        self.assertIn("another run is at work", self.err.getvalue())

    def test_wrong_words(self):
        for words in (["--sample", "--part", "codec"], ["--jobs", "0"], ["--what"]):
            with self.assertRaises(SystemExit) as ended, contextlib.redirect_stderr(io.StringIO()):
                certify.arguments(words)
            self.assertEqual(ended.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
