"""The question at a terminal, and terminals that are not read."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
import tty

import lib


class Terminal:
    """The program's terminal, seen from the person's side."""

    def __init__(self, case, *arguments, stdout=None, env=None, size=(24, 100), ignored=False):
        self.case = case
        self.master, slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        def prepare():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            if ignored:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
        # A terminal that takes no escape sequences, unless a test has another.
        self.process = case.start(
            *arguments, stdin=slave, stderr=slave, stdout=stdout or slave, start_new_session=True,
            env=env or {"TERM": "dumb"},
            preexec_fn=prepare)
        os.close(slave)
        self.seen = b""
        case.addCleanup(self.close)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self.hang_up()

    def hang_up(self):
        if self.master >= 0:
            os.close(self.master)
        self.master = -1

    def read_some(self):
        ready, _, _ = select.select([self.master], [], [], lib.PATIENCE_S)
        self.case.assertTrue(ready, self.seen)
        try:
            got = os.read(self.master, 65536)
        except OSError:  # EIO: the other side is closed
            got = b""
        self.seen += got
        return got

    def wait_for(self, text):
        while text not in self.seen:
            self.case.assertTrue(self.read_some(), f"{text} did not come: {self.seen.decode()}")

    def type(self, text):
        os.write(self.master, text)

    def end(self):
        """Reads on until the program has ended; its exit code."""
        while self.read_some():
            pass
        return self.process.wait(timeout=lib.PATIENCE_S)


QUESTION = b"This logs off 6 sessions of 6 users on 2 hosts. Type 6 to go on:"


class Question(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h1", "h2"], lib.scenario())

    def ask(self, *arguments, **more):
        terminal = Terminal(self, "logoff", *self.sim, "--all", "--sim-state", "state", "-o", "report.json",
                            *self.fresh_journal(), *arguments, **more)
        terminal.wait_for(QUESTION)
        return terminal

    def test_the_number_is_yes(self):
        terminal = self.ask()
        self.assertEqual(b"", self.read("state"))
        terminal.type(b"6\n")
        self.assertEqual(0, terminal.end())
        self.assertEqual(6, len(self.state()))
        self.assert_state_matches()

    def test_anything_else_is_no(self):
        for answer in (b"y\n", b"yes\n", b"\n", b"66\n", b"\x04", b"x" * 1000 + b"\n", b"5\n6\n"):
            with self.subTest(answer=answer):
                terminal = self.ask("--overwrite")
                terminal.type(answer)
                self.assertEqual(5, terminal.end())
                self.assertIn(b"declined: nothing was touched", terminal.seen)
                self.assertEqual(b"", self.read("state"))
                report = self.report()
                self.assertEqual("declined", report["run"]["stopped_by"])
                self.assertEqual(6, lib.outcomes(report)["not_attempted"])

    def test_interrupt_at_the_question(self):
        terminal = self.ask()
        terminal.type(b"\x03")
        self.assertEqual(130, terminal.end())
        self.assertEqual(b"", self.read("state"))
        self.assertEqual("interrupted", self.report()["run"]["outcome"])
        self.assert_state_matches()

    def test_run_timeout_at_the_question(self):
        terminal = self.ask("--run-timeout", "1s")
        self.assertEqual(1, terminal.end())
        self.assertEqual(b"", self.read("state"))
        self.assert_state_matches()

    def test_terminal_closed_at_the_question(self):
        terminal = self.ask()
        terminal.process.send_signal(signal.SIGHUP)
        self.assertEqual(129, terminal.end())
        self.assertEqual(b"", self.read("state"))

    def test_terminal_that_is_gone_has_not_said_no(self):
        """The end of input may be seen before the signal, and the signal may be another process's."""
        for ignored in (False, True):
            with self.subTest(ignored=ignored):
                terminal = self.ask("--overwrite", ignored=ignored)
                terminal.hang_up()
                self.assertEqual(129, terminal.process.wait(timeout=lib.PATIENCE_S))
                self.assertEqual(b"", self.read("state"))
                self.assertEqual("SIGHUP", self.report()["run"]["stopped_by"])

    def test_drain_is_part_of_the_question(self):
        terminal = Terminal(self, "logoff", *self.sim, "--all", "--drain", "run", "--sim-state", "state", *self.fresh_journal())
        terminal.wait_for(b"on 2 hosts. New logons are refused on 2 hosts until it ends. Type 6 to go on:")
        terminal.type(b"no\n")
        self.assertEqual(5, terminal.end())
        self.assertEqual(b"", self.read("state"))

    def test_drain_asks_for_the_number_of_hosts(self):
        for answer, code, lines in ((b"6\n", 5, 0), (b"2\n", 0, 2)):
            terminal = Terminal(self, "drain", "on", *self.sim, "--sim-state", "state", *self.fresh_journal())
            terminal.wait_for(b"This turns drain mode on on 2 hosts. Type 2 to go on:")
            terminal.type(answer)
            self.assertEqual(code, terminal.end())
            self.assertEqual(lines, len(self.state()))

    def test_no_question_where_nothing_matches(self):
        terminal = Terminal(self, "logoff", *self.sim, "-u", "nobody")
        self.assertEqual(3, terminal.end())
        self.assertNotIn(b"Type", terminal.seen)
        self.assertIn(b"--user nobody: 0 sessions", terminal.seen)


class Stalled(lib.Case):
    def test_terminal_that_is_not_read(self):
        """Its buffer is full before the run begins: nothing we write gets through, and nothing waits for it."""
        sim = self.fleet(["h[1:40]"], lib.scenario())
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(slave, False)
        try:
            while True:
                os.write(slave, b"." * 4096)
        except BlockingIOError:
            pass
        os.set_blocking(slave, True)
        process = self.start("logoff", *sim, "--all", "--yes", "-v", "--sim-state", "state", "-o", "report.json",
                             stderr=slave)
        began = time.monotonic()
        process.stdout.close()
        self.assertEqual(0, process.wait(timeout=lib.PATIENCE_S))
        self.assertLess(time.monotonic() - began, 60)
        os.close(slave)
        os.close(master)
        self.assertEqual(120, lib.outcomes(self.report())["logged_off"])
        self.assert_state_matches()

    def test_pipe_that_is_not_read_or_closed(self):
        sim = self.fleet(["h[1:4]"], lib.scenario())
        reading, writing = os.pipe()
        os.close(reading)
        self.expect(0, "logoff", *sim, "--all", "--yes", "--sim-state", "state", "-o", "report.json", stderr=writing)
        os.close(writing)
        self.assert_state_matches()

    def test_closed_streams(self):
        sim = self.fleet(["h[1:4]"], lib.scenario())
        process = self.start("logoff", *sim, "--all", "--yes", "--sim-state", "state", "-o", "report.json",
                             preexec_fn=lambda: os.closerange(0, 3), stdout=None, stderr=None, stdin=None)
        self.assertEqual(0, process.wait(timeout=lib.PATIENCE_S))
        self.assert_state_matches()


if __name__ == "__main__":
    lib.main()
