"""Walks the table of shown characters at the edges of its ranges, against Python's own Unicode data."""

import pathlib
import re
import sys
import unicodedata
import unittest

TABLE = pathlib.Path(__file__).parent.parent / "src" / "display_classes.hpp"
HIDDEN_CATEGORIES = ("Cc", "Cf", "Cn", "Co", "Cs", "Zs", "Zl", "Zp")
# Visible, although their category is Cf: they stand above or around the digits after them.
PREPENDED = [*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD]
# Invisible, although their category is that of letters, marks or symbols.
INVISIBLE = [0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, *range(0xFE00, 0xFE10), 0xFFA0,
             0xFFFC, 0x16FE4, 0x1D159, *range(0xE0100, 0xE01F0)]


def is_noncharacter(point):
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def wanted_kind(point):
    """"hidden", "mark" or "shown"."""
    category = unicodedata.category(chr(point))
    if point in INVISIBLE or (category in HIDDEN_CATEGORIES and point not in PREPENDED):
        return "hidden"
    return "mark" if category in ("Mn", "Me", "Mc") else "shown"


class DisplayClasses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = TABLE.read_text(encoding="utf-8")
        cls.ranges = [(int(first, 16), int(last, 16), name)
                      for first, last, name in re.findall(r"\{0x(\w+),0x(\w+),(\w+)\}", cls.text)]
        cls.version = tuple(int(part) for part in re.search(r"version ([\d.]+)", cls.text).group(1).split("."))

    def class_of(self, point):
        return next((name for first, last, name in self.ranges if first <= point <= last), "plain")

    def kind_of(self, point):
        name = self.class_of(point)
        return name if name == "hidden" else "mark" if name in ("mark", "spacing_mark", "virama") else "shown"

    def test_ranges_are_sorted_and_apart(self):
        self.assertGreater(len(self.ranges), 1000)
        for (_, last, name), (first, end, following) in zip(self.ranges, self.ranges[1:]):
            self.assertLess(last, first)
            self.assertLessEqual(first, end)
            self.assertFalse(last + 1 == first and name == following, hex(first))

    def test_the_edges_of_each_range_are_what_unicode_says(self):
        python_version = tuple(int(part) for part in unicodedata.unidata_version.split("."))
        edges = sorted({point for first, last, _ in self.ranges for point in (first - 1, first, last, last + 1) if 0x80 <= point < 0x110000})
        compared = 0
        for point in edges:
            is_assigned = unicodedata.category(chr(point)) != "Cn"
            if python_version != self.version and not is_assigned and not is_noncharacter(point):
                continue  # the newer of the two may have given it a character
            compared += 1
            self.assertEqual(self.kind_of(point), wanted_kind(point), f"U+{point:04X}")
        self.assertGreater(compared, 1500)

    def test_noncharacters_private_use_and_odd_spaces_are_hidden(self):
        points = [point for plane in range(17) for point in (plane * 0x10000 + 0xFFFE, plane * 0x10000 + 0xFFFF)]
        points += [*range(0xFDD0, 0xFDF0), 0xE000, 0xF8FF, 0xF0000, 0x10FFFD, 0xA0, 0x1680, *range(0x2000, 0x2010), *range(0x2028, 0x2030),
                   *range(0x205F, 0x2070), 0x3000, 0xAD, 0xFEFF, *range(0x80, 0xA0), *range(0xE0000, 0xE0080)]
        for point in points:
            self.assertEqual(self.class_of(point), "hidden", f"U+{point:04X}")
        for point in (0xA1, 0x1681, 0x2010, 0x2027, 0x2030, 0x205E, 0x2070, 0x3001, 0xFFFD, 0xFDCF, 0xFDF0):
            self.assertNotEqual(self.class_of(point), "hidden", f"U+{point:04X}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
