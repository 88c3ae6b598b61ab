"""For tests: programs on pipes that are talked to while they run, and servers for them."""
import os
import re
import select
import signal
import socket
import subprocess
import time

# How long anything may take before a test gives it up. Nothing waits that long unless it fails.
TIMEOUT_S = 300


class Program:
    """A program on pipes. Every wait is for something that it writes."""

    def __init__(self, *command, stdin=subprocess.PIPE, **more):
        self.process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.output = b""

    def say(self, *lines):
        for line in lines:
            self.process.stdin.write(line.encode("utf-8", "surrogateescape") + b"\n")
        self.process.stdin.flush()
        return self

    def expect(self, pattern):
        """Waits until what it has written since the last match has a line like this one; returns the match."""
        end = time.monotonic() + TIMEOUT_S
        while True:
            text = self.output.decode("utf-8", "replace")
            match = re.search(f"^(?:{pattern})$", text, re.MULTILINE)
            if match and "\n" in text[match.end():]:
                self.output = text[match.end():].encode()
                return match
            if not select.select([self.process.stdout], [], [], end - time.monotonic())[0]:
                raise AssertionError(f"no line like {pattern!r} in {text!r}")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise AssertionError(f"it ended without a line like {pattern!r}: {text!r}; {self.process.stderr.read()}")
            self.output += more

    def end_of_input(self):
        self.process.stdin.close()
        return self

    def finish(self):
        """Waits for its end; (exit code, the output not matched yet, stderr)."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        out = self.output + self.process.stdout.read()
        err = self.process.stderr.read()
        code = self.process.wait(TIMEOUT_S)
        self.close()
        return code, out.decode("utf-8"), err.decode("utf-8")

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass


class Server(Program):
    """chatos-server on a free port."""

    def __init__(self, program, *arguments, listen="127.0.0.1:0"):
        super().__init__(program, "--log-level", "error", "--listen", listen, *arguments)
        self.address = self.expect("listening on (.*)")[1]


class FakeServer:
    """Sends what a test wants it to."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(TIMEOUT_S)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def accept(self):
        self.peer = self.listener.accept()[0]
        self.peer.settimeout(TIMEOUT_S)
        return self

    def send(self, data):
        self.peer.sendall(data)
        return self

    def receive(self, size):
        data = b""
        while len(data) < size:
            more = self.peer.recv(size - len(data))
            if not more:
                raise AssertionError(f"the client closed after {data!r}")
            data += more
        return data

    def closed(self):
        """All that comes until the client has ended its side; then ends this one, too."""
        data = b""
        while more := self.peer.recv(65536):
            data += more
        self.peer.close()
        return data

    def close(self):
        self.listener.close()
        if hasattr(self, "peer"):
            self.peer.close()


class RawUser:
    """A user whose every byte the test chooses."""

    def __init__(self, address, name):
        self.address = address
        self.name = name
        self.chat = self.connect()
        self.chat.sendall(cr(name))
        self.expect(self.chat, error(0))

    def connect(self):
        host, port = self.address.rsplit(":", 1)
        connection = socket.create_connection((host, int(port)))
        connection.settimeout(TIMEOUT_S)
        return connection

    @staticmethod
    def expect(connection, wanted):
        data = b""
        while len(data) < len(wanted):
            more = connection.recv(len(wanted) - len(data))
            assert more, data
            data += more
        assert data == wanted, (data, wanted)

    def ask(self, peer):
        self.chat.sendall(pc(peer))
        self.expect(self.chat, error(0))

    def open(self, peer):
        """The tunnel, once the peer has accepted."""
        self.expect(self.chat, error(0))
        self.tunnel = self.connect()
        self.tunnel.sendall(pc(self.name) + pc(peer))
        self.expect(self.tunnel, error(0))
        return self

    def close(self):
        self.chat.close()
        if hasattr(self, "tunnel"):
            self.tunnel.close()


def frame(kind, payload=b""):
    """Of the bytes inside a private connection: private/link.hpp."""
    return bytes([kind]) + len(payload).to_bytes(4, "big") + payload


def offer(size, name):
    return frame(2, size.to_bytes(8, "big") + name)


def cr(name):
    return b"\x01" + len(name).to_bytes(2, "big") + name


def rpm(name):
    return b"\x02" + cr(name)[1:]


def pc(name):
    return b"\x05" + cr(name)[1:]


def sma(text):
    return b"\x04" + len(text).to_bytes(4, "big") + text


def spm(name, text):
    return b"\x03" + cr(name)[1:] + sma(text)[1:]


def error(code):
    return bytes([6, code])
