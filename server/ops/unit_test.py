"""The systemd unit: systemd reads it without a complaint, its sandbox is tight, and its numbers fit the server's limits.

usage: unit_test.py CHATOS_SERVER UNIT_TEMPLATE
Needs systemd-analyze (Debian package systemd); without it the test fails and says so. Nothing is started.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SERVER = pathlib.Path(sys.argv[1])
TEMPLATE = pathlib.Path(sys.argv[2]).read_text()
EXPOSURE_MAX = 15  # in tenths, as systemd-analyze security counts: 10 is "OK", the most open service has 96
SPARE_DESCRIPTORS = 16


def setting(name):
    return re.search(rf"^{name}=(.*)$", TEMPLATE, re.MULTILINE).group(1)


class Unit(unittest.TestCase):
    def setUp(self):
        if shutil.which("systemd-analyze") is None:
            self.fail("there is no systemd-analyze: install the Debian package systemd")

    def analyze(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder, "chatos-server.service")
            unit.write_text(TEMPLATE.replace("@chatos_program_folder@", str(SERVER.resolve().parent)))
            return subprocess.run(["systemd-analyze", *arguments, str(unit)], capture_output=True, text=True, check=False)

    def test_systemd_accepts_the_unit(self):
        said = self.analyze("verify", "--man=no")
        self.assertEqual((said.returncode, said.stdout + said.stderr), (0, ""))

    def test_the_sandbox_is_tight(self):
        said = self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager")
        self.assertEqual(said.returncode, 0, said.stdout[-300:] + said.stderr)

    def test_its_numbers_fit_the_limits_of_its_own_flags(self):
        flags = setting("ExecStart").split()[1:]
        report = json.loads(subprocess.run([str(SERVER), *flags, "--print-limits", "--json"], capture_output=True,
                                           text=True, check=True).stdout)
        limits = {limit["flag"]: limit["value"] for limit in report["limits"]}
        self.assertGreaterEqual(int(setting("LimitNOFILE")),
                                limits["--capacity"] + limits["--unregistered-max"] + SPARE_DESCRIPTORS)
        self.assertGreater(int(setting("MemoryMax").removesuffix("G")) << 30, report["memory_bytes_max"])
        stop_ms = limits["--drain-timeout-ms"] + limits["--flush-timeout-ms"] + limits["--linger-timeout-ms"]
        self.assertGreater(int(setting("TimeoutStopSec").removesuffix("s")) * 1000, stop_ms)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
