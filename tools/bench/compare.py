"""Puts chatos-server, Redis and Mosquitto under the same load, one at a time and in turn, and prints what a delivery and
an idle user cost each of them, beside what is wanted.

usage: compare.py PROGRAMS [--rounds N] [--quick]
PROGRAMS is the folder of chatos-server and chatos-bench. Exit: 0 measured, whatever the figures; 2 usage, or a package is
missing; 3 a server or a run failed.
"""

import argparse
import json
import os
import pathlib
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "base"))
from reserved_port import ReservedPort  # noqa: E402

# receivers, messages in flight, rival, most that ours may cost of what the rival costs
WANTED = [
    (100, 32, "redis", 0.8),
    (10, 32, "redis", 1.0),
    (2000, 4, "redis", 0.95),
    (100, 1, "redis", 1.4),
    (100, 32, "mosquitto", 0.1),
]
IDLE_USERS = 9_000
IDLE_BYTES_MAX = 700
MANY_USERS = 19_000
STARTING_SECONDS_MAX = 120
PACKAGES = {"redis-server": "redis-server", "mosquitto": "mosquitto"}
BENCH_MODES = {"ours": ("fanout", "idle"), "redis": ("redis-fanout", "redis-idle"), "mosquitto": ("mqtt-fanout", "mqtt-idle")}


class Failure(Exception):
    pass


def find_program(name):
    # Daemons may lie where only root's path leads.
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")


class Server:
    """A server that was started here, alone, on a port of its own; stopped, by its process, at the end of the block."""

    def __init__(self, name, programs):
        self.name = name
        self.programs = programs
        self.folder = tempfile.TemporaryDirectory(prefix="chatos-compare-")
        self.reserved = ReservedPort()
        self.port = self.reserved.number
        self.target = f"127.0.0.1:{self.port}"
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+")
        self.process = None

    def command(self):
        if self.name == "ours":
            return [self.programs / "chatos-server", "--listen", self.target, "--capacity", "20000"]
        if self.name == "redis":
            return [find_program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                    "--appendonly", "no", "--maxclients", "20000", "--daemonize", "no", "--dir", self.folder.name]
        settings = pathlib.Path(self.folder.name) / "mosquitto.conf"
        # 0 is no limit. Started by root it would become another user, who cannot read this folder.
        settings.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                            "max_inflight_messages 0\nmax_queued_messages 0\nlog_type error\n"
                            + ("user root\n" if os.geteuid() == 0 else ""))
        return [find_program("mosquitto"), "-c", settings]

    def __enter__(self):
        self.process = subprocess.Popen(self.command(), stdout=self.log, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTING_SECONDS_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return self
            except OSError:
                time.sleep(0.02)
        said = self.said()
        self.stop()
        raise Failure(f"{self.name} does not start: {said}")

    def said(self):
        self.log.seek(0)
        return self.log.read()[-500:].strip() or "it says nothing"

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        self.folder.cleanup()
        self.reserved.release()

    def __exit__(self, *_):
        self.stop()

    def bench(self, mode, *arguments):
        command = [self.programs / "chatos-bench", mode, "--target", self.target, "--pid", str(self.process.pid), "--json",
                   "-", *map(str, arguments)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode != 0:
            raise Failure(f"{self.name}, {mode} {' '.join(map(str, arguments))}: {finished.stderr.strip()}")
        return json.loads(finished.stdout)


def measure_fanout(name, programs, receivers, in_flight, seconds):
    with Server(name, programs) as server:
        return server.bench(BENCH_MODES[name][0], "--receivers", receivers, "--in-flight", in_flight, "--seconds", seconds)


def measure_idle(name, programs, users):
    with Server(name, programs) as server:
        return server.bench(BENCH_MODES[name][1], "--users", users)


def median_of(runs, key):
    return statistics.median(run[key] for run in runs)


def verdict(value, most):
    return "" if value <= most else "  falls short"


def compare_fanouts(programs, rounds, seconds):
    print(f"server CPU per delivery in us, 64-byte messages, medians of {rounds} (in brackets: k deliveries/s)\n", flush=True)
    print(f"{'receivers x in flight':22} {'ours':>16} {'against':>10} {'':>16} {'ratio':>7} {'wanted':>8}")
    loads = {}
    for receivers, in_flight, rival, most in WANTED:
        loads.setdefault((receivers, in_flight), []).append((rival, most))
    for (receivers, in_flight), rivals in loads.items():
        names = ["ours", *(rival for rival, _ in rivals)]
        runs = {name: [] for name in names}
        for _ in range(rounds):
            for name in names:  # in turn, so that a slow moment of the machine hits all alike
                runs[name].append(measure_fanout(name, programs, receivers, in_flight, seconds))
        cost = {name: median_of(reports, "server_cpu_per_delivery_us") for name, reports in runs.items()}
        shown = {name: f"{cost[name]:.3f} [{median_of(reports, 'deliveries_per_second') / 1000:.0f}]"
                 for name, reports in runs.items()}
        for rival, most in rivals:
            ratio = cost["ours"] / cost[rival]
            print(f"{f'{receivers} x {in_flight}':22} {shown['ours']:>16} {rival:>10} {shown[rival]:>16} {ratio:7.2f} "
                  f"{'<= ' + str(most):>8}{verdict(ratio, most)}", flush=True)


def compare_idle(programs):
    print("\nresident memory per idle user in bytes, without that of the kernel\n", flush=True)
    for name, users in [("ours", IDLE_USERS), ("ours", MANY_USERS), ("redis", IDLE_USERS), ("mosquitto", IDLE_USERS)]:
        report = measure_idle(name, programs, users)
        memory = report["server_bytes_per_user"]
        wanted = f"  wanted <= {IDLE_BYTES_MAX}{verdict(memory, IDLE_BYTES_MAX)}" if name == "ours" else ""
        print(f"{name:10} {report['users']:6} users {memory:8.0f}   {report['reached']} reached by one message, logged in within "
              f"{report['login_ns'] / 1e9:.1f} s{wanted}", flush=True)


def raise_descriptor_limit():
    """What is started here inherits it. As root also the hard limit can be raised."""
    needed = MANY_USERS + 1_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, needed))
        except (ValueError, OSError):
            raise Failure(f"{MANY_USERS} users need {needed} open files, and the hard limit is {hard}") from None
    elif soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def main():
    parser = argparse.ArgumentParser(prog="compare.py", description="chatos-server beside Redis and Mosquitto.")
    parser.add_argument("programs", type=pathlib.Path, help="the folder of chatos-server and chatos-bench")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each load with each server (5)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a run (3)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 second")
    options = parser.parse_args()
    if options.rounds < 1 or options.seconds < 1:
        parser.error("--rounds and --seconds are at least 1")
    if options.quick:
        options.rounds, options.seconds = 3, 1
    missing = [package for program, package in PACKAGES.items() if not find_program(program)]
    if missing:
        print(f"compare.py: missing Debian packages: {' '.join(missing)}; install them with apt-get", file=sys.stderr)
        return 2
    for program in ("chatos-server", "chatos-bench"):
        if not (options.programs / program).is_file():
            print(f"compare.py: there is no {options.programs / program}; build it first", file=sys.stderr)
            return 2
    try:
        raise_descriptor_limit()
        compare_fanouts(options.programs, options.rounds, options.seconds)
        compare_idle(options.programs)
    except Failure as failure:
        print(f"compare.py: {failure}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
