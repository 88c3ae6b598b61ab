import dataclasses
import pathlib
import tempfile
import unittest

import results
from workshop_test import BUG

MEASURED = {"fuzzers": {}, "tests": {}, "took_seconds": 12.0}


class ResultsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.kept = results.Results(self.folder, "tree 1")

    def test_a_result_holds_while_patch_and_tree_are_the_same(self):
        saved = self.kept.save(BUG, MEASURED)
        self.assertEqual(self.kept.load(BUG), saved)
        self.assertEqual((saved["name"], saved["what"], saved["took_seconds"]), ("b", "Two is three.", 12.0))
        self.assertIsNone(self.kept.load(dataclasses.replace(BUG, text=BUG.text + "\n")))
        self.assertIsNone(results.Results(self.folder, "tree 2").load(BUG))

    def test_stale_ones_only_where_the_patch_is_the_same(self):
        self.kept.save(BUG, MEASURED)
        later = results.Results(self.folder, "tree 2")
        self.assertTrue(later.load(BUG, stale_too=True)["stale"])
        self.assertNotIn("stale", self.kept.load(BUG, stale_too=True))
        self.assertIsNone(later.load(dataclasses.replace(BUG, text="other"), stale_too=True))

    def test_a_file_that_is_no_result_is_none(self):
        self.kept.save(BUG, MEASURED)
        (self.folder / "codec/b.json").write_text('{"half a resu')
        self.assertIsNone(self.kept.load(BUG))
        self.assertEqual(self.kept.average_seconds("codec"), results.FIRST_GUESS["codec"])

    def test_the_tree_as_it_is(self):
        self.assertIsNone(self.kept.load_unplanted())
        saved = self.kept.save_unplanted({"fuzzers": {}, "tests": {}})
        self.assertEqual(self.kept.load_unplanted(), saved)
        self.assertIsNone(results.Results(self.folder, "tree 2").load_unplanted())

    def test_the_average_is_of_all_that_was_measured(self):
        self.kept.save(BUG, MEASURED)
        later = results.Results(self.folder, "tree 2")
        later.save(dataclasses.replace(BUG, name="c"), {**MEASURED, "took_seconds": 20.0})
        self.assertEqual(self.kept.average_seconds("codec"), 16.0)
        self.assertEqual(self.kept.average_seconds("core"), results.FIRST_GUESS["core"])


if __name__ == "__main__":
    unittest.main()
