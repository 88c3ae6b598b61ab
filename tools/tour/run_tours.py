"""run_tours.py --source DIR --build DIR [--kind KIND] [--update] PAGE.md...: runs the terminal sessions of a page as they stand there
and compares what they print with what the page shows.

Kinds: a session without a comment above it is run with a build at hand; `fuzz` needs the fuzz targets, in the build that
--fuzz-build names, and of their output only the words are compared. The sessions of a page share a folder, in which `build` and the project's folders lie. Port
7777 of the page is replaced by a reserved port while it runs, and back in what it prints. `tools/dev run` and `tools/dev fuzz` stand for what they do once they have built. --update writes what
was printed into the page instead of comparing."""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import tour

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "base"))
from reserved_port import ReservedPort  # noqa: E402

FUZZ_BUILD = "build-fuzz"
STANDS_FOR = {"tools/dev fuzz fuzz_canary": f"python3 fuzz/run/fuzz.py --bin {FUZZ_BUILD}/bin --work {FUZZ_BUILD}/work fuzz_canary",
              "tools/dev run": "echo '== judging the reference server'; build/bin/chatos-conformance run --profile conformance/profiles/chatos-server.json"}
PORT = "7777"
HANG_GUARD_S = 800


def replaced_number(text, number, other):
    """Where it is a number of its own, and no part of another."""
    return re.sub(rf"(?<![0-9.]){number}(?!\.?[0-9])", other, text)


class Place:
    """The folder in which commands run, and the shell that runs them: one shell per session, so that what one command
    leaves in the background serves the next."""

    def __init__(self, source, build, fuzz_build):
        self.folder = tempfile.TemporaryDirectory(prefix="chatos-tour-")
        for entry in source.iterdir():
            if entry.is_dir() and not entry.name.startswith((".", "build")):
                Path(self.folder.name, entry.name).symlink_to(entry)
        Path(self.folder.name, "build").symlink_to(build)
        self.fuzz_build = fuzz_build

    def run(self, steps, source):
        """What each command printed, both streams as a terminal shows them."""
        with ReservedPort() as reserved:
            return self.run_at(str(reserved.number), steps, source)

    def run_at(self, port, steps, source):
        mark, script = "chatos-tour-next-command", ""
        for step in steps:
            command = replaced_number(STANDS_FOR.get(step.command, step.command), PORT, port).replace(FUZZ_BUILD, self.fuzz_build)
            command = f"(cd '{source}' && {command})" if step.command.startswith("tools/dev fuzz") else command
            script += f"{command}\nprintf '%s\\n' {mark}\n"
        # Whatever the session started ends with it.
        script += "[ -z \"$(jobs -p)\" ] || kill $(jobs -p)\nwait 2>/dev/null\n"
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TERM": "dumb"}
        environment.pop("COLUMNS", None)
        shell = subprocess.Popen(["bash", "-c", script], cwd=self.folder.name, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            printed, _ = shell.communicate(timeout=HANG_GUARD_S)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            printed, _ = shell.communicate()
            printed += f"(ended after {HANG_GUARD_S} s)"
        return [replaced_number(part, port, PORT).replace(self.fuzz_build, FUZZ_BUILD).splitlines() for part in printed.split(mark + "\n")]


def check(page, source, build, fuzz_build, kind, update):
    """The number of sessions run, and what is wrong with them."""
    wrong, ran = [], []
    text = page.read_text()
    place = Place(source, build, fuzz_build)
    for session in tour.sessions(text):
        where = f"{page.name}:{session.line}"
        if session.not_run:
            print(f"not run  {where}: {session.not_run}")
            continue
        if session.kind != kind:
            continue
        printed = place.run(session.steps, source)
        ran.append((session, printed))
        form = tour.numberless if kind == "fuzz" else tour.stable
        for step, lines in zip(session.steps, printed):
            if different := tour.difference(step.expected, lines, form):
                wrong.append(f"{where}: $ {step.command}\n  {different}\n  all that was printed:\n" + "".join(f"    | {line}\n" for line in lines))
        print(f"ran      {where}: $ {session.steps[0].command}")
    if update:
        page.write_text(tour.page_with(text, ran))
        wrong = []
    return len(ran), wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--source", type=Path, required=True)
    arguments.add_argument("--build", type=Path, required=True)
    arguments.add_argument("--fuzz-build", default=FUZZ_BUILD, help="its folder in the source folder")
    arguments.add_argument("--kind", default="")
    arguments.add_argument("--update", action="store_true")
    arguments.add_argument("page", type=Path, nargs="+")
    given = arguments.parse_args()
    total, all_wrong = 0, []
    for page in given.page:
        ran, wrong = check(page, given.source.resolve(), given.build.resolve(), given.fuzz_build, given.kind, given.update)
        total += ran
        all_wrong += wrong
    for text in all_wrong:
        print(f"\nWRONG    {text}")
    if total == 0:
        print("run_tours.py: no session of this kind in these pages; give another --kind or page")
    sys.exit(1 if all_wrong or total == 0 else 0)


if __name__ == "__main__":
    main()
