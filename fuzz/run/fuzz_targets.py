"""What fuzz/targets.json says, and where a target's inputs lie. Used by everything that runs targets."""

import dataclasses
import json
import pathlib
import sys

FUZZ = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FUZZ / "seeds"))
import seed_file  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Target:
    name: str
    inputs: str  # the form of its inputs: the name of its seed file in corpora/, and the name of its dictionary
    max_len: int
    about: str = ""
    fails: bool = False  # on purpose, so it runs only when it is named

    def seed_file(self, fuzz=FUZZ):
        return fuzz / "corpora" / f"{self.inputs}.txt"

    def unpack_seeds(self, folder, fuzz=FUZZ):
        """Writes the seeds into a folder inside `folder`, a file each. Returns that folder."""
        return seed_file.unpack(self.seed_file(fuzz), folder / self.inputs)

    def dictionary(self, fuzz=FUZZ):
        """None where these inputs have none."""
        path = fuzz / "dictionaries" / f"{self.inputs}.dict"
        return path if path.is_file() else None


class UnknownTarget(Exception):
    """The message says which name, and which there are."""


def read_targets(fuzz=FUZZ):
    known = {field.name for field in dataclasses.fields(Target)}
    rows = json.loads((fuzz / "targets.json").read_text())["targets"]
    return [Target(**{key: value for key, value in row.items() if key in known}) for row in rows]


def choose(names, fuzz=FUZZ):
    """The targets named, in that order; without names all that are not to fail."""
    targets = read_targets(fuzz)
    if not names:
        return [target for target in targets if not target.fails]
    by_name = {target.name: target for target in targets}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise UnknownTarget(f"there is no target '{unknown[0]}'; there are: {' '.join(by_name)}")
    return [by_name[name] for name in names]
