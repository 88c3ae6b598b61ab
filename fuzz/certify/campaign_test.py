import threading
import unittest

import campaign
import workspaces
from children import Children, Stopped


class FakeWorkspace:
    def __init__(self):
        self.prepared = 0

    def prepare(self):
        self.prepared += 1


class CampaignTest(unittest.TestCase):
    def setUp(self):
        self.workspaces = [FakeWorkspace(), FakeWorkspace()]
        self.children = Children()
        self.reported = {}

    def run_all(self, items, work):
        campaign.Campaign(self.workspaces, self.children, work, self.reported.__setitem__).run(items)

    def test_every_item_is_worked_on_once(self):
        self.run_all(range(50), lambda workspace, item: item * 2)
        self.assertEqual(self.reported, {item: item * 2 for item in range(50)})
        self.assertEqual([workspace.prepared for workspace in self.workspaces], [1, 1])

    def test_workers_work_at_the_same_time(self):
        both = threading.Barrier(2, timeout=300)
        self.run_all(["a", "b"], lambda workspace, item: both.wait())
        self.assertEqual(set(self.reported), {"a", "b"})

    def test_a_failure_ends_all_and_is_raised(self):
        def work(workspace, item):
            if item == "bad":
                raise workspaces.WorkspaceError("the disk is gone")
            return item

        self.workspaces.pop()
        with self.assertRaisesRegex(workspaces.WorkspaceError, "the disk is gone"):
            self.run_all(["good", "bad", "later"], work)
        self.assertEqual(self.reported, {"good": "good"})
        self.assertTrue(self.children.stopping)

    def test_what_was_stopped_is_not_reported(self):
        def work(workspace, item):
            self.children.stop()
            raise Stopped

        self.run_all(["a", "b"], work)
        self.assertEqual(self.reported, {})

    def test_a_tree_that_does_not_build_says_that_nothing_was_measured(self):
        class Broken(FakeWorkspace):
            def build(self, build, targets, jobs):
                raise workspaces.DoesNotBuild("a.cpp:1: error: no")

        with self.assertRaisesRegex(workspaces.WorkspaceError, "the tree itself does not build .tests., nothing .*:\na.cpp"):
            campaign.build_the_tree_itself(Broken(), {"fuzz": [], "tests": ["codec_test"]}, 1)


if __name__ == "__main__":
    unittest.main()
