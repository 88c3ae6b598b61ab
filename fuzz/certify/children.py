"""Processes that certify starts: each the head of a session of its own, with a timeout, ended with all that it
started."""

import dataclasses
import os
import resource
import select
import signal
import subprocess
import threading
import time


class Stopped(Exception):
    """The run was told to stop; what was under way is not a result."""


@dataclasses.dataclass(frozen=True)
class Ended:
    exit_code: int
    seconds: float
    timed_out: bool


class Children:
    def __init__(self):
        self._lock = threading.Lock()
        self._sessions = set()
        self._stopping = False

    @property
    def stopping(self):
        return self._stopping

    def run(self, command, *, cwd, log, seconds_max=None, environment=None, memory_bytes_max=None):
        """Runs a command to its end, with both its outputs in the file `log`. Raises Stopped once stop() was called."""
        with open(log, "wb") as output:
            with self._lock:
                if self._stopping:
                    raise Stopped
                start = time.monotonic()
                child = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output,
                                         stderr=subprocess.STDOUT, start_new_session=True,
                                         env={**os.environ, **(environment or {})})
                self._sessions.add(child.pid)
            if memory_bytes_max is not None:
                limit_memory(child.pid, memory_bytes_max)
            try:
                timed_out = not wait(child, seconds_max)
                seconds = time.monotonic() - start
            finally:
                # Also what an orderly child has left running, before its number can be given to another process.
                kill_session(child.pid)
                child.wait()
                with self._lock:
                    self._sessions.discard(child.pid)
        if self._stopping:
            raise Stopped
        return Ended(child.returncode, seconds, timed_out)

    def stop(self):
        """Ends what runs, and lets nothing start any more."""
        with self._lock:
            self._stopping = True
            for session in self._sessions:
                kill_session(session)


def wait(child, seconds_max):
    """True when it has ended in time; it is not reaped yet."""
    # A pidfd wakes at once, where Popen.wait(timeout) looks every 50 ms; a quick find takes less.
    handle = os.pidfd_open(child.pid)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(None if seconds_max is None else seconds_max * 1000))
    finally:
        os.close(handle)


def limit_memory(pid, bytes_max):
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (bytes_max, bytes_max))
    except ProcessLookupError:
        pass  # it has ended already


def kill_session(session):
    """Not only its group: ninja gives each compiler a group of its own."""
    while members := members_of(session):
        for pid in members:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.001)  # until they are gone, which may take a moment where much memory is given back


def members_of(session):
    """The processes of a session that have not ended."""
    members = []
    for folder in os.listdir("/proc"):
        if folder.isdigit():
            try:
                with open(f"/proc/{folder}/stat", encoding="utf-8", errors="replace") as file:
                    state, _parent, _group, its_session = file.read().rpartition(")")[2].split()[:4]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(its_session) == session and state not in "ZX":
                members.append(int(folder))
    return members


def limit_files(bytes_max):
    """For this process and all that it starts: no core dumps, and no output without end."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))
