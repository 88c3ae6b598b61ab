"""Makes the Debian package, installs it, uses what it installed and removes it.

The package goes into a folder of the test's own, by dpkg itself, which judges its dependencies by a copy of what is
installed on this machine: the machine stays as it is, and the test needs no root."""

import argparse
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

OPTIONS = None
SHIPPED = """usr/bin/chatos-server usr/bin/chatos-conformance usr/bin/chatos-dump usr/bin/chatos-bench
 usr/share/man/man1/chatos-server.1.gz usr/share/bash-completion/completions/chatos-server
 usr/share/zsh/vendor-completions/_chatos-server usr/share/fish/vendor_completions.d/chatos-server.fish
 usr/lib/systemd/system/chatos-server.service usr/include/chatos/packet.hpp usr/share/doc/chatos/copyright
 usr/share/chatos/schemas/scenario.schema.json usr/share/chatos/scenarios/server.pm.relay-ok.json""".split()


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=800, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Debian(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(OPTIONS.folder, ignore_errors=True)
        cls.root, cls.database = OPTIONS.folder / "root", OPTIONS.folder / "dpkg"
        cls.root.mkdir(parents=True)
        run(OPTIONS.cpack, "-G", "DEB", "--config", OPTIONS.build / "CPackConfig.cmake", "-B", OPTIONS.folder / "made", cwd=OPTIONS.folder)
        cls.package = next((OPTIONS.folder / "made").glob("*.deb"))
        for part in ("info", "updates", "triggers", "alternatives"):
            (cls.database / part).mkdir(parents=True)
        shutil.copy("/var/lib/dpkg/status", cls.database)
        for name in ("format", "arch"):
            if Path("/var/lib/dpkg", name).exists():
                shutil.copy(Path("/var/lib/dpkg", name), cls.database)
        # dpkg wants to know the files of every package that it is told of.
        for listing in Path("/var/lib/dpkg/info").iterdir():
            if listing.suffix in (".list", ".md5sums") or listing.name == "format":
                (cls.database / "info" / listing.name).symlink_to(listing)

    def dpkg(self, *words):
        path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
        return run("dpkg", "--admindir", self.database, "--instdir", self.root, "--log", OPTIONS.folder / "dpkg.log", "--force-not-root",
                   "--force-script-chrootless", *words, env={**os.environ, "PATH": path})

    def files(self):
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if not path.is_dir()}

    def test_1_says_what_it_is(self):
        fields = run("dpkg-deb", "--field", self.package)
        self.assertRegex(fields, r"(?m)^Package: chatos$")
        self.assertRegex(fields, rf"(?m)^Version: {re.escape(OPTIONS.version)}$")
        self.assertRegex(fields, r"(?m)^Depends: .*libc6")
        self.assertRegex(fields, r"(?m)^Description: \S")

    def test_2_installs_and_works(self):
        self.dpkg("--install", self.package)
        self.assertEqual(set(SHIPPED) - self.files(), set())
        self.assertIn("install ok installed", self.dpkg("--status", "chatos"))
        programs = self.root / "usr/bin"
        for program in programs.iterdir():
            self.assertIn(OPTIONS.version, run(program, "--version"), program.name)
        # The installed suite judges the installed server and the installed client, with the installed profiles.
        in_path = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        for role in ("server", "client"):
            profile = self.root / f"usr/share/chatos/profiles/chatos-{role}.json"
            judged = run(programs / "chatos-conformance", "run", f"{role}.pm.*", "--profile", profile, env=in_path)
            self.assertRegex(judged, r"[1-9][0-9]* passed, 0 failed \(")
        self.assertIn("ERROR  code=0 OK", run(programs / "chatos-dump", "--raw", "-", input="06 00\n"))
        unit = (self.root / "usr/lib/systemd/system/chatos-server.service").read_text()
        self.assertIn("ExecStart=/usr/bin/chatos-server ", unit)

    def test_3_nothing_of_the_build_is_inside(self):
        for path in self.root.rglob("*"):
            if path.is_file():
                self.assertNotIn(str(OPTIONS.build).encode(), path.read_bytes(), path)

    def test_4_is_removed_without_a_trace(self):
        self.dpkg("--purge", "chatos")
        self.assertEqual(self.files(), set())
        self.assertEqual([path for path in (self.root / "usr").rglob("*")] if (self.root / "usr").exists() else [], [])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    for place in ("--build", "--folder"):
        arguments.add_argument(place, type=Path, required=True)
    for word in ("--cpack", "--version"):
        arguments.add_argument(word, required=True)
    OPTIONS, remaining = arguments.parse_known_args()
    unittest.main(argv=["debian_test", *remaining])
