"""The captures that the dump's own tests make, gathered by running those tests, and joined for tshark."""
import collections
import os
import pathlib
import struct
import subprocess

# `client` is the address that the clients of this capture have in the joined one; frames count from `first_frame`.
Kept = collections.namedtuple("Kept", "name path arguments frames")
PCAP_HEADER_BYTES, RECORD_HEADER_BYTES = 24, 16
ADDRESSES_AT, CLIENT = 26, bytes([10, 0, 0, 1])  # of IPv4 on Ethernet


def names_of_tests(program):
    names, suite = [], ""
    listed = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        if line.startswith(" "):
            names.append(suite + line.strip())
        elif line.endswith("."):
            suite = line
    return names


def frames_of(capture):
    """The records of a little-endian pcap file, header and bytes."""
    at, frames = PCAP_HEADER_BYTES, []
    while at < len(capture):
        size, = struct.unpack_from("<I", capture, at + 8)
        frames.append(capture[at:at + RECORD_HEADER_BYTES + size])
        at += len(frames[-1])
    return frames


def keep(program, folder, but_not):
    """Runs each test of `program` but those named; returns the captures that they made."""
    kept = []
    for name in names_of_tests(program):
        if name in but_not:
            continue
        place = pathlib.Path(folder, name)
        place.mkdir()
        environment = {**os.environ, "CHATOS_KEEP_CAPTURES": str(place)}
        subprocess.run([program, "--gtest_filter=" + name], env=environment, capture_output=True, check=True)
        for path in sorted(place.glob("*.pcap"), key=lambda one: int(one.stem)):
            arguments = tuple(path.with_suffix(".arguments").read_text().split())
            kept.append(Kept(f"{name} {path.stem}", path, arguments, frames_of(path.read_bytes())))
    return kept


def client_of(number):
    return bytes([10, 1, number >> 8, number & 255])


def join(kept):
    """One capture of all; the clients of each have an address of their own, so that no connection meets another's."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
    for number, one in enumerate(kept):
        for frame in one.frames:
            # Behind the Ethernet header and any VLAN tags; the first is the source, the second the destination.
            at = frame.find(CLIENT, RECORD_HEADER_BYTES + ADDRESSES_AT)
            if at != -1 and at < RECORD_HEADER_BYTES + ADDRESSES_AT + 16:
                frame = frame[:at] + client_of(number) + frame[at + 4:]
            parts.append(frame)
    return b"".join(parts)
