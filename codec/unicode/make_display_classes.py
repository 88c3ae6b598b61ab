#!/usr/bin/env python3
"""Writes the table of what may be shown as it is, from the files of the Unicode Character Database (Debian package
unicode-data), into codec/src/display_classes.hpp and, in a shorter form, into the Wireshark dissector, which is one file:
make_display_classes.py [FOLDER]"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CODE_POINTS = 0x11_0000

# Blank or invisible, although their category says that they are letters or symbols.
BLANKS = [0x2800, 0xFFFC, 0x16FE4, 0x1_D159]


class Database:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.version = re.search(r"-([\d.]+)\.txt", self.text("extracted/DerivedGeneralCategory.txt")).group(1)

    def text(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def rows(self, name):
        """Code points of the first column, and the other columns."""
        for line in self.text(name).splitlines():
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) > 1:
                yield fields[0], fields[1:]

    def ranges(self, name):
        for points, fields in self.rows(name):
            first, _, last = points.partition("..")
            yield range(int(first, 16), int(last or first, 16) + 1), fields[0]

    def having(self, name, *values):
        return {point for points, value in self.ranges(name) if value in values for point in points}

    def sequences(self, name):
        return [[int(point, 16) for point in points.split()] for points, _ in self.rows(name)]


def classes(data):
    """The class of each code point; what has none is shown as it is, and joins nothing."""
    category = ["Cn"] * CODE_POINTS
    for points, value in data.ranges("extracted/DerivedGeneralCategory.txt"):
        for point in points:
            category[point] = value
    class_names = [""] * CODE_POINTS

    def put(points, name):
        for point in points:
            if point >= 0x80:
                class_names[point] = name

    put(data.having("extracted/DerivedJoiningType.txt", "D", "L", "C"), "dual_joining")
    put(data.having("extracted/DerivedJoiningType.txt", "R"), "right_joining")
    put(data.having("PropList.txt", "Unified_Ideograph"), "ideograph")
    put({first for first, second in data.sequences("StandardizedVariants.txt") if second in (0xFE00, 0xFE01)
         and class_names[first] == ""}, "varying")
    put(data.having("emoji/emoji-data.txt", "Emoji") & data.having("emoji/emoji-data.txt", "Extended_Pictographic"),
        "pictograph")
    put({sequence[0] for sequence in data.sequences("emoji/emoji-variation-sequences.txt")}, "varying_pictograph")
    put((point for point in range(CODE_POINTS) if category[point] in ("Mn", "Me")), "mark")
    put((point for point in range(CODE_POINTS) if category[point] == "Mc"), "spacing_mark")
    put(data.having("extracted/DerivedCombiningClass.txt", "9"), "virama")
    visible = data.having("PropList.txt", "Prepended_Concatenation_Mark")
    put((point for point in range(CODE_POINTS) if point not in visible and
         category[point] in ("Cc", "Cf", "Cn", "Co", "Cs", "Zs", "Zl", "Zp")), "hidden")
    put(data.having("DerivedCoreProperties.txt", "Default_Ignorable_Code_Point"), "hidden")
    put(BLANKS, "hidden")
    return class_names


def entries(class_names):
    first = 0
    for point in range(1, CODE_POINTS + 1):
        if point == CODE_POINTS or class_names[point] != class_names[first]:
            if class_names[first]:
                yield first, point - 1, class_names[first]
            first = point


# Of the dissector's form: the class, the code points without one before it, and how many more have it, in hexadecimal.
LETTERS = {"hidden": "H", "mark": "M", "spacing_mark": "S", "virama": "V", "dual_joining": "D", "right_joining": "R",
           "ideograph": "I", "varying": "A", "pictograph": "P", "varying_pictograph": "E"}


def filled(words, start, separator):
    """Lines of at most 120 columns."""
    line = start
    for word in words:
        if len(line) + len(separator) + len(word) > 120:
            yield line
            line = start
        line += (separator if line != start else "") + word
    yield line


def short_rows(rows):
    end = -1
    for first, last, name in rows:
        yield f"{LETTERS[name]}{first - end - 1:x}" + (f"+{last - first:x}" if last != first else "")
        end = last


def write_dissector(rows):
    path = ROOT / "tools" / "wireshark" / "chatos.lua"
    start, end = "local display_ranges = [[\n", "]]\n"
    before, _, remaining = path.read_text(encoding="utf-8").partition(start)
    _, _, after = remaining.partition(end)
    path.write_text(before + start + "\n".join(filled(short_rows(rows), "", " ")) + "\n" + end + after, encoding="utf-8")


def main():
    data = Database(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
    rows = list(entries(classes(data)))
    write_dissector(rows)
    with open(ROOT / "codec" / "src" / "display_classes.hpp", "w", encoding="utf-8") as header:
        header.write(f"""// What may be shown of each code point. Written by unicode/make_display_classes.py from the Unicode Character Database,
// version {data.version}; change that, not this.
#pragma once

#include <cstdint>

namespace chatos {{

enum class display_class : std::uint8_t {{
    plain,               ///< shown as it is
    hidden,              ///< controls, blanks, what has no glyph, and what is no character (yet)
    mark,                ///< combining, without a column of its own
    spacing_mark,        ///< combining, with a column of its own
    virama,              ///< a mark that joins letters of Indic scripts
    dual_joining,        ///< a letter of a script whose letters join, with a form for each side
    right_joining,       ///< the same, that never joins the letter after it
    ideograph,           ///< a unified one, of which there are variants
    varying,             ///< a symbol or letter of which there are variants
    pictograph,          ///< an emoji, of which zero-width joiners may make others
    varying_pictograph,  ///< the same, that is shown as text or in colors
}};

struct display_range {{
    char32_t first;
    char32_t last;
    display_class kind;
}};

namespace display_classes {{

using enum display_class;

// Sorted; code points between them are plain.
// clang-format off
inline constexpr display_range ranges[] = {{
""")
        texts = (f"{{0x{first:X},0x{last:X},{name}}}," for first, last, name in rows)
        header.write("\n".join(filled(texts, "    ", " ")))
        header.write("""
};
// clang-format on

}  // namespace display_classes
}  // namespace chatos
""")


if __name__ == "__main__":
    main()
