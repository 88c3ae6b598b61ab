"""Captures that other programs of the project make: the dump's own tests, and the conformance runner. Joined, because one
run of tshark over many takes less time than many runs."""
import collections
import os
import pathlib
import struct
import subprocess

# `arguments` are those with which chatos-dump is to read it; `client` is its clients' address, which lies in the first
# `header_bytes` of a frame. (Behind them the same four bytes may be something else.)
Kept = collections.namedtuple("Kept", "name path arguments client header_bytes")
PCAP_HEADER_BYTES, RECORD_HEADER_BYTES = 24, 16
IPV4_BYTES, ETHERNET_WITH_TAG_BYTES = 20, 18


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


def is_plain_ethernet(kept):
    """Whether the capture is a little-endian pcap file of Ethernet: only such ones can be joined."""
    header = kept.path.read_bytes()[:PCAP_HEADER_BYTES]
    return struct.unpack_from("<I", header)[0] == 0xA1B2C3D4 and struct.unpack_from("<I", header, 20)[0] == 1


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
        for path in sorted(place.glob("*.pcap"), key=lambda kept_one: int(kept_one.stem)):
            arguments = tuple(path.with_suffix(".arguments").read_text().split())
            kept.append(Kept(f"{name} {path.stem}", path, arguments, "10.0.0.1",
                             ETHERNET_WITH_TAG_BYTES + IPV4_BYTES))
    return kept


def real_conversations(conformance, folder):
    """What a run of all scenarios against a server with a fault leaves of those that failed: real connections."""
    fault = "spm-names-recipient"  # not subtle: it fails a third of all scenarios, and fails them fast
    command = f"{conformance} model --port {{port}} --fault {fault}"
    ended = subprocess.run([conformance, "run", "--server-command", command, "--pcap", folder], capture_output=True, check=False)
    if ended.returncode != 1:
        raise AssertionError(f"the run ended with {ended.returncode}: {ended.stderr.decode()}")
    return [Kept(path.stem, path, (), "127.0.0.1", IPV4_BYTES) for path in sorted(pathlib.Path(folder).glob("*.pcap"))]


def client_of(number):
    """The address that the clients of a capture have in the joined one."""
    return f"10.1.{number >> 8}.{number & 255}"


def packed(address):
    return bytes(map(int, address.split(".")))


def join(kept):
    """One capture of all; the clients of each have an address of their own, so that no connection meets another's."""
    parts = []
    for number, kept_one in enumerate(kept):
        capture = kept_one.path.read_bytes()
        parts = parts or [capture[:PCAP_HEADER_BYTES]]
        for frame in frames_of(capture):
            at, end = RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + kept_one.header_bytes
            headers = frame[at:end].replace(packed(kept_one.client), packed(client_of(number)))
            parts.append(frame[:at] + headers + frame[end:])
    return b"".join(parts)
