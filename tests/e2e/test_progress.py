"""Live progress on a terminal, seen through a terminal emulator; lines where there is none."""

import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
import unittest

import lib
from test_terminal import Terminal

try:
    import pyte
except ImportError:  # Debian's python3-pyte; ./dev installs it
    pyte = None

SLOW = {"probe": 1, "open": 40, "enumerate": 60, "query": 5, "message": 1, "disconnect": 2, "logoff": 20, "drain": 1,
        "close": 1}


def slow_fleet(case, names=("h[1:40]",), **more):
    document = lib.scenario(defaults={"latency_ms": SLOW, "logoff_takes_ms": 1500}, **more)
    return case.fleet(list(names), document)


@unittest.skipIf(pyte is None, "python3-pyte is not installed")
class Live(lib.Case):
    """The emulator cuts lines that are too long for a narrower window, as xterm does, and the program is told so."""

    def live(self, *arguments, columns=100, rows=24, env=None):
        environment = {"TERM": "xterm-256color", "XTERM_VERSION": "XTerm(379)", "NO_COLOR": "", **(env or {})}
        terminal = Terminal(self, *arguments, env=environment, size=(rows, columns))
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.fed = 0
        return terminal

    def look(self, terminal):
        """The screen after everything that has come so far."""
        self.stream.feed(terminal.seen[self.fed:])
        self.fed = len(terminal.seen)
        return [line.rstrip() for line in self.screen.display]

    def wait_for_screen(self, terminal, pattern):
        """Until a line matches."""
        while not any(re.search(pattern, line) for line in self.look(terminal)):
            self.assertTrue(terminal.read_some(), f"{pattern} did not come: {self.look(terminal)}")
        return self.look(terminal)

    def end(self, terminal):
        code = terminal.end()
        return code, [line for line in self.look(terminal) if line]

    def assert_no_frame(self, lines):
        """Nor anything that is left of one."""
        for line in lines:
            self.assertNotRegex(line, r"^(hosts +\[|sessions (\[|\d+ seen)|slow  |errors   |\S+ +(survey|act|wave|stopping) )")

    def test_frames_come_and_go_and_leave_nothing(self):
        terminal = self.live("logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", "--concurrency", "8", "--sim-state", "state",
                             "-o", "report.json")
        lines = self.wait_for_screen(terminal, r"^logoff +survey ")
        self.assertTrue(lines[0].startswith("SIMULATED"), lines)
        lines = self.wait_for_screen(terminal, r"^sessions \[#+\.+\] \d+/120 ")
        self.assertEqual(1, sum(line.startswith("logoff  act") for line in lines), lines)
        self.assertFalse(any(line.startswith("logoff  survey") for line in lines), lines)
        code, lines = self.end(terminal)
        self.assertEqual(0, code)
        self.assert_no_frame(lines)
        self.assertIn("This logs off 120 sessions of 120 users on 40 hosts.", lines)
        self.assertTrue(lines[-1].startswith("report: "), lines)
        # Neither the alternate screen nor a hidden cursor, at any time.
        self.assertNotIn(b"\x1b[?1049", terminal.seen)
        self.assertNotIn(b"\x1b[?25l", terminal.seen)
        self.assert_state_matches()

    def test_the_slow_host_is_named_with_its_age(self):
        fleet = slow_fleet(self, hosts={"h7": {"faults": [{"call": "enumerate", "hang": True}]}})
        terminal = self.live("sessions", *fleet, "--call-timeout", "5s", rows=200)
        self.wait_for_screen(terminal, r"^slow +h7 listing 0:0[3-9]")
        code, lines = self.end(terminal)
        self.assertEqual(1, code)
        # The table went to the same terminal, after the frame was off it.
        self.assertTrue(any(re.match(r"h40 +CORP.user", line) for line in lines), lines)
        self.assert_no_frame([line for line in lines if not line.startswith("errors,")])

    def test_warnings_scroll_above(self):
        hosts = {"h[1:2]": {"faults": [{"call": "logoff", "error": 5}]}}
        terminal = self.live("logoff", *slow_fleet(self, hosts=hosts), "--all", "--yes", "--verify-interval", "200ms", "--max-failures", "0", "--wave", "4")
        lines = self.wait_for_screen(terminal, r"^logoff +stopping \(max_failures\)|stopped by")
        code, lines = self.end(terminal)
        self.assertEqual(4, code)
        self.assert_no_frame([line for line in lines if not line.startswith("errors,")])

    def test_resize(self):
        terminal = self.live("logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", "--concurrency", "4")
        self.wait_for_screen(terminal, r"^hosts +\[#")
        for columns in (60, 20, 44, 130):
            with self.subTest(columns=columns):
                fcntl.ioctl(terminal.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
                # The window changes for the emulator when the program has noticed: frames that were on their way are
                # of the old width, and the first one of the new width clears all rows.
                while (noticed := terminal.seen.find(b"\x1b[2K", self.fed)) < 0:
                    self.assertTrue(terminal.read_some())
                begins = terminal.seen.rindex(b"\x1b[?2026h", 0, noticed)
                self.stream.feed(terminal.seen[self.fed:begins])
                self.fed = begins
                self.screen.resize(24, columns)
                bars = columns > 48
                lines = self.wait_for_screen(terminal, r"^hosts +\[" if bars else r"^hosts \d+/40")
                while not terminal.seen.endswith(b"\x1b[?2026l"):
                    self.assertTrue(terminal.read_some())
                lines = self.look(terminal)
                for name in ("hosts", "sessions"):
                    frame = [line for line in lines if line.startswith(name + " ")]
                    self.assertEqual(1, len(frame), lines)
                    self.assertLess(len(frame[0]), columns)
        code, lines = self.end(terminal)
        self.assertEqual(0, code)
        self.assert_no_frame(lines)

    def test_low_window(self):
        terminal = self.live("logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", rows=3)
        self.wait_for_screen(terminal, r"^logoff +act")
        code, lines = self.end(terminal)
        self.assertEqual(0, code)

    def test_the_question_has_the_terminal_for_itself(self):
        terminal = self.live("logoff", *slow_fleet(self), "--all", "--journal", "j.jsonl")
        lines = self.wait_for_screen(terminal, r"Type 120 to go on:")
        self.assert_no_frame(lines)
        seen = len(terminal.seen)
        self.assertFalse(select.select([terminal.master], [], [], 0.5)[0])  # nothing is drawn over it
        self.assertEqual(seen, len(terminal.seen))
        terminal.type(b"120\n")
        lines = self.wait_for_screen(terminal, r"^logoff +act ")
        self.assertTrue(any("Type 120 to go on: 120" in line for line in lines), lines)
        code, lines = self.end(terminal)
        self.assertEqual(0, code)
        self.assert_no_frame(lines)

    def test_interrupt_and_kill(self):
        for number, again, code in ((signal.SIGINT, False, 130), (signal.SIGTERM, True, 143), (signal.SIGKILL, False, -9)):
            with self.subTest(number=number):
                terminal = self.live("logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", *self.fresh_journal(), columns=160,
                                     rows=60)
                self.wait_for_screen(terminal, r"^sessions \[")
                terminal.process.send_signal(number)
                if again:
                    self.wait_for_screen(terminal, r"press Ctrl-C again")
                    terminal.process.send_signal(number)
                ended, lines = self.end(terminal)
                self.assertEqual(code, ended)
                if number != signal.SIGKILL:
                    self.assert_no_frame(lines)
                    self.assertTrue(any("unfinished hosts" in line for line in lines), lines)
                # Whatever comes next begins on a line of its own, and the cursor can be seen.
                self.assertEqual(0, self.screen.cursor.x)
                self.assertFalse(self.screen.cursor.hidden)

    def test_stopped_and_continued(self):
        terminal = self.live("logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", "--concurrency", "16")
        self.wait_for_screen(terminal, r"^hosts +\[#")
        terminal.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED)
        while select.select([terminal.master], [], [], 0)[0]:
            terminal.read_some()
        self.look(terminal)
        time.sleep(1)  # a person types
        terminal.seen += b"$ something else\r\n"
        terminal.process.send_signal(signal.SIGCONT)
        lines = self.wait_for_screen(terminal, r"^logoff +act ")
        self.assertTrue(any(line == "$ something else" for line in lines), lines)
        code, lines = self.end(terminal)
        self.assertEqual(0, code)
        self.assertIn("$ something else", lines)

    def test_resume_has_it_too(self):
        terminal = self.live("logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", "--journal", "j.jsonl", "--sim-state", "state")
        self.wait_for_screen(terminal, r"^sessions +\[")
        terminal.process.kill()
        terminal.end()
        terminal = self.live("resume", "j.jsonl", "--yes", "--verify-timeout", "2s")
        self.wait_for_screen(terminal, r"^resume +act |^logoff +act ")
        code, lines = self.end(terminal)
        self.assertIn(code, (0, 1))
        self.assert_no_frame(lines)

    def test_not_wanted_or_not_possible(self):
        for arguments, env in ((["-q"], {}), (["--progress", "never"], {}), ([], {"TERM": "dumb"})):
            with self.subTest(arguments=arguments, env=env):
                terminal = self.live("sessions", *slow_fleet(self), *arguments, env=env)
                self.assertEqual(0, terminal.end())
                self.assertFalse(b"\x1b[?2026" in terminal.seen or b"survey" in terminal.seen, terminal.seen[:1000])

    def test_no_color(self):
        for env, colored in (({}, True), ({"NO_COLOR": "1"}, False)):
            with self.subTest(env=env):
                terminal = self.live("logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", *self.fresh_journal(), env=env)
                self.wait_for_screen(terminal, r"^sessions +\[")
                self.assertEqual(colored, re.search(rb"\x1b\[\d+m", terminal.seen) is not None)
                terminal.process.kill()
                terminal.end()

    def test_stalled_terminal(self):
        """Nobody reads while frames are drawn: the run does not notice."""
        terminal = self.live("logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", "--sim-state", "state", "-o", "report.json")
        # Fill what the terminal buffers.
        began = time.monotonic()
        self.assertEqual(0, terminal.process.wait(timeout=lib.PATIENCE_S))
        self.assertLess(time.monotonic() - began, 60)
        self.assert_state_matches()


class Lines(lib.Case):
    def test_forced_where_there_is_no_terminal(self):
        result = self.expect(0, "logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms", "--progress", "always")
        self.assertIn("\x1b[?2026h", result.err)
        self.assertRegex(result.err, r"logoff +act ")

    def test_short_runs_say_nothing(self):
        result = self.expect(0, "logoff", *slow_fleet(self), "--all", "--yes", "--verify-interval", "200ms")
        self.assertNotIn("hosts ", result.err.split("This logs off")[0].split("journal")[1])
        self.assertNotIn("\x1b", result.err)

    def test_a_line_now_and_then(self):
        hosts = {"h7": {"faults": [{"call": "enumerate", "hang": True}]}}
        fleet = slow_fleet(self, hosts=hosts)
        process = self.start("sessions", *fleet, "--call-timeout", "11s")
        _, err = process.communicate(timeout=lib.PATIENCE_S)
        self.assertRegex(err.decode(), r"\nsessions: survey, 0:10; hosts 39/40; sessions \d+ seen, \d+ selected; "
                                       r"slow: h7 listing 0:(09|10)\n")
        self.assertEqual(1, len(re.findall(r"sessions: survey", err.decode())))


if __name__ == "__main__":
    lib.main()
