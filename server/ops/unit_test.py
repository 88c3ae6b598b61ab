"""The systemd unit: systemd reads it without a complaint, its sandbox is tight, and its numbers fit the server's limits.

usage: unit_test.py CHATOS_SERVER UNIT_TEMPLATE README
Needs systemd-analyze (Debian package systemd); without it the test fails and says so. As root it also runs the server as the README's
advice on Unix sockets says, with a made-up group.
"""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

SERVER = pathlib.Path(sys.argv[1])
TEMPLATE = pathlib.Path(sys.argv[2]).read_text()
ADVICE = re.search(r"```ini\n(.*?)```", pathlib.Path(sys.argv[3]).read_text(), re.DOTALL).group(1)
EXPOSURE_MAX = 15  # in tenths, as systemd-analyze security counts: 10 is "OK", the most open service has 96
SPARE_DESCRIPTORS = 16


def setting(name):
    return re.search(rf"^{name}=(.*)$", TEMPLATE, re.MULTILINE).group(1)


class Unit(unittest.TestCase):
    def setUp(self):
        if shutil.which("systemd-analyze") is None:
            self.fail("there is no systemd-analyze: install the Debian package systemd")

    def analyze(self, *arguments, advice=""):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder, "chatos-server.service")
            programs = str(SERVER.resolve().parent)
            unit.write_text(TEMPLATE.replace("@chatos_program_folder@", programs) + advice.replace("/usr/bin", programs))
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

    def test_the_advice_on_unix_sockets_is_a_valid_unit_whose_sandbox_is_tight(self):
        said = self.analyze("verify", "--man=no", advice=ADVICE)
        self.assertEqual((said.returncode, said.stdout + said.stderr), (0, ""))
        said = self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager", advice=ADVICE)
        self.assertEqual(said.returncode, 0, said.stdout[-300:] + said.stderr)

    def test_the_advice_on_unix_sockets_lets_members_of_the_group_in_and_nobody_else(self):
        if os.getuid() != 0:
            return  # only root can be others
        service, members, others = 54321, 54322, 54323
        flags = re.search(r"^ExecStart=\S+ (.*)$", ADVICE, re.MULTILINE).group(1).split()
        with tempfile.TemporaryDirectory() as folder:
            # As systemd makes a runtime directory.
            os.chmod(folder, 0o755)
            os.chown(folder, service, members)
            path = f"{folder}/socket"
            flags = [flag.replace("/run/chatos-server/socket", path).replace(":9777", ":0") for flag in flags]
            with subprocess.Popen([SERVER, *flags], user=service, group=members, extra_groups=[],
                                  umask=int(setting("UMask"), 8), stdout=subprocess.PIPE, text=True) as server:
                try:
                    self.assertEqual(server.stdout.readline(), f"listening on unix:{path}\n")
                    status = os.stat(path)
                    self.assertEqual((stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid), (0o660, service, members))
                    connect = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
                    for group, expected in ((members, 0), (others, 1)):
                        said = subprocess.run(["/usr/bin/python3", "-c", connect, path], user=others, group=group,
                                              extra_groups=[], capture_output=True, text=True, check=False)
                        self.assertEqual(said.returncode, expected, said.stderr)
                    self.assertIn("PermissionError", said.stderr)
                finally:
                    server.terminate()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
