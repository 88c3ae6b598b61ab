"""How fast chatos-dump is, beside tshark with a plain Lua dissector and libpcap reading alone, and what memory it takes.

usage: compare.py --dump PROGRAM [--lua SCRIPT] [--frames N] [--rounds N] [--tshark PROGRAM] [--tcpdump PROGRAM] [--folder DIR]
The capture is written by make_capture.py. tshark runs once over the whole of it; the others as many rounds as asked, in
turns, and the median counts. Both readers must find the same number of messages, or there is nothing to compare. The same
stream five times as long goes through a pipe, to see whether memory grows. Exit 0 measured; 1 they disagree; 2 usage.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
RATIO_WANTED = 80
LINES_WANTED = 1.0  # of the time of --json, by CPU
PEAK_MB_WANTED = 60
LONGER = 5


class Measured:
    """A program that has ended: wall and CPU seconds, peak resident memory. Its output goes to /dev/null, or through
    `reader`, piece by piece."""

    def __init__(self, command, stdin=subprocess.DEVNULL, reader=None):
        begun = time.perf_counter()
        with subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL if reader is None else subprocess.PIPE,
                              stderr=subprocess.PIPE) as running:
            while reader is not None and (piece := running.stdout.read1(1 << 20)):
                reader(piece)
            self.err = running.stderr.read().decode(errors="replace").strip()
            # The peak is at least that of this program when it forks, so it keeps itself small.
            _, status, usage = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.perf_counter() - begun
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024
        if running.returncode != 0:
            sys.exit(f"compare.py: {command[0]} failed with status {running.returncode}: {self.err}")


class LastLine:
    """Keeps the end of an output."""

    def __init__(self):
        self.end = b""

    def __call__(self, piece):
        self.end = (self.end + piece)[-4096:]

    def packets(self):
        return json.loads(self.end.splitlines()[-1])["packets"]


class MessageCounter:
    """Counts opcodes in tshark's lines: several in a frame follow each other, with commas."""

    def __init__(self):
        self.pending, self.count = b"", 0

    def __call__(self, piece):
        lines = (self.pending + piece).split(b"\n")
        self.pending = lines.pop()
        for line in lines:
            fields = line.split(b"\t")
            if len(fields) > 1 and fields[1]:
                self.count += fields[1].count(b",") + 1


def dump_command(options, source):
    return [options.dump, "--json", source]


def lines_command(options, source):
    return [options.dump, source]


def tshark_command(options, capture):
    # The same content as our lines: what, who, the text, the code.
    return [options.tshark, "-n", "-r", capture, "-X", f"lua_script:{options.lua}", "-T", "fields", "-E", "aggregator=,",
            "-e", "frame.number", "-e", "chatos.opcode", "-e", "chatos.pseudo", "-e", "chatos.message", "-e", "chatos.code"]


def warm_up(path):
    """Into the page cache, for everybody."""
    with open(path, "rb") as file:
        while file.read(1 << 20):
            pass


def measure_longer(options):
    """The peak while a capture of five times as many frames comes through a pipe."""
    with subprocess.Popen([sys.executable, HERE / "make_capture.py", "/dev/stdout", "--frames", str(LONGER * options.frames)],
                          stdout=subprocess.PIPE) as maker:
        return Measured(dump_command(options, "-"), stdin=maker.stdout)


def measure(options, capture):
    """Rounds of ours and of libpcap, tshark's one run, and how many messages either found."""
    warm_up(capture)
    last_line = LastLine()
    Measured(dump_command(options, capture), reader=last_line)
    dump, lines, libpcap = [], [], []
    for _ in range(options.rounds):
        dump.append(Measured(dump_command(options, capture)))
        lines.append(Measured(lines_command(options, capture)))
        libpcap.append(Measured([options.tcpdump, "-n", "-r", capture, "-w", "/dev/null"]))
    counter = MessageCounter()
    tshark = Measured(tshark_command(options, capture), reader=counter)
    return dump, lines, libpcap, tshark, last_line.packets(), counter.count


def middle(all_measured, figure):
    return statistics.median(getattr(each_run, figure) for each_run in all_measured)


def wanted(figure, is_met):
    return f"(wanted {figure})" if is_met else f"(wanted {figure}: FALLS SHORT)"


def report(options, dump, lines, libpcap, tshark, longer):
    ours = middle(dump, "seconds")
    print(f"{'':34} {'seconds':>9} {'CPU s':>9} {'peak MB':>9}")
    for name, seconds, cpu, memory in (
            ("chatos-dump --json", ours, middle(dump, "cpu_seconds"), max(each_run.peak_mb for each_run in dump)),
            ("chatos-dump, lines", middle(lines, "seconds"), middle(lines, "cpu_seconds"),
             max(each_run.peak_mb for each_run in lines)),
            ("tshark, Lua dissector, -T fields", tshark.seconds, tshark.cpu_seconds, tshark.peak_mb),
            ("libpcap (tcpdump -w /dev/null)", middle(libpcap, "seconds"), middle(libpcap, "cpu_seconds"),
             max(each_run.peak_mb for each_run in libpcap)),
            (f"chatos-dump, {LONGER} times as long, pipe", longer.seconds, longer.cpu_seconds, longer.peak_mb)):
        print(f"{name:34} {seconds:9.2f} {cpu:9.2f} {memory:9.1f}")
    ratio = tshark.seconds / ours
    print(f"tshark takes {ratio:.0f} times as long {wanted(f'>= {RATIO_WANTED}', ratio >= RATIO_WANTED)}, "
          f"{tshark.cpu_seconds / middle(dump, 'cpu_seconds'):.0f} times by CPU; libpcap alone "
          f"{ours / middle(libpcap, 'seconds'):.1f} times less than ours")
    lines_share = middle(lines, "cpu_seconds") / middle(dump, "cpu_seconds")
    print(f"lines take {lines_share:.2f} of the CPU time of JSON {wanted(f'<= {LINES_WANTED:g}', lines_share <= LINES_WANTED)}")
    peak = max([each_run.peak_mb for each_run in dump + lines] + [longer.peak_mb])
    print(f"our peak memory {peak:.1f} MB {wanted(f'< {PEAK_MB_WANTED}', peak < PEAK_MB_WANTED)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dump", required=True)
    parser.add_argument("--lua", default=str(HERE / "plain_dissector.lua"))
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--tcpdump", default="tcpdump")
    parser.add_argument("--folder", help="where the capture is written; default a temporary folder")
    options = parser.parse_args()
    if options.frames < 1 or options.rounds < 1:
        parser.error("--frames and --rounds are at least 1")
    if not pathlib.Path(options.lua).is_file():
        parser.error(f"there is no dissector {options.lua}")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        capture = os.path.join(folder, "frames.pcap")
        subprocess.run([sys.executable, HERE / "make_capture.py", capture, "--frames", str(options.frames)], check=True)
        dump, lines, libpcap, tshark, ours, theirs = measure(options, capture)
        print(f"{options.frames:,} frames, {os.path.getsize(capture) / 1e6:.1f} MB; {ours:,} messages found by chatos-dump, "
              f"{theirs:,} by tshark", flush=True)
    if ours != theirs:
        print("compare.py: they do not read the same, so there is nothing to compare; tshark said: "
              f"{tshark.err or 'nothing'}", file=sys.stderr)
        return 1
    report(options, dump, lines, libpcap, tshark, measure_longer(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
