import pathlib
import tempfile
import unittest

import mutants

TREE = pathlib.Path(__file__).resolve().parents[2]
RULES = """constexpr rule rules[] = {
    {"WIRE-1", must, text, "A packet."},
    {"PM-2",
     must, text, "A message."},
"""
PATCH = """Rule: WIRE-1, interface
What: Two is three.

--- a/codec/two.cpp
+++ b/codec/two.cpp
@@ -1 +1 @@
-int two = 2;
+int two = 3;
"""


class ATree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        self.write(mutants.RULES, RULES)
        self.write("codec/two.cpp", "int two = 2;\n")

    def write(self, name, text):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write_mutant(self, text, part="codec"):
        self.write(f"fuzz/bugs/{part}/b.patch", text)
        return mutants.read_mutants(self.tree, (part,))

    def refused(self, text, *words, part="codec"):
        with self.assertRaises(mutants.MutantError) as raised:
            self.write_mutant(text, part)
        for word in ("fuzz/bugs/", "b.patch", *words):
            self.assertIn(word, str(raised.exception))


class Reading(ATree):
    def test_a_patch_says_what_it_breaks_and_where(self):
        (mutant,) = self.write_mutant(PATCH)
        self.assertEqual((mutant.part, mutant.name, mutant.rules), ("codec", "b", ("WIRE-1", "interface")))
        self.assertEqual((mutant.description, mutant.equivalent, mutant.files), ("Two is three.", None, ("codec/two.cpp",)))

    def test_an_equivalent_has_its_reason(self):
        (mutant,) = self.write_mutant(PATCH.replace("\n\n", "\nEquivalent: nobody counts.\n\n", 1))
        self.assertEqual(mutant.equivalent, "nobody counts.")

    def test_what_is_missing_or_wrong_is_named(self):
        self.refused(PATCH.replace("What:", "Why:"), "'What: ...'")
        self.refused(PATCH.replace("Rule:", "Rules:"), "'Rule: ...'")
        self.refused(PATCH.replace("WIRE-1", "WIRE-11"), "no rule 'WIRE-11'", "WIRE-1")
        self.refused("Rule: WIRE-1\nWhat: x\n", "changes no file")
        self.refused(PATCH, "changes codec/two.cpp", part="core")

    def test_words_in_the_patch_are_no_headers(self):
        self.refused(PATCH.replace("What: Two is three.\n", "") + "\nWhat: of the code\n", "'What: ...'")

    def test_no_mutants_are_an_error(self):
        with self.assertRaisesRegex(mutants.MutantError, "no patch"):
            mutants.read_mutants(self.tree, ("core",))

    def test_a_rule_table_without_rules_is_an_error(self):
        self.write(mutants.RULES, "nothing")
        with self.assertRaisesRegex(mutants.MutantError, "no rule was found"):
            self.write_mutant(PATCH)


class Applying(ATree):
    def test_a_patch_is_applied(self):
        (mutant,) = self.write_mutant(PATCH)
        self.assertIsNone(mutants.apply(mutant, self.tree, check_only=True))
        self.assertEqual((self.tree / "codec/two.cpp").read_text(), "int two = 2;\n")
        self.assertIsNone(mutants.apply(mutant, self.tree))
        self.assertEqual((self.tree / "codec/two.cpp").read_text(), "int two = 3;\n")

    def test_one_that_does_not_apply_is_named(self):
        mutant_list = self.write_mutant(PATCH.replace("int two = 2", "int two = 22"))
        with self.assertRaisesRegex(mutants.MutantError, "codec/b.patch does not apply.*two.cpp"):
            mutants.check_that_they_apply(mutant_list, self.tree)


class Choosing(ATree):
    def setUp(self):
        super().setUp()
        self.write("fuzz/bugs/codec/ant.patch", PATCH)
        self.mutants = self.write_mutant(PATCH)

    def names(self, *wanted):
        return [mutant.name for mutant in mutants.choose(self.mutants, wanted)]

    def test_by_name_or_path_in_the_order_of_the_mutants(self):
        self.assertEqual(self.names(), ["ant", "b"])
        self.assertEqual(self.names("b", "fuzz/bugs/codec/ant.patch", "codec/b"), ["ant", "b"])

    def test_a_wrong_name_brings_the_near_ones(self):
        with self.assertRaisesRegex(mutants.MutantError, "no bug 'aunt'; near: ant"):
            self.names("aunt")


class Harnesses(ATree):
    def test_the_table_of_targets_is_read_but_what_fails_on_purpose(self):
        self.write("fuzz/targets.json", """{"targets": [
            {"name": "fuzz_a", "inputs": "packets", "max_len": 9},
            {"name": "fuzz_b", "inputs": "x", "max_len": 9, "links": ["codec", "core"]},
            {"name": "fuzz_canary", "inputs": "packets", "max_len": 9, "fails": true}]}""")
        self.assertEqual(mutants.read_harnesses(self.tree), [
            mutants.Harness("fuzz_a", "fuzz/corpora/packets.txt", "fuzz/dictionaries/packets.dict", 9, ("codec",)),
            mutants.Harness("fuzz_b", "fuzz/corpora/x.txt", "fuzz/dictionaries/x.dict", 9, ("codec", "core"))])

    def test_an_unknown_part_is_an_error(self):
        self.write("fuzz/targets.json",
                   '{"targets": [{"name": "fuzz_a", "inputs": "p", "max_len": 9, "links": ["cod"]}]}')
        with self.assertRaisesRegex(mutants.MutantError, "fuzz_a links 'cod'"):
            mutants.read_harnesses(self.tree)


class TheBank(unittest.TestCase):
    def test_every_patch_is_as_it_should_be_and_applies_to_the_tree(self):
        mutants.check_that_they_apply(mutants.read_mutants(TREE), TREE)

    def test_code_for_a_cpu_that_is_not_there_is_told(self):
        of_avx512 = [mutant for mutant in mutants.read_mutants(TREE) if "codec/src/kernel_avx512.cpp" in mutant.files]
        self.assertTrue(of_avx512)
        for mutant in of_avx512:
            self.assertIn("avx512bw", mutant.missing_cpu_flags({"avx2", "bmi2"}))
            self.assertEqual(mutant.missing_cpu_flags({"avx2", "bmi2", "avx512f", "avx512bw", "avx512vl"}), set())


if __name__ == "__main__":
    unittest.main()
