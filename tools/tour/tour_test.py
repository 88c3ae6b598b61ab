"""The reader of pages and the comparison: what they must find, and what they must not pass over."""

import pathlib
import socket
import tempfile
import unittest

import run_tours
import tour

PAGE = """# Page

```
$ program --flag \\
    more
first
...
last
$ second
```

<!-- not run: takes an hour -->

```
$ slow
```

<!-- tour: fuzz -->
```
$ fuzz
```

```cpp
int no_session;
```
"""


class Sessions(unittest.TestCase):
    def setUp(self):
        self.sessions = tour.sessions(PAGE)

    def test_commands_with_their_output(self):
        self.assertEqual([step.command for step in self.sessions[0].steps], ["program --flag more", "second"])
        self.assertEqual(self.sessions[0].steps[0].expected, ["first", "...", "last"])
        self.assertEqual(self.sessions[0].line, 4)

    def test_a_comment_belongs_to_the_next_block_only(self):
        self.assertEqual([session.not_run for session in self.sessions], ["", "takes an hour", ""])
        self.assertEqual([session.kind for session in self.sessions], ["", "", "fuzz"])


class Difference(unittest.TestCase):
    def test_same(self):
        self.assertEqual(tour.difference(["a", "b"], ["a", "b"]), "")

    def test_empty_lines_at_the_end_do_not_count(self):
        self.assertEqual(tour.difference(["a"], ["a", "", " "]), "")
        self.assertNotEqual(tour.difference(["a"], ["a", "", "b"]), "")

    def test_times_ports_and_pseudonyms_may_differ(self):
        self.assertEqual(tour.difference(["(3.9 s) alice-3f5n-0 127.0.0.1:40001"], ["(12.2 s) alice-zz00-11 127.0.0.1:51234"]), "")
        self.assertEqual(tour.difference(["x 63 65 2d 33 66 35 6e 2d 30"], ["x 63 65 2d 7a 7a 30 30 2d 31 31"]), "")

    def test_words_numbers_and_well_known_ports_may_not(self):
        for first, second in [("passed", "failed"), ("147 passed", "148 passed"), ("127.0.0.1:7777", "127.0.0.1:8888"), ("06 04", "06 00")]:
            self.assertNotEqual(tour.difference([first], [second]), "", first)

    def test_only_words_count_where_the_form_says_so(self):
        self.assertEqual(tour.difference(["8.1 k runs cov 88"], ["12 k runs cov 9"], tour.numberless), "")
        self.assertNotEqual(tour.difference(["8.1 k runs"], ["8.1 k walks"], tour.numberless), "")

    def test_dots_are_any_number_of_lines(self):
        self.assertEqual(tour.difference(["a", "...", "z"], ["a", "b", "c", "z"]), "")
        self.assertEqual(tour.difference(["a", "...", "z"], ["a", "z"]), "")
        self.assertEqual(tour.difference(["a", "..."], ["a", "b"]), "")

    def test_a_line_missing_or_too_many_is_found(self):
        self.assertIn("the end", tour.difference(["a", "b"], ["a"]))
        self.assertIn("continues with", tour.difference(["a"], ["a", "b"]))
        self.assertIn("the end", tour.difference(["a", "...", "z"], ["a", "b"]))


class Rewritten(unittest.TestCase):
    def test_the_page_gets_what_was_printed_now(self):
        first = tour.sessions(PAGE)[0]
        new = tour.page_with(PAGE, [(first, [["1", "2", "3", "4"], ["x "]])])
        self.assertEqual(new, PAGE.replace("first\n...\nlast\n$ second\n", "1\n...\n4\n$ second\nx\n"))

    def test_a_page_that_shows_the_truth_stays_as_it_is(self):
        first = tour.sessions(PAGE)[0]
        self.assertEqual(tour.page_with(PAGE, [(first, [["first", "middle", "last"], []])]), PAGE)


class Running(unittest.TestCase):
    def run_steps(self, *commands):
        with tempfile.TemporaryDirectory() as folder:
            place = run_tours.Place(pathlib.Path(folder), pathlib.Path(folder), run_tours.FUZZ_BUILD)
            self.addCleanup(place.folder.cleanup)
            return place.run([tour.Step([], command, []) for command in commands], pathlib.Path(folder))

    def test_what_listens_on_the_port_of_the_page_does_not_disturb_it(self):
        listens = 'python3 -c "import socket; print(socket.create_server((\'127.0.0.1\', 7777)).getsockname())"'
        try:
            listener = socket.create_server(("127.0.0.1", 7777))
        except OSError:
            listener = socket.socket()  # another program does it already
        with listener:
            self.assertEqual(self.run_steps(listens, "echo 7777 127.0.0.1:7777 17777 77770"),
                             [["('127.0.0.1', 7777)"], ["7777 127.0.0.1:7777 17777 77770"], []])

    def test_it_runs_with_another_port_than_the_page_shows(self):
        self.assertEqual(self.run_steps("[ 7777 -eq 77''77 ] || echo another"), [["another"], []])


if __name__ == "__main__":
    unittest.main()
