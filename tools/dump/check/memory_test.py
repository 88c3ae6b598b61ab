"""chatos-dump --check stays below 60 MB, whatever comes in: many users with long names, many streams that end inside a
packet or in garbage, many violations, while it is watched and keeps captures.

Usage: memory_test.py DUMP
"""
import os
import struct
import subprocess
import sys
import tempfile

DUMP = sys.argv[1]
RESIDENT_KIB_MAX = 60 * 1000 * 1000 // 1024
FIN, SYN, PSH, ACK = 1, 2, 8, 16


def packet(opcode, *texts):
    """Sizes of two bytes for pseudos, of four for the message that is last."""
    sizes = {1: ">H", 2: ">H", 3: ">H", 4: ">I"}
    body = b""
    for index, text in enumerate(texts):
        body += struct.pack(">I" if index else sizes[opcode], len(text)) + text
    return bytes([opcode]) + body


class Stream:
    """One connection, whose frames are written to a capture."""

    def __init__(self, out, number):
        self.out, self.client, self.next = out, (number >> 14, 1024 + (number & 0x3FFF)), {False: 1, True: 1}
        self.send(b"", SYN)
        self.send(b"", SYN | ACK, True)

    def send(self, payload, flags=PSH | ACK, from_server=False):
        client, server = (struct.pack(">HH", 0x0A00, self.client[0]), self.client[1]), (b"\x0a\xff\0\2", 7777)
        source, target = (server, client) if from_server else (client, server)
        sequence = self.next[from_server] - (1 if flags & SYN else 0)
        tcp = struct.pack(">HHIIBBHI", source[1], target[1], sequence, self.next[not from_server], 0x50, flags, 65535, 0)
        ip = struct.pack(">BBHIBBH", 0x45, 0, 40 + len(payload), 0, 64, 6, 0) + source[0] + target[0]
        frame = bytes(12) + b"\x08\0" + ip + tcp + payload
        self.out.write(struct.pack("<IIII", 1_700_000_000, 0, len(frame), len(frame)) + frame)
        self.next[from_server] += len(payload)

    def answer(self, payload=b"\6\0"):
        self.send(payload, from_server=True)

    def end(self):
        self.send(b"", FIN | ACK)
        self.send(b"", FIN | ACK, True)


def many_users(out):
    """As many at a time as are followed, with names as long as they may be."""
    streams = [Stream(out, number) for number in range(8_190)]
    for number, stream in enumerate(streams):
        stream.send(packet(1, b"%0255d" % number))
        stream.answer()
    for step in range(1):
        for number, stream in enumerate(streams):
            stream.send(packet(2, b"%0255d" % ((number * 7 + step) % len(streams))))
            stream.answer()


def unfinished_packets(out):
    message = packet(4, bytes(65_000))[:60_000]
    for number in range(1_500):
        stream = Stream(out, number)
        stream.send(packet(1, b"%d" % number))
        stream.answer()
        stream.send(message)
        stream.end()


def garbage(out):
    for number in range(1_500):
        stream = Stream(out, number)
        stream.send(b"\xff" * 60_000)
        stream.end()
    endless = Stream(out, 2_000)
    for _ in range(500):
        endless.send(b"\xff" * 60_000)


def violations(out):
    """Deliveries that nobody caused, of users who are there."""
    streams = [Stream(out, number) for number in range(500)]
    for number, stream in enumerate(streams):
        stream.send(packet(1, b"%d" % number))
        stream.answer()
    for step in range(20):
        for number, stream in enumerate(streams):
            stream.answer(packet(3, b"%d" % ((number + step) % len(streams)), b"from nowhere %d" % step))
            stream.send(b"\6\0")


def resident_kib(write_capture):
    with tempfile.TemporaryDirectory() as folder:
        command = [DUMP, "--check", "--metrics", "127.0.0.1:0", "--keep", folder, "-"]
        running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with running.stdin as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
            write_capture(out)
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        assert running.returncode in (0, 1), (write_capture.__name__, running.returncode)
        kept = sum(os.path.getsize(entry.path) for entry in os.scandir(folder))
        assert kept < 256 << 20 and len(os.listdir(folder)) <= 200, kept
    return usage.ru_maxrss


def main():
    figures = {scenario.__name__: resident_kib(scenario) for scenario in (many_users, unfinished_packets, garbage, violations)}
    print(", ".join(f"{name} {kib // 1024} MiB" for name, kib in figures.items()))
    assert max(figures.values()) < RESIDENT_KIB_MAX, figures


if __name__ == "__main__":
    main()
