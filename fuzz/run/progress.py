"""Reads libFuzzer's status lines, and shows a target's run as one line: rewritten on a terminal, printed once elsewhere."""

import os
import re
import shutil

# #723775  DONE   cov: 88 ft: 349 corp: 122/2884b lim: 96 exec/s: 144755 rss: 111Mb
STATUS = re.compile(r"#(?P<runs>\d+)\t[A-Za-z]+\s")
FIGURES = {"coverage": re.compile(r"\scov: (\d+)"), "corpus": re.compile(r"\scorp: (\d+)/")}

RED, PLAIN = "\x1b[31m", "\x1b[0m"
BACK_TO_START, ERASE_REST = "\r", "\x1b[K"
SHOWN_EVERY_SECONDS = 0.25


def short_number(number):
    """`401`, `1.4 k`, `24 k`, `2.4 M`: at most three digits."""
    for unit in ("", " k", " M", " G"):
        if number < 999.5 or unit == " G":
            break
        number /= 1000
    return f"{number:.1f}{unit}" if unit and number < 99.95 else f"{number:.0f}{unit}"


class Progress:
    """What is known of a run. Times are arguments, in seconds."""

    def __init__(self, name, seconds, started, name_columns=0):
        self._name, self._seconds, self._name_columns = name, seconds, name_columns
        self._started = self._known_at = started
        self.runs = self.coverage = self.corpus = 0

    def take(self, line, now):
        """A line that libFuzzer printed; anything but a status line is passed over."""
        status = STATUS.match(line)
        if status:
            self.runs = int(status["runs"])
            self._known_at = now
            for name, pattern in FIGURES.items():
                figure = pattern.search(line)
                if figure:
                    setattr(self, name, int(figure[1]))

    def rate(self):
        """Runs per second up to the last status line."""
        elapsed = self._known_at - self._started
        return self.runs / elapsed if elapsed > 0 else 0.0

    def running(self, now):
        """The line while it runs. Status lines get rare, so between them the runs are guessed from their rate."""
        left = max(0, round(self._started + self._seconds - now))
        return self._line(self.runs + self.rate() * (now - self._known_at), f"{left // 60}:{left % 60:02} left")

    def ended(self, outcome):
        return self._line(self.runs, outcome)

    def _line(self, runs, last):
        columns = [f"{self._name:{self._name_columns}}", f"{short_number(runs):>6} runs",
                   f"{short_number(self.rate()):>6}/s", f"cov {self.coverage:<4}", f"corpus {self.corpus:<4}", last]
        return "  ".join(columns)


class Screen:
    """Where the lines go."""

    def __init__(self, out, environment=os.environ):
        self._out = out
        self._is_terminal = out.isatty() and environment.get("TERM") != "dumb"
        self._has_colours = self._is_terminal and not environment.get("NO_COLOR")
        self._next = 0.0

    def show(self, progress, now):
        """Rewrites the line, not too often. On anything but a terminal nothing is shown before the end."""
        if self._is_terminal and now >= self._next:
            self._next = now + SHOWN_EVERY_SECONDS
            # A line that wraps could not be rewritten.
            columns = max(20, shutil.get_terminal_size().columns - 1)
            self._out.write(BACK_TO_START + progress.running(now)[:columns] + ERASE_REST)
            self._out.flush()

    def end(self, line, *, is_bad=False):
        if self._is_terminal:
            self._out.write(BACK_TO_START + ERASE_REST)
        self._out.write((f"{RED}{line}{PLAIN}" if is_bad and self._has_colours else line) + "\n")
        self._out.flush()
        self._next = 0.0
