"""chatos-dump -i shows a conversation with the real server while it continues, and ends with the summary on SIGINT.

usage: live_test.py DUMP SERVER
Exits with 77, after saying why, where the system does not permit capturing.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

DUMP, SERVER = sys.argv[1:]
SKIPPED = 77
HANG_GUARD_S = 300


def start_dump(*options):
    """The running dump, once it says that it captures; or its complaint."""
    running = subprocess.Popen([DUMP, "-i", "lo", *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    said = running.stderr.readline()
    if "capturing on \"lo\"" in said:
        return running, said
    running.stdout.close()
    running.stderr.close()
    running.wait()
    return None, said


def complaint(*options):
    done = subprocess.run([DUMP, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def talk(port):
    """A login, and a message to everybody (nobody else is there)."""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_GUARD_S) as client:
        for packet in (b"\x01\0\x03bob", b"\x04\0\0\0\x05hello"):
            client.sendall(packet)
            assert client.recv(2, socket.MSG_WAITALL) == b"\x06\0"


def talk_elsewhere():
    """Traffic of another port, which the kernel keeps to itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        client.sendall(b"\x01\0\x03eve")
        listener.accept()[0].close()


def show_conversation(port, kept):
    running, said = start_dump("--json", "--port", str(port), "-w", kept)
    if running is None:
        return said
    watchdog = threading.Timer(HANG_GUARD_S, running.kill)
    watchdog.start()
    try:
        talk_elsewhere()
        talk(port)
        shown = []
        # The lines come while the capture continues: each is written as soon as its frame is there.
        while len(shown) < 4:
            line = json.loads(running.stdout.readline())
            assert line["type"] == "packet", line
            shown.append((line["packet"], line.get("pseudo") or line.get("message") or line["code_name"]))
        assert shown == [("CR", "bob"), ("ERROR", "OK"), ("SMA", "hello"), ("ERROR", "OK")], shown
        running.send_signal(signal.SIGINT)
        remaining = [json.loads(line) for line in running.stdout]
        assert running.wait() == 0
        assert [line["type"] for line in remaining] == ["summary"], remaining
        counts = remaining[0]
        assert counts["packets"] == 4 and counts["streams"] == 1 and counts["frames"] == counts["decoded"] >= 8, counts
        assert "other_port" not in counts["skipped"], counts
        assert running.stderr.read() == ""
        # The frames are kept while they come, and are all that is needed.
        status, out, _ = complaint("--json", "--port", str(port), kept)
        again = [json.loads(line) for line in out.splitlines()]
        assert status == 0 and [line["type"] for line in again] == ["packet"] * 4 + ["summary"], out
        assert again[-1]["frames"] == counts["frames"], out
    finally:
        watchdog.cancel()
        running.kill()
        running.wait()
        running.stdout.close()
        running.stderr.close()
    return None


def scraped(address, wanted):
    """The metrics, once they have this line."""
    for _ in range(HANG_GUARD_S * 10):
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=HANG_GUARD_S) as answer:
            text = answer.read().decode()
        if wanted in text:
            return text
        time.sleep(0.1)
    raise AssertionError(wanted + " does not come:\n" + text)


def watch_production(folder):
    """A server breaks a rule: the counter says so while the capture continues, and a capture of it is kept."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        running = subprocess.Popen([DUMP, "--check", "-i", "lo", "--port", port, "--metrics", "127.0.0.1:0", "--keep", folder],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watchdog = threading.Timer(HANG_GUARD_S, running.kill)
        watchdog.start()
        try:
            address = running.stderr.readline().split()[-1]
            assert "capturing on" in running.stderr.readline()
            with socket.create_connection(listener.getsockname()) as client, listener.accept()[0] as server:
                client.sendall(b"\x01\0\x03bob")
                assert server.recv(6, socket.MSG_WAITALL) == b"\x01\0\x03bob"
                server.sendall(b"\x06\0")
                assert client.recv(2, socket.MSG_WAITALL) == b"\x06\0"
                client.sendall(b"\4\0\0\0\2hi")
                assert len(server.recv(7, socket.MSG_WAITALL)) == 7
                server.sendall(b"\3\0\3bob\0\0\0\2hi")
                assert len(client.recv(12, socket.MSG_WAITALL)) == 12
                text = scraped(address, 'chatos_dump_verdicts_total{rule="ALL-2",verdict="fail"} 1\n')
                assert 'chatos_dump_verdicts_total{rule="CONN-1",verdict="pass"} 1\n' in text, text
                assert "chatos_dump_streams_open 1\n" in text and "chatos_dump_kept_files_total 1\n" in text, text
            running.send_signal(signal.SIGTERM)
            out, err = running.communicate(timeout=HANG_GUARD_S)
            assert running.returncode == 1 and out.count("VIOLATION  ALL-2") == 1, (running.returncode, out)
            assert "1 capture of violations kept in" in err, err
            kept, = os.listdir(folder)
            assert "-ALL-2-stream-0-frame-" in kept, kept
            again = subprocess.run([DUMP, "--check", "--port", port, f"{folder}/{kept}"], capture_output=True, text=True, check=False)
            assert again.returncode == 1 and "VIOLATION  ALL-2" in again.stdout, again.stdout
        finally:
            watchdog.cancel()
            running.kill()
            running.wait()
            running.stdout.close()
            running.stderr.close()


def end_without_traffic(signal_number):
    running, _ = start_dump("--ladder", "-f", "host 203.0.113.77")
    running.send_signal(signal_number)
    out, err = running.communicate(timeout=HANG_GUARD_S)
    assert running.returncode == 0 and (err == "" or "came too fast" in err), (running.returncode, err)
    assert out.startswith("0 packets in 0 streams; 0 frames = 0 decoded + 0 skipped\n"), out


def end_by_itself(port):
    """After so many frames, the last of which is shown, or after so much time without any."""
    running, _ = start_dump("--json", "--port", str(port), "-c", "4")
    talk(port)
    out, err = running.communicate(timeout=HANG_GUARD_S)
    assert running.returncode == 0 and err == "", (running.returncode, err)
    assert json.loads(out.splitlines()[-1])["frames"] == 4, out
    running, _ = start_dump("-f", "host 203.0.113.77", "-a", "duration:0.05")
    out, err = running.communicate(timeout=HANG_GUARD_S)
    assert running.returncode == 0 and err == "" and "0 frames = 0 decoded" in out, (running.returncode, out, err)


def main():
    status, out, err = complaint("-i", "no-such-if0")
    assert (status, out) == (3, ""), (status, out)
    assert "not permitted" in err or ("there is no interface \"no-such-if0\"; choose one of these: " in err and "lo" in err), err
    assert complaint("-i", "lo", "file.pcap")[0] == 2
    assert complaint("-i", "lo", "--raw")[0] == 2
    status, out, err = complaint("-i", "lo", "-f", "tcp prot 7")
    assert status == 2 and "\n  tcp prot 7\n      ^^^^\n" in err, err
    server = subprocess.Popen([SERVER, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        with tempfile.TemporaryDirectory() as folder:
            refused = show_conversation(port, folder + "/kept.pcapng")
        if refused is not None:
            assert "not permitted" in refused and "setcap" in refused, refused
            print("skipped: " + refused.strip())
            return SKIPPED
        end_by_itself(port)
        with tempfile.TemporaryDirectory() as folder:
            watch_production(folder)
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
    for number in (signal.SIGINT, signal.SIGTERM):
        end_without_traffic(number)
    print("shown while it went on, and ended with the summary")
    return 0


if __name__ == "__main__":
    sys.exit(main())
