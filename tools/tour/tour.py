"""Reads the terminal sessions of a Markdown page: fenced blocks whose first line is a command after '$ '. A comment above a
block says how it is run: <!-- tour: KIND --> (see run_tours.py), or <!-- not run: REASON -->."""

import dataclasses
import re


@dataclasses.dataclass
class Step:
    spelled: list[str]  # the lines of the command as they stand there
    command: str
    expected: list[str]  # lines of output; "..." is any number of lines


@dataclasses.dataclass
class Session:
    line: int  # of the block's first command in the page, from 1
    end: int  # of the block's closing fence, from 1
    kind: str  # "" unless a comment says another
    not_run: str  # the reason; empty when it is run
    steps: list[Step]


def sessions(page):
    result, lines, at, note = [], page.splitlines(), 0, ""
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("```"):
            end = next(i for i in range(at, len(lines)) if lines[i].startswith("```"))
            if at < end and lines[at].startswith("$ "):
                kind = re.fullmatch(r"<!-- tour: (\S+) -->", note)
                reason = re.fullmatch(r"<!-- not run: (.+) -->", note)
                result.append(Session(at + 1, end + 1, kind.group(1) if kind else "", reason.group(1) if reason else "", _steps(lines[at:end])))
            at, note = end + 1, ""
        elif line.strip():
            note = line.strip()
    return result


def _steps(lines):
    steps = []
    for line in lines:
        if line.startswith("$ "):
            steps.append(Step([line], line[2:], []))
        elif not steps[-1].expected and steps[-1].command.endswith("\\"):
            steps[-1].spelled.append(line)
            steps[-1].command = steps[-1].command[:-1] + line.strip()
        else:
            steps[-1].expected.append(line)
    return steps


def stable(line):
    """A line without what differs from run to run: times, ports that the system picks, the suffix of a run's pseudonyms."""
    line = re.sub(r"-[0-9a-z]{4}-\d+\b", "-RUN", line)
    line = re.sub(r" 2d( [0-9a-f]{2}){4} 2d( 3[0-9])+", " 2d RUN", line)
    line = re.sub(r"(?<![.\d])\d+\.\d+(?![.\d])", "N.N", line)
    line = re.sub(r"\b\d+ (ms|s)\b", r"N \1", line)
    line = re.sub(r"127\.0\.0\.1:\d{5}\b", "127.0.0.1:PORT", line)
    return re.sub(r"\s+", " ", line).strip()


def numberless(line):
    """For output of which only the words stay the same."""
    return re.sub(r"\s+", " ", re.sub(r"(N\.N|[0-9a-f]*\d[0-9a-f]*)( [kM]\b)?", "N", stable(line)))


def difference(expected, printed, form=stable):
    """Where the output leaves what the page shows, in words; empty if nowhere."""
    expected = [form(line) for line in expected]
    printed = [form(line) for line in printed]
    while printed and not printed[-1]:  # a page leaves empty lines at the end out
        printed.pop()
    at = 0
    for number, line in enumerate(expected):
        if line == "...":
            continue
        if number > 0 and expected[number - 1] == "...":
            while at < len(printed) and printed[at] != line:
                at += 1
        if at >= len(printed) or printed[at] != line:
            actual = printed[at] if at < len(printed) else "the end"
            return f"the page has\n    {line}\nand what was printed\n    {actual}"
        at += 1
    if at < len(printed) and not (expected and expected[-1] == "..."):
        return f"the page ends, and the output continues with\n    {printed[at]}"
    return ""


def rewritten(expected, printed):
    """What was printed, with as many lines around "..." as the page has."""
    if "..." not in expected:
        return printed
    before = expected.index("...")
    behind = len(expected) - 1 - expected[::-1].index("...")
    return printed[:before] + ["..."] + (printed[-(len(expected) - 1 - behind) :] if behind + 1 < len(expected) else [])


def page_with(page, sessions_printed):
    """The page with what was printed now, [(session, [lines of each step])] instead of what it shows."""
    lines = page.splitlines()
    for session, printed in reversed(sessions_printed):
        block = []
        for step, now in zip(session.steps, printed):
            block += [*step.spelled, *(line.rstrip() for line in rewritten(step.expected, now))]
        lines[session.line - 1 : session.end - 1] = block
    return "\n".join(lines) + "\n"
