import contextlib
import io
import pathlib
import tempfile
import unittest

import seed_file


class SeedFile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "packets.txt"
        self.path.write_text("# comment\nb 00ff\na\n")

    def call(self, *arguments):
        """The exit status and what is printed on stderr."""
        with contextlib.redirect_stderr(io.StringIO()) as printed:
            return seed_file.main([*map(str, arguments)], self.folder), printed.getvalue()

    def test_writing_what_was_read_changes_no_file_of_the_project(self):
        paths = list(seed_file.CORPORA.glob("*.txt"))
        self.assertGreater(len(paths), 5)
        for path in paths:
            copy = self.folder / path.name
            copy.write_bytes(path.read_bytes())
            seed_file.write(copy, seed_file.read(path))
            self.assertEqual(copy.read_bytes(), path.read_bytes())

    def test_unpacked_seeds_are_files_and_nothing_stale_remains(self):
        (self.folder / "out/packets").mkdir(parents=True)
        (self.folder / "out/packets/stale").touch()
        self.assertEqual(self.call("unpack", self.folder / "out"), (0, ""))
        self.assertEqual({path.name: path.read_bytes() for path in (self.folder / "out/packets").iterdir()},
                         {"a": b"", "b": b"\x00\xff"})

    def test_a_finding_is_added(self):
        (self.folder / "finding").write_bytes(b"\x01\x02")
        self.assertEqual(self.call("add", "packets", self.folder / "finding", "aa"), (0, ""))
        self.assertEqual(self.path.read_text(), "# comment\na\naa 0102\nb 00ff\n")

    def test_what_cannot_be_added(self):
        (self.folder / "finding").write_bytes(b"\x00\xff")
        for arguments, expected in (
                (("pockets", "finding", "c"), "unknown form of input 'pockets'; there are: packets"),
                (("packets", "finding", "c d"), "invalid name 'c d'"),
                (("packets", "finding", "c"), "already has these bytes, as 'b'"),
                (("packets", "packets.txt", "b"), "already has a seed named 'b'"),
                (("packets", "missing", "c"), "No such file")):
            status, printed = self.call("add", arguments[0], self.folder / arguments[1], arguments[2])
            self.assertEqual(status, 2)
            self.assertIn(expected, printed)
        self.assertEqual(self.call("pack")[0], 2)

    def test_what_is_no_seed_file(self):
        for line in ("name 0", "name 0g", "name  00", " 00", "", "name 00 11", "name 0A"):
            self.path.write_text(f"empty\n{line}\n")
            with self.assertRaisesRegex(seed_file.SeedFileError, "packets.txt:2: expected a name"):
                seed_file.read(self.path)
        self.path.write_text("a 00\na 01\n")
        with self.assertRaisesRegex(seed_file.SeedFileError, "packets.txt:2: duplicate name 'a'"):
            seed_file.read(self.path)


if __name__ == "__main__":
    unittest.main()
