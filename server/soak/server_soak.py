"""A soak: chatos-server under a random mix of all flows, broken clients, resets, slow readers, half-closes and tunnels.

usage: server_soak.py CHATOS_SERVER [--seconds N] [--clients N] [--seed N] [--check-memory]
Meanwhile its books must balance in every scrape. Then all clients go: nothing may be left behind. Then they come again, and the
server is told to stop under load: it exits with 0 and its stderr holds no report of a sanitizer. --check-memory (a build
without sanitizers) also compares the resident size in the first and the last third. A seed chooses what the clients do, not
how fast the machine is, so it repeats a run roughly. Exit: 0 nothing found, 1 a finding, 2 usage.
"""

import argparse
import asyncio
import collections
import logging
import os
import pathlib
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback

import clients

# Narrow, so that a short soak reaches every bound.
LIMITS = {
    "--capacity": 50, "--unregistered-max": 60, "--per-address-max": 40, "--answers-owed-max": 2_048,
    "--deliveries-unanswered-max": 64, "--timeouts-in-a-row-max": 4, "--output-bytes-max": 300_000,
    "--total-output-bytes-max": 4_000_000, "--total-input-bytes-max": 1_000_000, "--message-bytes-max": 20_000,
    "--tunnels-max": 8, "--tunnels-per-user-max": 8, "--tunnel-buffer-bytes": 20_000,
    "--answer-timeout-ms": 300, "--pc-timeout-ms": 300,
    "--login-timeout-ms": 700, "--tunnel-timeout-ms": 500, "--drain-timeout-ms": 2_000, "--flush-timeout-ms": 300,
    "--linger-timeout-ms": 100,
}
SCRAPE_EVERY_S = 0.1
REPORT = re.compile(r"Sanitizer|runtime error|Assertion|terminate called")
# What a soak must have seen before it counts as one.
WANTED = [f'chatos_packets_received_total{{packet="{name}"}}' for name in ("CR", "RPM", "SPM", "SMA", "PC", "ERROR")] + [
    'chatos_deliveries_settled_total{cause="answer"}', 'chatos_deliveries_settled_total{cause="time_limit"}',
    'chatos_deliveries_settled_total{cause="departure"}', "chatos_requests_abandoned_total", "chatos_answers_late_total",
    "chatos_answers_unasked_total", "chatos_tunnels_opened_total", 'chatos_refused_input_total{rule="WIRE-1"}',
    'chatos_closed_total{cause="slow_login"}']
EMPTY_AT_REST = ["chatos_connections", "chatos_users", "chatos_requests_pending", "chatos_deliveries_waiting",
                 "chatos_output_bytes_queued", "chatos_output_memory_bytes", "chatos_input_memory_bytes", "chatos_tunnels_open"]
MEMORY_GROWTH_MAX = 1.25
MEMORY_SLACK_BYTES = 8 << 20


class Finding(Exception):
    """Something that must not happen has."""


class Server:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.stderr_file = folder / "stderr"
        self.unix = str(folder / "socket")

    async def start(self):
        flags = [str(part) for pair in LIMITS.items() for part in pair]
        with open(self.stderr_file, "wb") as stderr:
            self.process = await asyncio.create_subprocess_exec(
                self.program, "--listen", "127.0.0.1:0", "--listen", f"unix:{self.unix}", "--metrics", "127.0.0.1:0",
                "--log-file", str(self.folder / "log"), *flags, stdout=asyncio.subprocess.PIPE, stderr=stderr)
        said = [(await self.process.stdout.readline()).decode().strip() for _ in range(3)]
        if not said[2].startswith("metrics on "):
            await self.process.wait()
            raise Finding(f"it does not start: {self.stderr()}")
        self.tcp = address(said[0])
        self.metrics = address(said[2])

    def stderr(self):
        return self.stderr_file.read_text(errors="replace")

    async def scrape(self):
        reader, writer = await asyncio.open_connection(*self.metrics)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: soak\r\n\r\n")
        text = (await asyncio.wait_for(reader.read(), clients.PATIENCE_S)).decode()
        writer.close()
        rows = (row.rsplit(" ", 1) for row in text.splitlines() if row.startswith(("chatos_", "process_")))
        return {name: float(value) if "." in value else int(value) for name, value in rows}

    async def exit_code(self):
        return await asyncio.wait_for(self.process.wait(), clients.PATIENCE_S)

    def kill(self):
        if self.process.returncode is None:
            self.process.kill()


def address(said):
    host, port = said.split()[-1].rsplit(":", 1)
    return host, int(port)


def check_books(samples):
    settled = sum(value for name, value in samples.items() if name.startswith("chatos_deliveries_settled_total"))
    for left, right, description in [
            (samples["chatos_requests_accepted_total"],
             samples["chatos_requests_answered_total"] + samples["chatos_requests_abandoned_total"] + samples["chatos_requests_pending"],
             "requests: accepted is not answered + abandoned + pending"),
            (samples["chatos_deliveries_made_total"], settled + samples["chatos_deliveries_waiting"],
             "deliveries: made is not settled + waiting")]:
        if left != right:
            raise Finding(f"{description}: {left} and {right}")
    for name, bound in [("chatos_users", "--capacity"), ("chatos_tunnels_open", "--tunnels-max"),
                        ("chatos_output_memory_bytes", "--total-output-bytes-max")]:
        if samples[name] > LIMITS[bound]:
            raise Finding(f"{name} is {samples[name]}, beyond {bound}")


class Soak:
    def __init__(self, server, arguments):
        self.server = server
        self.arguments = arguments
        self.counts = collections.Counter()
        self.resident = []  # (moment, bytes)
        self.samples = {}
        self.actors = []
        self.places = []
        self.over = asyncio.Event()

    def begin(self, seed):
        self.places = [clients.Place(self.server.tcp, self.server.unix, seed + i) for i in range(self.arguments.clients)]
        self.over = asyncio.Event()
        self.actors = [asyncio.create_task(clients.keep_busy(place, self.counts, self.over)) for place in self.places]

    def check_actors(self):
        for actor in self.actors:
            if actor.done() and not actor.cancelled():
                raise actor.exception() or Finding("a client stopped by itself")

    async def end(self):
        self.over.set()
        for actor in self.actors:
            actor.cancel()
        if self.actors:
            _, stuck = await asyncio.wait(self.actors, timeout=clients.PATIENCE_S)
            if stuck:
                raise Finding(f"{len(stuck)} clients do not come to an end: {stuck}")
        self.actors = []
        for place in self.places:
            place.abandon_all()

    async def look(self):
        if self.server.process.returncode is not None:
            raise Finding(f"it ended with {self.server.process.returncode}")
        self.check_actors()
        samples = await self.server.scrape()
        check_books(samples)
        for name, value in samples.items():
            if "_total" in name and value < self.samples.get(name, 0):
                raise Finding(f"{name} went back from {self.samples[name]} to {value}")
        self.samples = samples
        self.resident.append((time.monotonic(), samples["process_resident_memory_bytes"]))

    # The time is up and everything was seen.
    async def run_mix(self):
        generator = random.Random(self.arguments.seed)
        began = time.monotonic()
        while time.monotonic() - began < self.arguments.seconds or not all(self.samples.get(name) for name in WANTED):
            if time.monotonic() - began > self.arguments.seconds + clients.PATIENCE_S / 2:
                raise Finding("never seen: " + ", ".join(name for name in WANTED if not self.samples.get(name)))
            await asyncio.sleep(SCRAPE_EVERY_S)
            await self.look()
            self.disturb(generator)

    # A log that is rotated, and a process that is stopped for a moment.
    def disturb(self, generator):
        if generator.random() < 0.1:
            self.server.process.send_signal(signal.SIGHUP)
        if generator.random() < 0.05:
            self.server.process.send_signal(signal.SIGSTOP)
            asyncio.get_running_loop().call_later(0.05, self.resume)

    def resume(self):
        if self.server.process.returncode is None:
            self.server.process.send_signal(signal.SIGCONT)

    async def check_rest(self):
        deadline = time.monotonic() + clients.PATIENCE_S
        while True:
            await self.look()
            left = {name: self.samples[name] for name in EMPTY_AT_REST if self.samples[name] != 0}
            if not left:
                return
            if time.monotonic() > deadline:
                raise Finding(f"left behind after everybody had gone: {left}")
            await asyncio.sleep(SCRAPE_EVERY_S)

    def check_memory(self):
        began, ended = self.resident[0][0], self.resident[-1][0]
        third = (ended - began) / 3
        first = max(size for moment, size in self.resident if moment <= began + third)
        last = max(size for moment, size in self.resident if moment >= ended - third)
        print(f"resident   {first / 2**20:.1f} MiB at most in the first third, {last / 2**20:.1f} MiB in the last")
        if self.arguments.check_memory and last > first * MEMORY_GROWTH_MAX + MEMORY_SLACK_BYTES:
            raise Finding(f"memory grows: {first} bytes at most in the first third, {last} in the last")

    async def stop_under_load(self):
        self.begin(self.arguments.seed + 1_000_000)
        await asyncio.sleep(0.3)
        self.resume()
        self.server.process.send_signal(signal.SIGTERM)
        code = await self.server.exit_code()
        self.check_actors()
        await self.end()
        said = self.server.stderr()
        if code != 0 or REPORT.search(said):
            raise Finding(f"told to stop, it ended with {code}")

    async def run(self):
        self.begin(self.arguments.seed)
        await self.run_mix()
        await self.end()
        self.resume()
        await self.check_rest()
        self.check_memory()
        await self.stop_under_load()
        print("clients    " + ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())))
        for counter in ("requests_accepted", "deliveries_made", "tunnels_opened", "connections_opened"):
            print(f"{counter.replace('_', ' '):<20}{self.samples[f'chatos_{counter}_total']:>12,}")


async def soak(arguments):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(arguments.server, pathlib.Path(folder))
        await server.start()
        soak = Soak(server, arguments)
        try:
            await soak.run()
            print(f"nothing found in {arguments.seconds} s (seed {arguments.seed})")
            return 0
        except Exception as finding:  # pylint: disable=broad-except
            print(f"server_soak: {type(finding).__name__}: {finding}; repeat with --seed {arguments.seed}", file=sys.stderr)
            if not isinstance(finding, Finding):
                traceback.print_exception(finding)
            sys.stderr.write(server.stderr()[-20_000:])
            return 1
        finally:
            server.kill()
            await soak.end()


def positive(text):
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
        raise argparse.ArgumentTypeError(f"invalid value '{text}': expected an integer from 1")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", help="the program")
    parser.add_argument("--seconds", type=positive, default=60)
    parser.add_argument("--clients", type=positive, default=60)
    parser.add_argument("--seed", type=positive, default=random.randint(1, 999_999))
    parser.add_argument("--check-memory", action="store_true")
    arguments = parser.parse_args()
    if not os.access(arguments.server, os.X_OK):
        parser.error(f"{arguments.server} is no program")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # that writing to a dead connection fails is no news here
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard) if soft < hard else (soft, hard))
    sys.exit(asyncio.run(soak(arguments)))


if __name__ == "__main__":
    main()
