"""Writes a capture of many ChatOS frames, the input of the dump's benchmark.

usage: make_capture.py FILE [--frames N] [--connections N]
One million frames (the default) in 64 connections are 129 MB: handshakes, logins, messages both ways with their answers.
The same arguments give the same bytes.
"""
import argparse
import struct

SERVER = bytes([10, 0, 0, 1])
SERVER_PORT = 7777


def frame(source, destination, source_port, destination_port, sequence, acknowledgement, flags, payload):
    total = 40 + len(payload)
    return (b"\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00"
            + struct.pack(">BBHHHBBH", 0x45, 0, total, 0, 0x4000, 64, 6, 0) + source + destination
            + struct.pack(">HHIIBBHHH", source_port, destination_port, sequence & 0xFFFFFFFF, acknowledgement & 0xFFFFFFFF,
                          0x50, flags, 65535, 0, 0) + payload)


class Connection:
    def __init__(self, number):
        self.address = bytes([10, 1, number >> 8 & 255, number & 255])
        self.port = 40000 + number
        self.number = number
        # The first ones wrap their sequence numbers on the way.
        self.client = 0xFFFF0000 + 1000 * number & 0xFFFFFFFF
        self.server = 0x10000000 + number
        self.steps = self.make_steps()

    def from_client(self, payload=b"", flags=0x18):
        sequence, self.client = self.client, self.client + len(payload) + (1 if flags & 2 else 0)
        return frame(self.address, SERVER, self.port, SERVER_PORT, sequence, self.server, flags, payload)

    def from_server(self, payload=b"", flags=0x18):
        sequence, self.server = self.server, self.server + len(payload) + (1 if flags & 2 else 0)
        return frame(SERVER, self.address, SERVER_PORT, self.port, sequence, self.client, flags, payload)

    def make_steps(self):
        name = b"user%d" % self.number
        peer = b"user%d" % (self.number + 1)
        yield self.from_client(flags=0x02)
        yield self.from_server(flags=0x12)
        yield self.from_client(b"\x01" + struct.pack(">H", len(name)) + name)
        yield self.from_server(b"\x06\x00")
        count = 0
        while True:
            count += 1
            text = (b"message %d of user %d, and some more words. " % (count, self.number)) * 4
            spm = struct.pack(">H", len(peer)) + peer + struct.pack(">I", len(text)) + text
            yield self.from_client(b"\x03" + spm)
            yield self.from_server(b"\x06\x00")
            yield self.from_server(b"\x03" + spm)
            yield self.from_client(b"\x06\x00")
            yield self.from_client(flags=0x10)
            yield self.from_client(b"\x02" + struct.pack(">H", len(peer)) + peer)
            yield self.from_server(b"\x06\x00")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    connections = [Connection(number) for number in range(options.connections)]
    with open(options.file, "wb", buffering=1 << 20) as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number in range(options.frames):
            data = next(connections[number % len(connections)].steps)
            microseconds = number * 10
            file.write(struct.pack("<IIII", 1_700_000_000 + microseconds // 1_000_000, microseconds % 1_000_000, len(data),
                                   len(data)) + data)


if __name__ == "__main__":
    main()
