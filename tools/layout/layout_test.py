"""The house rules that a compiler or a reader can check: who may include whom, what lies where, how long a file may be.

usage: layout_test.py SOURCE_FOLDER COMPONENTS_FILE COMPILER
COMPONENTS_FILE has a line per component: name=folder;folder;... , the include folders that its users get.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[1])
COMPONENTS = dict(line.split("=", 1) for line in pathlib.Path(sys.argv[2]).read_text().splitlines() if line)
COMPILER = sys.argv[3]

# One header of each component, by which it is recognised.
HEADERS = {
    "codec": "chatos/decode.hpp",
    "base": "base/hex.hpp",
    "core": "core/server.hpp",
    "conformance": "rules/rule.hpp",
    "dump": "dump/record/record.hpp",
}
# What each component may include beside itself.
ALLOWED = {
    "codec": set(),
    "base": {"codec"},
    "core": {"codec", "base"},
    "net": {"codec", "base", "core"},
    "conformance": {"codec", "base"},
    "dump": {"codec", "base"},
    "dump_check": {"codec", "base", "conformance", "dump"},
    "fuzz_properties": {"codec", "base"},
}
# Heavy or special headers, and the only places that may include them.
GUARDED = {
    r"[<\"]CLI/": r"(.*/main|server/ops/flags|tools/dump/command_line)\.cpp",
    r"[<\"]nlohmann/": r"(conformance/json/json_value\.cpp|conformance/report/(json_report|catalog_json)\.cpp|conformance/matrix/matrix_json\.cpp|tools/client/json_event\.cpp|.*_test\.cpp|.*/testing/.*)",
    r"[<\"]pcap": r"tools/dump/live/.*\.cpp",
    r"[<\"]re2/": r"(conformance|tools/dump/filter)/.*\.cpp",
    r"[<\"]histedit\.h": r"tools/client/terminal/terminal\.cpp",
}
TOP_LEVEL = {"codec", "server", "conformance", "fuzz", "tools", "README.md", "CMakeLists.txt", "CMakePresets.json", "LICENSE"}
LINES_MAX = 600


def compiles(component, header):
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
        source.write(f'#include "{header}"\nint main() {{}}\n')
        source.flush()
        folders = [f"-I{folder}" for folder in COMPONENTS[component].split(";") if folder]
        command = [COMPILER, "-std=c++20", "-E", "-o", "/dev/null", *folders, source.name]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=SOURCE,
                            capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.splitlines() if (SOURCE / name).is_file()]
    return [str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*")
            if path.is_file() and not path.relative_to(SOURCE).parts[0].startswith((".", "build"))]


def includes(name):
    text = (SOURCE / name).read_text(errors="replace")
    return re.findall(r"^\s*#\s*include\s*([<\"][^>\"]+[>\"])", text, re.MULTILINE)


class Layout(unittest.TestCase):
    def test_a_forbidden_include_does_not_compile_and_an_allowed_one_does(self):
        for component, allowed in ALLOWED.items():
            for owner, header in HEADERS.items():
                expected = owner == component or owner in allowed
                with self.subTest(component=component, header=header):
                    self.assertEqual(compiles(component, header), expected)

    def test_no_include_climbs_out_of_its_component(self):
        for name in self.code():
            for include in includes(name):
                self.assertNotIn("../", include, name)

    def test_no_tool_includes_another(self):
        for name in self.code():
            if name.startswith("tools/"):
                for include in includes(name):
                    other = re.match(r'"(dump|bench|client)/', include)
                    self.assertTrue(other is None or name.startswith(f"tools/{other[1]}/"), f"{name} includes {include}")

    def test_the_core_the_model_and_the_base_know_no_sockets(self):
        forbidden = re.compile(r"[<\"](net/|ops/|base/system/|sys/socket|netinet/|poll\.h|sys/epoll|unistd\.h|thread|chrono_clock)")
        for name in self.code():
            is_model = name.startswith("conformance/model/") and not name.startswith(("conformance/model/serve", "conformance/model/connect"))
            is_base = name.startswith("tools/base/") and not name.startswith(("tools/base/system/", "tools/base/testing/")) and not name.endswith("_test.cpp")
            if is_model or is_base or name.startswith(("server/core/", "codec/include/", "conformance/judge/", "conformance/rules/", "conformance/runner/execution")):
                for include in includes(name):
                    self.assertIsNone(forbidden.match(include), f"{name} includes {include}")

    def test_heavy_headers_stay_in_few_places(self):
        for name in self.code():
            for include in includes(name):
                for header, places in GUARDED.items():
                    if re.match(header, include):
                        self.assertRegex(name, f"^{places}$", f"{name} includes {include}")

    def test_files_are_short_enough_to_be_one_concept(self):
        for name in self.code():
            lines = (SOURCE / name).read_text(errors="replace").count("\n")
            self.assertLessEqual(lines, LINES_MAX, name)

    def test_the_top_level_holds_what_it_should_and_nothing_else(self):
        names = {name.split("/")[0] for name in tracked_files()}
        self.assertEqual({name for name in names if not name.startswith(".")} - TOP_LEVEL, set())

    def test_there_is_no_drawer_for_odds_and_ends(self):
        for name in tracked_files():
            self.assertNotRegex(name, r"(?i)(^|[/_])(utils?|helpers?|managers?|misc)([._/]|$)")

    @staticmethod
    def code():
        names = [name for name in tracked_files() if name.endswith((".cpp", ".hpp", ".h"))]
        assert names, "no source file was found: the check would check nothing"
        return names


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
