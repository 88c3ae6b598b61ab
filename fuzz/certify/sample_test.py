import pathlib
import tempfile
import unittest

import mutants
import sample
import workspaces
from children import Children
from trials_test import CRASH, NOTHING, FakeWorkspace
from workspaces_test import MUTANT

TREE = pathlib.Path(__file__).resolve().parents[2]
PICKS = pathlib.Path(__file__).with_name("sample.json")


def harness(name, *links):
    return mutants.Harness(name, "fuzz/corpora/packets.txt", "", 9, links)


class TheSample(unittest.TestCase):
    def test_it_names_bugs_and_targets_that_there_are(self):
        picks = sample.read(PICKS, mutants.read_mutants(TREE), mutants.read_harnesses(TREE))
        fuzzed = {part for harness in mutants.read_harnesses(TREE) for part in harness.links}
        self.assertEqual({pick.mutant.part for pick in picks}, fuzzed)
        for pick in picks:
            self.assertEqual(pick.mutant.missing_cpu_flags(set()), set(), f"{pick.mutant.title}: it is to be found everywhere")


class Reading(unittest.TestCase):
    def read(self, text, mutant_list=(MUTANT,)):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "sample.json"
            path.write_text(text)
            harnesses = [harness("fuzz_a", "codec"), harness("fuzz_b", "codec", "core"), harness("fuzz_c", "core")]
            return sample.read(path, mutant_list, harnesses)

    def test_the_likely_one_comes_first_and_only_those_that_are_named_take_part(self):
        (first, second) = self.read("""{"picks": [{"bug": "codec/b", "harness": "fuzz_b"},
                                                  {"bug": "codec/b", "harness": "fuzz_a"}]}""")
        self.assertEqual([harness.name for harness in first.harnesses], ["fuzz_b", "fuzz_a"])
        self.assertEqual([harness.name for harness in second.harnesses], ["fuzz_a", "fuzz_b"])

    def test_a_bug_or_harness_that_is_not_there_is_an_error(self):
        with self.assertRaisesRegex(mutants.MutantError, "no bug 'codec/x'"):
            self.read('{"picks": [{"bug": "codec/x", "harness": "fuzz_a"}]}')
        with self.assertRaisesRegex(mutants.MutantError, "no fuzz_c that links codec"):
            self.read('{"picks": [{"bug": "codec/b", "harness": "fuzz_c"}]}')


class Trying(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.workspace = FakeWorkspace(self.folder)
        self.done = []
        self.workspace.apply_mutant = lambda mutant: self.done.append("apply")
        self.workspace.restore = lambda mutant: self.done.append("restore")
        self.workspace.build = lambda build, targets: self.done.extend(targets)

    def attempt(self):
        pick = sample.Pick(MUTANT, (harness("fuzz_a", "codec"), harness("fuzz_b", "codec"), harness("fuzz_c", "codec")))
        return sample.try_pick(self.workspace, Children(), self.folder / "logs", pick)

    def test_the_first_find_ends_the_search(self):
        self.workspace.write("fuzz", "fuzz_a", NOTHING)
        self.workspace.write("fuzz", "fuzz_b", CRASH)
        cells = self.attempt()["fuzzers"]
        self.assertEqual({name: cell["found"] for name, cell in cells.items()}, {"fuzz_a": False, "fuzz_b": True})
        self.assertEqual(self.done, ["apply", "fuzz_a", "fuzz_b", "restore"])

    def test_a_bug_that_does_not_build_is_taken_out_as_well(self):
        def build(_build, _targets):
            raise workspaces.DoesNotBuild("error: no")

        self.workspace.build = build
        self.assertEqual(self.attempt(), {"build_error": "error: no"})
        self.assertEqual(self.done, ["apply", "restore"])


if __name__ == "__main__":
    unittest.main()
