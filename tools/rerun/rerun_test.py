import pathlib
import subprocess
import tempfile
import unittest

import rerun


class FingerprintsOfATest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name).resolve()
        self.build = self.source / "build"
        subprocess.run(["git", "init", "-q", self.source], check=True)
        self.write(".gitignore", b"build\n")
        self.write("a.cpp", b"int a;")
        self.write("script.py", b"pass")
        self.write("build/bin/a_test", b"\x7fELF starts " + str(self.build / "bin/program").encode() + b"\0")
        self.write("build/bin/program", b"\x7fELF")
        self.write("build/bin/other", b"\x7fELF")

    def write(self, name, content):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def changes(self, command, changed):
        test = {"command": command, "properties": [{"name": "WORKING_DIRECTORY", "value": str(self.build)}]}
        before = rerun.Fingerprints(self.source, self.build).of(test)
        self.assertEqual(before, rerun.Fingerprints(self.source, self.build).of(test))
        self.write(changed, b"\x7fELF changed")
        return before != rerun.Fingerprints(self.source, self.build).of(test)

    def test_changes_with_its_program_and_what_that_names(self):
        command = [str(self.build / "bin/a_test"), "--filter=x"]
        self.assertTrue(self.changes(command, "build/bin/a_test"))

    def test_changes_with_a_program_that_its_program_names_and_with_no_other(self):
        command = [str(self.build / "bin/a_test")]
        self.assertFalse(self.changes(command, "build/bin/other"))
        self.assertTrue(self.changes(command, "build/bin/program"))

    def test_changes_with_any_file_that_is_not_compiled(self):
        command = [str(self.build / "bin/other")]
        self.assertFalse(self.changes(command, "a.cpp"))
        self.assertTrue(self.changes(command, "script.py"))
        self.assertTrue(self.changes(command, "new.json"))

    def test_a_folder_stands_for_all_that_is_in_it(self):
        self.assertTrue(self.changes(["python3", str(self.source)], "a.cpp"))
        self.assertTrue(self.changes(["python3", f"--build={self.build}"], "build/bin/other"))


if __name__ == "__main__":
    unittest.main()
