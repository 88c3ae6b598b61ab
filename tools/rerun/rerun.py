"""Which tests need not run again: those that passed, and nothing that they use has changed since.

usage: rerun.py leave-out BUILD    tells ctest (in BUILD/CTestCustom.cmake) to leave them out; prints how many
       rerun.py remember BUILD RESULTS.xml    after that: notes what passed, from what ctest --output-junit wrote

A test uses the programs that its command names, those that they name in turn, and every file of the source tree that is not
compiled. If its command names a folder of the tree, it uses the whole tree; a folder of the build, all programs.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

COMPILED = (".cpp", ".hpp", ".inl", ".c", ".h")
REMEMBERED = "passed-tests.json"
PROMISED = "tests-that-run.json"  # as they began: edits meanwhile change nothing


class Fingerprints:
    """Of the tests of one build; equal as long as nothing that a test uses has changed."""

    def __init__(self, source, build):
        self.source, self.build = source, build
        self._named = re.compile(re.escape(str(source)) + r"[\w./+-]*")
        self._files = {}
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=source,
                                capture_output=True, check=True).stdout.decode()
        self._listed = [source / name for name in sorted(set(listed.split("\0"))) if name and (source / name).is_file()]
        self._texts = self._digest_of(path for path in self._listed if path.suffix not in COMPILED)

    def of(self, test):
        words = json.dumps(test, sort_keys=True)
        # Nearly every test starts in a folder of the build, which says nothing of what it uses.
        uses = [test["command"], *(each for each in test["properties"] if each["name"] != "WORKING_DIRECTORY")]
        used, waiting = set(), self._paths_in(json.dumps(uses))
        while waiting:
            path = waiting.pop()
            if path in used or not path.exists():
                continue
            used.add(path)
            if self.build not in (path, *path.parents):
                waiting |= set(self._listed) if path.is_dir() else set()
            elif path.is_dir():
                waiting |= set((self.build / "bin").iterdir())
            else:
                waiting |= self._look_at(path)[1]
        files = self._digest_of(sorted(path for path in used if path.is_file()))
        return hashlib.sha256((words + self._texts + files).encode()).hexdigest()

    def _paths_in(self, text):
        return {pathlib.Path(name) for name in self._named.findall(text)}

    def _look_at(self, path):
        """A file's digest, and the programs of the build that it names."""
        if path not in self._files:
            content = path.read_bytes()
            programs = set()
            if content.startswith(b"\x7fELF"):
                pattern = re.escape(str(self.build / "bin").encode()) + rb"/[\w.+-]+"
                programs = {pathlib.Path(name.decode()) for name in re.findall(pattern, content)}
            self._files[path] = (hashlib.sha256(content).hexdigest(), programs)
        return self._files[path]

    def _digest_of(self, paths):
        return hashlib.sha256("".join(f"{path} {self._look_at(path)[0]}\n" for path in paths).encode()).hexdigest()


def fingerprints(build):
    """By the tests' names."""
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, capture_output=True, check=True).stdout
    of_build = Fingerprints(pathlib.Path(__file__).resolve().parents[2], build)
    return {test["name"]: of_build.of({key: test.get(key, []) for key in ("command", "properties")})
            for test in json.loads(listed)["tests"]}


def read(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def leave_out(build):
    now, then = fingerprints(build), read(build / REMEMBERED)
    if not now:
        sys.exit(f"there are no tests in {build}")
    same = [name for name, fingerprint in now.items() if then.get(name) == fingerprint]
    (build / PROMISED).write_text(json.dumps(now), encoding="utf-8")
    quoted = "".join(f" [==[{name}]==]" for name in same)
    (build / "CTestCustom.cmake").write_text(f"set(CTEST_CUSTOM_TESTS_IGNORE{quoted})\n", encoding="utf-8")
    print(f"{len(same)} of {len(now)} tests passed before, and nothing that they use has changed")


def remember(build, results):
    """A test that was left out keeps what is known of it; one that failed or was skipped runs again."""
    known, now = read(build / REMEMBERED), read(build / PROMISED)
    for case in ElementTree.parse(results).iter("testcase"):
        known.pop(case.get("name"), None)
        if case.get("status") == "run":
            known[case.get("name")] = now.get(case.get("name"))
    (build / REMEMBERED).write_text(json.dumps(known, indent=0), encoding="utf-8")


def main(words):
    if len(words) == 2 and words[0] == "leave-out":
        leave_out(pathlib.Path(words[1]).resolve())
    elif len(words) == 3 and words[0] == "remember":
        remember(pathlib.Path(words[1]).resolve(), words[2])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
