"""The mutants, fuzz/bugs/PART/NAME.patch, and the harnesses of fuzz/targets.json that should find them."""

import dataclasses
import difflib
import hashlib
import json
import os
import pathlib
import re
import subprocess

# Each part, and the folder that its patches may change.
PARTS = {"codec": "codec/", "core": "server/core/", "net": "server/net/", "dump": "tools/dump/"}
RULES = "conformance/rules/rules.cpp"
# What a rule cannot say and an interface of ours promises.
INTERFACE = "interface"
# Code that only runs where the CPU has these (codec/src/kernel.cpp asks the same).
CPU_FLAGS = {
    "codec/src/kernel_avx2.cpp": {"avx2", "bmi2"},
    "codec/src/kernel_avx512.cpp": {"avx2", "bmi2", "avx512f", "avx512bw", "avx512vl"},
}


class MutantError(Exception):
    """A mutant or an argument is invalid; the text says what to do."""


@dataclasses.dataclass(frozen=True)
class Mutant:
    part: str
    name: str
    text: str
    rules: tuple
    description: str
    equivalent: str | None
    files: tuple

    @property
    def digest(self):
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def title(self):
        return f"{self.part} {self.name}"

    def missing_cpu_flags(self, flags):
        """What this machine's CPU lacks to run the mutated code."""
        return set().union(*(CPU_FLAGS.get(name, set()) for name in self.files)) - flags


@dataclasses.dataclass(frozen=True)
class Harness:
    name: str
    seed_file: str
    dictionary: str
    max_len: int
    links: tuple

    @property
    def short(self):
        return self.name.removeprefix("fuzz_")


def rule_ids(tree):
    """The ids of the project's rule table, and `interface`."""
    ids = re.findall(r'^\s*\{"([A-Z]+-\d+)",', (tree / RULES).read_text(), re.MULTILINE)
    if not ids:
        raise MutantError(f"{RULES}: no rule was found in it; the table's form has changed, change rule_ids() with it")
    return {*ids, INTERFACE}


def header(text, key):
    match = re.search(rf"^{key}:[ \t]*(\S.*?)[ \t]*$", text.split("\n--- ", 1)[0], re.MULTILINE)
    return match.group(1) if match else None


def read_patch(path, part, known_rules):
    text = path.read_text()
    where = f"fuzz/bugs/{part}/{path.name}"
    values = {key: header(text, key) for key in ("Rule", "What", "Equivalent")}
    for key, meaning in (("Rule", "ids of the rules that it breaks, or 'interface'"), ("What", "what goes wrong")):
        if values[key] is None:
            raise MutantError(f"{where}: there is no line '{key}: ...'; add it above the patch, with {meaning}")
    rules = tuple(re.split(r",\s*", values["Rule"]))
    for rule in rules:
        if rule not in known_rules:
            near = difflib.get_close_matches(rule, sorted(known_rules), n=3)
            raise MutantError(f"{where}: there is no rule '{rule}'; name one of {RULES} or '{INTERFACE}'"
                            + (f" (near: {', '.join(near)})" if near else ""))
    files = tuple(re.findall(r"^\+\+\+ b/(\S+)", text, re.MULTILINE))
    if not files:
        raise MutantError(f"{where}: it changes no file; add a unified diff with the prefixes a/ and b/")
    for name in files:
        if not name.startswith(PARTS[part]):
            raise MutantError(f"{where}: it changes {name}; bugs of '{part}' lie in {PARTS[part]}, move or mend the patch")
    return Mutant(part, path.stem, text, rules, values["What"], values["Equivalent"], files)


def read_mutants(tree, parts=tuple(PARTS)):
    """All bugs of these parts, by name. Raises MutantError at the first that is not as it should be."""
    rules = rule_ids(tree)
    mutant_list = []
    for part in parts:
        paths = sorted((tree / "fuzz" / "bugs" / part).glob("*.patch"))
        if not paths:
            raise MutantError(f"fuzz/bugs/{part}: there is no patch; without bugs nothing is measured")
        mutant_list += [read_patch(path, part, rules) for path in paths]
    return mutant_list


def check_that_they_apply(mutant_list, source):
    """`source` is a copy of the tree without a mutant."""
    for mutant in mutant_list:
        failed = apply(mutant, source, check_only=True)
        if failed:
            raise MutantError(f"fuzz/bugs/{mutant.part}/{mutant.name}.patch does not apply to the tree: {failed}\n"
                            "make the change again by hand and write the patch with `git diff`, or delete it")


def apply(mutant, source, check_only=False):
    """Applies a mutant. Returns the error of git, or None."""
    # Without the ceiling git takes the copy for a folder of the repository around it, and leaves the files alone.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(source.parent), "LC_ALL": "C"}
    environment.pop("GIT_DIR", None)
    command = ["git", "apply", *(["--check"] if check_only else []), "-"]
    done = subprocess.run(command, cwd=source, env=environment, input=mutant.text, text=True, capture_output=True,
                          check=False)
    return (done.stderr.strip() or f"git apply ended with {done.returncode}") if done.returncode != 0 else None


def choose(mutant_list, names):
    """The mutants of these names, in their order, or all if there are none. A name may be given as PART/NAME."""
    if not names:
        return mutant_list
    selection = set()
    for wanted in names:
        plain = wanted.removesuffix(".patch").removeprefix("fuzz/bugs/")
        named = [mutant for mutant in mutant_list if plain in (mutant.name, f"{mutant.part}/{mutant.name}")]
        if not named:
            near = difflib.get_close_matches(plain.split("/")[-1], [mutant.name for mutant in mutant_list], n=3, cutoff=0.4)
            raise MutantError(f"there is no bug '{wanted}'" + (f"; near: {', '.join(near)}" if near else ""))
        selection.update(named)
    return [mutant for mutant in mutant_list if mutant in selection]


def read_harnesses(tree):
    """The targets of fuzz/targets.json, but those that fail on purpose. Their key `links` says which parts they run;
    without it, the codec."""
    harnesses = []
    for target in json.loads((tree / "fuzz" / "targets.json").read_text())["targets"]:
        if target.get("fails"):
            continue
        links = target.get("links", ["codec"])
        unknown = set(links) - set(PARTS)
        if unknown:
            raise MutantError(f"fuzz/targets.json: {target['name']} links '{unknown.pop()}'; "
                            f"there are: {', '.join(PARTS)}")
        harnesses.append(Harness(target["name"], f"fuzz/corpora/{target['inputs']}.txt",
                                 f"fuzz/dictionaries/{target['inputs']}.dict", target["max_len"], tuple(links)))
    return harnesses


def cpu_flags():
    """Of the machine, as Linux names them."""
    match = re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return set(match.group(1).split()) if match else set()
