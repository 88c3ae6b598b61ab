"""The dissector against chatos-dump, message by message, in one and in two passes.

usage: wireshark_test.py CHATOS_DUMP DUMP_CAPTURE_TEST CHATOS_CONFORMANCE [unittest's arguments]
"""
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import captures
import kept_captures
import readings
import sharkd

DISSECTOR = pathlib.Path(__file__).with_name("chatos.lua")
PASSES = ([], ["-2"])
# Off where segments are missing: tshark would wait for them to the end. Else on: off, it shows no order but arrival.
IN_ORDER = ["-o", "tcp.reassemble_out_of_order:TRUE"]

# Tests of the dump whose captures are too much for tshark: half a minute each, or more.
TOO_LARGE = {
    "connection_table.a_flood_of_connections_evicts_the_silent_ones",
    "connection_table.many_streams_that_wait_for_bytes_share_bounded_memory_and_say_so",
    "reassembly.thousands_of_duplicates_cost_nothing",
}
# About connections that contradict themselves, which Wireshark decides in another way.
NOT_COMPARED = ("accounting.", "connection_slot.", "encapsulations.", "fragments.")
NO_HANDSHAKE = "no handshake: tshark takes the first segment for the first bytes, and does not mend the order"
ONE_GUESS = "the dissector takes its first guess at a boundary for final; chatos-dump searches again behind what is malformed"
AGAIN = "reassembly.behind_a_guessed_start_what_is_malformed_leads_to_another_search"
ONE_CONNECTION = "Wireshark 4.0 takes them for one connection"
# Where tshark and chatos-dump differ, and why. One that no longer differs fails the test.
KNOWN = {
    "reassembly.the_answer_to_a_syn_that_was_not_captured_tells_where_the_stream_begins 1": NO_HANDSHAKE,
    "reassembly.a_start_in_mid_stream_is_told_and_mended 1": NO_HANDSHAKE,
    "reassembly.a_start_in_mid_stream_is_not_settled_by_bytes_before_the_first_ones 1": NO_HANDSHAKE,
    "connection_table.a_reset_counts_only_within_the_window 3": "tshark shows what comes after a reset",
    "connection_table.the_same_ports_on_two_vlans_are_two_streams 1": ONE_CONNECTION,
    "connection_table.the_same_ports_in_two_levels_of_vlans_are_as_many_streams_as_there_are_pairs 1": ONE_CONNECTION,
    "connection_table.two_connections_on_two_vlans_stay_apart 1": ONE_CONNECTION,
    "connection_table.a_connection_captured_on_two_vlans_is_two_streams 1": ONE_CONNECTION,
    "capture_dump.tenants_with_equal_addresses_are_streams_of_their_own_and_both_directions_meet 1": ONE_CONNECTION,
    "capture_dump.directions_with_labels_or_tunnels_of_their_own_meet_at_the_handshake 2": ONE_CONNECTION,
    f"{AGAIN} 1": ONE_GUESS,
    f"{AGAIN} 3": ONE_GUESS,
    f"{AGAIN} 4": ONE_GUESS,
    "reassembly.a_string_that_is_no_text_behind_a_guessed_start_is_searched_from_its_second_byte 1": ONE_GUESS,
    "reassembly.wrong_guesses_without_end_are_given_up_in_bounded_time 1": ONE_GUESS,
    "reassembly.behind_a_gap_a_packet_and_the_start_of_another_prove_nothing 1":
        "behind missing bytes the dissector believes the start of the next segment if a packet decodes there",
    "reassembly.a_boundary_before_a_packet_of_raised_limits_has_room_to_prove_itself 1":
        "the dissector looks for a boundary within one segment; this packet is longer",
}


class Programs:
    dump = ""
    dump_tests = ""
    conformance = ""


def preferences(arguments):
    """tshark's, for the arguments of chatos-dump."""
    ports = [value for name, value in zip(arguments, arguments[1:]) if name == "--port"]
    given = ["-o", "chatos.ports:" + ",".join(ports)] if ports else []
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

    def path(self):
        return self.folder / "capture"

    def write(self, capture):
        self.path().write_bytes(capture)
        return self.path()

    def assert_same(self, capture, arguments=(), ports=(), messages=None):
        path = self.write(capture)
        wanted = readings.dump(Programs.dump, path, [word for port in ports for word in ("--port", str(port))])
        if messages is not None:
            self.assertEqual(sum(map(len, wanted.messages.values())), messages)
        for passes in PASSES:
            reading = readings.dissect(DISSECTOR, path, [*passes, *arguments])
            self.assertEqual(reading.messages, wanted.messages, passes)
            self.assertEqual(reading.violations, wanted.violations, passes)

    def test_conversations_cut_anywhere_and_mixed_give_the_same_messages_in_the_same_frames(self):
        capture = captures.random_conversations(1, [1, 2, 5, 10, 20, 40, 80, 150, 300, 600, 1000, 1400], 12)
        self.assert_same(capture, IN_ORDER, messages=12 * 2 * 12)

    def test_a_large_message_in_many_segments(self):
        data = captures.sma("x" * 65536) + captures.spm("bob", "\u20ac" * 20000) + captures.error(0)
        self.assert_same(captures.ethernet(captures.Connection().one_way(data, captures.in_pieces(1400))), messages=3)

    def test_every_link_type(self):
        data = captures.cr("bob") + captures.sma("hi")
        capture, count = captures.link_types(lambda connection: connection.one_way(data, captures.in_pieces(5)))
        self.assert_same(capture, messages=2 * count)

    def test_what_chatos_dump_writes_is_read_without_complaint_and_has_comments(self):
        data = captures.cr("bob") + captures.sma("hi")
        capture, count = captures.link_types(lambda connection: connection.one_way(data, captures.in_pieces(5)))
        kept = self.folder / "kept.pcapng"
        subprocess.run([Programs.dump, "-w", kept, self.write(capture)], stdout=subprocess.DEVNULL, check=True)
        comments = readings.run_tshark(DISSECTOR, kept, ["-Y", "frame.comment", "-T", "fields", "-e", "frame.comment"]).decode()
        self.assertEqual(comments.count('SMA  message="hi"  [stream '), count)
        reading = readings.dissect(DISSECTOR, kept, [])
        self.assertEqual(sum(map(len, reading.messages.values())), 2 * count)

    def test_each_violation_is_told_as_chatos_dump_tells_it_and_nothing_behind_it_is_decoded(self):
        bad = {"unknown_opcode": b"\x07", "negative_size": b"\x04\x80\0\0\0", "size_over_limit": b"\x04\0\x01\0\x01",
               "empty_pseudo": b"\x01\0\0", "ill_formed_utf8": b"\x01\0\x04ab\xc0\x80", "unassigned_error_code": b"\x06\x03"}
        packets = []
        for number, data in enumerate(bad.values()):
            connection = captures.Connection(40000 + number)
            packets += connection.one_way(captures.cr("bob") + data + captures.sma("no"), captures.in_pieces(500))
            packets += [connection.segment(True, captures.sma("no")), connection.segment(False, captures.error(0))]
        capture = captures.ethernet(packets)
        self.assert_same(capture, messages=2 * len(bad))
        reading = readings.dissect(DISSECTOR, self.write(capture))
        self.assertEqual([name for name in (each for _, each in reading.experts) if "malformed." in name],
                         ["chatos.malformed." + name for name in bad])
        self.assertEqual(sum(name == "chatos.after_malformed" for _, name in reading.experts), len(bad))
        self.assertEqual({fields["chatos.rule"] for _, fields in reading.trees if "chatos.rule" in fields},
                         {"WIRE-1", "WIRE-8", "WIRE-9", "WIRE-11", "WIRE-12", "WIRE-14"})

    def test_ill_formed_utf8_is_what_the_codec_calls_so(self):
        texts = [b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xed\xa0\x80", b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80",
                 b"\xf5\x80\x80\x80", b"\x80", b"\xe2\x82", b"a\xff", b"\xc2\x80", b"\xe0\xa0\x80", b"\xed\x9f\xbf",
                 b"\xee\x80\x80", b"\xf0\x90\x80\x80", b"\xf4\x8f\xbf\xbf", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xe2\x28\xa1"]
        packets = []
        for number, text in enumerate(texts):
            packets += captures.Connection(40000 + number).one_way(captures.sma(text), captures.in_pieces(500))
        self.assert_same(captures.ethernet(packets))

    def test_packets_in_the_direction_where_they_never_go_are_told(self):
        data = b"".join([captures.cr("a"), captures.rpm("a"), captures.spm("a", "b"), captures.sma("b"), captures.pc("a"),
                         captures.error(1)])
        connection = captures.Connection()
        packets = connection.one_way(data, captures.in_pieces(500)) + [connection.segment(False, data)]
        self.assert_same(captures.ethernet(packets), messages=12)
        reading = readings.dissect(DISSECTOR, self.write(captures.ethernet(packets)))
        self.assertEqual(reading.experts, [(5, "chatos.wrong_direction")] * 3)

    def test_info_shows_every_message_escaped_as_chatos_dump_does(self):
        texts = [chr(code) for code in range(128)] + ["h\u00e9", "\u202e", "\u2066x\u2069", "\ufeff", "\u3000", "\U0001f600", "\u0085"]
        texts += [chr(edge) for edge in range(0xA0, 0x3200, 61)] + [chr(edge) for edge in range(0xE000, 0x10FFFF, 40009)]
        texts += ["\u2764\ufe0f\u200d\U0001f525", "\U0001f468\U0001f3fd\u200d\U0001f469", "1\ufe0f\u20e3", "1\ufe0f", "a\u200db",
                  "\u0645\u06cc\u200c\u062e", "\u0645\u200ca", "\u0647\u200d", "\u0915\u094d\u200d\u0937", "\u0915\u094d\u200c",
                  "\u09b0\u200d\u09cd\u09af", "\u1820\u180b\u182d\u180e\u1820", "\u845b\U000e0100", "e\u0301", "\u0301", '"\u0301',
                  "z" + "\u0336" * 9, "\U0001f3f4" + "".join(chr(0xE0000 + ord(tag)) for tag in "gbsct") + "\U000e007f",
                  "\U0001f3f4\U000e0068\U000e007f", "\U0001f600\ufe0f", "\U0001f600\U000e0101", "\U0001f468" + "\u200d\U0001f469" * 8]
        data = b"".join(captures.spm(text, text + "!") for text in texts)
        path = self.write(captures.ethernet(captures.Connection().one_way(data, captures.in_pieces(700))))
        wanted = re.findall(r"^.*SPM +pseudo=(.*) message=(.*)$", readings.text(Programs.dump, path), re.MULTILINE)
        self.assertEqual(len(wanted), len(texts))
        for passes in PASSES:
            shown = ", ".join(readings.infos(DISSECTOR, path, passes).values())
            self.assertEqual(shown, ", ".join(f"SPM {pseudo.strip()} {message}" for pseudo, message in wanted))

    def test_info_joins_equal_messages_and_says_what_has_no_room(self):
        connection = captures.Connection()
        packets = connection.handshake() + [
            connection.segment(True, captures.error(0) * 3 + captures.sma("x" * 100) + captures.error(4)),
            connection.segment(True, b"".join(captures.sma(str(number)) for number in range(1000)))]
        shown = readings.infos(DISSECTOR, self.write(captures.ethernet(packets)))
        self.assertEqual(shown[4], 'ERROR 0 OK \u00d73, SMA "' + "x" * 80 + '\u2026", ERROR 4 UNREACHABLE')
        listed, more = re.fullmatch(r"(.*), and (\d+) more", shown[5]).groups()
        self.assertEqual(listed.count("SMA") + int(more), 1000)
        self.assertGreater(listed.count("SMA"), 300)

    def test_control_characters_are_escaped_in_every_field_and_the_exact_bytes_are_there(self):
        capture = self.write(captures.ethernet(captures.Connection().one_way(
            captures.spm("a\x1b", "x\0y\n\\\""), captures.in_pieces(500))))
        out = readings.run_tshark(DISSECTOR, capture, ["-Y", "chatos", "-T", "fields", "-e", "chatos.pseudo", "-e",
                                                       "chatos.message", "-e", "chatos.message_bytes"])
        self.assertEqual(out.decode(), 'a\\x1b\tx\\x00y\\n\\\\"\t7800790a5c22\n')

    def test_another_port_by_preference_and_by_decode_as(self):
        connection = captures.Connection(server_port=9000)
        packets = connection.one_way(captures.cr("bob"), captures.in_pieces(4))
        packets.append(connection.segment(False, captures.error(0)))
        capture = captures.ethernet(packets)
        self.assertEqual(readings.dissect(DISSECTOR, self.write(capture)).trees, [])
        self.assert_same(capture, ["-o", "chatos.ports:8000-9000"], ports=[9000], messages=2)
        self.assert_same(capture, ["-d", "tcp.port==9000,chatos"], ports=[9000], messages=2)

    def test_other_ports_are_recognised_only_when_asked(self):
        connection = captures.Connection(server_port=9000)
        packets = connection.one_way(captures.cr("bob"), captures.in_pieces(500))
        packets += [connection.segment(False, captures.error(0)), connection.segment(True, captures.sma("hi"))]
        other = captures.Connection(41000, server_port=9000)
        packets += other.one_way(b"\x01\0\x03bob and more", captures.in_pieces(500))
        self.assertEqual(readings.dissect(DISSECTOR, self.write(captures.ethernet(packets))).trees, [])
        for passes in PASSES:
            reading = readings.dissect(DISSECTOR, self.path(), ["-o", "chatos.recognise:TRUE", *passes])
            self.assertEqual([(frame, fields["chatos.packet"], fields["chatos.direction"]) for frame, fields in reading.trees],
                             [(4, "CR", "c2s"), (5, "ERROR", "s2c"), (6, "SMA", "c2s")])

    def test_limits_by_preference(self):
        capture = captures.ethernet(captures.Connection().one_way(captures.cr("b" * 40), captures.in_pieces(500)))
        reading = readings.dissect(DISSECTOR, self.write(capture), ["-o", "chatos.pseudo_bytes_max:39"])
        self.assertEqual([name for _, name in reading.experts], ["chatos.malformed.size_over_limit"])

    def test_what_cannot_be_reassembled_is_told_as_far_as_it_goes(self):
        capture = captures.ethernet(captures.Connection().one_way(captures.spm("bob", "hello"), captures.in_pieces(7)))
        reading = readings.dissect(DISSECTOR, self.write(capture), ["-o", "tcp.desegment_tcp_streams:FALSE"])
        self.assertEqual(reading.experts[0], (4, "chatos.cut"))
        self.assertEqual(reading.trees[0][1]["chatos.pseudo"], "bob")

    def test_frames_look_the_same_in_whatever_order_and_however_often_they_are_looked_at(self):
        plugins = self.folder / ".local/lib/wireshark/plugins"
        plugins.mkdir(parents=True)
        shutil.copy(DISSECTOR, plugins)
        whole, part = captures.Connection(), captures.Connection(41000)
        data = captures.cr("bob") + captures.spm("eve", "x" * 50) + captures.error(0) * 3 + b"\x01\0\x02\xc0\x80" + captures.sma("no")
        packets = whole.one_way(data, captures.in_pieces(13))
        packets += [part.segment(True, payload) for payload in (
            b"the end of a message", captures.cr("eve") + captures.sma("hi"), captures.pc("x"))]
        with sharkd.Sharkd(self.folder, self.write(captures.ethernet(packets))) as program:
            infos = program.infos()
            self.assertEqual([info for info in infos if "Seq=" not in info], [
                'CR "bob"', 'SPM "eve" "' + "x" * 50 + '", ERROR 0 OK \u00d73, malformed CR (ill_formed_utf8)',
                "(6 bytes after a malformed packet)", "(20 bytes of no packet)", 'CR "eve", SMA "hi"', 'PC "x"'])
            frames = range(1, len(packets) + 1)
            first = {frame: program.look(frame) for frame in frames}
            self.assertEqual([info for _, info in first.values()], infos)
            for frame in [*reversed(frames), *frames, *reversed(frames)]:
                self.assertEqual(program.look(frame), first[frame], frame)

    def test_a_dissector_that_fails_fails_these_tests(self):
        broken = self.folder / "broken.lua"
        broken.write_text(DISSECTOR.read_text().replace("local function add_info(text)", "local function add_info(text)\nerror('x')"))
        capture = self.write(captures.ethernet(captures.Connection().one_way(captures.cr("bob"), captures.in_pieces(500))))
        with self.assertRaisesRegex(AssertionError, "failed"):
            readings.dissect(broken, capture)

    def test_captures_of_the_dumps_own_tests(self):
        left_out = {name for name in kept_captures.names_of_tests(Programs.dump_tests) if name.startswith(NOT_COMPARED)}
        kept = kept_captures.keep(Programs.dump_tests, self.folder, TOO_LARGE | left_out)
        kept = [capture for capture in kept if kept_captures.is_plain_ethernet(capture)]
        self.assertGreater(len(kept), 40)
        self.assertLessEqual(TOO_LARGE, set(kept_captures.names_of_tests(Programs.dump_tests)))
        self.assert_only_known_differences(kept, KNOWN)

    def test_real_conversations_of_the_conformance_suite(self):
        kept = kept_captures.real_conversations(Programs.conformance, self.folder)
        self.assertGreater(len(kept), 40)
        self.assert_only_known_differences(kept, {})

    def assert_only_known_differences(self, kept, known):
        wanted = {capture_kept.name: readings.dump(Programs.dump, capture_kept.path, capture_kept.arguments) for capture_kept in kept}
        groups = collections.defaultdict(list)
        for capture_kept in kept:
            events = wanted[capture_kept.name].events
            groups[(capture_kept.arguments, not events["gap"] and not events["truncated"])].append(capture_kept)
        differing = {}
        for (arguments, is_complete), members in groups.items():
            path = self.write(kept_captures.join(members))
            for passes in PASSES:
                options = [*preferences(arguments), *passes, *(IN_ORDER if is_complete else [])]
                self.note_differences(members, wanted, readings.dissect(DISSECTOR, path, options), differing)
        self.assertEqual(sorted(differing), sorted(known),
                         "\n".join(f"{name}: {difference}" for name, difference in differing.items() if name not in known))

    def note_differences(self, members, wanted, reading, differing):
        for number, capture_kept in enumerate(members):
            joined, original = kept_captures.client_of(number) + ":", capture_kept.client + ":"
            for kind in ("messages", "violations"):
                mine = {}
                for way, packets in getattr(reading, kind).items():
                    if joined in (way.client[:len(joined)], way.server[:len(joined)]):
                        mine[way._replace(client=way.client.replace(joined, original),
                                          server=way.server.replace(joined, original))] = packets
                theirs = getattr(wanted[capture_kept.name], kind)
                for way in {*mine, *theirs}:
                    a, b = theirs.get(way, []), mine.get(way, [])
                    if kind == "messages":
                        a, b = without_frames(a), without_frames(b)
                    if difference := readings.difference(a, b):
                        differing[capture_kept.name] = f"{way.direction}, {difference}"


def main():
    Programs.dump, Programs.dump_tests, Programs.conformance = sys.argv[1:4]
    if shutil.which("tshark") is None:
        print("wireshark_test: there is no tshark here, so nothing was tested; install the package tshark", file=sys.stderr)
        sys.exit(77)  # ctest calls this skipped
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])


if __name__ == "__main__":
    main()
