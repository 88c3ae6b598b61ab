"""What the measurements come to: the matrix of bugs and finders, and the complaints.

matrix.json has
  mutant_list        the results, as results.py describes them
  harnesses   target: {finds, of, median_seconds, alone (mutant_list that no other harness finds)}
  no_fuzzer, no_test, nobody   names of the mutant_list (equivalents apart) that none of them finds
  equivalent  name: reason
  not_run     name: why it cannot run on this machine
  complaints  what must be fixed before mutation testing passes
"""

import statistics
import textwrap

WIDTH = 120
NAME_WIDTH_MAX = 46
CELL_WIDTH = 5
HEADING_LINES = 3


def title(result):
    return f"{result['part']} {result['name']}"


def finders(result, kind, useless=frozenset()):
    """The harnesses (`fuzzers`) or programs (`tests`) that find a bug; the useless fail without any bug as well."""
    return [name for name, cell in result.get(kind, {}).items() if cell["found"] and name not in useless]


class Summary:
    def __init__(self, results, harnesses, useless=frozenset(), not_run=None):
        self.results = results
        self.harnesses = harnesses
        self.not_run = not_run or {}
        self._useless = useless
        self.equivalents = [result for result in results if result["equivalent"]]
        self.real = [result for result in results if not result["equivalent"] and "build_error" not in result]
        self.no_fuzzer = [result for result in self.real if not self.fuzzers(result)]
        self.no_test = [result for result in self.real if not self.tests(result)]
        self.nobody = [result for result in self.no_fuzzer if result in self.no_test]

    def fuzzers(self, result):
        return finders(result, "fuzzers", self._useless)

    def tests(self, result):
        return finders(result, "tests", self._useless)

    def complaints(self):
        complaints = [f"{title(result)} does not build: {result['build_error']}"
                 for result in self.results if "build_error" in result]
        for result in self.equivalents:
            for kind in ("fuzzers", "tests"):
                for name in finders(result, kind, self._useless):
                    cell = result[kind][name]
                    complaints.append(f"{title(result)} is marked equivalent, but {name} finds it: "
                                 f"{cell.get('message') or cell.get('test')}")
        for result in self.nobody:
            complaints.append(f"{title(result)}: nobody finds it")
        for result in self.real:
            if result["part"] == "codec" and result not in self.nobody:
                if result in self.no_fuzzer:
                    complaints.append(f"{title(result)}: no fuzzer finds it")
                if result in self.no_test:
                    complaints.append(f"{title(result)}: no ordinary test finds it")
        return complaints

    def by_harness(self):
        rows = {}
        for harness in self.harnesses:
            linked = [result for result in self.real if result["part"] in harness.links]
            finds = [result for result in linked if harness.name in self.fuzzers(result)]
            seconds = [result["fuzzers"][harness.name]["seconds"] for result in finds]
            rows[harness.name] = {
                "finds": len(finds), "of": len(linked),
                "median_seconds": statistics.median(seconds) if seconds else None,
                "alone": [result["name"] for result in finds if len(self.fuzzers(result)) == 1]}
        return rows

    def as_json(self):
        return {"bugs": self.results, "harnesses": self.by_harness(),
                "no_fuzzer": [result["name"] for result in self.no_fuzzer],
                "no_test": [result["name"] for result in self.no_test],
                "nobody": [result["name"] for result in self.nobody],
                "equivalent": {result["name"]: result["equivalent"] for result in self.equivalents},
                "not_run": self.not_run, "complaints": self.complaints()}

    def as_text(self):
        lines = [*table(self.results, self.harnesses), "", *harness_lines(self.by_harness())]
        for heading, results in (("no fuzzer finds", self.no_fuzzer), ("no ordinary test finds", self.no_test),
                                 ("nobody finds", self.nobody)):
            lines += ["", f"{heading}: {len(results) or 'none'}"]
            lines += [f"  {title(result)}: {result['what']}" for result in results]
        if self.equivalents:
            lines += ["", "equivalent, which cannot be found:"]
            lines += [f"  {title(result)}: {result['equivalent']}" for result in self.equivalents]
        if self.not_run:
            lines += ["", "not run on this machine:", *(f"  {name}: {why}" for name, why in self.not_run.items())]
        return "\n".join(line for long in lines for line in wrapped(long)) + "\n"


def wrapped(line):
    if len(line) <= WIDTH:
        return [line]
    indent = len(line) - len(line.lstrip()) + 2
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False, drop_whitespace=True)


def cut(text, width):
    return text if len(text) <= width else text[:width - 1] + "…"


def staggered(names):
    """Headings of narrow columns: each on one of several lines in turn, beginning at its column."""
    lines = []
    for first in range(min(HEADING_LINES, len(names))):
        line = ""
        for at in range(first, len(names), HEADING_LINES):
            line = line.ljust(at * CELL_WIDTH) + names[at]
        lines.append(line)
    return lines


def table(results, harnesses):
    """A row per bug, a column per harness, and the programs whose tests find it."""
    name_width = min(NAME_WIDTH_MAX, 2 + max((len(result["name"]) for result in results), default=0))
    tests_at = name_width + 2 + CELL_WIDTH * len(harnesses)
    headings = staggered([harness.short for harness in harnesses])
    lines = ["seconds until a harness finds a bug; · not found in its time, - does not link it; = equivalent, * stale",
             *(" " * (name_width + 4) + line for line in headings)]
    if headings:
        lines[-1] = lines[-1].ljust(tests_at) + "  tests"
    part = None
    for result in results:
        if result["part"] != part:
            part = result["part"]
            lines.append(part)
        mark = ("=" if result["equivalent"] else "") + ("*" if result.get("stale") else "")
        row = cut(f"{mark:<2}{result['name']}", name_width).ljust(name_width + 2)
        row += "".join(cell(result, harness).rjust(CELL_WIDTH) for harness in harnesses)
        lines.append(row + "  " + tests_cell(result, WIDTH - tests_at - 2))
    return lines


def cell(result, harness):
    if harness.name not in result.get("fuzzers", {}):
        return "-"
    cell_result = result["fuzzers"][harness.name]
    return f"{cell_result['seconds']:.1f}" if cell_result["found"] else "·"


def short_program(name):
    return name.removesuffix("_test").removeprefix("codec_")


def tests_cell(result, width):
    if "build_error" in result:
        return "does not build"
    names = [short_program(name) for name in finders(result, "tests")]
    for shown in range(len(names), 0, -1):
        text = " ".join(names[:shown]) + (f" +{len(names) - shown}" if shown < len(names) else "")
        if len(text) <= width:
            return text
    return cut(f"{len(names)} programs", width) if names else "·"


def harness_lines(by_harness):
    lines = [f"{'harness':<18}{'finds':>6}{'of':>5}{'median':>9}  alone"]
    for name, row in by_harness.items():
        median = "-" if row["median_seconds"] is None else f"{row['median_seconds']:.1f} s"
        alone = f"{len(row['alone'])}: {', '.join(row['alone'])}" if row["alone"] else "none"
        lines.append(f"{name:<18}{row['finds']:>6}{row['of']:>5}{median:>9}  {alone}")
    return lines


def progress(result):
    """What came of one bug, in a line."""
    if "build_error" in result:
        return f"{title(result)}  does not build"
    fuzzers = sorted(finders(result, "fuzzers"), key=lambda name: result["fuzzers"][name]["seconds"])
    shown = [f"{name.removeprefix('fuzz_')} {result['fuzzers'][name]['seconds']:.1f} s" for name in fuzzers[:3]]
    if len(fuzzers) > 3:
        shown.append(f"{len(fuzzers) - 3} more")
    tests = [name for name in finders(result, "tests")]
    programs = ", ".join(tests[:3]) + (f", {len(tests) - 3} more" if len(tests) > 3 else "")
    return f"{title(result)}  found by {', '.join(shown) or 'no fuzzer'}; tests: {programs or 'none'}"
