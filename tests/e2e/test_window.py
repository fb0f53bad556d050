"""A whole maintenance window with a crash in the middle (window.py), and the page for administrators that shows it.

RDSWEEP_WINDOW_HOSTS: how many hosts, 300 where it is not set.
"""

import os
import re
import shlex
import shutil

import lib
import window

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "maintenance-window.md")


class Window(lib.Case):
    @lib.posix_only("kills the process and reads its files while it runs; tests/windows/test_window.py does it there")
    def test_whole_window(self):
        whole = window.Window(lib.PROGRAM, int(os.environ.get("RDSWEEP_WINDOW_HOSTS", "300")))
        self.addCleanup(shutil.rmtree, whole.folder, ignore_errors=True)
        self.assertEqual([], whole.run())
        self.assertGreater(whole.asked(), whole.count)


class Page(lib.Case):
    def setUp(self):
        super().setUp()
        with open(PAGE, encoding="utf-8") as file:
            self.page = file.read()

    def test_shows_what_the_window_does(self):
        """Each step once, in order, with the command that is run and something that it printed."""
        blocks = window.blocks(self.page)
        self.assertEqual(list(window.STEPS), [name for name, _ in blocks])
        for name, text in blocks:
            first, _, printed = text.partition("\n")
            self.assertEqual("$ " + window.STEPS[name], first)
            self.assertTrue(printed.strip(), f"'{name}' shows nothing: ./dev window")

    def test_its_options_exist(self):
        """Options in the text beside the blocks are those of the program."""
        text = " ".join(self.expect(0, "help", command).out for command in ("logoff", "resume", "report", "drain"))
        prose = self.page
        for _, block in window.blocks(self.page):
            prose = prose.replace(block, "")
        words = set(re.findall(r"(?<![-\w])--[a-z][a-z-]+", prose))
        self.assertGreater(len(words), 10)
        for word in sorted(words):
            self.assertTrue(f"{word} " in text, f"{word} is on the page and in no help")

    def test_examples_parse(self):
        """What the prose suggests to add is taken by the program, which then only lacks an inventory."""
        for more in ("--wave 1,10%,100% --max-failures 5% --max-closing 200", "--grace-disconnected --grace 15m --notify-again 5m --notify x"):
            result = self.expect(2, "logoff", "-i", "nowhere.ini", "--all", "--yes", "--sim", "nowhere.json", *shlex.split(more))
            self.assertIn("nowhere", result.err)


if __name__ == "__main__":
    lib.main()
