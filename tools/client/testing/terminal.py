"""For tests: a program on a pseudo-terminal, and the screen that a person would see there."""
import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

from testing.programs import TIMEOUT_S


class Terminal:
    def __init__(self, *command, columns=80, rows=24, environment=(), folder="."):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.raw = b""
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.environ.update({"TERM": "xterm", "LC_ALL": "C.UTF-8", **dict(environment)})
            os.chdir(folder)
            os.execv(command[0], command)
        self.resize(columns, rows)

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def type(self, text):
        os.write(self.master, text.encode())
        return self

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def wait(self, fits, description):
        """Reads until the lines on the screen fit."""
        end = time.monotonic() + TIMEOUT_S
        while not fits(self.lines()):
            if not select.select([self.master], [], [], end - time.monotonic())[0]:
                raise AssertionError(f"{description} never came:\n" + "\n".join(filter(None, self.lines())))
            try:
                more = os.read(self.master, 65536)
            except OSError:  # the other side is closed
                more = b""
            if not more:
                raise AssertionError(f"it ended before {description} came:\n" + "\n".join(filter(None, self.lines())))
            self.raw += more
            self.stream.feed(self.decoder.decode(more))
        return self

    def expect(self, *wanted):
        """Waits until each of these is a part of a line, and they come in this order."""
        def fits(lines):
            remaining = iter(lines)
            return all(any(part in line for line in remaining) for part in wanted)
        return self.wait(fits, repr(wanted))

    def expect_typing(self, text):
        """Waits until the last line is exactly this, with the cursor behind it."""
        def fits(lines):
            last = [line for line in lines if line][-1:] or [""]
            row = self.screen.cursor.y
            return last[0] == text.rstrip() and lines[row] == text.rstrip() and self.screen.cursor.x == len(text)
        return self.wait(fits, f"the line {text!r}")

    def end(self):
        """Waits for its end; the exit code."""
        while True:
            try:
                more = os.read(self.master, 65536)
            except OSError:
                break
            if not more:
                break
            self.raw += more
            self.stream.feed(self.decoder.decode(more))
        _, status = os.waitpid(self.process, 0)
        self.process = None
        return os.waitstatus_to_exitcode(status)

    def close(self):
        if self.process is not None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.process = None
        if self.master >= 0:
            os.close(self.master)
            self.master = -1
