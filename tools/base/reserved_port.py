"""A TCP port for a program that cannot listen on port 0 and say which port it got.

Chosen and marked as conformance/runner/reserved_port.cpp does: nothing is bound to it, no other program gets it by chance,
and no runner and no script of this project is given it while the mark is open.
"""

import errno
import pathlib
import random
import socket

FIRST, LAST = 10_000, 65_535
USABLE_PORTS_MIN = 1_000
ATTEMPTS_MAX = 2_000


def usable_ports():
    """Those that the system does not give to outgoing connections and to programs that bind port 0."""
    ports = range(FIRST, LAST + 1)
    try:
        first, last = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    except (OSError, ValueError):
        return ports
    usable = [port for port in ports if not first <= port <= last]
    return usable if len(usable) >= USABLE_PORTS_MIN else ports


def is_unbound(port):
    """Nothing has it at any address of either family."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as both:
            both.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            both.bind(("::", port))
        return True
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
    try:
        with socket.socket() as ipv4:  # there is no IPv6 here
            ipv4.bind(("", port))
        return True
    except OSError:
        return False


class ReservedPort:
    """Reserved until release(), or until the process ends."""

    def __init__(self):
        ports = usable_ports()
        for port in random.sample(ports, min(len(ports), ATTEMPTS_MAX)):
            self._mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                self._mark.bind(f"\0chatos-conformance port {port}")
            except OSError:
                self._mark.close()
                continue
            if is_unbound(port):
                self.number = port
                return
            self._mark.close()
        raise OSError("there is no free port")

    def release(self):
        self._mark.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()
