"""Reads one file of llvm-cov's JSON export: which of its lines and branches ran, and which did not."""

import bisect
import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Unreached:
    file: str
    line: int
    text: str  # of the line
    missing: str  # what did not happen


@dataclasses.dataclass
class Source:
    file: str
    lines: int = 0
    lines_reached: int = 0
    sides: int = 0  # two for each branch: taken and not taken
    sides_reached: int = 0
    unreached: list = dataclasses.field(default_factory=list)


# llvm-cov's segments: from this place on, up to the next segment, code has run so many times.
LINE, COLUMN, COUNT, HAS_COUNT, IS_ENTRY, IS_GAP = range(6)


def count_of_lines(segments):
    """How often each line that holds code has run, by the rule that llvm-cov shows lines by: the line's most frequent
    start of code, or what runs on into it."""
    counts = {}
    before = None  # the segment that runs on into the line
    at = 0
    for line in range(segments[0][LINE], segments[-1][LINE] + 1) if segments else ():
        inside = []
        while at < len(segments) and segments[at][LINE] == line:
            inside.append(segments[at])
            at += 1
        starts = [segment for segment in inside if segment[HAS_COUNT] and segment[IS_ENTRY] and not segment[IS_GAP]]
        is_skipped = inside and not inside[0][HAS_COUNT] and inside[0][IS_ENTRY]
        runs_on = before is not None and before[HAS_COUNT]
        if not is_skipped and (runs_on or starts):
            counts[line] = max([segment[COUNT] for segment in starts] + ([before[COUNT]] if runs_on else []))
        before = inside[-1] if inside else before
    return counts


def count_at(segments, line, column):
    """How often the code at a place has run."""
    at = bisect.bisect_right([(segment[LINE], segment[COLUMN]) for segment in segments], (line, column)) - 1
    return segments[at][COUNT] if at >= 0 else 0


def count_of_branches(entry):
    """(line, column, line of the end, column of the end) -> how often it was true, how often false. A template is
    counted once for all its instances. What a compiler decides by itself is no branch."""
    counts = {}
    for *place, true_count, false_count, _, _, _ in entry["branches"]:
        known = counts.setdefault(tuple(place), [0, 0])
        known[0] += true_count
        known[1] += false_count
    segments = entry["segments"]
    # Neither side, and yet the code around it ran: the condition is a constant.
    return {place: sides for place, sides in counts.items() if any(sides) or count_at(segments, *place[:2]) == 0}


def condition(lines, place):
    """The text of a condition."""
    first, column, last, end = place
    if first != last:
        return lines[first - 1][column - 1:].strip() + " ..."
    return lines[first - 1][column - 1:end - 1]


def what_of_branch(text, whole_line, sides):
    if text.startswith(("case ", "default")):
        return f"`{text}` never taken" if not sides[0] else f"nothing but `{text}` taken"
    if whole_line.startswith("switch"):
        return f"no case for `{text}`: never happened"
    if not any(sides):
        return f"`{text}` never looked at"
    return f"`{text}` never {'false' if sides[0] else 'true'}"


def unreached_lines(counts):
    """(first, last) of each run of neighbouring lines that never ran."""
    runs = []
    for line in (line for line, count in counts.items() if not count):
        if runs and runs[-1][1] == line - 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return runs


def read_source(entry, project):
    """`entry`: one of the files of the export. `project`: the folder that names are told from."""
    path = pathlib.Path(entry["filename"])
    text = path.read_text().splitlines()
    source = Source(path.relative_to(project).as_posix())
    counts = count_of_lines(entry["segments"])
    branches = count_of_branches(entry)
    source.lines = len(counts)
    source.lines_reached = sum(1 for count in counts.values() if count)
    branches = {place: sides for place, sides in branches.items() if "if constexpr" not in text[place[0] - 1]}
    source.sides = 2 * len(branches)
    source.sides_reached = sum(1 for sides in branches.values() for count in sides if count)
    places = [(first, 0, "never ran" if first == last else f"never ran, down to line {last}")
              for first, last in unreached_lines(counts)]
    for place, sides in branches.items():
        # A line that never ran is told once, not once more for each of its branches.
        if not all(sides) and counts.get(place[0]):
            whole_line = text[place[0] - 1].strip()
            places.append((place[0], place[1], what_of_branch(condition(text, place), whole_line, sides)))
    source.unreached = [Unreached(source.file, line, text[line - 1].strip(), missing) for line, _, missing in sorted(places)]
    return source
