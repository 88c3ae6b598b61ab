"""How coverage.py reads what llvm-cov says, and what it makes of explanations. Needs no Clang."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import coverage  # noqa: E402
import reached  # noqa: E402

CODE = """int sign(int number) {
    if (number < 0) {
        return -1;
    }
    return number == 0 ? 0 : 1;
}
"""


def entry(path, *, negative, zero, positive):
    """What llvm-cov exports of CODE when it was called so often with numbers of each kind."""
    remaining = zero + positive
    calls = negative + remaining
    segments = [[1, 22, calls, True, True, False], [2, 9, calls, True, True, False], [2, 19, calls, True, False, False],
                [2, 20, negative, True, False, True], [2, 21, negative, True, True, False],
                [4, 6, calls, True, False, False], [4, 6, remaining, True, False, True], [5, 5, remaining, True, True, False],
                [5, 12, remaining, True, True, False], [5, 23, remaining, True, False, False], [5, 26, zero, True, True, False],
                [5, 27, remaining, True, False, False], [5, 30, positive, True, True, False], [5, 31, remaining, True, False, False],
                [6, 2, 0, False, False, False]]
    branches = [[2, 9, 2, 19, negative, remaining, 0, 0, 4], [5, 12, 5, 23, zero, positive, 0, 0, 4]]
    return {"filename": str(path), "segments": segments, "branches": branches}


def source(**calls):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sign.cpp"
        path.write_text(CODE)
        return reached.read_source(entry(path, **calls), pathlib.Path(folder))


def report_of(sources, explanations):
    """What report() prints, and whether it is content."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        content = coverage.report(sources, explanations)
    return content, out.getvalue()


class Reading(unittest.TestCase):
    def test_all_is_reached(self):
        reading = source(negative=1, zero=2, positive=3)
        self.assertEqual((reading.lines, reading.lines_reached, reading.sides, reading.sides_reached), (6, 6, 4, 4))
        self.assertEqual(reading.unreached, [])

    def test_a_line_and_the_branch_that_leads_to_it(self):
        reading = source(negative=0, zero=2, positive=3)
        self.assertEqual([(place.line, place.text, place.missing) for place in reading.unreached],
                         [(2, "if (number < 0) {", "`number < 0` never true"),
                          (3, "return -1;", "never ran, down to line 4")])
        self.assertEqual((reading.lines_reached, reading.sides_reached), (4, 3))

    def test_a_side_of_a_branch_within_a_line(self):
        reading = source(negative=1, zero=2, positive=0)
        self.assertEqual([(place.line, place.missing) for place in reading.unreached], [(5, "`number == 0` never false")])

    def test_lines_that_never_ran_are_told_once_without_their_branches(self):
        reading = source(negative=1, zero=0, positive=0)
        self.assertEqual([(place.line, place.missing) for place in reading.unreached],
                         [(2, "`number < 0` never false"), (5, "never ran, down to line 6")])

    def test_what_never_ran_at_all(self):
        reading = source(negative=0, zero=0, positive=0)
        self.assertEqual([(place.line, place.missing) for place in reading.unreached], [(1, "never ran, down to line 6")])
        self.assertEqual((reading.lines_reached, reading.sides_reached), (0, 0))

    def test_counts_of_the_instances_of_a_template_add_up(self):
        counts = entry("x", negative=1, zero=0, positive=1)
        counts["branches"] += entry("x", negative=0, zero=1, positive=0)["branches"]
        self.assertEqual(list(reached.count_of_branches(counts).values()), [[1, 2], [1, 1]])

    def test_a_constant_condition_is_no_branch(self):
        counts = entry("x", negative=1, zero=1, positive=1)
        counts["branches"].append([5, 12, 5, 23, 0, 0, 0, 0, 4])
        counts["branches"].append([5, 5, 5, 8, 0, 0, 0, 0, 4])
        self.assertEqual(len(reached.count_of_branches(counts)), 2)


class Explaining(unittest.TestCase):
    def setUp(self):
        self.sources = [source(negative=1, zero=2, positive=0)]
        self.line = "return number == 0 ? 0 : 1;"

    def test_without_a_reason_it_is_not_content(self):
        content, text = report_of(self.sources, coverage.Explanations([], set()))
        self.assertFalse(content)
        self.assertIn("without an explanation:\n  sign.cpp:5  return number == 0 ? 0 : 1;\n      `number == 0` never false",
                      text)
        self.assertIn("1 place not reached, 0 explained", text)

    def test_with_a_reason_it_is(self):
        reasons = [{"file": "sign.cpp", "text": self.line, "reason": "Nobody has any."}]
        content, text = report_of(self.sources, coverage.Explanations(reasons, set()))
        self.assertTrue(content)
        self.assertIn("because: Nobody has any.", text)

    def test_a_reason_for_another_line_explains_nothing_and_is_stale(self):
        reasons = [{"file": "sign.cpp", "text": "return -1;", "reason": "Too far."}]
        content, text = report_of(self.sources, coverage.Explanations(reasons, set()))
        self.assertFalse(content)
        self.assertIn("0 explained", text)
        self.assertIn("explanations of what is reached", text)

    def test_a_stale_reason_alone_is_enough_not_to_be_content(self):
        reasons = [{"file": "sign.cpp", "text": self.line, "reason": "Nobody has any."}]
        content, text = report_of([source(negative=1, zero=1, positive=1)], coverage.Explanations(reasons, set()))
        self.assertFalse(content)
        self.assertIn(self.line, text)

    def test_what_a_cpu_lacks_explains_a_whole_file_and_is_never_stale(self):
        reasons = [{"file": "sign.cpp", "cpu_lacks": ["quick", "wide"], "reason": "The CPU cannot."}]
        self.assertTrue(report_of(self.sources, coverage.Explanations(reasons, {"quick"}))[0])
        self.assertFalse(report_of(self.sources, coverage.Explanations(reasons, {"quick", "wide"}))[0])
        everything = [source(negative=1, zero=1, positive=1)]
        self.assertTrue(report_of(everything, coverage.Explanations(reasons, set()))[0])


if __name__ == "__main__":
    unittest.main()
