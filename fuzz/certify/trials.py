"""One trial: a harness, or an ordinary test program, against the tree that a workspace holds."""

import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "seeds"))
import seed_file  # noqa: E402

PROGRAM_SECONDS_MAX = 60
SLOW_PROGRAM_SECONDS_MAX = 180
# A bug may make a test program fill the memory; the harnesses have libFuzzer's own limit.
PROGRAM_BYTES_MAX = 4 << 30
# What libFuzzer may need after -max_total_time: its limit of one input, and to write the finding.
GRACE_SECONDS = 30

# The ordinary test programs that cover a part.
PROGRAMS = {
    "codec": ("codec_test", "codec_protected_page_test", "codec_allocation_test", "codec_vectors_test",
              "fuzz_replay_test", "codec_agreement_test"),
    "core": ("core_test",),
    "net": ("net_test",),
    "dump": ("dump_anonymize_test", "dump_capture_test", "dump_filter_test", "dump_output_test", "dump_test", "dump_watch_test",
             "fuzz_capture_test", "fuzz_dump_test", "fuzz_filter_test"),
}
# Of the programs that walk whole spaces, the walks: 18 of 21 s. They run only where no other test has found anything.
WALKS = {
    "codec_agreement_test": ("DecodeTexts.*:*boundary_sequences*:*every_size_class*:*fewer_bytes_than_need*:"
                             "*every_sequence_of_three_bytes*:*Utf8ExhaustiveFourBytes*"),
}

# What a harness, a sanitizer or libFuzzer says of a finding, the most telling first.
MESSAGES = tuple(re.compile(pattern, re.MULTILINE) for pattern in (
    r"property '.*' is broken: .*$",
    r"runtime error: .*$",
    r"Assertion .* failed\.?$",
    r"ERROR: (AddressSanitizer: .*)$",
    r"ERROR: (LeakSanitizer: .*)$",
    r"ERROR: (libFuzzer: .*)$",
))
MESSAGE_LENGTH_MAX = 200


class TrialError(Exception):
    """A harness or test could not be run, which says nothing about the bug."""


class Bench:
    """Runs trials in one workspace; what the programs say is kept in `folder`, one file each."""

    def __init__(self, workspace, children, folder):
        self._workspace = workspace
        self._children = children
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def fuzz(self, harness, seconds, round_number=1, symbolize=False):
        """One harness from the seeds. A later round continues with what the earlier one has kept."""
        run = self._folder / harness.name
        corpus = run / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        source = self._workspace.source
        # libFuzzer stops when more than its limit has passed, in whole seconds: one later than it says.
        limit = max(seconds - 1, 1)
        options = [f"-seed={round_number}", "-entropic=0", f"-max_len={harness.max_len}", f"-max_total_time={limit}",
                   "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={run}/"]
        if (source / harness.dictionary).is_file():
            options.append(f"-dict={source / harness.dictionary}")
        if not (source / harness.seed_file).is_file():
            raise TrialError(f"{harness.name} has no {harness.seed_file}; write it with tools/dev seeds")
        seeds = seed_file.unpack(source / harness.seed_file, self._workspace.folder / "seeds" / pathlib.Path(harness.seed_file).stem)
        symbols = f"symbolize={int(symbolize)}"
        log = run / f"log-{round_number}.txt"
        ended = self._children.run(
            [str(self._workspace.program("fuzz", harness.name)), *options, str(corpus), str(seeds)],
            cwd=run, log=log, seconds_max=seconds + GRACE_SECONDS,
            environment={"ASAN_OPTIONS": symbols, "UBSAN_OPTIONS": symbols})
        result = self._judge_fuzz(harness, ended, log)
        if result["found"] or round_number > 1:
            shutil.rmtree(corpus, ignore_errors=True)
        return result

    def _judge_fuzz(self, harness, ended, log):
        text = read(log)
        runs = re.search(r"^stat::number_of_executed_units:\s*(\d+)", text, re.MULTILINE)
        result = {"found": ended.timed_out or ended.exit_code != 0, "seconds": round(ended.seconds, 2),
                  "runs": int(runs.group(1)) if runs else None}
        if not result["found"]:
            return result
        artifacts = [path.name for path in log.parent.iterdir() if re.match(r"(crash|timeout|oom|leak)-", path.name)]
        if not ended.timed_out and not artifacts and "SUMMARY: " not in text:
            raise TrialError(f"{harness.name} ended with {ended.exit_code} and no finding; what it said is in {log}")
        result["message"] = "does not end" if ended.timed_out else message(text)
        result["input"] = str(log.parent / artifacts[0]) if artifacts else None
        return result

    def test(self, program, gtest_filter="*", seconds_max=PROGRAM_SECONDS_MAX):
        log = self._folder / f"{program}.txt"
        command = [str(self._workspace.program("tests", program)), "--gtest_fail_fast=1", "--gtest_break_on_failure=0",
                   "--gtest_color=no", f"--gtest_filter={gtest_filter}"]
        ended = self._children.run(command, cwd=self._folder, log=log, seconds_max=seconds_max,
                                   memory_bytes_max=PROGRAM_BYTES_MAX)
        text = read(log)
        if not ended.timed_out and re.search(r"^\[==========\] 0 tests ", text, re.MULTILINE):
            raise TrialError(f"{program} has no test for the filter {gtest_filter}; mend trials.py")
        result = {"found": ended.timed_out or ended.exit_code != 0, "seconds": round(ended.seconds, 2)}
        if result["found"]:
            result["test"] = failing_test(text, ended)
        return result


def read(log):
    text = pathlib.Path(log).read_text(errors="replace")
    if "No space left on device" in text:
        raise OSError(28, os.strerror(28), str(log))
    return text


def message(text):
    for pattern in MESSAGES:
        match = pattern.search(text)
        if match:
            return (match.group(1) if pattern.groups else match.group(0))[:MESSAGE_LENGTH_MAX]
    return "ended with an error"


def failing_test(text, ended):
    """The first test that failed, or the one that was running when the program ended."""
    failed = re.search(r"^\[  FAILED  \] ([^\s,]+)", text, re.MULTILINE)
    if failed:
        return failed.group(1)
    running = re.findall(r"^\[ RUN      \] (\S+)", text, re.MULTILINE)
    died = f"ended by signal {-ended.exit_code}" if ended.exit_code < 0 else "exited"
    how = "does not end" if ended.timed_out else died
    return f"{running[-1] if running else 'before the first test'} ({how})"


def fuzz_all(bench, harnesses, cell_seconds, first_find_seconds):
    """Each harness its cell; then, while nothing is found, what is left of the bug's time to all of them."""
    cells = {harness.name: bench.fuzz(harness, cell_seconds) for harness in harnesses}
    remaining = first_find_seconds - cell_seconds * len(harnesses)
    share = int(remaining / len(harnesses)) if harnesses else 0
    if share < 1 or any(cell["found"] for cell in cells.values()):
        return cells
    for harness in harnesses:
        first = cells[harness.name]
        more = bench.fuzz(harness, share, round_number=2)
        more["seconds"] = round(first["seconds"] + more["seconds"], 2)
        more["runs"] = (first["runs"] or 0) + (more["runs"] or 0)
        cells[harness.name] = more
        if more["found"]:
            break
    return cells


def test_all(bench, programs):
    """Each program; the walks of the slow ones only when no test has failed without them."""
    results = {}
    for program in programs:
        results[program] = bench.test(program, "-" + WALKS[program]) if program in WALKS else bench.test(program)
    if not any(result["found"] for result in results.values()):
        for program in programs:
            if program in WALKS:
                first = results[program]["seconds"]
                results[program] = bench.test(program, WALKS[program], SLOW_PROGRAM_SECONDS_MAX)
                results[program]["seconds"] = round(first + results[program]["seconds"], 2)
    return results
