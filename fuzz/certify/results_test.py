import dataclasses
import pathlib
import tempfile
import unittest

import results
from workspaces_test import MUTANT

MEASURED = {"fuzzers": {}, "tests": {}, "took_seconds": 12.0}


class ResultsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.kept = results.Results(self.folder, "tree 1")

    def test_a_result_holds_while_patch_and_tree_are_the_same(self):
        saved = self.kept.save(MUTANT, MEASURED)
        self.assertEqual(self.kept.load(MUTANT), saved)
        self.assertEqual((saved["name"], saved["what"], saved["took_seconds"]), ("b", "Two is three.", 12.0))
        self.assertIsNone(self.kept.load(dataclasses.replace(MUTANT, text=MUTANT.text + "\n")))
        self.assertIsNone(results.Results(self.folder, "tree 2").load(MUTANT))

    def test_stale_ones_only_where_the_patch_is_the_same(self):
        self.kept.save(MUTANT, MEASURED)
        later = results.Results(self.folder, "tree 2")
        self.assertTrue(later.load(MUTANT, stale_too=True)["stale"])
        self.assertNotIn("stale", self.kept.load(MUTANT, stale_too=True))
        self.assertIsNone(later.load(dataclasses.replace(MUTANT, text="other"), stale_too=True))

    def test_a_file_that_is_no_result_is_none(self):
        self.kept.save(MUTANT, MEASURED)
        (self.folder / "codec/b.json").write_text('{"half a resu')
        self.assertIsNone(self.kept.load(MUTANT))
        self.assertEqual(self.kept.average_seconds("codec"), results.FIRST_GUESS["codec"])

    def test_the_tree_as_it_is(self):
        self.assertIsNone(self.kept.load_baseline())
        saved = self.kept.save_baseline({"fuzzers": {}, "tests": {}})
        self.assertEqual(self.kept.load_baseline(), saved)
        self.assertIsNone(results.Results(self.folder, "tree 2").load_baseline())

    def test_the_average_is_of_all_that_was_measured(self):
        self.kept.save(MUTANT, MEASURED)
        later = results.Results(self.folder, "tree 2")
        later.save(dataclasses.replace(MUTANT, name="c"), {**MEASURED, "took_seconds": 20.0})
        self.assertEqual(self.kept.average_seconds("codec"), 16.0)
        self.assertEqual(self.kept.average_seconds("core"), results.FIRST_GUESS["core"])


if __name__ == "__main__":
    unittest.main()
