"""The dissector against chatos-dump, message by message, in one and in two passes.

usage: wireshark_test.py CHATOS_DUMP DUMP_CAPTURE_TEST [unittest's arguments]
"""
import collections
import pathlib
import re
import sys
import tempfile
import unittest

import captures
import kept_captures
import readings

DISSECTOR = pathlib.Path(__file__).with_name("chatos.lua")
PASSES = ([], ["-2"])
# Off where segments are missing: tshark would wait for them to the end. Else on: off, it shows no order but arrival.
IN_ORDER = ["-o", "tcp.reassemble_out_of_order:TRUE"]

# Tests of the dump whose captures are too much for tshark: half a minute each, or more.
TOO_LARGE = {
    "reassembly.a_flood_of_connections_evicts_the_silent_ones",
    "reassembly.many_streams_that_wait_for_bytes_share_bounded_memory_and_say_so",
    "reassembly.thousands_of_duplicates_cost_nothing",
}
NO_HANDSHAKE = "no handshake: tshark takes the first segment for the first bytes, and does not mend the order"
LOST = "tshark takes no account of the lost bytes' number: it waits inside a packet, and drops what comes"
CUT = "tshark does not know how long the cut packet was, and takes the next segment for a part of it"
# Where tshark and chatos-dump differ, and why. One that no longer differs fails the test.
KNOWN = {
    "reassembly.the_answer_to_a_syn_that_was_not_captured_tells_where_the_stream_begins 1": NO_HANDSHAKE,
    "reassembly.a_start_in_mid_stream_is_told_and_mended 1": NO_HANDSHAKE,
    "reassembly.a_start_in_mid_stream_is_not_settled_by_bytes_before_the_first_ones 1": NO_HANDSHAKE,
}


class Programs:
    dump = ""
    dump_tests = ""


def preferences(arguments):
    """tshark's, for the arguments of chatos-dump."""
    ports = [value for name, value in zip(arguments, arguments[1:]) if name == "--port"]
    given = ["-o", "chatos.ports:" + ",".join(ports)]
    for name in ("pseudo_bytes_max", "message_bytes_max"):
        flag = "--" + name.replace("_", "-")
        if flag in arguments:
            given += ["-o", f"chatos.{name}:{arguments[arguments.index(flag) + 1]}"]
    return given


def without_frames(messages):
    return [message._replace(frame=0) for message in messages]


class Dissector(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chatos-wireshark-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, capture):
        path = self.folder / "capture"
        path.write_bytes(capture)
        return path

    def assert_same(self, capture, arguments=(), ports=(), messages=None):
        path = self.write(capture)
        wanted = readings.dump(Programs.dump, path, [word for port in ports for word in ("--port", str(port))])
        if messages is not None:
            self.assertEqual(sum(map(len, wanted.messages.values())), messages)
        for passes in PASSES:
            seen = readings.dissect(DISSECTOR, path, [*passes, *arguments])
            self.assertEqual(seen.messages, wanted.messages, passes)
            self.assertEqual(seen.violations, wanted.violations, passes)

    def test_conversations_cut_anywhere_and_mixed_give_the_same_messages_in_the_same_frames(self):
        for seed, largest_segment in enumerate([1, 3, 10, 40, 200, 1400]):
            with self.subTest(largest_segment=largest_segment):
                self.assert_same(captures.random_conversations(seed, 4, 12, largest_segment), IN_ORDER, messages=96)

    def test_a_large_message_in_many_segments(self):
        data = captures.sma("x" * 65536) + captures.spm("bob", "\u20ac" * 20000) + captures.error(0)
        self.assert_same(captures.ethernet(captures.Connection().one_way(data, captures.in_pieces(1400))), messages=3)

    def test_captures_of_the_dumps_own_tests(self):
        kept = kept_captures.keep(Programs.dump_tests, self.folder, TOO_LARGE)
        self.assertGreater(len(kept), 40)
        wanted = {one.name: readings.dump(Programs.dump, one.path, one.arguments) for one in kept}
        groups = collections.defaultdict(list)
        for one in kept:
            events = wanted[one.name].events
            groups[(one.arguments, not events["gap"] and not events["truncated"])].append(one)
        differing = {}
        for (arguments, is_complete), members in groups.items():
            path = self.write(kept_captures.join(members))
            for passes in PASSES:
                options = [*preferences(arguments), *passes, *(IN_ORDER if is_complete else [])]
                self.note_differences(members, wanted, readings.dissect(DISSECTOR, path, options), differing)
        self.assertEqual(sorted(differing), sorted(KNOWN),
                         "\n".join(f"{name}: {what}" for name, what in differing.items() if name not in KNOWN))

    def note_differences(self, members, wanted, seen, differing):
        for number, one in enumerate(members):
            address = ".".join(map(str, kept_captures.client_of(number)))
            for kind in ("messages", "violations"):
                mine = {self.as_in_the_original(way, address): found for way, found in getattr(seen, kind).items()
                        if way.client.startswith(address + ":") or way.server.startswith(address + ":")}
                theirs = getattr(wanted[one.name], kind)
                for way in {*mine, *theirs}:
                    a, b = theirs.get(way, []), mine.get(way, [])
                    if kind == "messages":
                        a, b = without_frames(a), without_frames(b)
                    if what := readings.difference(a, b):
                        differing[one.name] = f"{way.direction}, {what}"

    @staticmethod
    def as_in_the_original(way, address):
        return way._replace(client=way.client.replace(address + ":", "10.0.0.1:"),
                            server=way.server.replace(address + ":", "10.0.0.1:"))


def main():
    Programs.dump, Programs.dump_tests = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])


if __name__ == "__main__":
    main()
