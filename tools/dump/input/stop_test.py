"""SIGINT and SIGTERM end a piped capture, and everything that collects shows what it has; without input there is usage.

usage: stop_test.py PROGRAM
"""
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import time

HANG_GUARD_S = 120
CLIENT, SERVER = 40_000, 7_777


def record(sequence, acknowledgement, flags, payload=b"", from_server=False):
    source, target = (SERVER, CLIENT) if from_server else (CLIENT, SERVER)
    tcp = struct.pack("!HHIIBBHHH", source, target, sequence, acknowledgement, 0x50, flags, 65_535, 0, 0) + payload
    addresses = (b"\x0a\0\0\2", b"\x0a\0\0\1") if from_server else (b"\x0a\0\0\1", b"\x0a\0\0\2")
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, *addresses) + tcp
    return struct.pack("<IIII", 1_700_000_000, sequence, len(ip), len(ip)) + ip


def capture():
    return struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 101) + b"".join((
        record(9, 0, 0x02), record(99, 10, 0x12, from_server=True),
        record(10, 100, 0x18, b"\1\0\3bob"), record(100, 16, 0x18, b"\6\0", from_server=True)))


def wait_until_caught(process, number):
    """The program is about to read when it catches the signal."""
    deadline = time.monotonic() + HANG_GUARD_S
    while time.monotonic() < deadline:
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            caught = next(line for line in status if line.startswith("SigCgt:"))
        if int(caught.split()[1], 16) >> (number - 1) & 1:
            return
        time.sleep(0.001)
    raise AssertionError("the signal is not caught")


def stopped(program, number, *options):
    """The output for a pipe whose writer lives on, with half a frame at the end; the exit code is 0."""
    with subprocess.Popen([program, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdin.write(capture() + record(16, 102, 0x18, b"\4\0\0\0\2hi")[:30])
        running.stdin.flush()
        wait_until_caught(running, number)
        running.send_signal(number)
        out = running.stdout.read().decode()
        err = running.stderr.read().decode()
        assert running.wait(HANG_GUARD_S) == 0, (options, running.returncode, err)
        assert err == "", err
    return out


def stopped_before_texts_are_known(program):
    """What --anonymize would write then could hold a text that it has not seen."""
    with tempfile.TemporaryDirectory() as folder:
        pipe, anonymous = f"{folder}/pipe", f"{folder}/anonymous"
        os.mkfifo(pipe)
        with subprocess.Popen([program, "--anonymize", anonymous, pipe], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running, \
             open(pipe, "wb") as writer:
            writer.write(capture())
            writer.flush()
            wait_until_caught(running, signal.SIGINT)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=HANG_GUARD_S)
        assert (running.returncode, out) == (3, b""), (running.returncode, out, err)
        assert b"interrupted before all texts were known" in err, err


def stopped_in_a_file(program):
    """A scenario of a part of a file would be of another conversation. What follows the packets are empty frames, which
    take no room on the disk and long to read."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/capture"
        with open(path, "wb") as file:
            file.write(capture())
        os.truncate(path, 1 << 36)
        with subprocess.Popen([program, "--to-scenario", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            wait_until_caught(running, signal.SIGINT)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=HANG_GUARD_S)
        assert (running.returncode, out) == (3, b""), (running.returncode, out, err)
        assert b"was stopped after its first" in err and b"no scenario is printed" in err, err


def without_standard_streams(program):
    """A file that is written does not take the place of a stream that is closed, and a stream that is closed is no input."""
    with tempfile.TemporaryDirectory() as folder:
        path, kept = f"{folder}/capture", f"{folder}/kept"
        with open(path, "wb") as file:
            file.write(capture())
        subprocess.run([program, "-w", kept, path], stdout=subprocess.DEVNULL, check=True, timeout=HANG_GUARD_S)
        with open(kept, "rb") as file:
            wanted = file.read()
        for closed, code in (("0<&-", 0), ("1>&-", 3), ("2>&-", 0), ("0<&- 1>&- 2>&-", 3)):
            done = subprocess.run(["sh", "-c", f'exec "$0" -w "$1" "$2" {closed}', program, kept, path], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, check=False, timeout=HANG_GUARD_S)
            with open(kept, "rb") as file:
                assert (done.returncode, file.read() == wanted) == (code, True), (closed, done.returncode)
        done = subprocess.run(["sh", "-c", 'exec "$0" - 0<&-', program], capture_output=True, check=False, timeout=HANG_GUARD_S)
        assert done.returncode == 3 and b"Bad file descriptor" in done.stderr, done


def on_terminal(program, *options):
    ours, theirs = pty.openpty()
    done = subprocess.run([program, *options], stdin=theirs, capture_output=True, text=True, check=False, timeout=HANG_GUARD_S)
    os.close(ours)
    os.close(theirs)
    return done


def main():
    program = sys.argv[1]
    assert "2 packets in 1 stream; 4 frames" in stopped(program, signal.SIGINT)
    assert "round trips" in stopped(program, signal.SIGTERM, "--stats", "-").lower()
    verdicts = [json.loads(line) for line in stopped(program, signal.SIGINT, "--check", "--json").splitlines()]
    assert {"type": "verdict", "rule": "CONN-1", "verdict": "pass"}.items() <= next(
        line for line in verdicts if line.get("rule") == "CONN-1").items(), verdicts
    scenario = json.loads(stopped(program, signal.SIGINT, "--to-scenario"))
    assert "bob" in json.dumps(scenario)
    assert "|  CR     pseudo=\"bob\"" in stopped(program, signal.SIGTERM, "--ladder")
    stopped_before_texts_are_known(program)
    stopped_in_a_file(program)
    without_standard_streams(program)
    for options in ((), ("--json",), ("--stats",)):
        done = on_terminal(program, *options)
        assert done.returncode == 2 and done.stdout == "", done
        assert done.stderr.startswith("chatos-dump: nothing to read") and "Examples:" in done.stderr, done.stderr
    print("what was collected is shown")


if __name__ == "__main__":
    main()
