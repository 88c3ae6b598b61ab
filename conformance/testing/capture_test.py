"""The captures of --pcap hold what went over the wire, as TCP that any dump tool reassembles.

Usage: capture_test.py PROGRAM FAKE_SERVER
Read back by a small reader of its own; by tshark as well where it is installed.
"""
import collections
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM, FAKE_SERVER = sys.argv[1], sys.argv[2]
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SERVER = 7777

Segment = collections.namedtuple("Segment", "time source target sequence acknowledged flags data size")


def ones_complement_sum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def read_capture(data):
    """Yields the segments; every header is checked on the way."""
    magic, major, minor, zone, accuracy, snap_length, link = struct.unpack_from("<IHHiIII", data)
    assert (magic, major, minor, zone, accuracy, link) == (0xA1B2C3D4, 2, 4, 0, 0, 101)
    at = 24
    while at < len(data):
        seconds, microseconds, kept, length = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        assert len(frame) == kept <= length <= snap_length and microseconds < 1_000_000
        version, _, total, _, fragment, hops, protocol, _, source_ip, target_ip = struct.unpack_from(">BBHHHBBHII", frame)
        assert (version, total, fragment, protocol) == (0x45, length, 0x4000, 6) and hops > 0
        assert source_ip == target_ip == 0x7F000001
        assert ones_complement_sum(frame[:20]) == 0xFFFF, "IPv4 header checksum"
        source, target, sequence, acknowledged, offset, flags, window, _, urgent = struct.unpack_from(">HHIIBBHHH", frame, 20)
        assert offset == 0x50 and window > 0 and urgent == 0
        if kept == length:
            pseudo_header = frame[12:20] + struct.pack(">BBH", 0, 6, length - 20)
            assert ones_complement_sum(pseudo_header + frame[20:]) == 0xFFFF, "TCP checksum"
        yield Segment(seconds + microseconds / 1e6, source, target, sequence, acknowledged, flags, frame[40:], length - 40)


def streams(segments):
    """Follows each connection; returns port of the actor -> (what it sent, what it received, how each side ended)."""
    streams = {}
    before = 0
    for segment in segments:
        assert segment.time >= before, "time runs backwards"
        before = segment.time
        port = segment.source if segment.target == SERVER else segment.target
        side, other = ("client", "server") if segment.target == SERVER else ("server", "client")
        assert {segment.source, segment.target} == {port, SERVER}
        stream = streams.setdefault(port, {"next": {}, "client": b"", "server": b"", "ends": {}, "handshake": []})
        following = stream["next"]
        assert "reset" not in stream["ends"].values(), "a segment after a reset"
        if segment.flags & SYN:
            following[side] = (segment.sequence + 1) % 2**32
            stream["handshake"].append((side, segment.flags))
            continue
        assert segment.flags & ACK and segment.sequence == following[side], "a hole or a segment sent again"
        assert segment.acknowledged == following[other], "acknowledges what did not come"
        stream[side] += segment.data
        following[side] += segment.size
        if segment.flags & RST:
            stream["ends"][side] = "reset"
        if segment.flags & FIN:
            assert side not in stream["ends"], "two ends"
            following[side] += 1
            stream["ends"][side] = "fin"
        if segment.size:
            assert stream["ends"].get(side) is None, "data after the end"
    for stream in streams.values():
        assert stream["handshake"] == [("client", SYN), ("server", SYN | ACK)], stream["handshake"]
    return streams


def scenario_file(folder, name, steps, actors=("alice",), **keys):
    scenario = {"schema": 1, "id": name, "title": "x", "rules": ["PM-2"], "actors": list(actors), "steps": steps, **keys}
    path = pathlib.Path(folder) / f"{name}.json"
    path.write_text(json.dumps(scenario), encoding="utf-8")
    return str(path)


LOGIN = {"actor": "alice", "login": True}


class Captures(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.captures = pathlib.Path(self.folder) / "new" / "captures"

    def tearDown(self):
        shutil.rmtree(self.folder)

    def run_program(self, mode, *files):
        return subprocess.run([PROGRAM, "run", "--pcap", str(self.captures), "--json", f"{self.folder}/report.json",
                               "--server-command", f"{FAKE_SERVER} {mode} {{port}}", *files],
                              capture_output=True, text=True, check=False)

    def read(self, name):
        data = (self.captures / f"{name}.pcap").read_bytes()
        return streams(read_capture(data))

    def test_one_file_for_each_failed_scenario_and_none_for_others(self):
        ask = {"actor": "alice", "send": {"packet": "RPM", "pseudo": "nobody"}}
        good = scenario_file(self.folder, "my.good", [LOGIN, ask, {"actor": "alice", "expect": {"packet": "ERROR", "code": 4}}])
        bad = scenario_file(self.folder, "my.bad", [LOGIN, ask, {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}}])
        done = self.run_program("polite", good, bad)
        self.assertEqual(done.returncode, 1)
        self.assertEqual([path.name for path in self.captures.iterdir()], ["my.bad.pcap"])
        self.assertIn(f"capture         {self.captures}/my.bad.pcap\n", done.stdout)
        report = json.loads((pathlib.Path(self.folder) / "report.json").read_text(encoding="utf-8"))
        self.assertEqual([segment.get("capture") for segment in report["scenarios"]], [f"{self.captures}/my.bad.pcap", None])
        [(port, stream)] = self.read("my.bad").items()
        self.assertEqual(port, 40001)
        pseudo = stream["client"][3:3 + stream["client"][2]]
        self.assertTrue(pseudo.startswith(b"alice-"))
        # Behind the failure comes a fence, which shows what the server had read.
        fence = b"\2\0" + bytes([len(pseudo)]) + pseudo.replace(b"alice", b"fence")
        self.assertEqual(stream["client"], b"\1\0" + bytes([len(pseudo)]) + pseudo + b"\2\0\6nobody" + fence)
        self.assertEqual(stream["server"], b"\6\0\6\4\6\4")
        self.assertEqual(stream["ends"], {"client": "fin", "server": "fin"})

    def test_ends_of_both_kinds_and_both_sides(self):
        steps = [LOGIN, {"actor": "bob", "login": True}, {"actor": "carol", "login": True},
                 {"actor": "bob", "close": "reset", "id": "left"}, {"actor": "carol", "close": "fin"},
                 {"actor": "carol", "expect": {"closed": "fin"}, "id": "gone"},
                 {"actor": "alice", "send": {"packet": "SMA", "message": "boo"}, "after": ["gone", "left"]},
                 {"actor": "alice", "expect": {"packet": "ERROR"}}]
        done = self.run_program("dies", scenario_file(self.folder, "my.ends", steps, ("alice", "bob", "carol")))
        self.assertEqual(done.returncode, 1, done.stdout)
        streams = self.read("my.ends")
        self.assertEqual(streams[40002]["ends"], {"client": "reset"})
        self.assertEqual(streams[40003]["ends"], {"client": "fin", "server": "fin"})
        self.assertIn(streams[40001]["ends"].get("server"), ("fin", "reset"))
        self.assertTrue(streams[40001]["client"].endswith(b"\4\0\0\0\3boo"))

    def test_large_packets_are_several_segments_and_split_ones_as_they_were_split(self):
        large = {"packet": "SPM", "pseudo": "nobody", "message": {"repeat": "x", "times": 60000}}
        steps = [LOGIN, {"actor": "alice", "send": {"packet": "RPM", "pseudo": "nobody"}, "split": "bytes"},
                 {"actor": "alice", "expect": {"packet": "ERROR"}}, {"actor": "alice", "send": large},
                 {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}}]
        self.run_program("polite", scenario_file(self.folder, "my.large", steps))
        self.assertTrue(self.read("my.large")[40001]["client"].partition(b"\2\0\x0cfence-")[0].endswith(b"\0\0\xea\x60" + b"x" * 60000))
        sizes = [segment.size for segment in read_capture((self.captures / "my.large.pcap").read_bytes())
                 if segment.target == SERVER and segment.size]
        self.assertEqual(sizes[1:-1], [1] * 9 + [32768, 60013 - 32768])  # the last one is the fence behind the failure

    def test_more_than_is_kept_is_cut_as_by_a_snap_length(self):
        huge = {"packet": "SMA", "message": {"repeat": "x" * 10, "times": 500_000}}
        steps = [LOGIN, {"actor": "alice", "send": huge}, {"actor": "alice", "expect": {"packet": "SPM"}}]
        self.run_program("polite", scenario_file(self.folder, "my.huge", steps))
        segments = list(read_capture((self.captures / "my.huge.pcap").read_bytes()))
        streams(segments)
        self.assertEqual(sum(segment.size for segment in segments if segment.target == SERVER and segment.size > 30), 5_000_005)
        self.assertLess((self.captures / "my.huge.pcap").stat().st_size, 100_000)

    def test_a_folder_that_cannot_be_is_wrong_usage(self):
        self.captures = pathlib.Path("/dev/null/captures")
        done = self.run_program("polite", scenario_file(self.folder, "my.good", [LOGIN]))
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, "chatos-conformance: --pcap /dev/null/captures: the folder cannot be made; expected "
                                      "the name of a folder, existing or new\n")

    @unittest.skipUnless(shutil.which("tshark"), "tshark is not installed")
    def test_tshark_reports_no_problem(self):
        bad = scenario_file(self.folder, "my.bad", [LOGIN, {"actor": "alice", "expect": {"packet": "SPM"}, "within_ms": 100}])
        self.run_program("polite", bad)
        done = subprocess.run(["tshark", "-r", str(self.captures / "my.bad.pcap"), "-o", "tcp.check_checksum:TRUE", "-Y",
                               "tcp.analysis.flags || tcp.checksum.status == 0"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
