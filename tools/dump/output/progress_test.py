"""The progress bar and the output share a terminal, and never a line.

usage: progress_test.py PROGRAM
"""
import os
import pty
import re
import subprocess
import sys
import tempfile

BAR = "MB/s"
CLEARED = "\r\x1b[K"


def on_terminal(*command):
    """What a terminal is given on stdout and stderr together."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                          env={"TERM": "xterm", "NO_COLOR": "1"}) as running:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 1 << 16):
                shown += piece
        except OSError:  # the other side has closed
            pass
        assert running.wait() in (0, 3), running.returncode
    os.close(ours)
    return shown.decode()


def what_is_left(shown):
    """What stands on the screen at the end: all that was not drawn over."""
    return re.sub(r"[^\n]*\r\x1b\[K", "", shown.replace("\r\n", "\n"))


def main():
    program = sys.argv[1]
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\x01\0\3bob" * 30_000)
        file.flush()
        with_bar = on_terminal(program, "--raw", "--progress", file.name)
        without = on_terminal(program, "--raw", "--no-progress", file.name)
        assert with_bar.count(BAR) > 0 and without.count(BAR) == 0
        assert what_is_left(with_bar) == without.replace("\r\n", "\n")
        broken = on_terminal(program, "--raw", "--progress", "--hex", file.name)
        assert CLEARED + "chatos-dump: bad hex text" in broken and BAR in broken, broken[-300:]
        assert BAR not in what_is_left(broken)
    print(f"{with_bar.count(BAR)} drawings, none left")


if __name__ == "__main__":
    main()
