"""What was measured, kept as one JSON file per bug, so that a run continues where the last one was stopped.

build-certify/results/PART/NAME.json has: method (of measuring, a number), part, name, patch (its SHA-256),
fingerprint (of all that the measurement depends on), rules, what, equivalent (the reason, or null), took_seconds, and
either build_error (text), or
  fuzzers  target: {found, seconds, runs, message?, input?}
  tests    program: {found, seconds, test?}
build-certify/results/unplanted.json has fingerprint, fuzzers and tests of the tree as it is.
"""

import json
import os

# Raised when results of the old way are no longer comparable.
METHOD = 1
# Seconds that a bug takes on one worker, as long as nothing has been measured here.
FIRST_GUESS = {"codec": 60, "core": 30, "net": 30, "dump": 30}


class Results:
    def __init__(self, folder, fingerprint):
        self._folder = folder
        self._fingerprint = fingerprint

    def _path(self, mutant):
        return self._folder / mutant.part / f"{mutant.name}.json"

    def _read(self, path):
        try:
            result = json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return result if isinstance(result, dict) and result.get("method") == METHOD else None

    def load(self, mutant, stale_too=False):
        """The bug's saved result when it still holds, or when only the tree around the patch has changed and
        `stale_too`; that one then has the key `stale`."""
        result = self._read(self._path(mutant))
        if result is None or result["patch"] != mutant.digest:
            return None
        if result["fingerprint"] == self._fingerprint:
            return result
        return {**result, "stale": True} if stale_too else None

    def save(self, mutant, measured):
        result = {"method": METHOD, "part": mutant.part, "name": mutant.name, "patch": mutant.digest,
                  "fingerprint": self._fingerprint, "rules": list(mutant.rules), "what": mutant.description,
                  "equivalent": mutant.equivalent, **measured}
        write(self._path(mutant), json.dumps(result, indent=1) + "\n")
        return result

    def load_baseline(self):
        result = self._read(self._folder / "unplanted.json")
        return result if result and result["fingerprint"] == self._fingerprint else None

    def save_baseline(self, measured):
        result = {"method": METHOD, "fingerprint": self._fingerprint, **measured}
        write(self._folder / "unplanted.json", json.dumps(result, indent=1) + "\n")
        return result

    def average_seconds(self, part):
        """Per bug, of all results there are, fresh or not."""
        saved = filter(None, map(self._read, (self._folder / part).glob("*.json")))
        took = [result["took_seconds"] for result in saved if "took_seconds" in result]
        return sum(took) / len(took) if took else FIRST_GUESS[part]


def write(path, text):
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text)
    os.replace(unfinished, path)
