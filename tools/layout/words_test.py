"""The tree speaks the field's language: words that it does not use, with the word to use instead.

usage: words_test.py SOURCE_FOLDER
Names are identifiers of C++ and Python, without comments and strings; texts are everything that is tracked. The last class
shows that the check finds what it looks for.
"""

import io
import keyword
import pathlib
import re
import subprocess
import sys
import tokenize
import unittest

SOURCE = pathlib.Path(sys.argv[1])

# An identifier that says nothing of type or role. A member `what` of an error passes: std::exception has it, and ours.
EMPTY_NAMES = {"one", "made", "who", "what", "found", "seen", "asked", "told", "here", "there", "chosen", "rest"}

# A part of an identifier, between underscores.
PRIVATE_NAMES = {
    "chronicle": "history_checker",
    "complain": "usage_error",
    "court": "judge_context",
    "deed": "operation_kind",
    "dice": "seeded_random",
    "farewell": "close_action",
    "favour": "send_permission",
    "favours": "send_permissions",
    "heard": "traced, observed",
    "obedient": "conforming",
    "palette": "colors",
    "patience": "timeouts",
    "roster": "user_registry",
    "stranger": "unregistered",
    "strangers": "unregistered",
    "tenant": "connection",
    "utterance": "packet",
    "utterances": "direction_trace",
    "workshop": "workspace",
}
# A whole identifier.
PRIVATE_TYPES = {
    "bring_in_line": "sync",
    "call_batch": "io_batch",
    "call_over": "rehome",
    "frame_feed": "frame_reader",
    "frame_opener": "decapsulator",
    "hand_run": "manual_run",
    "held_signals": "signal_queue",
    "input_rest": "pending_input",
    "instant_text": "timestamp_text",
    "may_write_to": "send_permissions",
    "opened_frame": "decapsulated_frame",
    "place_counts": "per_address_counter",
    "played_network": "simulated_network",
    "pointed_text": "caret_text",
    "tell_action": "stdin_action",
    "tunnel_book": "tunnel_registry",
    "wake_up": "waker",
    "watched_model": "captured_model_run",
}
# In code, comments, messages and pages alike.
PHRASES = {
    r"cannot be had\b": "is unavailable",
    r"\bcolour": "color",
    r"\bfor ever\b": "forever",
    r"\bgoes on\b": "continues",
    r"(?<!there )\bis no (id|number|name|address|option|packet|scenario|file|folder|pseudo)\b": "is not a valid ...",
    r"\bledger\b": "rule coverage, totals",
    r"\blimits? of time\b": "timeout",
    r"\bstands (here|there|in|for itself)\b": "is",
    r"\bstands (here )?twice\b": "duplicate",
    r"\b(W|w)hoever\b": "any client that, another program",
}
# Names and texts that programs read, or that are others'. fuzz/session has words of its own: it is to be replaced.
MACHINE_READ_NAMES = {"sma_reaches_strangers"}
EXEMPT = re.compile(r"^(fuzz/session/|fuzz/bugs/|fuzz/corpora/|fuzz/dictionaries/|LICENSE$|tools/layout/words_test\.py$)")


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=SOURCE,
                            capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() if listed.returncode == 0 else \
        [str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*") if not path.relative_to(SOURCE).parts[0].startswith((".", "build"))]
    return [name for name in names if (SOURCE / name).is_file() and not EXEMPT.match(name)]


CPP_NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|^\s*#\s*include[^\n]*', re.DOTALL | re.MULTILINE)


def cpp_names(text):
    """(line, identifier) of C++; a call of what() is left out."""
    text = CPP_NOISE.sub(lambda match: "\n" * match[0].count("\n"), text)
    for number, line in enumerate(text.splitlines(), 1):
        for match in re.finditer(r"[A-Za-z_]\w*", line):
            if match[0] == "found" and line[:match.start()].endswith(")."):
                continue  # of a result of std::ranges
            if not (match[0] == "what" and re.search(r"(error|error_|fault|exception|problem|error\(\))(\.|->)$|^ +violation $", line[:match.start()])):
                yield number, match[0]


def python_names(text):
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            yield token.start[0], token.string


def wrong_names(names):
    for number, name in names:
        bare = name.strip("_")
        if bare in MACHINE_READ_NAMES:
            continue
        if bare in EMPTY_NAMES:
            yield number, f"'{name}' says nothing: name its type or role"
        elif bare in PRIVATE_TYPES:
            yield number, f"'{name}': use {PRIVATE_TYPES[bare]}"
        else:
            yield from ((number, f"'{name}': use {PRIVATE_NAMES[part]}") for part in bare.split("_") if part in PRIVATE_NAMES)


def wrong_phrases(text):
    for number, line in enumerate(text.splitlines(), 1):
        for phrase, instead in PHRASES.items():
            if match := re.search(phrase, line):
                yield number, f"'{match[0]}': use {instead}"


class Words(unittest.TestCase):
    def test_names_are_nouns_of_the_field(self):
        self.check((".cpp", ".hpp", ".h", ".inl", ".def"), lambda text: wrong_names(cpp_names(text)))
        self.check((".py",), lambda text: wrong_names(python_names(text)))

    def test_texts_are_plain_english(self):
        self.check((".cpp", ".hpp", ".h", ".inl", ".def", ".py", ".md", ".json", ".txt", ".cmake", ".in", ".sh", ".lua", "tools/dev"), wrong_phrases)

    def check(self, endings, problems):
        names = [name for name in tracked_files() if name.endswith(endings)]
        self.assertGreater(len(names), 20, "too few files were read: the check would check nothing")
        wrong = [f"{name}:{number}: {problem}" for name in names for number, problem in problems((SOURCE / name).read_text(errors="replace"))]
        self.assertEqual(wrong, [], f"{len(wrong)} places:\n" + "\n".join(wrong[:200]))


class TheCheckItself(unittest.TestCase):
    def test_finds_names(self):
        for text in ["int one = 1;", "for (auto& who : users) {}", "roster_position", "auto x = hand_run{};", "connection made_;", "[](int one) { return one; }"]:
            self.assertNotEqual(list(wrong_names(cpp_names(text))), [], text)
        self.assertNotEqual(list(wrong_names(python_names("one = 1\n"))), [])

    def test_passes_over_text_and_standard_names(self):
        for text in ['"one"', "// one", "/* what */", "error.what()", "at_least_one", "somewhat", "R\"(one)\"", "'\"'; // one"]:
            self.assertEqual(list(wrong_names(cpp_names(text))), [], text)

    def test_finds_phrases(self):
        for text in ["an address that cannot be had", "waits for ever", "Whoever asks", "in colour", '"x" is no id; expected']:
            self.assertNotEqual(list(wrong_phrases(text)), [], text)
        self.assertEqual(list(wrong_phrases("the server stands still; forever")), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
