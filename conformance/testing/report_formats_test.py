"""What chatos-conformance writes for other programs is what those programs read: JUnit XML, TAP, HTML.

Usage: report_formats_test.py PROGRAM FAKE_SERVER
The JUnit rules are those of the schema that Jenkins publishes and that most consumers follow, written as checks here;
TAP is read by prove, Perl's own consumer; the page by Python's parser.
"""
import collections
import html.parser
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

PROGRAM, FAKE_SERVER = sys.argv[1], sys.argv[2]

HOSTILE = "<script>alert(1)</script> & \"quotes\" ]]> # hash \\ back \u001b[2J \u0000 \ufffe \u202e"
PASSES = {"packet": "ERROR", "code": 4}


def scenario_file(folder, name, title=HOSTILE, expect=None, **keys):
    steps = [{"actor": "alice", "login": True},
             {"actor": "alice", "send": {"packet": "RPM", "pseudo": "nobody"}},
             {"actor": "alice", "expect": expect or PASSES, "note": HOSTILE}]
    scenario = {"schema": 1, "id": name, "title": title, "rules": ["PM-2"], "actors": ["alice"], "steps": steps, **keys}
    path = pathlib.Path(folder) / f"{name}.json"
    path.write_text(json.dumps(scenario), encoding="utf-8")
    return str(path)


class Runs:
    """Each way of running the program, once, with every report that it can write."""

    kept = {}

    @classmethod
    def of(cls, mode):
        if mode not in cls.kept:
            cls.kept[mode] = cls.run(mode)
        return cls.kept[mode]

    @staticmethod
    def run(mode):
        folder = tempfile.mkdtemp()
        words = [PROGRAM, "run", "--json", f"{folder}/report.json", "--junit", f"{folder}/report.xml",
                 "--html", f"{folder}/report.html", "--tap"]
        if mode == "hostile":
            profile = {"schema": 1, "name": HOSTILE, "command": [FAKE_SERVER, "escapes", "{port}"],
                       "known_failures": [{"rule": "CONN-5", "reason": HOSTILE}, {"rule": "CLI-2", "reason": "x"}]}
            (pathlib.Path(folder) / "profile").write_text(json.dumps(profile), encoding="utf-8")
            words += ["--profile", f"{folder}/profile",
                      scenario_file(folder, "my.failed"),
                      scenario_file(folder, "my.known", rules=["CONN-5"]),
                      scenario_file(folder, "my.stale", rules=["CLI-2"], expect={"packet": "SPM"}, closing_fence=False),
                      scenario_file(folder, "my.warned", rules=["CONN-7"]),
                      scenario_file(folder, "my.needy", needs={"capacity": 2}),
                      scenario_file(folder, "my.unproven", control="my.failed")]
        else:
            words += ["--time-factor", "0.1", "--server-command", f"{FAKE_SERVER} {mode} {{port}}"]
        done = subprocess.run(words, capture_output=True, check=False)
        Outputs = collections.namedtuple("Outputs", "code tap junit html json")
        read = lambda name: (pathlib.Path(folder) / name).read_bytes()
        outputs = Outputs(done.returncode, done.stdout, read("report.xml"),
                          read("report.html").decode("utf-8"), json.loads(read("report.json")))
        shutil.rmtree(folder)
        return outputs


MODES = ("polite", "dies", "escapes", "refuses", "hostile")


class JUnit(unittest.TestCase):
    def test_every_report_follows_the_schema(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                self.check(Runs.of(mode))

    def check(self, run):
        text = run.junit.decode("utf-8")
        self.assertIsNone(re.search(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text))
        self.assertIsNone(re.search(r"&(?!(amp|lt|gt|quot|#39);)", text))
        root = ElementTree.fromstring(text)
        self.assertEqual(root.tag, "testsuites")
        self.only(root, {"name", "tests", "failures", "errors", "time"}, {"testsuite"})
        totals = collections.Counter()
        ids = []
        for suite in root:
            self.only(suite, {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"},
                      {"properties", "testcase"})
            self.assertRegex(suite.get("timestamp"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
            self.assertEqual([child.tag for child in suite].index("testcase"), 1, "properties stand first, once")
            for entry in suite.find("properties"):
                self.only(entry, {"name", "value"}, set())
            counts = collections.Counter()
            for case in suite.findall("testcase"):
                counts += self.check_case(case, suite)
                ids.append(case.get("name"))
            for key in ("tests", "failures", "errors", "skipped"):
                self.assertEqual(int(suite.get(key)), counts[key], key)
            totals += counts
        for key in ("tests", "failures", "errors"):
            self.assertEqual(int(root.get(key)), totals[key], key)
        self.assertEqual(sorted(ids), sorted(entry["id"] for entry in run.json["scenarios"]))
        summary = run.json["summary"]
        self.assertEqual(totals["failures"], summary["failed"] + summary["stale"])
        self.assertEqual(totals["errors"], summary["not_testable"])
        self.assertEqual(totals["skipped"], summary["unsupported"] + summary["known_failures"])

    def check_case(self, case, suite):
        self.only(case, {"name", "classname", "time"}, {"failure", "error", "skipped", "system-out"})
        self.assertEqual(case.get("classname"), suite.get("name"))
        self.assertLessEqual(len(case), 1)
        counts = collections.Counter(tests=1)
        for child in case:
            if child.tag in ("failure", "error"):
                self.only(child, {"message", "type"}, set())
                self.assertIn("chatos-conformance run ", child.text)
                counts[child.tag + "s"] += 1
            elif child.tag == "skipped":
                self.only(child, {"message"}, set())
                counts["skipped"] += 1
        return counts

    def only(self, element, attributes, children):
        """All of these attributes and no others; only these children; numbers where numbers belong."""
        self.assertEqual(set(element.keys()), attributes, element.tag)
        self.assertLessEqual({child.tag for child in element}, children, element.tag)
        for key in attributes & {"tests", "failures", "errors", "skipped"}:
            self.assertRegex(element.get(key), r"^\d+$")
        if "time" in attributes:
            self.assertRegex(element.get("time"), r"^\d+\.\d{3}$")

    def test_hostile_text_is_text(self):
        run = Runs.of("hostile")
        text = run.junit.decode("utf-8")
        self.assertNotIn("<script>", text)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot; ]]&gt;", text)
        self.assertIn("\\x1b[2J \\x00", text)
        self.assertEqual({entry["verdict"] for entry in run.json["scenarios"]},
                         {"fail", "known-failure", "stale", "warn", "unsupported", "not-testable"})


class Tap(unittest.TestCase):
    def prove(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "report.tap"
            file.write_bytes(text)
            return subprocess.run(["prove", "--verbose", "--exec", "cat", str(file)], capture_output=True, text=True,
                                  check=False)

    def test_prove_reads_every_report_and_agrees(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                run = Runs.of(mode)
                done = self.prove(run.tap)
                said = done.stdout + done.stderr
                self.assertNotIn("Parse errors", said)
                failed = sum(run.json["summary"][key] for key in ("failed", "not_testable", "stale"))
                subtests = re.search(r"Failed (\d+)/(\d+) subtests", said)
                self.assertEqual(done.returncode != 0, failed != 0)
                self.assertEqual([int(number) for number in subtests.groups()], [failed, len(run.json["scenarios"])])

    def test_prove_passes_what_passes(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [PROGRAM, "run", "--tap", "--server-command", f"{FAKE_SERVER} polite {{port}}",
                 scenario_file(folder, "my.good"), scenario_file(folder, "my.needy", needs={"capacity": 2})],
                capture_output=True, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"1 passed, 0 failed, 1 unsupported", done.stderr)
        said = self.prove(done.stdout)
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertIn("Result: PASS", said.stdout)

    def test_hostile_text_is_one_line_without_directives(self):
        text = Runs.of("hostile").tap.decode("utf-8")
        self.assertIsNone(re.search(r"[^\n\x20-\ud7ff\ue000-\uffff]", text))
        points = re.findall(r"^(?:not )?ok \d+ - .*$", text, re.MULTILINE)
        self.assertEqual(len(points), 6)
        self.assertEqual(sum(1 for entry in points if re.search(r"(?<!\\)# (SKIP|TODO)", entry)), 2)

    def test_a_diagnosis_is_yaml_that_prove_keeps(self):
        said = self.prove(Runs.of("hostile").tap).stdout
        for key in ("message", "severity", "failed_rules", "expected", "seen", "seen_hex", "hint", "repeat"):
            self.assertRegex(said, rf'(?m)^  {key}: ".*"$')


class Page(html.parser.HTMLParser):
    """The elements of a page; rejects tags that do not nest."""

    VOID = {"meta", "input", "br", "link", "img", "hr"}
    SELF_CLOSED = {"path", "circle", "rect"}

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.elements = []
        self.texts = collections.defaultdict(str)
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        assert len(attributes) == len(dict(attributes)), f"an attribute twice in {tag}"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        assert tag in self.SELF_CLOSED, tag
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.texts[self.open[-1] if self.open else ""] += data

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def of_class(self, name):
        return [attributes for _, attributes in self.elements if attributes.get("class") == name]


class Html(unittest.TestCase):
    def pages(self):
        for mode in MODES:
            with self.subTest(mode=mode):
                run = Runs.of(mode)
                yield run, Page(run.html)

    def test_nothing_comes_from_elsewhere(self):
        for run, page in self.pages():
            self.assertEqual(sum(name in ("link", "img", "iframe", "object", "embed", "base") for name, _ in page.elements), 0)
            for name, attributes in page.elements:
                self.assertFalse({"src", "srcset", "action", "style"} & attributes.keys(), name)
                self.assertFalse([key for key in attributes if key.startswith("on")], name)
                if "href" in attributes:
                    self.assertTrue(attributes["href"].startswith("#"), attributes["href"])
            self.assertNotRegex(page.texts["style"], r"url\(|@import|https?:")
            self.assertNotRegex(page.texts["script"], r"https?:|fetch|import|XMLHttp|eval")
            [policy] = [entry for entry in page.of("meta") if "http-equiv" in entry]
            self.assertTrue(policy["content"].startswith("default-src 'none'"))
            self.assertTrue([entry for entry in page.of("meta") if entry.get("name") == "viewport"])

    def test_rules_and_scenarios_say_which_faults_must_be_caught(self):
        for run, page in self.pages():
            counts = re.findall(r'class="soft kills">(\d+) faults? of the model breaks? it, (\d+) scenarios? must', run.html)
            self.assertTrue(counts)
            if any(entry["id"] == "server.pm.rpm-nobody" for entry in run.json["scenarios"]):
                self.assertGreater(sum(int(faults) for faults, _ in counts), 90)
                self.assertTrue(all(int(killers) for _, killers in counts), counts)
                self.assertIn("rpm-to-nobody-gets-ok (PM-2: ", run.html)

    def test_all_scenarios_and_all_rules_stand_in_it(self):
        for run, page in self.pages():
            ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
            self.assertEqual(len(ids), len(set(ids)))
            details = {entry["id"]: entry for entry in page.of("details")}
            self.assertEqual({f"s-{entry['id']}" for entry in run.json["scenarios"]}, set(details))
            for entry in run.json["scenarios"]:
                shown = details[f"s-{entry['id']}"]
                self.assertEqual(shown["data-verdict"], entry["verdict"])
                self.assertTrue(set(entry["rules"]) <= set(shown["data-text"].split()))
            for target in (attributes["href"][1:] for _, attributes in page.elements if "href" in attributes):
                self.assertIn(target, ids)
            listed = subprocess.run([PROGRAM, "rules"], capture_output=True, text=True, check=True).stdout
            rules = re.findall(r"^([A-Z]+-\d+) ", listed, re.MULTILINE)
            self.assertEqual([entry["data-text"].split()[0] for entry in page.of_class("rule")], rules)

    def test_each_scenario_that_ran_has_a_chart(self):
        for run, page in self.pages():
            ran = sum(1 for entry in run.json["scenarios"] if entry["ms"] > 0)
            self.assertEqual(len(page.of("svg")), ran)
            blamed = sum(entry["class"] == "w" for entry in page.of("g"))
            self.assertGreaterEqual(blamed, sum(1 for entry in run.json["scenarios"] if entry.get("seen_hex")))

    def test_hostile_text_is_text(self):
        run = Runs.of("hostile")
        page = Page(run.html)
        self.assertEqual(len(page.of("script")), 1)
        self.assertNotIn("<script>alert", run.html)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;", run.html)
        self.assertIsNone(re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ufffe]", run.html))
        self.assertIn("<script>alert(1)</script>", page.of("details")[0]["data-text"], "as text it is whole")
        for key in ("hint", "repeat", "server printed", "expected", "seen", "at"):
            self.assertIn(key, page.texts["dt"])

    def test_light_and_dark_and_narrow_have_styles(self):
        style = Page(Runs.of("polite").html).texts["style"]
        for wanted in ("prefers-color-scheme: dark", "max-width: 40rem", "color-scheme: light dark"):
            self.assertIn(wanted, style)
        used = set(re.findall(r"var\((--[a-z-]+)\)", style))
        light, dark = (set(re.findall(r"(--[a-z-]+):", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL))
        self.assertEqual(light, dark, "a color that only one scheme has")
        self.assertLessEqual(used, set(re.findall(r"(--[a-z-]+):", style)))


class Progress(unittest.TestCase):
    """A line on standard error while it runs, for somebody who looks, and only there."""

    def run_on_terminal(self, *flags, standard_output_too):
        ours, theirs = pty.openpty()
        with tempfile.TemporaryDirectory() as folder:
            words = [PROGRAM, "run", "--server-command", f"{FAKE_SERVER} polite {{port}}",
                     scenario_file(folder, "my.good", title="x"), *flags]
            child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=theirs,
                                     stdout=theirs if standard_output_too else subprocess.DEVNULL)
            os.close(theirs)
            shown = b""
            while True:
                try:
                    piece = os.read(ours, 4096)
                except OSError:  # the terminal's other side is closed
                    break
                if not piece:
                    break
                shown += piece
            os.close(ours)
            self.assertEqual(child.wait(), 0)
        return shown

    def test_is_shown_on_a_terminal_and_cleared(self):
        shown = self.run_on_terminal(standard_output_too=False)
        self.assertEqual(shown, b"\r\x1b[K0/1  my.good\r\x1b[K")

    def test_never_stands_between_the_lines_of_a_report_on_the_same_terminal(self):
        shown = self.run_on_terminal("--tap", standard_output_too=True)
        self.assertNotIn(b"\x1b[K", shown)
        self.assertIn(b"ok 1 - my.good", shown)
        shown = self.run_on_terminal("--tap", standard_output_too=False)
        self.assertIn(b"0/1  my.good", shown)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
