"""Runs fuzz targets, one after the other, and tells what they find.

usage: fuzz.py --bin FOLDER --work FOLDER [--seconds N] [TARGET...]
Each target has, in the work folder, a corpus that lasts from run to run, its findings, and the log of its last run. The
seeds of fuzz/corpora/ are unpacked there and never changed. Exit: 0 nothing found, 1 a finding, 2 usage, or a target that does
not start; 130 after Ctrl-C.
"""

import argparse
import os
import pathlib
import selectors
import signal
import subprocess
import sys
import time

import finding as findings
import fuzz_targets
from progress import Progress, Screen

ENDS_WITHIN_SECONDS = 5
LAST_LINES = 8


class CannotRun(Exception):
    """The message says why, and what to do."""


class Ended(Exception):
    """A signal asked to end; `status` is what to exit with."""

    def __init__(self, number):
        super().__init__(number)
        self.status = 128 + number


class EndingSignals:
    """Raises Ended when a signal asks to end; while it is held back, at release(): a program that is being started must
    be known before anything can end it."""

    def __init__(self):
        self.is_held_back = False
        self.arrived = None

    def listen(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.take)

    def take(self, number, _):
        if self.is_held_back:
            self.arrived = number
        else:
            raise Ended(number)

    def hold_back(self):
        self.is_held_back = True

    def release(self):
        self.is_held_back = False
        if self.arrived is not None:
            raise Ended(self.arrived)


ending_signals = EndingSignals()


class Run:
    """One run of one target."""

    def __init__(self, target, options):
        self.target = target
        self.program = options.bin / target.name
        self.seconds = options.seconds
        self.folder = options.work / target.name
        self.seeds = options.work / "seeds"
        self.log = options.work / f"{target.name}.log"

    def command(self):
        """Its arguments. Of the two corpora libFuzzer writes to the first alone."""
        dictionary = self.target.dictionary()
        return [str(self.program), f"-max_total_time={self.seconds}", f"-max_len={self.target.max_len}", "-entropic=0",
                f"-timeout={findings.HANGS_AFTER_SECONDS}", f"-artifact_prefix={self.folder / 'artifacts'}/",
                *([f"-dict={dictionary}"] if dictionary else []), str(self.folder / "corpus"), str(self.target.unpack_seeds(self.seeds))]

    def execute(self, progress, screen):
        """Runs to the end; gives the exit status."""
        for name in ("corpus", "artifacts", "findings"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        # A session of its own: Ctrl-C reaches this program alone, which ends the target itself.
        ending_signals.hold_back()
        try:
            child = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, start_new_session=True)
        except OSError as problem:
            ending_signals.release()
            raise CannotRun(f"cannot start {findings.shown(self.program)}: {problem.strerror}; build it: "
                            "cmake --preset fuzz && cmake --build --preset fuzz") from problem
        try:
            ending_signals.release()
            with self.log.open("wb") as log:
                follow(child.stdout, log, progress, screen)
            return child.wait()
        finally:
            end_child(child)

    def last_words(self):
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return "\n".join(lines[-LAST_LINES:])


def follow(stream, log, progress, screen):
    """Copies what the target prints into its log, and shows how far it is, up to the end of the stream."""
    pending = b""
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while True:
            if ready.select(timeout=0.2):
                piece = os.read(stream.fileno(), 65536)
                if not piece:
                    return
                log.write(piece)
                log.flush()
                *lines, pending = (pending + piece).split(b"\n")
                for line in lines:
                    progress.take(line.decode(errors="replace"), time.monotonic())
            screen.show(progress, time.monotonic())


def end_child(child):
    """Nothing of ours is left running."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    child.stdout.close()


def run_target(target, options, screen, name_columns):
    """True if it found something."""
    run = Run(target, options)
    progress = Progress(target.name, options.seconds, time.monotonic(), name_columns)
    try:
        status = run.execute(progress, screen)
    except Ended:
        screen.end(progress.ended("stopped"))
        raise
    if status == 0:
        screen.end(progress.ended("nothing found"))
        return False
    finding = findings.read_finding(run.log.read_text(errors="replace"))
    if finding is None:
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        raise CannotRun(f"{target.name} {how}, and left no input that did it. The end of {findings.shown(run.log)}:\n"
                        f"{run.last_words()}\nIf a library or a file is missing, install or build it; "
                        f"{findings.shown(run.program)} -help=1 shows whether the program starts.")
    path = findings.keep(finding, run.folder / "findings")
    screen.end(progress.ended(f"found: {finding.name}"), is_bad=True)
    print(findings.tell(finding, target, path, options.bin, run.log), flush=True)
    return True


def seconds_of(text):
    if not text.isdecimal() or not 1 <= int(text) <= 9_999_999:
        raise argparse.ArgumentTypeError(f"wants a number of seconds from 1, not '{text}'")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="Runs fuzz targets one after the other and tells what they find.")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where the targets are")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="for corpora, findings and logs")
    parser.add_argument("--seconds", type=seconds_of, default=60, help="for each target")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all but those that are to fail")
    options = parser.parse_args()
    ending_signals.listen()
    try:
        targets = fuzz_targets.choose(options.targets)
        screen = Screen(sys.stdout)
        name_columns = max(len(target.name) for target in targets)
        findings_made = [run_target(target, options, screen, name_columns) for target in targets]
    except (CannotRun, fuzz_targets.UnknownTarget) as problem:
        print(f"fuzz: {problem}", file=sys.stderr)
        return 2
    except Ended as end:
        return end.status
    return 1 if any(findings_made) else 0


if __name__ == "__main__":
    sys.exit(main())
