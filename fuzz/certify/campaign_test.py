import threading
import unittest

import campaign
import workshop
from children import Children, Stopped


class APlace:
    def __init__(self):
        self.prepared = 0

    def prepare(self):
        self.prepared += 1


class CampaignTest(unittest.TestCase):
    def setUp(self):
        self.places = [APlace(), APlace()]
        self.children = Children()
        self.reported = {}

    def run_all(self, items, work):
        campaign.Campaign(self.places, self.children, work, self.reported.__setitem__).run(items)

    def test_every_item_is_worked_on_once(self):
        self.run_all(range(50), lambda place, item: item * 2)
        self.assertEqual(self.reported, {item: item * 2 for item in range(50)})
        self.assertEqual([place.prepared for place in self.places], [1, 1])

    def test_workers_work_at_the_same_time(self):
        both = threading.Barrier(2, timeout=300)
        self.run_all(["a", "b"], lambda place, item: both.wait())
        self.assertEqual(set(self.reported), {"a", "b"})

    def test_a_failure_ends_all_and_is_raised(self):
        def work(place, item):
            if item == "bad":
                raise workshop.WorkshopError("the disk is gone")
            return item

        self.places.pop()
        with self.assertRaisesRegex(workshop.WorkshopError, "the disk is gone"):
            self.run_all(["good", "bad", "later"], work)
        self.assertEqual(self.reported, {"good": "good"})
        self.assertTrue(self.children.stopping)

    def test_what_was_stopped_is_not_reported(self):
        def work(place, item):
            self.children.stop()
            raise Stopped

        self.run_all(["a", "b"], work)
        self.assertEqual(self.reported, {})

    def test_a_tree_that_does_not_build_says_that_nothing_was_measured(self):
        class Broken(APlace):
            def build(self, build, targets, jobs):
                raise workshop.DoesNotBuild("a.cpp:1: error: no")

        with self.assertRaisesRegex(workshop.WorkshopError, "the tree itself does not build .tests., nothing .*:\na.cpp"):
            campaign.build_the_tree_itself(Broken(), {"fuzz": [], "tests": ["codec_test"]}, 1)


if __name__ == "__main__":
    unittest.main()
