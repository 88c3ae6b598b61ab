"""What chatos-dump --json really prints fits dump-line.schema.json, and the schema refuses what it should.

Usage: schema_test.py PROGRAM SCHEMA
"""
import json
import struct
import subprocess
import sys
import tempfile

import jsonschema

PACKETS = [b"\x01\x00\x03bob", b"\x02\x00\x03bob", b"\x03\x00\x03bob\x00\x00\x00\x02hi", b"\x03\x00\x01\x1b\x00\x00\x00\x00",
           b"\x04\x00\x00\x00\x00", b"\x04\x00\x00\x00\x04\xf0\x9f\x90\x99", b"\x05\x00\x03bob"]
PACKETS += [bytes([6, code]) for code in (0, 1, 2, 4, 5)]
# May be left out of a line, for a reason that the schema tells.
OPTIONAL = {"wrong_direction", "file", "time", "evicted", "streams", "encapsulations", "other_content", "corrected", "hint"}
MALFORMED = [b"\x07rest", b"\x01\x80\x00", b"\x01\x00\x00", b"\x01\x7f\xff", b"\x01\x00\x01\xff", b"\x06\x03",
             b"\x03\x00\x01z\xff\xff\xff\xff", b"\x04\x7f\xff\xff\xff", b"\x04\x00\x00\x00\x02\xc0\x80"]


def run(program, data, *options):
    """The program's lines for `data` as objects."""
    ended = subprocess.run([program, "--json", *options], input=data, capture_output=True, check=True)
    return [json.loads(line) for line in ended.stdout.decode("utf-8").splitlines()]


def dump(program, data, *options):
    return run(program, data, "--raw", "--binary", *options)


def frame(sequence, payload, flags=0x10, version=4, answers=None):
    """From the client; with `answers` from the server, which acknowledges that number."""
    ports = (40000, 7777) if answers is None else (7777, 40000)
    segment = struct.pack(">HHIIBBHHH", *ports, sequence, answers or 0, 0x50, flags, 65535, 0, 0) + payload
    if version == 6:
        return b"\x60\0\0\0" + struct.pack(">HBB", len(segment), 6, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + segment
    hosts = [b"\x0a\0\0\1", b"\x0a\0\0\2"]
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), 1, 0, 64, 6, 0)
    return header + b"".join(hosts if answers is None else reversed(hosts)) + segment


def capture(*frames, magic=0xA1B2C3D4, cut=0, said=None):
    """A capture of raw IP; the last frame lacks its last `cut` bytes. All say that they had `said` bytes on the wire."""
    data = struct.pack("<IHHiIII", magic, 2, 4, 0, 0, 262144, 101)
    for number, item in enumerate(frames):
        captured = item[:len(item) - cut] if number == len(frames) - 1 else item
        data += struct.pack("<IIII", 1_700_000_000, number, len(captured), len(item) if said is None else said) + captured
    return data


def captures():
    bob, ok, hello = b"\x01\0\3bob", b"\x06\0", b"\x04\0\0\0\5hello"
    syn = frame(9, b"", 2)
    yield capture(syn, frame(10, bob), frame(16, ok, version=6), b"\x45", frame(16, hello), frame(16, b"\x04\0\0\0\5HELLO"))
    yield capture(syn, frame(10, bob), frame(30, ok + ok), frame(40, hello[:7]), frame(50, ok), magic=0xA1B23C4D)
    yield capture(syn, frame(10, hello), cut=3)
    yield capture(syn, frame(10, hello), cut=15)
    yield capture(frame(10, b"no packet"), frame(19, bob + ok))
    yield capture(frame(10, b"no packet"))
    yield capture(syn, frame(10, bob[:3]), frame(13, b"", 4))
    yield capture(syn, frame(10, bob[:3] + b"\xff"), frame(14, b"\xff\xff"))
    yield capture(syn, frame(10, bob), frame(16, b"too slow", 4), frame(16, ok), frame(100, b"", 0x10, answers=18))
    yield capture(syn, frame(10, bob), frame(15, b"", 2), frame(16, ok, 8))
    in_ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(syn), 1, 0, 64, 4, 0) + b"\xc0\xa8\0\1\xc0\xa8\0\2" + syn
    yield capture(in_ip, b"\x45\0\0\x1c" + bytes(5) + b"\x11" + bytes(18), said=0)
    ports = [bytearray(syn) for _ in range(16_400)]
    for number, item in enumerate(ports):
        item[20:22] = struct.pack(">H", 41_000 + number)
    yield capture(*ports)


def main():
    program, schema_path = sys.argv[1:]
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    whole = b"".join(PACKETS)
    streams = [whole + tail for tail in MALFORMED] + [packet[:cut] for packet in PACKETS for cut in range(len(packet))]
    lines = []
    for stream in streams + [whole]:
        lines += dump(program, stream)
    lines += dump(program, whole, "--dir", "s2c")
    lines += dump(program, whole, "--stats")
    for data in captures():
        output_lines = run(program, data)
        counts = output_lines[-1]
        assert counts["frames"] == counts["decoded"] + sum(counts["skipped"].values()), counts
        bytes_of = counts["bytes"]
        assert bytes_of["input"] == sum(bytes_of[name] for name in ("packets", "malformed", "incomplete", "unframed")), counts
        lines += output_lines[:20] + output_lines[-1:] + run(program, data, "--stats")
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(data)
        file.flush()
        lines += run(program, b"", file.name, file.name)[:1]
    for line in lines:
        validator.validate(line)

    kinds = {line.get("packet") or line.get("event") or line["type"] for line in lines}
    wanted = {"CR", "RPM", "SPM", "SMA", "PC", "ERROR", "malformed", "incomplete", "summary", "stats", "gap",
              "truncated", "conflict", "midstream", "resync", "reset", "evicted", "discarded", "contested",
              "reset_ignored", "original_length"}
    assert kinds == wanted, f"not every kind of line was seen: {wanted - kinds}"

    refused = 0
    # Lines of one kind with the same keys are refused alike.
    for line in {(line.get("packet") or line.get("event") or line["type"], *line): line for line in lines}.values():
        for key in line:
            less = {name: value for name, value in line.items() if name != key}
            if key not in OPTIONAL:
                assert not validator.is_valid(less), f"the schema accepts a line without {key}: {less}"
                refused += 1
        assert not validator.is_valid({**line, "surprise": 1}), f"the schema accepts an unknown key: {line}"
    print(f"{len(lines)} lines fit, {refused} changed ones are refused")


if __name__ == "__main__":
    main()
