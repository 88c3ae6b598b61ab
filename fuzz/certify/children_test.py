import os
import pathlib
import select
import sys
import tempfile
import threading
import unittest

from children import Children, Stopped

FOR_EVER = "sleep 1000"
PATIENCE_MS = 300_000


class ChildrenTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.children = Children()

    def run_shell(self, script, **more):
        return self.children.run(["sh", "-c", script], cwd=self.folder, log=self.folder / "log", **more)

    def said(self):
        return (self.folder / "log").read_text()

    def assert_ends(self, pid):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        self.assertTrue(poll.poll(PATIENCE_MS), f"{pid} lives on")
        os.close(handle)

    def test_both_outputs_and_the_exit_code_are_kept(self):
        ended = self.run_shell("echo out; echo err >&2; exit 3")
        self.assertEqual((ended.exit_code, ended.timed_out, self.said()), (3, False, "out\nerr\n"))

    def test_it_runs_in_its_folder_with_its_environment(self):
        self.run_shell("pwd; echo $COLOUR", environment={"COLOUR": "red"})
        self.assertEqual(self.said(), f"{self.folder.resolve()}\nred\n")

    def test_its_time_is_limited_with_all_that_it_started(self):
        seconds_max = 0.25
        while not (self.folder / "log").exists() or not self.said():  # until it is long enough for a shell to start
            seconds_max *= 2
            ended = self.run_shell(f"{FOR_EVER} & echo $!; {FOR_EVER}", seconds_max=seconds_max)
        self.assertTrue(ended.timed_out)
        self.assertEqual(ended.exit_code, -9)
        self.assert_ends(int(self.said()))

    def test_what_it_leaves_behind_is_ended(self):
        self.run_shell(f"{FOR_EVER} & echo $!")
        self.assert_ends(int(self.said()))

    def test_groups_within_it_are_ended_as_well(self):
        # ninja does it so with each compiler.
        script = f"import subprocess; print(subprocess.Popen({FOR_EVER.split()}, process_group=0).pid)"
        self.children.run([sys.executable, "-c", script], cwd=self.folder, log=self.folder / "log")
        self.assert_ends(int(self.said()))

    def test_its_memory_is_limited(self):
        self.run_shell("while [ $(ulimit -v) = unlimited ]; do :; done; ulimit -v", memory_bytes_max=1 << 30)
        self.assertEqual(self.said(), f"{1 << 20}\n")

    def test_stop_ends_what_runs_and_lets_nothing_start(self):
        raised = []

        def work():
            try:
                self.run_shell(f"echo started; {FOR_EVER}")
            except Stopped:
                raised.append("running")

        thread = threading.Thread(target=work)
        thread.start()
        while not (self.folder / "log").exists() or not self.said():
            pass  # until it has started
        self.children.stop()
        thread.join()
        self.assertEqual(raised, ["running"])
        with self.assertRaises(Stopped):
            self.run_shell("true")


if __name__ == "__main__":
    unittest.main()
