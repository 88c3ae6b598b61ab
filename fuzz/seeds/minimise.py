"""Chooses, of all packets that the built-in scenarios send and expect, those that become files of corpora/packets.

usage: minimise.py WRITE_SEEDS_PROGRAM FOLDER_OF_FUZZ_TARGETS
A candidate is kept if it brings coverage that neither the named seeds nor the candidates before it have, in one of the
targets that read packets. Run it after a change of the scenarios, or when a test says that a file is stale.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

FUZZ = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FUZZ / "run"))
import fuzz_targets  # noqa: E402

CORPUS = FUZZ / "corpora" / "packets"
PREFIX = "scenario_"
TARGETS = ["fuzz_decode", "fuzz_stream", "fuzz_differential"]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def contents(folder):
    return {digest(path) for path in folder.iterdir()}


def merged(program, max_len, candidates, work):
    """What libFuzzer adds of the candidates to the named seeds, as digests."""
    known = work / "known"
    known.mkdir()
    for path in CORPUS.iterdir():
        if not path.name.startswith(PREFIX):
            shutil.copy(path, known)
    before = contents(known)
    command = [program, "-merge=1", "-entropic=0", f"-max_len={max_len}", known, candidates]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"minimise.py: {program} ended with {done.returncode}:\n{done.stderr}")
    return contents(known) - before


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write_seeds, targets = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        candidates = pathlib.Path(name) / "candidates"
        subprocess.run([write_seeds, "--candidates", candidates], check=True)
        kept = set()
        for target in fuzz_targets.choose(TARGETS):
            # Longer ones would be cut, and what is left of them is in no list.
            fitting = pathlib.Path(name) / f"{target.name}_candidates"
            fitting.mkdir()
            for path in candidates.iterdir():
                if path.stat().st_size <= target.max_len:
                    shutil.copy(path, fitting)
            work = pathlib.Path(name) / target.name
            work.mkdir()
            added = merged(targets / target.name, target.max_len, fitting, work)
            print(f"{target.name}: {len(added)} of {len(list(fitting.iterdir()))}")
            kept |= added
        for path in CORPUS.glob(PREFIX + "*"):
            path.unlink()
        for path in sorted(candidates.iterdir()):
            if digest(path) in kept:
                shutil.copy(path, CORPUS)
    print(f"{len(kept)} files in {CORPUS}")


if __name__ == "__main__":
    main()
