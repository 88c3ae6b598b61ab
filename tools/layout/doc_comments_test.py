"""Every public declaration says what it promises, and every result must be looked at.

usage: doc_comments_test.py FOLDER_OF_PUBLIC_HEADERS
A declaration carries a /// comment on the line before it, or ///< on its own lines. Functions that return something are
[[nodiscard]]; deleted ones need not be. A line-based reading of clang-formatted code: it is meant to be simple, not to
know C++, and the second test class shows what it catches.
"""

import pathlib
import re
import sys
import unittest

HEADERS = pathlib.Path(sys.argv[1])

# Lines that declare nothing: preprocessor, closing and opening of scopes, access specifiers.
NOT_A_DECLARATION = re.compile(r"#|namespace\b|\}|public:|$")
OPENS_TYPE = re.compile(r"(?:template\s*<.*>\s*)?(?:enum class|struct|class)\b[^;]*\{$")
FUNCTION = re.compile(r"^(?!inline constexpr std::array)[\w:<>,&*\[\]\s]+?\b([a-z_0-9]+|operator\S+)\(")
RETURNS_NOTHING = re.compile(r"(?:(?:template <[^>]*>|inline|constexpr|explicit|static)\s+)*(?:void\b|~?[a-z_0-9]+\()")


class Declarations:
    """Walks a header; yields (line number, text of the declaration, whether it is documented)."""

    def __init__(self, text):
        self.lines = text.splitlines()

    def __iter__(self):
        at = 0
        documented = False
        while at < len(self.lines):
            line = self.lines[at].strip()
            if line == "private:":
                while self.lines[at] != "};":
                    at += 1
                continue
            if line.startswith("///"):
                documented = True
                at += 1
                continue
            if line.startswith("//") or NOT_A_DECLARATION.match(line):
                documented = False
                at += 1
                continue
            start = at
            text, at = self.whole(at)
            yield start + 1, text, documented or all("///<" in part for part in self.lines[start:at])
            documented = False

    def whole(self, at):
        """One declaration: up to its semicolon, or the end of a function's body; of a type, the head alone."""
        text = ""
        depth = 0
        while True:
            code = re.sub(r"//.*", "", self.lines[at]).strip()
            text = f"{text} {code}".strip()
            depth += code.count("{") - code.count("}")
            at += 1
            if OPENS_TYPE.match(text):
                return (text, at)
            if depth == 0 and text.endswith((";", "}", ",")) and not text.endswith("(") and text.count("(") == text.count(")"):
                return (text, at)
            # The last constant of an enumeration may have no comma behind it.
            if re.fullmatch(r"[a-z_]+( = \d+)?", text):
                return (text, at)


def problems(text):
    for number, declaration, documented in Declarations(text):
        if not documented:
            yield number, "has no comment (/// or ///<)", declaration
        function = FUNCTION.match(declaration.replace("[[nodiscard]]", ""))
        if function and "[[nodiscard]]" not in declaration and "= delete" not in declaration \
                and not RETURNS_NOTHING.match(declaration) and "operator" not in declaration:
            yield number, "gives a result and is not [[nodiscard]]", declaration


class PublicHeaders(unittest.TestCase):
    def test_every_public_declaration_is_documented_and_every_result_nodiscard(self):
        headers = sorted(HEADERS.glob("*.hpp"))
        self.assertGreater(len(headers), 5)
        faults = [f"{header.name}:{number}: {fault}: {declaration[:80]}"
                 for header in headers for number, fault, declaration in problems(header.read_text())]
        self.assertEqual(faults, [])

    def test_the_walk_sees_the_declarations(self):
        count = sum(1 for header in HEADERS.glob("*.hpp") for _ in Declarations(header.read_text()))
        self.assertGreater(count, 90, "too few declarations were seen: the check would check nothing")

    def test_every_result_type_is_nodiscard(self):
        for header in HEADERS.glob("*.hpp"):
            for line in header.read_text().splitlines():
                if re.match(r"struct .*(_result|_error|_piece)\b", line):
                    self.assertIn("[[nodiscard]]", line, header.name)


class TheCheckItself(unittest.TestCase):
    def test_finds_what_is_missing(self):
        for text, fault in [
            ("struct limits {\n", "has no comment"),
            ("/// Limits.\nstruct limits {\n    int bytes{0};\n};\n", "has no comment"),
            ("/// Codes.\nenum class code {\n    ok = 0,  ///< fine\n    refused = 5\n};\n", "has no comment"),
            ("/// Codes.\nenum class code { ok = 0, refused = 5 };\nint size() noexcept;\n", "has no comment"),
            ("/// Size.\nstd::size_t size(int a,\n                 int b) noexcept;\n", "nodiscard"),
            ("/// Size.\nconstexpr std::size_t size(int a) noexcept {\n    return 1;\n}\n", "nodiscard"),
            ("/// Decoder.\nclass decoder {\npublic:\n    [[nodiscard]] int next();\n};\n", "has no comment"),
            ("\n// Not a doc comment.\n[[nodiscard]] int next();\n", "has no comment"),
        ]:
            with self.subTest(text=text):
                self.assertTrue(any(fault in problem[1] for problem in problems(text)), list(problems(text)))

    def test_leaves_alone_what_is_right(self):
        for text in [
            "/// Codes.\nenum class code : int {\n    ok = 0,  ///< fine\n    bad = 1  ///< not\n};\n",
            "/// Size.\n[[nodiscard]] std::size_t size(int a,\n                               int b) noexcept;\n",
            "/// Decoder.\nclass decoder {\npublic:\n    /// Makes one.\n    decoder(int a) noexcept;\nprivate:\n    int a_;\n};\n",
            "/// Walks.\ntemplate <typename Sink>\nvoid walk(Sink&& sink) {\n    while (true) {\n        sink();\n    }\n}\n",
            "/// Deleted.\ntemplate <typename T>\nint decode(T&& bytes) = delete;\n",
        ]:
            with self.subTest(text=text):
                self.assertEqual(list(problems(text)), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
