"""What a target's log says about why it ended, and how a finding is kept and told."""

import dataclasses
import hashlib
import os
import pathlib
import re
import subprocess

import fuzz_targets
import seed_file

PROJECT = fuzz_targets.FUZZ.parent
# A run of a harness takes microseconds; what takes this long hangs.
HANGS_AFTER_SECONDS = 25
DESCRIBED_LINES_MAX = 60
DESCRIBE_SECONDS_MAX = 30

BROKEN = re.compile(r"^(?P<target>\w+): property '(?P<property>[^']*)' is broken: .*$")
SANITIZER = re.compile(r"ERROR: (?P<tool>\w+): (?P<what>.*)$")
UNDEFINED = re.compile(r"^(?P<place>\S+:\d+:\d+): runtime error: (?P<what>.*)$")
ASSERTION = re.compile(r"Assertion .* failed\.?$")
EXCEPTION = re.compile(r"^terminate called ")
FRAME = re.compile(r"^\s+#\d+ 0x[0-9a-f]+ in (?P<function>.*) (?P<file>/\S+?):(?P<line>\d+)(?::\d+)?")
ARTIFACT = re.compile(r"Test unit written to (?P<path>.*)$")
SEED = re.compile(r"^INFO: Seed: (\d+)")


@dataclasses.dataclass
class Finding:
    name: str  # of what broke, fit for a file's name
    lines: list  # that say it
    seed: str = "unknown"
    artifact: pathlib.Path | None = None


def as_name(text):
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower() or "unknown"


def frame_inside(lines):
    """The first stack frame of this project's own code."""
    for line in lines:
        frame = FRAME.match(line)
        if frame and pathlib.Path(frame["file"]).is_relative_to(PROJECT):
            return f"in {frame['function']}, {pathlib.Path(frame['file']).relative_to(PROJECT)}:{frame['line']}"
    return None


def what_broke(lines):
    """(name, lines) of the first thing that the log complains of; None if it does not."""
    for at, line in enumerate(lines):
        if broken := BROKEN.match(line):
            return as_name(broken["property"]), [line]
        if undefined := UNDEFINED.match(line):
            place = undefined["place"].removeprefix(f"{PROJECT}/")
            return "undefined-behaviour", [f"{place}: {undefined['what']}"]
        if ASSERTION.search(line):
            return "assertion", [line]
        if EXCEPTION.match(line):
            return "exception", [line, *lines[at + 1:at + 2]]
        if sanitizer := SANITIZER.search(line):
            summary = re.sub(r" (on|at) (unknown )?address .*", "", sanitizer["what"])
            frame = frame_inside(lines[at + 1:])
            return as_name(re.split(r":| \(| after \d", summary)[0]), [f"{sanitizer['tool']}: {summary}", *([frame] if frame else [])]
    return None


def read_finding(log):
    """The finding that a log tells of; without an artifact it is none, because nothing could be repeated."""
    lines = log.splitlines()
    artifacts = [match["path"] for match in map(ARTIFACT.search, lines) if match]
    artifact = pathlib.Path(artifacts[-1]) if artifacts else None
    if artifact is None or not artifact.is_file():
        return None
    name, said = what_broke(lines) or ("unknown", ["it ended, and did not say why"])
    seeds = [match[1] for match in map(SEED.match, lines) if match]
    return Finding(name, said, seeds[0] if seeds else "unknown", artifact)


def keep(finding, folder):
    """Moves the input into `folder`, under a name that tells what it broke; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(finding.artifact.read_bytes()).hexdigest()[:8]
    return finding.artifact.replace(folder / f"{finding.name}-{digest}")


def hex_rows(content):
    for at in range(0, len(content), 16):
        row = content[at:at + 16]
        yield f"{at:8}  {row.hex(' '):47}  {''.join(chr(byte) if 32 <= byte < 127 else '.' for byte in row)}"


def described(program, target, path):
    """Lines that show the input: in words where that is possible, else its bytes."""
    try:
        done = subprocess.run([program, target.name, path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=DESCRIBE_SECONDS_MAX, check=False)
        lines = done.stdout.decode(errors="replace").splitlines() if done.returncode == 0 else []
    except (OSError, subprocess.TimeoutExpired):
        lines = []
    lines = lines or list(hex_rows(path.read_bytes()))
    if len(lines) > DESCRIBED_LINES_MAX:
        more = len(lines) - DESCRIBED_LINES_MAX
        lines = [*lines[:DESCRIBED_LINES_MAX],
                 f"... and {more} more {'line' if more == 1 else 'lines'}: {shown(program)} {target.name} {shown(path)}"]
    return lines


def shown(path):
    """The path as a person here would write it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def what_to_do(target, path):
    content = path.read_bytes()
    for name, seed in seed_file.read(target.seed_file()).items():
        if seed == content:
            return [f"It is the seed '{name}' of {shown(target.seed_file())}: the tests replay it already and fail as well."]
    return ["Once it is fixed, make it a seed under a name that says what it shows; the tests then replay it:",
            f"  python3 {shown(seed_file.__file__)} add {target.inputs} {shown(path)} NAME"]


def tell(finding, target, path, programs, log):
    """The text for a person."""
    size = path.stat().st_size
    timeout = f"-timeout={HANGS_AFTER_SECONDS} " if finding.name == "timeout" else ""
    lines = ["", *finding.lines, "", *(f"  {line}".rstrip() for line in described(programs / "fuzz_describe", target, path)),
             "", f"file    {shown(path)} ({size} {'byte' if size == 1 else 'bytes'})",
             f"repeat  {shown(programs / target.name)} {timeout}{shown(path)}",
             f"seed    {finding.seed}", f"log     {shown(log)}", *what_to_do(target, path)]
    return "\n".join(lines) + "\n"
