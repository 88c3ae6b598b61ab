"""What is read from --help: every form that the programs print, and no text that is passed over in silence."""

import unittest

import help_text

PRINTED = """Shows things.
Usage: chatos-x [OPTIONS] [FILE...]

Positionals:
  FILE ...                    Files to read

Options:
  -h,--help                   Print this help message and exit
  --listen ADDRESS=[127.0.0.1:7777] ...
                              Where to listen; repeatable
  --level LEVEL:{error,debug}=error
                              How much to say
  --time absolute|relative (default relative)
                              Form of the times
  --jobs N:INT in [1 - 64]    How many at a time
  --command "CMD {port}" Excludes: --target
                              What to start
  --tunnel,--no-tunnel{false} Carry tunnels
  --target HOST:PORT REQUIRED Where it is

Examples:
  chatos-x a.pcap

Exit: 0 done; 2 usage.
"""


class HelpText(unittest.TestCase):
    def setUp(self):
        self.help = help_text.parse("chatos-x", PRINTED)
        self.options = {option.names[-1]: option for option in self.help.options}

    def test_summary_usage_and_closing(self):
        self.assertEqual(self.help.summary, "Shows things.")
        self.assertEqual(self.help.usage, "chatos-x [OPTIONS] [FILE...]")
        self.assertEqual(self.help.closing, "Examples:\n  chatos-x a.pcap\n\nExit: 0 done; 2 usage.")

    def test_positional(self):
        file = self.help.positionals[0]
        self.assertEqual((file.names, file.repeatable, file.text), (["FILE"], True, "Files to read"))

    def test_names(self):
        self.assertEqual(self.options["--help"].names, ["-h", "--help"])
        self.assertEqual(self.options["--no-tunnel"].names, ["--tunnel", "--no-tunnel"])

    def test_default_in_brackets_of_a_repeatable_option(self):
        listen = self.options["--listen"]
        self.assertEqual((listen.value, listen.default, listen.repeatable), ("ADDRESS", "127.0.0.1:7777", True))
        self.assertEqual(listen.text, "Where to listen; repeatable")

    def test_choices(self):
        self.assertEqual(self.options["--level"].choices, ["error", "debug"])
        self.assertEqual(self.options["--level"].default, "error")
        self.assertEqual(self.options["--time"].choices, ["absolute", "relative"])
        self.assertEqual(self.options["--time"].default, "relative")

    def test_what_only_the_parser_needs_is_left_out(self):
        self.assertEqual(self.options["--jobs"].value, "N")
        self.assertEqual(self.options["--command"].value, "CMD {port}")
        self.assertEqual(self.options["--target"].value, "HOST:PORT")

    def test_a_description_without_a_name_is_refused(self):
        with self.assertRaises(help_text.Unreadable):
            help_text.parse("chatos-x", PRINTED.replace("  -h,--help                ", "      wrapped text about "))

    def test_no_options_is_refused(self):
        with self.assertRaises(help_text.Unreadable):
            help_text.parse("chatos-x", "chatos-x: no such thing\n")


if __name__ == "__main__":
    unittest.main()
