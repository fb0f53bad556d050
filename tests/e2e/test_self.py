"""The session that rdsweep itself runs in: `self logoff`, and an end of the session while a run is on.

The program is rdsweep with a session that ends when the test says so (fake_self.c).
"""

import os
import signal
import time

import lib
import test_terminal

QUESTION = b"every program is asked and may object. Type yes to go on: "
HELD_UP = b"have its report written and end the session: "


class WithSession(lib.Case):
    def setUp(self):
        super().setUp()
        os.mkfifo(self.path("fifo"))
        self.set("RDSWEEP_FAKE_GUARD", self.path("fifo"))
        self.set("RDSWEEP_FAKE_LOG", self.path("log"))
        self.put("log", "")

    def set(self, name, value):
        os.environ[name] = value
        self.addCleanup(os.environ.pop, name, None)

    def log(self):
        return self.read("log").decode().splitlines()

    def wait_until(self, condition, process=None):
        until = time.monotonic() + lib.PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), until, self.log())
            if process:
                self.assertIsNone(process.poll(), self.log())
            time.sleep(0.01)

    def tell(self, line):
        """To the session; its answer in the log."""
        before = len(self.log())
        with open(self.path("fifo"), "w", encoding="ascii") as fifo:
            fifo.write(line + "\n")
        self.wait_until(lambda: len(self.log()) > before)
        return self.log()[before]


class Logoff(WithSession):
    def test_yes(self):
        for options, way in (([], "ask"), (["--force-if-hung"], "force_if_hung"), (["--reset"], "reset")):
            with self.subTest(way=way):
                self.put("log", "")
                result = self.expect(0, "self", "logoff", "--yes", *options)
                self.assertEqual([f"logoff: {way}"], self.log())
                self.assertEqual("", result.out + result.err)

    def test_dry_run(self):
        for options, words in (([], "ExitWindowsEx(EWX_LOGOFF): every program"),
                               (["--force-if-hung"], "EWX_FORCEIFHUNG"),
                               (["--reset"], "WTSLogoffSession(WTS_CURRENT_SESSION)")):
            with self.subTest(options=options):
                result = self.expect(0, "self", "logoff", "--dry-run", *options)
                self.assertIn(words, result.err)
                self.assertIn("session 7)", result.err)
        self.assertEqual([], self.log())

    def test_usage(self):
        for words, arguments in (("needs what to do", []), ("knows 'logoff', not 'logof'", ["logof"]),
                                 ("takes no argument, but got 'now'", ["logoff", "now"]),
                                 ("exclude each other", ["logoff", "--reset", "--force-if-hung", "--yes"]),
                                 ("standard input is no terminal", ["logoff"]),
                                 ("'--all' belongs to", ["logoff", "--all"])):
            with self.subTest(arguments=arguments):
                self.assertIn(words, self.expect(2, "self", *arguments).err)
        self.assertEqual([], self.log())

    def test_failure(self):
        self.set("RDSWEEP_FAKE_ERROR", "5")
        result = self.expect(1, "self", "logoff", "--yes")
        self.assertIn("the session stays: ExitWindowsEx failed: 5 ERROR_ACCESS_DENIED: this process may not", result.err)
        self.assertIn("\n  remedy: start rdsweep on the desktop", result.err)
        result = self.expect(1, "self", "logoff", "--yes", "--reset")
        self.assertIn("WTSLogoffSession failed: 5 ERROR_ACCESS_DENIED", result.err)

    def answer(self, text, *options):
        terminal = test_terminal.Terminal(self, "self", "logoff", *options)
        terminal.wait_for(b"Type yes to go on: ")
        self.assertEqual([], self.log())
        terminal.type(text)
        return terminal.end(), terminal.seen

    def test_question(self):
        for text in (b"yes\n", b" YES \n"):
            with self.subTest(text=text):
                self.put("log", "")
                code, seen = self.answer(text)
                self.assertEqual(0, code)
                self.assertIn(b"This logs off your own session (", seen)
                self.assertIn(b"session 7): " + QUESTION, seen)
                self.assertEqual(["logoff: ask"], self.log())

    def test_declined(self):
        for text in (b"no\n", b"y\n", b"\n", b"yes please\n", b"yesterday\n", b"\x04", b"x" * 1000 + b"\n"):
            with self.subTest(text=text):
                code, seen = self.answer(text, "--reset")
                self.assertEqual(5, code)
                self.assertIn(b"declined", seen)
        self.assertEqual([], self.log())

    def test_interrupt_at_the_question(self):
        code, _ = self.answer(b"\x03")
        self.assertEqual(130, code)
        self.assertEqual([], self.log())


class Run(WithSession):
    """A run of some seconds, if it is let to: few sessions close at once."""

    OPTIONS = ["--all", "--yes", "--sim-state", "state", "-o", "report.json", "--max-closing", "2",
               "--verify-interval", "50ms"]

    def setUp(self):
        super().setUp()
        self.put("state", "")
        self.sim = self.fleet(["h1", "h2"], lib.scenario(
            defaults={"sessions": {"min": 6, "max": 6}, "logoff_takes_ms": 400}))

    def arguments(self, *more):
        return ["logoff", *self.sim, *self.OPTIONS, *more]

    def begin(self, *more):
        process = self.start(*self.arguments(*more))
        self.addCleanup(process.kill)
        self.acting(process)
        return process

    def acting(self, process):
        """The first session was asked."""
        self.wait_until(lambda: b"gone" in self.read("state"), process)

    def finish(self, process, code):
        out, err = process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(code, process.returncode, err.decode())
        self.assert_state_matches()
        return err.decode()

    def assert_stopped(self, clean):
        run = self.report()["run"]
        self.assertEqual(("interrupted", "SIGHUP", 129), (run["outcome"], run["stopped_by"], run["exit_code"]))
        outcomes = lib.outcomes(self.report())
        self.assertGreater(outcomes["not_attempted"], 0)
        if clean:
            self.assertNotIn("in_doubt", outcomes)

    def assert_all_done(self):
        self.assertEqual(12, lib.outcomes(self.report())["logged_off"])


class Guard(Run):
    def test_nobody_to_ask(self):
        process = self.begin()
        for _ in range(2):
            self.assertEqual("objected: rdsweep is logging off 12 sessions on 2 hosts", self.tell("query"))
        err = self.finish(process, 0)
        self.assert_all_done()
        self.assertIn("your session is to end: held up, as rdsweep is logging off 12 sessions", err)
        self.assertNotIn("logoff: ask", self.log())

    def test_said_beforehand(self):
        self.set("RDSWEEP_GUARD_ANSWER", "no")
        process = self.begin()
        self.assertIn("objected", self.tell("query"))
        self.finish(process, 0)
        self.assert_all_done()

    def test_yes_said_beforehand(self):
        self.set("RDSWEEP_GUARD_ANSWER", "yes")
        process = self.begin()
        self.assertIn("objected", self.tell("query"))
        self.finish(process, 129)
        self.assert_stopped(clean=True)
        self.assertEqual(["logoff: ask"], self.log()[-1:])

    def test_wrong_word_said_beforehand(self):
        self.set("RDSWEEP_GUARD_ANSWER", "maybe")
        self.assertIn("has to be 'yes' or 'no'", self.expect(2, *self.arguments()).err)

    def test_ends(self):
        process = self.begin()
        self.assertEqual("ended", self.tell("end"))
        self.assert_stopped(clean=False)  # the report is there before the session goes on ending
        err = self.finish(process, 129)
        self.assertIn("your session ends now", err)
        self.assertNotIn("logoff: ask", self.log())

    def test_ends_with_calls_that_hang(self):
        self.fleet(["h1", "h2"], lib.scenario({"h2": {"faults": [{"call": "logoff", "hang": True}]}}))
        process = self.begin("--call-timeout", "1h")
        self.assertEqual("ended", self.tell("end"))
        self.assertEqual("SIGHUP", self.report()["run"]["stopped_by"])
        process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(129, process.returncode)
        self.assertGreaterEqual(lib.outcomes(self.report())["in_doubt"], 1)

    def test_while_stopping(self):
        process = self.begin()
        process.send_signal(signal.SIGINT)
        self.wait_until(lambda: b"interrupted" in self.stderr_of(process), process)
        self.assertIn("objected: rdsweep is stopping", self.tell("query"))
        self.finish(process, 130)
        self.assertEqual("logoff: ask", self.log()[-1])

    def stderr_of(self, process):
        os.set_blocking(process.stderr.fileno(), False)
        self.seen = getattr(self, "seen", b"") + (process.stderr.read() or b"")
        return self.seen

    def test_survey_with_nobody_to_ask(self):
        self.fleet(["h1", "h2"], lib.scenario({"h2": {"faults": [{"call": "enumerate", "hang": True}]}}))
        process = self.start("sessions", *self.sim, "-o", "report.json", "--call-timeout", "1h")
        self.wait_until(lambda: "guarding" in self.log(), process)
        self.assertEqual("agreed", self.tell("query"))
        self.assertIsNone(process.poll())  # until the session does end, nothing is lost
        self.assertEqual("ended", self.tell("end"))
        self.assertEqual(129, self.report()["run"]["exit_code"])
        process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(129, process.returncode)

    def test_no_window(self):
        os.environ.pop("RDSWEEP_FAKE_GUARD")
        result = self.expect(0, *self.arguments())
        self.assertIn("would not be held up: no window (error 1400)", result.err)
        self.assertTrue(result.err.startswith("SIMULATED"))

    def test_hangup_is_final(self):
        self.set("RDSWEEP_FAKE_FINAL", "1")
        self.fleet(["h1", "h2"], lib.scenario({"h2": {"faults": [{"call": "logoff", "hang": True}]}}))
        process = self.begin("--call-timeout", "1h")
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(129, process.returncode)
        self.assertEqual("SIGHUP", self.report()["run"]["stopped_by"])


class GuardAtTerminal(Run):
    def begin(self, *more):
        terminal = test_terminal.Terminal(self, *self.arguments(*more))
        self.acting(terminal.process)
        return terminal

    def finish(self, terminal, code):
        self.assertEqual(code, terminal.end(), terminal.seen.decode())
        self.assert_state_matches()

    def test_yes(self):
        terminal = self.begin()
        self.assertEqual("objected: rdsweep is logging off 12 sessions on 2 hosts", self.tell("query"))
        terminal.wait_for(HELD_UP)
        self.assertIn("objected", self.tell("query"))
        terminal.type(b"yes\n")
        self.finish(terminal, 129)
        self.assertEqual(1, terminal.seen.count(HELD_UP))
        self.assert_stopped(clean=True)
        self.assertEqual("logoff: ask", self.log()[-1])

    def test_no_and_again(self):
        terminal = self.begin()
        for count in (1, 2):
            self.assertIn("objected", self.tell("query"))
            self.wait_until(lambda: terminal.read_some() and terminal.seen.count(HELD_UP) == count)
            terminal.type(b"no\n")
            self.wait_until(
                lambda: terminal.seen.count(b"the run goes on") == count or not terminal.read_some())
        self.finish(terminal, 0)
        self.assert_all_done()
        self.assertNotIn("logoff: ask", self.log())

    def test_never_answered(self):
        terminal = self.begin()
        self.assertIn("objected", self.tell("query"))
        self.finish(terminal, 0)
        self.assert_all_done()
        self.assertNotIn("logoff: ask", self.log())

    def test_ends_while_asked(self):
        terminal = self.begin()
        self.assertIn("objected", self.tell("query"))
        terminal.wait_for(HELD_UP)
        self.assertEqual("ended", self.tell("end"))
        self.finish(terminal, 129)
        self.assert_stopped(clean=False)

    def test_failure_to_leave(self):
        self.set("RDSWEEP_FAKE_ERROR", "1314")
        terminal = self.begin()
        self.tell("query")
        terminal.wait_for(HELD_UP)
        terminal.type(b"yes\n")
        self.finish(terminal, 129)
        self.assertIn(b"your session stays: ExitWindowsEx failed: 1314", terminal.seen)

    def test_at_the_question(self):
        """Nothing was touched: the session may end, and the question is then declined by nobody."""
        arguments = [argument for argument in self.arguments() if argument != "--yes"]
        terminal = test_terminal.Terminal(self, *arguments)
        terminal.wait_for(b"Type 12 to go on:")
        self.assertEqual("agreed", self.tell("query"))
        self.assertEqual("ended", self.tell("end"))
        self.finish(terminal, 129)
        self.assertEqual(b"", self.read("state"))


if __name__ == "__main__":
    lib.main()
