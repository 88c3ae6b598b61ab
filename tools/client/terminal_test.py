"""chatos-client on a terminal: what a person sees while typing, as a terminal emulator shows it.

Usage: terminal_test.py CLIENT SERVER
"""
import os
import re
import shutil
import signal
import sys
import tempfile
import unittest

from testing.programs import Program, Server
from testing.terminal import Terminal

CLIENT, SERVER = map(os.path.abspath, sys.argv[1:3])


class OnTerminal(unittest.TestCase):
    def setUp(self):
        self.server = Server(SERVER)
        self.addCleanup(self.server.close)

    def person(self, name, *arguments, **more):
        program = Terminal(CLIENT, self.server.address, "--pseudo", name, *arguments, **more)
        self.addCleanup(program.close)
        program.expect(f"* connected as {name}", ">")
        return program

    def script(self, name):
        program = Program(CLIENT, self.server.address, "--pseudo", name)
        self.addCleanup(program.close)
        program.expect("\\* connected as .*")
        return program


class Typing(OnTerminal):
    def test_a_message_does_not_tear_the_line_being_typed(self):
        alice, bob = self.person("alice"), self.script("bob")
        alice.type("half a sen").expect_typing("> half a sen")
        bob.say("hello")
        alice.expect("bob: hello", "> half a sen").expect_typing("> half a sen")
        alice.type("tence\r")
        bob.expect("alice: half a sentence")
        alice.expect("bob: hello", "> half a sentence", "* everybody has your message").expect_typing("> ")

    def test_nor_one_that_is_longer_than_the_screen_is_wide(self):
        for typed in ("x" * 39 + "y" * 70, "z" * 38, "z" * 37, "\u4e16" * 45):
            with self.subTest(typed=typed):
                alice, bob = self.person("alice", columns=40), self.script("bob")
                alice.type(typed)
                shown = lambda lines: "".join(lines).replace(" ", "").count(typed[-1]) == typed.count(typed[-1])
                alice.wait(shown, "the typed line")
                for number in range(3):
                    bob.say(f"n{number}")
                    alice.expect(f"bob: n{number}")
                    alice.wait(shown, "the typed line once")
                # In the middle of the line, too.
                alice.type("\x01")
                bob.say("last")
                alice.expect("bob: n0", "bob: n1", "bob: n2", "bob: last").wait(shown, "the typed line once")
                alice.type("\r")
                bob.expect(f"alice: {typed}")
                alice.close()
                bob.finish()

    def test_a_command_that_waits_is_told(self):
        alice, bob = self.person("alice"), self.script("bob")
        alice.type("/private bob\r").expect("* bob is being asked")
        alice.type("hello\r").expect("* waits its turn, 1 before it")
        bob.say("/refuse alice")
        alice.expect("* waits its turn", "* bob refuses", "* everybody has your message")

    def test_history_and_editing(self):
        alice, bob = self.person("alice"), self.script("bob")
        alice.type("first\r").expect("* everybody has your message")
        bob.expect("alice: first")
        alice.type("second\r")
        bob.expect("alice: second")
        alice.type("\x1b[A\x1b[A").expect_typing("> first")
        alice.type("\x01my \x05!\r")
        bob.expect("alice: my first!")

    def test_an_escape_key_alone_does_not_stop_the_chat(self):
        alice, bob = self.person("alice"), self.script("bob")
        alice.type("x\x1b")
        bob.say("/msg alice hello").expect("\\* alice has your message")
        alice.expect("bob: hello")

    def test_completion_of_commands_and_names(self):
        alice, bob = self.person("alice"), self.script("Ada L")
        bob.say("hello")
        alice.expect("\"Ada L\": hello")
        alice.type("/m\t").expect_typing("> /msg ")
        alice.type("\"A\t").expect_typing("> /msg \"Ada L\" ")
        alice.type("hi\r")
        bob.expect("alice: hi")
        alice.type("/s\t").expect("/save  /send", "> /s").expect_typing("> /s")

    def test_characters_of_other_scripts_are_typed_and_shown(self):
        alice, bob = self.person("alice"), self.script("bob")
        alice.type("\u00e9t\u00e9 \u0434\u0430\r")
        bob.expect("alice: \u00e9t\u00e9 \u0434\u0430")

    def test_also_where_the_locale_is_not_utf_8(self):
        alice, bob = self.person("alice", environment={"LC_ALL": "C"}.items()), self.script("bob")
        alice.type("\u00e9t\u00e9\r")
        bob.expect("alice: \u00e9t\u00e9")


class Showing(OnTerminal):
    def test_control_characters_are_never_obeyed(self):
        alice, bob = self.person("alice"), self.script("bob")
        bob.say("\x1b[2J\x1b]0;title\x07\u202edone")
        alice.expect(r"bob: \x1b[2J\x1b]0;title\x07\u{202e}done")
        self.assertNotIn(b"\x1b[2J", alice.raw)
        self.assertNotIn(b"\x1b]0", alice.raw)

    def test_a_countdown_is_visible_until_the_decision(self):
        alice, bob = self.person("alice"), self.script("bob")
        alice.type("typing")
        bob.say("/private alice")
        counted = lambda lines: set(re.findall(r"bob asks \((\d+) s\) > typing", "\n".join(lines)))
        alice.expect("* bob asks for a private connection").wait(counted, "a countdown")
        first = counted(alice.lines())
        alice.wait(lambda lines: counted(lines) - first, "another second")
        alice.type("\x15/refuse bob\r").expect("* you refuse bob").expect_typing("> ")
        bob.expect("\\* alice refuses")

    def test_no_decision_is_a_refusal(self):
        alice, bob = self.person("alice", "--decision-limit-ms", "50"), self.script("bob")
        alice.type("typing").expect_typing("> typing")
        bob.say("/private alice")
        alice.expect("* bob was refused: no decision in time").expect_typing("> typing")

    def test_a_private_connection_and_a_file_with_a_bar(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        alice, bob = self.person("alice"), self.person("bob", columns=100, folder=folder)
        alice.type("/private bob\r").expect("* bob is being asked")
        bob.expect("* alice asks for a private connection")
        bob.type("/acc\tal\t\r").expect("* the private connection with alice is open")
        alice.expect("* the private connection with bob is open")
        alice.type("/p bob psst\r")
        bob.expect("(alice) psst")
        path = os.path.join(folder, "big.bin")
        with open(path, "wb") as file:
            file.truncate(50_000_000)
        alice.type(f"/send bob {path}\r")
        bob.expect("* alice offers big.bin (50.0 MB)")
        bob.type("/save alice\r").expect("* saved big (2).bin (50.0 MB) from alice").expect_typing("> ")
        alice.expect("* bob has big.bin (50.0 MB)").expect_typing("> ")
        for person in (alice, bob):
            self.assertRegex(person.raw, rb"big\.bin \[=+> *\] \d+% > ")

    def test_colours_only_where_they_are_wanted(self):
        for environment, is_coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            with self.subTest(environment=environment):
                alice = self.person("alice", environment=environment.items())
                alice.type("hi\r").expect("* everybody has your message")
                self.assertEqual(b"\x1b[2m" in alice.raw, is_coloured)
                alice.type("/quit\r")
                self.assertEqual(alice.end(), 0)

    def test_messages_have_times(self):
        alice, bob = self.person("alice"), self.script("bob")
        bob.say("hello")
        alice.wait(lambda lines: any(re.match(r"\d\d:\d\d bob: hello$", line) for line in lines), "a time")

    def test_a_dumb_terminal_gets_plain_lines(self):
        alice = Terminal(CLIENT, self.server.address, "--pseudo", "alice", environment={"TERM": "dumb"}.items())
        self.addCleanup(alice.close)
        alice.expect("* connected as alice")
        self.assertNotIn(b"\x1b", alice.raw)


class Leaving(OnTerminal):
    def test_each_way_to_leave_leaves_the_terminal_as_it_was(self):
        for keys, code in (("/quit\r", 0), ("\x04", 0), ("typed\x03", 0)):
            with self.subTest(keys=keys):
                alice = self.person("alice")
                alice.type(keys)
                self.assertEqual(alice.end(), code)
                self.assertEqual(alice.lines()[alice.screen.cursor.y], "")

    def test_a_server_that_dies_is_told_on_a_line_of_its_own(self):
        alice = self.person("alice")
        alice.type("half").expect_typing("> half")
        self.server.kill()
        self.assertEqual(alice.end(), 3)
        self.assertIn("chatos-client: the connection is lost", "".join(alice.lines()))
        self.assertNotIn("half", "".join(alice.lines()))

    def test_another_size_of_the_window(self):
        alice, bob = self.person("alice"), self.script("bob")
        alice.type("some words").expect_typing("> some words")
        alice.resize(40, 24)
        os.kill(alice.process, signal.SIGWINCH)
        bob.say("hello")
        alice.expect("bob: hello").expect_typing("> some words")

    def test_stopped_and_continued(self):
        alice, bob = self.person("alice"), self.script("bob")
        alice.type("half").expect_typing("> half")
        alice.type("\x1a")
        os.waitpid(alice.process, os.WUNTRACED)
        os.kill(alice.process, signal.SIGCONT)
        bob.say("hello")
        alice.expect("bob: hello").expect_typing("> half")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
