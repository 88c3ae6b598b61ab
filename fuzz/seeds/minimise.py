"""Chooses, of all packets that the built-in scenarios send and expect, those that become seeds of corpora/packets.txt.

usage: minimise.py WRITE_SEEDS_PROGRAM FOLDER_OF_FUZZ_TARGETS
A candidate is kept if it brings coverage that neither the named seeds nor the candidates before it have, in one of the
targets that read packets. Run it after a change of the scenarios, or when a test says that a seed is stale.
"""

import pathlib
import subprocess
import sys
import tempfile

FUZZ = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FUZZ / "run"))
import fuzz_targets  # noqa: E402
import seed_file  # noqa: E402

SEED_FILE = FUZZ / "corpora" / "packets.txt"
PREFIX = "scenario_"
TARGETS = ["fuzz_decode", "fuzz_stream", "fuzz_differential"]


def contents(folder):
    return {path.read_bytes() for path in folder.iterdir()}


def write_files(folder, seeds):
    folder.mkdir()
    for name, content in seeds.items():
        (folder / name).write_bytes(content)


def merge(program, max_len, named, candidates, work):
    """The candidates that libFuzzer adds to the named seeds: their bytes."""
    work.mkdir()
    write_files(work / "known", named)
    # Longer candidates would be cut, and no candidate has the bytes that remain.
    write_files(work / "candidates", {name: content for name, content in candidates.items() if len(content) <= max_len})
    before = contents(work / "known")
    command = [program, "-merge=1", "-entropic=0", f"-max_len={max_len}", work / "known", work / "candidates"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"minimise.py: {program} ended with {done.returncode}:\n{done.stderr}")
    return contents(work / "known") - before


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write_seeds, targets = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    named = {name: content for name, content in seed_file.read(SEED_FILE).items() if not name.startswith(PREFIX)}
    with tempfile.TemporaryDirectory() as folder:
        candidates_file = pathlib.Path(folder) / "candidates.txt"
        subprocess.run([write_seeds, "--candidates", candidates_file], check=True)
        candidates = seed_file.read(candidates_file)
        kept = set()
        for target in fuzz_targets.choose(TARGETS):
            added = merge(targets / target.name, target.max_len, named, candidates, pathlib.Path(folder) / target.name)
            print(f"{target.name}: {len(added)} of {len(candidates)}")
            kept |= added
    kept_candidates = {name: content for name, content in candidates.items() if content in kept}
    seed_file.write(SEED_FILE, {**named, **kept_candidates})
    print(f"{len(kept_candidates)} seeds chosen for {SEED_FILE}")


if __name__ == "__main__":
    main()
