"""The pages and completions of every program: each flag of --help is on its page, mandoc has nothing to say, and the
shells themselves offer the flags, the values and the files that can follow."""

import argparse
import gzip
import os
import pty
import re
import select
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import help_text

OPTIONS = None
HANG_GUARD_S = 300


def programs():
    return sorted(path.name[: -len(".1.gz")] for path in (OPTIONS.pages / "man").iterdir())


def help_of(name):
    return help_text.read(OPTIONS.programs / name, name)


def run(*command, **more):
    environment = {**os.environ, "PATH": f"{OPTIONS.programs}:{os.environ['PATH']}"}
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=HANG_GUARD_S, env=environment, **more).stdout


class Pages(unittest.TestCase):
    def test_mandoc_has_nothing_to_say(self):
        for name in programs():
            page = gzip.decompress((OPTIONS.pages / "man" / f"{name}.1.gz").read_bytes()).decode()
            said = subprocess.run([OPTIONS.mandoc, "-T", "lint", "-W", "warning"], input=page, capture_output=True, text=True, timeout=HANG_GUARD_S)
            self.assertEqual(said.stdout + said.stderr, "", name)

    def test_every_flag_is_on_the_page(self):
        for name in programs():
            shown = run(OPTIONS.mandoc, "-T", "utf8", "-O", "width=120", OPTIONS.pages / "man" / f"{name}.1.gz")
            shown = re.sub(".\b", "", shown)
            help_ = help_of(name)
            for command in [help_, *help_.subcommands]:
                for option in command.options:
                    for flag in option.names:
                        self.assertIn(flag, shown, f"{command.name} {flag}")
            self.assertIn("EXAMPLES", shown.upper())
            self.assertIn("SEE ALSO", shown)


class Bash(unittest.TestCase):
    def offered(self, *words):
        line = " ".join(f"'{word}'" for word in words)
        script = f"""source '{OPTIONS.pages}/bash/{words[0]}'
          COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _{words[0].replace('-', '_')} 2>/dev/null
          printf '%s\\n' "${{COMPREPLY[@]}}\""""
        return run(OPTIONS.bash, "-c", script).split()

    def test_every_flag(self):
        for name in programs():
            help_ = help_of(name)
            for command in [help_, *help_.subcommands]:
                flags = {flag for option in command.options for flag in option.names}
                self.assertEqual(flags, set(self.offered(*command.name.split(), "-")), command.name)

    def test_values_commands_and_what_the_program_knows(self):
        self.assertEqual(["warning"], self.offered("chatos-server", "--log-level", "w"))
        self.assertIn("run", self.offered("chatos-conformance", "r"))
        self.assertIn("PM-4", self.offered("chatos-conformance", "list", "--rule", "PM-"))
        self.assertIn("server.pm.relay-ok", self.offered("chatos-conformance", "explain", "server.pm.relay"))


class Fish(unittest.TestCase):
    def offered(self, line):
        name = line.split()[0]
        with tempfile.TemporaryDirectory() as home:
            said = run(OPTIONS.fish, "--no-config", "-c", f"source '{OPTIONS.pages}/fish/{name}.fish'; complete -C '{line}'", cwd=home)
        return {row.split("\t")[0] for row in said.splitlines()}

    def test_every_flag(self):
        for name in programs():
            help_ = help_of(name)
            for command in [help_, *help_.subcommands]:
                flags = {flag for option in command.options for flag in option.names if flag.startswith("--")}
                self.assertLessEqual(flags, self.offered(f"{command.name} --"), command.name)

    def test_values_commands_and_what_the_program_knows(self):
        self.assertEqual({"warning"}, self.offered("chatos-server --log-level w"))
        self.assertIn("run", self.offered("chatos-conformance r"))
        self.assertIn("PM-4", self.offered("chatos-conformance list --rule PM-"))
        self.assertIn("server.pm.relay-ok", self.offered("chatos-conformance explain server.pm.relay"))


class Zsh(unittest.TestCase):
    """zsh completes on a terminal only, so it gets one: what it writes there after a TAB is what a person sees."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        environment = {**os.environ, "TERM": "dumb", "LC_ALL": "C", "PATH": f"{OPTIONS.programs}:{os.environ['PATH']}"}
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(self.folder.name)
            os.execve(OPTIONS.zsh, [OPTIONS.zsh, "-f", "-i"], environment)
        setup = f"PS1=; fpath=('{OPTIONS.pages}/zsh' $fpath); autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' list-prompt ''; LISTMAX=10000; unsetopt zle_bracketed_paste; bindkey -e; echo rea''dy\n"
        os.write(self.terminal, setup.encode())
        self.output_until("ready")

    def tearDown(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)
        self.folder.cleanup()

    def output_until(self, text, seconds=HANG_GUARD_S):
        output, end = "", time.monotonic() + seconds
        while text not in output:
            left = end - time.monotonic()
            self.assertGreater(left, 0, f"'{text}' did not appear: {output!r}")
            if select.select([self.terminal], [], [], left)[0]:
                output += os.read(self.terminal, 65536).decode(errors="replace")
        return output

    def completed(self, line, wanted):
        os.write(self.terminal, f"{line}\t\t".encode())
        self.output_until(wanted)
        os.write(self.terminal, b"\x15echo do''ne\n")
        self.output_until("done")

    def test_flags_values_commands_and_what_the_program_knows(self):
        self.completed("chatos-server --log-l", "log-level")
        self.completed("chatos-server --log-level w", "arning")
        self.completed("chatos-conformance ru", "rules")
        self.completed("chatos-conformance run --se", "server-command")
        self.completed("chatos-conformance list --rule PM-1", "PM-10")
        self.completed("chatos-conformance explain server.pm.relay-", "server.pm.relay-ok")

    def test_every_script_is_zsh(self):
        for name in programs():
            run(OPTIONS.zsh, "-n", OPTIONS.pages / "zsh" / f"_{name}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    for folder in ("--pages", "--programs"):
        arguments.add_argument(folder, type=lambda given: Path(given).resolve(), required=True)
    for program in ("--mandoc", "--bash", "--zsh", "--fish"):
        arguments.add_argument(program, required=True)
    OPTIONS, remaining = arguments.parse_known_args()
    unittest.main(argv=["pages_test", *remaining])
