import os
import pathlib
import subprocess
import tempfile
import unittest

import mutants
import workspaces
from mutants_test import PATCH
from children import Children

MUTANT = mutants.Mutant("codec", "b", PATCH, ("WIRE-1",), "Two is three.", None, ("codec/two.cpp",))
LONG_AGO = 1_000_000_000


class SnapshotTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_it_takes_tracked_and_new_files_and_leaves_ignored_and_deleted_ones(self):
        subprocess.run(["git", "init", "-q", str(self.folder)], check=True)
        for name in ("kept", "new", "ignored", "deleted"):
            (self.folder / name).write_text(name)
        (self.folder / ".gitignore").write_text("ignored\n")
        subprocess.run(["git", "add", "kept", "deleted", ".gitignore"], cwd=self.folder, check=True)
        (self.folder / "deleted").unlink()
        self.assertEqual(set(workspaces.Snapshot.take(self.folder).files), {"kept", "new", ".gitignore"})

    def test_without_git_it_says_what_it_needs(self):
        with self.assertRaisesRegex(workspaces.WorkspaceError, "is not a git checkout"):
            workspaces.Snapshot.take(self.folder)

    def test_what_is_equal_keeps_its_time_and_what_is_not_gets_a_new_one(self):
        snapshot = workspaces.Snapshot({"a/same": (b"1", 0o644), "a/other": (b"2", 0o755), "b/new": (b"3", 0o644)})
        for name, text in (("a/same", "1"), ("a/other", "x"), ("c/gone", "y")):
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            os.utime(path, (LONG_AGO, LONG_AGO))
        snapshot.write(self.folder)
        names = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
        self.assertEqual(names, {"a", "a/same", "a/other", "b", "b/new"})
        self.assertEqual((self.folder / "a/other").read_text(), "2")
        self.assertEqual((self.folder / "a/other").stat().st_mode & 0o777, 0o755)
        self.assertEqual((self.folder / "a/same").stat().st_mtime, LONG_AGO)
        self.assertGreater((self.folder / "a/other").stat().st_mtime, LONG_AGO)

    def test_the_fingerprint_is_of_what_matters(self):
        files = {"codec/a.cpp": (b"1", 0o644), "codec/README.md": (b"1", 0o644), "fuzz/bugs/core/x.patch": (b"1", 0o644),
                 "conformance/c.cpp": (b"1", 0o644)}
        print_of = workspaces.Snapshot(files).fingerprint
        for name in files:
            changed = workspaces.Snapshot({**files, name: (b"2", 0o644)}).fingerprint(5)
            self.assertEqual(changed != print_of(5), name == "codec/a.cpp", name)
        self.assertNotEqual(print_of(5), print_of(6))


class WorkspaceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        # As in earnest, a repository lies around the copy.
        subprocess.run(["git", "init", "-q", folder.name], check=True)
        snapshot = workspaces.Snapshot({"codec/two.cpp": (b"int two = 2;\n", 0o644)})
        self.workspace = workspaces.Workspace(pathlib.Path(folder.name) / "worker-0", snapshot, Children(), None)
        self.workspace.prepare()
        self.file = self.workspace.source / "codec/two.cpp"

    def test_a_mutant_is_applied_and_reverted_with_new_times(self):
        os.utime(self.file, (LONG_AGO, LONG_AGO))
        self.workspace.apply_mutant(MUTANT)
        self.assertEqual(self.file.read_text(), "int two = 3;\n")
        os.utime(self.file, (LONG_AGO, LONG_AGO))
        self.workspace.restore(MUTANT)
        self.assertEqual(self.file.read_text(), "int two = 2;\n")
        self.assertGreater(self.file.stat().st_mtime, LONG_AGO)

    def test_a_bug_that_a_stopped_run_has_left_is_reverted(self):
        self.workspace.apply_mutant(MUTANT)
        self.workspace.prepare()
        self.assertEqual(self.file.read_text(), "int two = 2;\n")


class WhatBuildsSay(unittest.TestCase):
    def said(self, text):
        with tempfile.NamedTemporaryFile("w") as log:
            log.write(text)
            log.flush()
            return workspaces.said(log.name)

    def test_errors_and_not_the_rest(self):
        self.assertEqual(self.said("[1/2] x\na.cpp:1: error: no\nnote: y\n"), "a.cpp:1: error: no")
        self.assertEqual(self.said("-- fine\nCMake Error at x:\n  no file\n"), "CMake Error at x:\n  no file")

    def test_the_end_when_there_is_no_error_line(self):
        self.assertEqual(self.said("ninja: unknown target 'x'\n"), "ninja: unknown target 'x'")

    def test_a_full_disk_is_no_fault_of_the_source(self):
        with self.assertRaises(OSError):
            self.said("fatal error: error writing to /x: No space left on device\n")

    def test_a_missing_program_names_its_package(self):
        with self.assertRaisesRegex(workspaces.WorkspaceError, "ninja is missing; install Debian's package ninja-build"):
            workspaces.need_programs(find=lambda name: None if name == "ninja" else name)


if __name__ == "__main__":
    unittest.main()
