import unittest

import mutants
import matrix

HARNESSES = [mutants.Harness(f"fuzz_{name}", "", "", 9, links) for name, links in (
    ("decode", ("codec",)), ("stream", ("codec",)), ("round_trip", ("codec",)), ("differential", ("codec",)),
    ("utf8", ("codec",)), ("encode", ("codec",)), ("session", ("codec", "core")), ("scenario", ("codec",)),
    ("dump", ("codec",)))]
PROGRAMS = ("codec_test", "codec_protected_page_test", "codec_allocation_test", "codec_vectors_test", "fuzz_replay_test",
            "codec_agreement_test")


def result(name, fuzzers=(), tests=(), part="codec", equivalent=None, **more):
    seconds = dict(fuzzers)
    cells = {harness.name: {"found": harness.short in seconds, "seconds": seconds.get(harness.short, 5.0), "message": "says"}
             for harness in HARNESSES if part in harness.links}
    programs = {program: {"found": program in tests, "seconds": 0.1, "test": "A.b"} for program in PROGRAMS}
    return {"part": part, "name": name, "what": f"what {name} does", "equivalent": equivalent, "fuzzers": cells,
            "tests": programs, **more}


def complaints(*results, useless=frozenset()):
    return matrix.Summary(list(results), HARNESSES, useless).complaints()


class Complaints(unittest.TestCase):
    def test_a_bug_of_the_codec_needs_a_fuzzer_and_a_test(self):
        both = result("both", {"decode": 0.1}, ["codec_test"])
        self.assertEqual(complaints(both), [])
        self.assertEqual(complaints(result("a", {"decode": 0.1})), ["codec a: no ordinary test finds it"])
        self.assertEqual(complaints(result("a", (), ["codec_test"])), ["codec a: no fuzzer finds it"])
        self.assertEqual(complaints(result("a")), ["codec a: nobody finds it"])

    def test_a_bug_of_the_core_needs_one_of_them(self):
        self.assertEqual(complaints(result("a", {"session": 1.0}, part="core")), [])
        self.assertEqual(complaints(result("a", (), ["codec_test"], part="core")), [])
        self.assertEqual(complaints(result("a", part="core")), ["core a: nobody finds it"])

    def test_nobody_may_find_an_equivalent(self):
        self.assertEqual(complaints(result("a", equivalent="no")), [])
        self.assertEqual(complaints(result("a", {"decode": 0.1}, equivalent="no")),
                         ["codec a is marked equivalent, but fuzz_decode finds it: says"])

    def test_who_fails_without_a_bug_finds_nothing(self):
        measured = result("a", {"decode": 0.1}, ["codec_test"])
        self.assertEqual(complaints(measured, useless={"fuzz_decode"}), ["codec a: no fuzzer finds it"])

    def test_a_patch_that_does_not_build(self):
        broken = {"part": "codec", "name": "a", "what": "", "equivalent": None, "build_error": "error: no"}
        self.assertEqual(complaints(broken), ["codec a does not build: error: no"])
        self.assertIn("does not build", matrix.Summary([broken], HARNESSES).as_text())


class Figures(unittest.TestCase):
    def test_what_each_harness_finds_and_finds_alone(self):
        mutant_list = [result("a", {"decode": 0.1, "stream": 4.0}, ["codec_test"]), result("b", {"stream": 2.0}),
                result("c", {"session": 1.0}, part="core"), result("d", equivalent="no")]
        rows = matrix.Summary(mutant_list, HARNESSES).by_harness()
        self.assertEqual(rows["fuzz_stream"], {"finds": 2, "of": 2, "median_seconds": 3.0, "alone": ["b"]})
        self.assertEqual(rows["fuzz_session"], {"finds": 1, "of": 3, "median_seconds": 1.0, "alone": ["c"]})
        self.assertEqual(rows["fuzz_utf8"], {"finds": 0, "of": 2, "median_seconds": None, "alone": []})

    def test_the_lists_of_what_is_not_found(self):
        summary = matrix.Summary([result("a", {"decode": 1.0}), result("b", (), ["codec_test"]), result("c"),
                               result("d", equivalent="why")], HARNESSES, not_run={"codec e": "no CPU"}).as_json()
        self.assertEqual([summary[key] for key in ("no_fuzzer", "no_test", "nobody", "equivalent", "not_run")],
                         [["b", "c"], ["a", "c"], ["c"], {"d": "why"}, {"codec e": "no CPU"}])


class Text(unittest.TestCase):
    def test_the_table(self):
        mutant_list = [result("abc", {"decode": 0.31, "utf8": 12.0}, ["codec_test", "fuzz_replay_test"]),
                result("d", {"session": 5.0}, part="core", equivalent="no", stale=True)]
        lines = matrix.table(mutant_list, HARNESSES[:5] + HARNESSES[6:7])
        self.assertEqual(lines[1:], [
            "         decode         differential",
            "              stream         utf8",
            "                   round_trip     session  tests",
            "codec",
            "  abc    0.3    ·    ·    · 12.0    ·  codec fuzz_replay",
            "core",
            "=*d        -    -    -    -    -  5.0  ·"])

    def test_it_fits_its_width_whatever_is_in_it(self):
        every = {harness.short: 59.9 for harness in HARNESSES}
        mutant_list = [result("n" * 70, every, PROGRAMS), result("m" * 70, equivalent="because " * 40),
                *(result(f"bug_of_the_stream_{number}", {"stream": 1.0}) for number in range(30))]
        text = matrix.Summary(mutant_list, HARNESSES, not_run={"codec x": "no " * 60}).as_text()
        self.assertLessEqual(max(map(len, text.splitlines())), matrix.WIDTH)
        self.assertIn("codec protected_page +4", text)

    def test_a_line_for_each_bug_as_it_is_measured(self):
        self.assertEqual(matrix.progress(result("a", {"stream": 0.2, "decode": 0.1}, ["codec_test"])),
                         "codec a  found by decode 0.1 s, stream 0.2 s; tests: codec_test")
        self.assertEqual(matrix.progress(result("a")), "codec a  found by no fuzzer; tests: none")
        self.assertIn("6 more", matrix.progress(result("a", {harness.short: 1.0 for harness in HARNESSES})))


if __name__ == "__main__":
    unittest.main()
