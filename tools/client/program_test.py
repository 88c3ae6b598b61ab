"""chatos-client as a program: on pipes, against the reference server and against servers that misbehave.

Usage: program_test.py CLIENT SERVER CONFORMANCE SCHEMA
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from testing.programs import TIMEOUT_S, FakeServer, Program, RawUser, Server, cr, error, frame, offer, pc, rpm, sma, spm

CLIENT, SERVER, CONFORMANCE, SCHEMA = map(os.path.abspath, sys.argv[1:5])


class Chat(unittest.TestCase):
    def server(self, *arguments, **more):
        program = Server(SERVER, *arguments, **more)
        self.addCleanup(program.close)
        return program

    def client(self, address, name, *arguments, **more):
        program = Program(CLIENT, address, "--pseudo", name, *arguments, **more)
        self.addCleanup(program.close)
        return program

    def joined(self, address, name, *arguments, **more):
        program = self.client(address, name, *arguments, **more)
        program.expect("\\* connected as .*")
        return program

    def script(self, address, name, *lines, arguments=()):
        """A client that is given all its lines at once; what it printed."""
        text = "".join(line + "\n" for line in lines)
        ended = subprocess.run([CLIENT, address, "--pseudo", name, *arguments], input=text.encode(), capture_output=True,
                               check=False, timeout=TIMEOUT_S)
        return ended.returncode, ended.stdout.decode(), ended.stderr.decode()

    def fake(self):
        program = FakeServer()
        self.addCleanup(program.close)
        return program

    def folder(self):
        path = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, path)
        return pathlib.Path(path)


class Messages(Chat):
    def test_three_users_talk(self):
        address = self.server().address
        bob, carol = self.joined(address, "bob"), self.joined(address, "carol")
        alice = self.joined(address, "alice")
        alice.say("hello all").expect("\\* everybody has your message")
        bob.expect("alice: hello all")
        carol.expect("alice: hello all")
        alice.say("/msg bob just you").expect("\\* bob has your message")
        bob.expect("alice: just you")
        bob.say("/quit")
        self.assertEqual(bob.finish(), (0, "\n", ""))
        alice.say("/msg bob still there?").expect("\\* nobody is called bob")
        carol.kill(signal.SIGTERM)
        self.assertEqual(carol.finish()[0], 0)

    def test_two_who_write_to_each_other_at_once_both_get_their_answers(self):
        address = self.server().address
        alice, bob = self.joined(address, "alice"), self.joined(address, "bob")
        for number in range(50):
            alice.say(f"/msg bob a{number}")
            bob.say(f"/msg alice b{number}")
        for user in (alice, bob):
            code, out, _ = user.end_of_input().finish() if user is bob else (None, None, None)
            if user is bob:
                self.assertEqual(code, 0)
                self.assertEqual(out.count("* alice has your message"), 50)
        self.assertEqual(alice.finish()[0], 0)

    def test_a_script_loses_no_line_however_many_there_are(self):
        address = self.server().address
        bob = self.joined(address, "bob")
        code, out, _ = self.script(address, "alice", *[f"/msg bob {number}" for number in range(500)])
        self.assertEqual(code, 0)
        self.assertEqual(out.count("* bob has your message"), 500)
        bob.expect("alice: 499")

    def test_the_last_line_needs_no_end(self):
        address = self.server().address
        bob = self.joined(address, "bob")
        subprocess.run([CLIENT, address, "--pseudo", "alice"], input=b"hi", capture_output=True, check=True)
        bob.expect("alice: hi")

    def test_control_characters_are_never_obeyed(self):
        address = self.server().address
        bob = self.joined(address, "bob")
        self.script(address, "ev\x1b[31mil", "\x1b[2J\x07 \u202eabc\u2066", "/msg bob \x9b0m\x7f")
        bob.expect(r'"ev\\x1b\[31mil": \\x1b\[2J\\x07 \\u\{202e\}abc\\u\{2066\}')
        code, out, _ = bob.finish()
        self.assertEqual(code, 0)
        self.assertFalse(set(out) & {"\x1b", "\x07", "\x7f", "\x9b", "\u202e"}, out)

    def test_what_cannot_be_sent_is_told_and_loses_nothing(self):
        address = self.server().address
        bob = self.joined(address, "bob")
        alice = self.joined(address, "alice")
        alice.process.stdin.write(b"\xff\xfe\n" + b"x" * 65_537 + b"\n" + b"y" * 200_000 + b"\nfine\n")
        alice.process.stdin.flush()
        alice.expect("\\* not sent: the message is not UTF-8")
        alice.expect("\\* not sent: the message has 65537 bytes, and at most 65536 can be sent")
        alice.expect("\\* not sent: the line is longer than 70000 bytes")
        bob.expect("alice: fine")

    def test_over_a_unix_socket_and_ipv6(self):
        path = f"unix:{self.folder()}/chatos"
        for address in (self.server(listen=path).address, self.server(listen="[::1]:0").address):
            with self.subTest(address=address):
                self.assertEqual(self.script(address, "alice", "hi"),
                                 (0, "* connected as alice\n* everybody has your message\n", ""))


class Variants(Chat):
    """Servers that do what the rules leave open the other way."""

    def test_users_talk_over_every_legal_server(self):
        listed = subprocess.run([CONFORMANCE, "model", "--list-variants", "--json"], capture_output=True, check=True)
        names = [entry["name"] for entry in json.loads(listed.stdout)["variants"] if entry.get("role", "server") == "server"]
        self.assertGreater(len(names), 10)
        for name in names:
            with self.subTest(variant=name):
                server = Program(CONFORMANCE, "model", "--port", "0", "--variant", name)
                self.addCleanup(server.close)
                address = server.expect("listening on (.*)")[1]
                alice, bob = self.joined(address, "alice"), self.joined(address, "bob")
                self.assertEqual(self.script(address, "bob")[0], 4)
                for text in ("one", "two"):
                    alice.say(text, f"/msg bob {text}").expect("\\* everybody has your message")
                    alice.expect("\\* bob has your message")
                    bob.expect(f"alice: {text}")
                alice.say("/private bob")
                bob.expect("\\* alice asks.*")
                bob.say("/refuse alice")
                alice.expect("\\* bob refuses")
                self.assertEqual(alice.finish()[0], 0)
                self.assertEqual(bob.finish()[0], 0)


class Ends(Chat):
    def test_a_taken_pseudo_is_4(self):
        address = self.server().address
        self.joined(address, "bob")
        self.assertEqual(self.script(address, "bob"),
                         (4, "", "chatos-client: the pseudo bob is taken; choose another with --pseudo\n"))

    def test_a_full_server_is_5(self):
        address = self.server("--capacity", "1").address
        self.joined(address, "bob")
        self.assertEqual(self.script(address, "alice"), (5, "", "chatos-client: the server is full; try again later\n"))

    def test_a_refusal_is_5(self):
        server = self.fake()
        alice = self.client(server.address, "alice")
        server.accept().send(error(5))
        self.assertEqual(alice.finish()[0], 5)

    def test_no_server_is_3(self):
        with socket.socket() as taken:  # bound, so that no other program listens there either
            taken.bind(("127.0.0.1", 0))
            code, out, err = self.script(f"127.0.0.1:{taken.getsockname()[1]}", "alice")
        self.assertEqual((code, out), (3, ""))
        self.assertRegex(err, r"^chatos-client: cannot connect to 127\.0\.0\.1:\d+: Connection refused; start a server")

    def test_a_server_that_dies_is_3(self):
        server = self.server()
        alice = self.joined(server.address, "alice")
        server.kill()
        self.assertEqual(alice.process.wait(TIMEOUT_S), 3)
        err = alice.finish()[2]
        self.assertIn("chatos-client: the connection is lost", err)

    def test_a_silent_server_is_3(self):
        server = self.fake()
        alice = self.client(server.address, "alice", "--answer-limit-ms", "50")
        self.assertEqual(alice.process.wait(TIMEOUT_S), 3)
        self.assertIn("the server is silent: no answer for 50 ms", alice.finish()[2])

    def test_wrong_usage_is_2(self):
        for arguments in ([], ["127.0.0.1:7777"], ["127.0.0.1", "--pseudo", "a"], ["127.0.0.1:7777", "--pseudo", ""],
                          ["127.0.0.1:7777", "--pseudo", "x" * 256], ["127.0.0.1:7777", "--pseudo", b"\xff"],
                          ["127.0.0.1:7777", "--pseudo", "a", "--decision-limit-ms", "0"],
                          ["127.0.0.1:7777", "--pseudo", "a", "--downloads", "/no/such/folder"],
                          ["127.0.0.1:7777", "--pseudo", "a", "--what"]):
            with self.subTest(arguments=arguments):
                ended = subprocess.run([CLIENT, *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL)
                self.assertEqual(ended.returncode, 2, ended)
                self.assertTrue(ended.stderr.startswith(b"chatos-client: "), ended.stderr)

    def test_help_and_version(self):
        shown = subprocess.run([CLIENT, "--help"], capture_output=True, check=True).stdout.decode()
        self.assertIn("Examples:", shown)
        self.assertRegex(subprocess.run([CLIENT, "--version"], capture_output=True, check=True).stdout.decode(),
                         r"^chatos-client \d+\.\d+\.\d+\n$")

    def test_output_that_nobody_reads_ends_it_with_1(self):
        address = self.server().address
        bob = self.joined(address, "bob")
        bob.process.stdout.close()
        self.script(address, "alice", "hi")
        self.assertEqual(bob.process.wait(TIMEOUT_S), 1)


class BrokenServers(Chat):
    def breaks(self, data):
        server = self.fake()
        alice = self.client(server.address, "alice")
        self.assertEqual(server.accept().receive(len(cr(b"alice"))), cr(b"alice"))
        server.send(error(0) + data)
        code, out, err = alice.finish()
        self.assertEqual(code, 3, err)
        self.assertIn("chatos-client: the connection was ended, because the server sent", err)
        return out, err

    def test_each_malformed_packet_ends_the_connection_with_a_message(self):
        for data, rule in ((b"\x00", "WIRE-1"), (b"\x07", "WIRE-1"), (b"\xff" * 100, "WIRE-1"), (b"\x03\x80\x00", "WIRE-11"),
                           (b"\x05\x00\x00", "WIRE-9"), (b"\x05\x01\x00", "WIRE-14"), (b"\x05\x00\x01\xff", "WIRE-8"),
                           (b"\x06\x03", "WIRE-12"), (spm(b"bob", b"x")[:-5] + b"\x7f\xff\xff\xff", "WIRE-14")):
            with self.subTest(data=data):
                self.assertIn(f"({rule})", self.breaks(data)[1])

    def test_what_only_clients_send_ends_it_too(self):
        for data, name in ((cr(b"bob"), "CR"), (rpm(b"bob"), "RPM"), (sma(b"hi"), "SMA")):
            with self.subTest(name=name):
                self.assertIn(f"a packet that only clients send: {name}", self.breaks(data)[1])

    def test_an_answer_to_nothing_ends_it(self):
        self.assertIn("an answer to nothing: ERROR 0", self.breaks(error(0))[1])

    def test_what_came_before_is_shown_and_answered(self):
        server = self.fake()
        alice = self.client(server.address, "alice")
        server.accept().receive(len(cr(b"alice")))
        server.send(error(0) + spm(b"bob", b"hi") + b"\x09")
        self.assertEqual(server.closed(), error(0))
        self.assertIn("bob: hi", alice.finish()[1])

    def test_a_close_in_mid_packet_is_a_lost_connection(self):
        server = self.fake()
        alice = self.client(server.address, "alice")
        server.accept().receive(len(cr(b"alice")))
        server.send(error(0) + spm(b"bob", b"hi")[:-1]).close()
        self.assertEqual(alice.process.wait(TIMEOUT_S), 3)


class Contacts(Chat):
    def decide_pending(self, *arguments):
        server = self.fake()
        alice = self.client(server.address, "alice", *arguments)
        server.accept().receive(len(cr(b"alice")))
        server.send(error(0) + pc(b"bob") + spm(b"carol", b"hi"))
        alice.expect("\\* bob asks for a private connection: /accept bob or /refuse bob within .* s")
        alice.expect("carol: hi")
        return server, alice

    def test_what_comes_behind_is_shown_at_once_and_answered_after_the_decision(self):
        server, alice = self.decide_pending()
        server.peer.setblocking(False)
        with self.assertRaises(BlockingIOError):
            server.peer.recv(1)
        server.peer.settimeout(TIMEOUT_S)
        alice.say("/refuse bob")
        self.assertEqual(server.receive(4), error(5) + error(0))
        alice.say("/accept bob").expect("\\* bob asks for nothing now")
        server.send(spm(b"carol", b"again"))
        self.assertEqual(server.receive(2), error(0))

    def test_nobody_decides_and_it_is_refused_in_time(self):
        server, alice = self.decide_pending("--decision-limit-ms", "100")
        self.assertEqual(server.receive(4), error(5) + error(0))
        alice.expect("\\* bob was refused: no decision in time")

    def test_leaving_refuses(self):
        server, alice = self.decide_pending()
        alice.say("/quit")
        self.assertEqual(server.closed(), error(5) + error(0))
        self.assertEqual(alice.finish()[0], 0)

    def test_a_second_quit_leaves_at_once_and_so_does_a_signal(self):
        for way in ("/quit", signal.SIGINT, signal.SIGTERM):
            with self.subTest(way=way):
                server = self.fake()
                alice = self.client(server.address, "alice")
                server.accept().receive(len(cr(b"alice")))
                server.send(error(0))
                alice.say("hello", "/quit")
                server.receive(len(sma(b"hello")))
                if way == "/quit":
                    alice.say("/quit")
                else:
                    alice.kill(way)
                self.assertEqual(server.closed(), b"")
                self.assertEqual(alice.finish()[0], 0)


class _Pair(Chat):
    def pair(self, *bob_arguments, server_arguments=(), then=(), listen="127.0.0.1:0"):
        address = self.server(*server_arguments, listen=listen).address
        bob = self.joined(address, "bob", *bob_arguments)
        alice = self.joined(address, "alice")
        alice.say("/private bob", *then).expect("\\* bob is being asked")
        bob.expect("\\* alice asks for a private connection.*")
        return alice, bob

    def opened(self, *bob_arguments):
        alice, bob = self.pair(*bob_arguments)
        bob.say("/accept alice").expect("\\* the private connection with alice is open.*")
        alice.expect("\\* bob accepts")
        alice.expect("\\* the private connection with bob is open.*")
        return alice, bob


class Private(_Pair):
    def test_texts_go_both_ways_and_leaving_ends_it(self):
        alice, bob = self.opened()
        alice.say("/p bob hi \x1b[1m")
        bob.expect(r"\(alice\) hi \\x1b\[1m")
        bob.say("/p alice there")
        alice.expect(r"\(bob\) there")
        alice.say("/private bob").expect("\\* the private connection with bob is there already")
        bob.say("/quit")
        alice.expect("\\* the private connection with bob is closed")
        alice.say("/p bob late").expect("\\* there is no private connection with bob; ask for one: /private bob")
        self.assertEqual(alice.finish()[0], 0)

    def test_a_refusal_is_told_and_what_waited_is_not_sent(self):
        alice, bob = self.pair(then=["/p bob early"])
        bob.say("/refuse alice")
        alice.expect("\\* bob refuses")
        alice.expect("\\* not sent to bob: early")

    def test_what_is_said_before_the_decision_goes_once_it_is_open(self):
        alice, bob = self.pair(then=["/p bob early"])
        bob.say("/accept alice")
        bob.expect(r"\(alice\) early")

    def test_both_ask_each_other_and_get_one_connection(self):
        alice, bob = self.pair()
        bob.say("/private alice")
        alice.expect("\\* bob asks for a private connection.*")
        bob.say("/accept alice")
        alice.expect("\\* bob accepts")
        alice.say("/accept bob")
        alice.expect("\\* the private connection with bob is open.*")
        bob.expect("\\* alice accepts")
        alice.say("/p bob hi")
        bob.expect(r"\(alice\) hi")

    def test_over_a_unix_socket(self):
        alice, bob = self.pair(then=["/p bob hi"], listen=f"unix:{self.folder()}/chatos")
        bob.say("/accept alice").expect(r"\(alice\) hi")

    def test_a_server_without_tunnels_is_told_in_words(self):
        alice, bob = self.pair(server_arguments=["--no-tunnel"])
        bob.say("/accept alice")
        for user, peer in ((alice, "bob"), (bob, "alice")):
            user.expect(f"\\* no private connection with {peer}: this server carries none "
                        "\\(it runs without tunnels, or took the acceptance for late\\)")


class Files(_Pair):
    def sent(self, data, name="report.txt"):
        path = self.folder() / name
        path.write_bytes(data)
        return path

    def test_a_file_arrives_whole(self):
        for size in (0, 1, 1_000_000):
            with self.subTest(size=size):
                target = self.folder()
                data = os.urandom(size)
                alice, bob = self.opened("--downloads", str(target))
                alice.say(f"/send bob {self.sent(data)}").expect(r"\* offered report\.txt \(.*\) to bob")
                bob.expect(r"\* saved report\.txt \(.*\) from alice")
                alice.expect(r"\* bob has report\.txt \(.*\)")
                self.assertEqual((target / "report.txt").read_bytes(), data)
                self.assertEqual([entry.name for entry in target.iterdir()], ["report.txt"])

    def test_a_script_sends_a_file_and_leaves_when_it_has_arrived(self):
        target = self.folder()
        address = self.server().address
        bob = self.joined(address, "bob", "--downloads", str(target))
        alice = self.joined(address, "alice")
        alice.say("/private bob", f"/send bob {self.sent(b'data')}").end_of_input()
        bob.expect("\\* alice asks.*")
        bob.say("/accept alice")
        code, out, _ = alice.finish()
        self.assertEqual(code, 0)
        self.assertIn("* bob has report.txt (4 bytes)\n", out)
        self.assertEqual((target / "report.txt").read_bytes(), b"data")

    def test_a_file_is_saved_when_asked_for_and_never_over_another(self):
        target = self.folder()
        (target / "report.txt").write_bytes(b"mine")
        address = self.server().address
        bob = self.joined(address, "bob", cwd=target)
        alice = self.joined(address, "alice")
        alice.say("/private bob", f"/send bob {self.sent(b'new')}")
        bob.expect("\\* alice asks.*")
        bob.say("/accept alice").expect(r"\* alice offers report\.txt \(3 bytes\): /save alice or /refuse alice")
        bob.say("/save alice").expect(r"\* saved report \(2\)\.txt \(3 bytes\) from alice")
        self.assertEqual((target / "report.txt").read_bytes(), b"mine")
        self.assertEqual((target / "report (2).txt").read_bytes(), b"new")

    def test_a_file_can_be_refused_and_the_next_one_offered(self):
        alice, bob = self.opened()
        for _ in range(2):
            alice.say(f"/send bob {self.sent(b'data')}")
            bob.expect("\\* alice offers.*")
            bob.say("/refuse alice").expect(r"\* refused report\.txt from alice")
            alice.expect(r"\* bob refuses report\.txt")

    def test_one_that_is_too_large_is_refused(self):
        target = self.folder()
        alice, bob = self.opened("--downloads", str(target), "--file-bytes-max", "10")
        alice.say(f"/send bob {self.sent(b'x' * 11)}").expect(r"\* bob refuses report\.txt: it is larger than 10 bytes")
        self.assertEqual(list(target.iterdir()), [])

    def test_what_is_no_file_is_told(self):
        alice, _ = self.opened()
        alice.say("/send bob /no/such").expect("\\* cannot send /no/such: No such file or directory")
        alice.say("/send bob /dev/zero").expect("\\* cannot send /dev/zero: it is no regular file")

    def test_a_cut_transfer_leaves_nothing_behind(self):
        target = self.folder()
        path = self.sent(b"")
        os.truncate(path, 1_000_000_000)
        alice, bob = self.opened("--downloads", str(target))
        alice.say(f"/send bob {path}")
        bob.expect(r"\* receiving report\.txt: 0%")
        alice.kill()
        bob.expect(r"\* report\.txt from alice failed: the private connection ended")
        self.assertEqual(list(target.iterdir()), [])

    def test_messages_are_answered_while_a_file_moves(self):
        target = self.folder()
        path = self.sent(b"")
        os.truncate(path, 1_000_000_000)
        alice, bob = self.opened("--downloads", str(target))
        alice.say(f"/send bob {path}")
        bob.expect(r"\* receiving report\.txt: 0%")
        bob.say("/msg alice hello").expect("\\* alice has your message")
        alice.say("/msg bob hello").expect("\\* bob has your message")
        self.assertNotIn("saved", bob.output.decode())
        alice.kill()


class Strangers(Chat):
    """The other side of a private connection may be any program."""

    def opened(self, *arguments):
        address = self.server().address
        target = self.folder()
        bob = self.joined(address, "bob", "--downloads", str(target), *arguments)
        mallory = RawUser(address, b"mallory")
        self.addCleanup(mallory.close)
        mallory.ask(b"bob")
        bob.expect("\\* mallory asks.*")
        bob.say("/accept mallory")
        return bob, mallory.open(b"bob").tunnel, target

    def still_chats(self, bob):
        bob.say("/msg bob still here")
        bob.expect("bob: still here")

    def test_a_name_leads_nowhere_else(self):
        bob, tunnel, target = self.opened()
        for name, saved in ((b"../../evil", "evil"), (b"/etc/passwd", "passwd"), (b".bashrc", "_bashrc"),
                            (b"a\x1b[2J\n.txt", "a_[2J_.txt"), (b"\xff\x00", "__"), (b"..", "_.")):
            tunnel.sendall(offer(1, name) + frame(5, b"x") + frame(6))
            bob.expect(r"\* saved .*")
            self.assertEqual((target / saved).read_bytes(), b"x")
        self.assertEqual(len(list(target.iterdir())), 6)

    def test_more_or_less_than_was_offered_is_not_saved(self):
        bob, tunnel, target = self.opened()
        tunnel.sendall(offer(2, b"a") + frame(5, b"xxx") + frame(5, b"x") + frame(6))
        bob.expect(r"\* a from mallory failed: more came than was offered")
        tunnel.sendall(offer(2, b"b") + frame(5, b"x") + frame(6))
        bob.expect(r"\* b from mallory failed: less came than was offered")
        tunnel.sendall(offer(2**64 - 1, b"c"))
        bob.expect(r"\* refused c from mallory: it is larger than .*")
        tunnel.sendall(offer(1, b"d") + frame(7, b"why\x1b"))
        bob.expect(r"\* d from mallory failed: why\\x1b")
        self.assertEqual(list(target.iterdir()), [])

    def test_frames_out_of_place_do_nothing(self):
        bob, tunnel, target = self.opened()
        for kind in (3, 4, 5, 6, 7, 8):
            tunnel.sendall(frame(kind, b"x"))
        tunnel.sendall(frame(2, b"short") + frame(1, b"hi"))
        bob.expect(r"\(mallory\) hi")
        self.assertEqual(list(target.iterdir()), [])

    def test_what_is_no_frame_ends_the_private_connection_and_nothing_else(self):
        for data, why in ((b"\x00", "sent what this client does not know"), (b"\x05\x7f\xff\xff\xff", "sent a frame that is too large"),
                          (frame(1, b"\xff"), "sent text that is not UTF-8")):
            with self.subTest(data=data):
                bob, tunnel, _ = self.opened()
                tunnel.sendall(data)
                bob.expect(r"\* the private connection with mallory is closed: the other side " + why)
                self.still_chats(bob)

    def test_one_that_never_reads_does_not_stop_the_chat(self):
        bob, tunnel, _ = self.opened()
        path = self.folder() / "big"
        path.touch()
        os.truncate(path, 100_000_000)
        bob.say(f"/send mallory {path}")
        RawUser.expect(tunnel, offer(100_000_000, b"big"))
        tunnel.sendall(frame(3))
        bob.expect(r"\* sending big: 0%")
        self.still_chats(bob)


class Json(Chat):
    def test_every_line_fits_the_schema_and_the_schema_refuses_others(self):
        import jsonschema
        schema = json.loads(pathlib.Path(SCHEMA).read_text())
        validator = jsonschema.Draft202012Validator(schema)
        address = self.server().address
        target = self.folder()
        path = target / "a\x1b.txt"
        path.write_bytes(b"data" * 100_000)
        saved = self.folder()
        bob = self.client(address, "bob", "--json", "--downloads", str(saved))
        bob.expect('.*"connected".*')
        bob_lines = ""
        alice = self.client(address, "alice", "--json")
        alice.expect('.*"connected".*')
        alice.say("hi \x1b", "/msg bob \u202e", "/msg nobody x", "/private nobody", "/foo", "/help", "/private bob",
                  "/p bob secret", f"/send bob {path}")
        bob_lines += bob.expect('.*"asked".*')[0]
        bob.say("/accept alice")
        alice.end_of_input()
        code, out, _ = alice.finish()
        self.assertEqual(code, 0)
        bob.expect('.*"private".*"closed".*')
        _, more, _ = bob.finish()
        lines = (out + more + bob_lines).splitlines()
        types = set()
        for line in filter(None, lines):
            self.assertTrue(line.isascii() and line.isprintable(), line)
            entry = json.loads(line)
            validator.validate(entry)
            types.add(entry["type"])
            for key in entry:
                with self.assertRaises(jsonschema.ValidationError):
                    validator.validate({name: value for name, value in entry.items() if name != key} | {"unknown": 1})
        self.assertLessEqual({"answer", "problem", "notice", "private", "file", "ended", "asked"}, types)

    def test_strings_are_exact(self):
        address = self.server().address
        bob = self.client(address, "bob", "--json")
        bob.expect('.*"connected".*')
        self.script(address, "al\x1bice", "\x1b[2J\u202e\"\\ \U0001f419")
        line = bob.expect('.*"message".*')[0]
        entry = json.loads(line)
        self.assertEqual((entry["from"], entry["text"]), ("al\x1bice", "\x1b[2J\u202e\"\\ \U0001f419"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[5:], verbosity=1)
