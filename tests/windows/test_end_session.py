"""The session that rdsweep.exe runs in, ended for real by Wine: `wineboot --end-session` while a run is on, and what
`self logoff` asks the system for.

usage: test_end_session.py WINE PREFIX RDSWEEP_EXE TELL_GUARD_EXE SPY_WINEBOOT_EXE [unittest arguments]

RDSWEEP_EXE has the stand-in wtsapi32.dll beside it. The prefix belongs to this test alone, and one program with a window
runs in it at a time: with more of them Wine loses objections now and then. Nothing waits for a time, everything for
something that can be seen.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import sys
import termios
import time
import tty
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

import lib  # noqa: E402
import test_terminal  # noqa: E402

WINE = PREFIX = EXE = TELL = SPY = None
CRITICAL = "0x40000000"
# What Wine's ExitWindowsEx() makes of its flags, on the command line of its wineboot.exe.
EXIT_LOGOFF = "--end-session --shutdown"
EXIT_LOGOFF_FORCE_IF_HUNG = "--end-session --force --shutdown"


def wine(*arguments, overrides="", **more):
    env = {**os.environ, "RDSWEEP_WINE_OVERRIDES": overrides, **more.pop("env", {})}
    stdin = more.pop("stdin", subprocess.DEVNULL)
    return subprocess.Popen([WINE, PREFIX, *arguments], env=env, stdin=stdin, **more)


def quietly(*arguments, **more):
    """Its exit code. Wine's services may keep what it writes to open: nobody reads it."""
    process = wine(*arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    return process.wait(timeout=lib.PATIENCE_S)


def setUpModule():
    if quietly("up", overrides="wineboot.exe=b") != 0:
        raise RuntimeError("the prefix does not start")


def tearDownModule():
    quietly("down")


class Session(lib.Case):
    def setUp(self):
        super().setUp()
        # The stand-in takes the place of the system's, for programs that are told to use it.
        system = os.path.join(PREFIX, "drive_c", "windows", "system32", "wineboot.exe")
        shutil.copy(system, self.path("wineboot.exe"))
        shutil.copy(SPY, system)
        self.addCleanup(shutil.copy, self.path("wineboot.exe"), system)
        self.put("spy", "")
        self.put("state", "")
        self.put("err", "")

    def start(self, *arguments, stdin, env=None, **more):
        """At a terminal: Wine makes a Windows console of it, wide enough that no line of ours is broken."""
        tty.setraw(stdin)
        fcntl.ioctl(stdin, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 240, 0, 0))
        return wine("run", EXE, *arguments, overrides="wineboot.exe=n", cwd=self.folder, stdin=stdin,
                    env={"RDSWEEP_SPY_LOG": "spy", **(env or {})}, **more)

    def start_exe(self, *arguments, env=None):
        with open(self.path("err"), "wb") as err:
            process = wine("run", EXE, *arguments, overrides="wineboot.exe=n", cwd=self.folder, stdout=err, stderr=err,
                           env={"RDSWEEP_SPY_LOG": "spy", **(env or {})})
        self.addCleanup(process.kill)
        return process

    def wait_until(self, condition, process=None):
        until = time.monotonic() + lib.PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), until, self.told())
            if process:
                self.assertIsNone(process.poll(), self.told())
            time.sleep(0.02)

    def told(self):
        return self.read("err").decode().replace("\r\n", "\n")

    def asked_of_system(self):
        return self.read("spy").decode().replace("\r\n", "\n").splitlines()

    def finish(self, process, code):
        self.assertEqual(code, process.wait(timeout=lib.PATIENCE_S), self.told())


class SelfLogoff(Session):
    def run_self(self, code, *options, **more):
        self.finish(self.start_exe("self", "logoff", *options, **more), code)

    def test_flags(self):
        for options, want in (([], EXIT_LOGOFF), (["--force-if-hung"], EXIT_LOGOFF_FORCE_IF_HUNG)):
            with self.subTest(options=options):
                self.put("spy", "")
                self.run_self(0, "--yes", *options)
                self.wait_until(self.asked_of_system)
                self.assertEqual([want], self.asked_of_system())

    def test_question(self):
        for answer, code in ((b"yes", 0), (b"no", 5), (b"", 5)):
            with self.subTest(answer=answer):
                self.put("spy", "")
                terminal = test_terminal.Terminal(self, "self", "logoff")
                terminal.wait_for(b"every program is asked and may object. Type yes to go on:")
                self.assertEqual([], self.asked_of_system())
                terminal.type(answer + b"\r")
                self.assertEqual(code, terminal.end(), terminal.seen)
                if code:
                    self.assertIn(b"declined: nothing was touched", terminal.seen)
                else:
                    self.wait_until(self.asked_of_system)
                self.assertEqual([] if code else [EXIT_LOGOFF], self.asked_of_system())

    def test_reset(self):
        session = {"id": 1, "user": "CORP\\admin", "state": "active", "station": "RDP-Tcp#1", "logon_s": 60}
        self.put("fleet.json", {"schema": "rdsweep.sim/1", "hosts": {"localhost": {"sessions": [session]}}})
        self.run_self(0, "--yes", "--reset", env={
            "RDSWEEP_FAKE_SCENARIO": "fleet.json", "RDSWEEP_FAKE_STATE": "state", "RDSWEEP_FAKE_BALANCE": "balance"})
        balance = {name.rstrip(b"\0").decode(): value for name, value in
                   struct.iter_unpack("<24sq", self.read("balance"))}
        self.assertEqual((1, 0, 1, 0), tuple(balance[name] for name in (
            "logoffs", "logoffs_wait", "local_calls", "handles_opened")), balance)
        gone = [(line["host"], line["session"], line["effect"]) for line in self.state()]
        self.assertEqual([("localhost", 1, "gone")], gone)
        self.assertEqual([], self.asked_of_system())

    def test_reset_refused(self):
        self.run_self(1, "--yes", "--reset")  # there is no fleet behind the stand-in
        self.assertIn("the session stays: WTSLogoffSession failed: 120 ERROR_CALL_NOT_IMPLEMENTED", self.told())
        self.assertIn("\n  remedy: ", self.told())

    def test_nothing_without_consent(self):
        self.run_self(2)
        self.assertIn("standard input is no terminal", self.told())
        self.run_self(2, "--yes", "--reset", "--force-if-hung")
        self.run_self(0, "--dry-run")
        self.assertIn("dry run: would log off your own session", self.told())
        self.assertEqual([], self.asked_of_system())


class EndSession(Session):
    """A run of some seconds, if it is let to: few sessions close at once."""

    def arguments(self, hosts=None, command="logoff"):
        sim = self.fleet(["h1", "h2"], lib.scenario(
            hosts, defaults={"sessions": {"min": 6, "max": 6}, "logoff_takes_ms": 2500}))
        arguments = [command, *sim, "-o", "report.json", "-c", "4", "--call-timeout", "1h", "--sim-state", "state"]
        if command == "logoff":
            arguments += ["--all", "--yes", "--max-closing", "4", "--verify-interval", "100ms"]
        return arguments

    def begin(self, answer="", **more):
        return self.start_exe(*self.arguments(**more), env={"RDSWEEP_GUARD_ANSWER": answer})

    def acting(self, process):
        self.wait_until(lambda: b"gone" in self.read("state"), process)

    def end_session(self):
        """As a sign-out does: every window is asked. 0: the session ends, 1: somebody objected."""
        return quietly("exec", "wine", "wineboot.exe", "--end-session", "--shutdown", overrides="wineboot.exe=b")

    def tell(self, what, flags):
        process = wine("run", TELL, what, flags, stdout=subprocess.PIPE)
        out, _ = process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(0, process.returncode)
        return int(out)

    def assert_stopped(self):
        run = self.report()["run"]
        self.assertEqual(("interrupted", "SIGHUP", 129), (run["outcome"], run["stopped_by"], run["exit_code"]))

    def test_no(self):
        process = self.begin("no")
        self.acting(process)
        self.assertEqual(1, self.end_session())
        self.assertIsNone(process.poll())
        self.finish(process, 0)
        self.assertIn("your session is to end: held up, as rdsweep is logging off 12 sessions on 2 hosts", self.told())
        self.assertEqual({"logged_off": 12, "skipped": 6}, lib.outcomes(self.report()))
        self.assert_state_matches()
        self.assertEqual([], self.asked_of_system())

    def test_nobody_to_ask_while_sessions_are_logged_off(self):
        process = self.begin()
        self.acting(process)
        self.assertEqual(1, self.end_session())
        self.finish(process, 0)
        self.assertEqual(12, lib.outcomes(self.report())["logged_off"])

    def test_yes(self):
        process = self.begin("yes")
        self.acting(process)
        self.assertEqual(1, self.end_session())  # not yet
        self.finish(process, 129)
        self.assertIn("your session ends after this run: nothing new is started", self.told())
        self.assert_stopped()
        outcomes = lib.outcomes(self.report())
        self.assertGreater(outcomes["logged_off"], 0)
        self.assertGreater(outcomes["not_attempted"], 0)
        self.assertNotIn("in_doubt", outcomes)
        self.assert_state_matches()
        self.wait_until(self.asked_of_system)  # and now, by ourselves
        self.assertEqual([EXIT_LOGOFF], self.asked_of_system())

    def ask(self):
        """A run at a terminal, whose session is to end."""
        terminal = test_terminal.Terminal(self, *self.arguments())
        self.acting(terminal.process)
        self.assertEqual(1, self.end_session())
        terminal.wait_for(b"Your session is to end, but rdsweep is logging off 12 sessions on 2 hosts.")
        return terminal

    def test_no_at_the_terminal(self):
        terminal = self.ask()
        terminal.type(b"no\r")
        self.assertEqual(0, terminal.end(), terminal.seen)
        self.assertIn(b"your session stays, and the run goes on", terminal.seen)
        self.assertEqual(12, lib.outcomes(self.report())["logged_off"])
        self.assertEqual([], self.asked_of_system())

    def test_yes_at_the_terminal(self):
        terminal = self.ask()
        terminal.type(b"yes\r")
        self.assertEqual(129, terminal.end(), terminal.seen)
        self.assert_stopped()
        self.assertNotIn("in_doubt", lib.outcomes(self.report()))
        self.wait_until(self.asked_of_system)
        self.assertEqual([EXIT_LOGOFF], self.asked_of_system())

    def test_nothing_at_stake(self):
        process = self.begin(command="sessions", hosts={"h2": {"faults": [{"call": "enumerate", "hang": True}]}})
        self.wait_until(lambda: b"run " in self.read("err"), process)
        # The window comes right after that line.
        self.wait_until(lambda: quietly("run", TELL, "query", CRITICAL) == 0, process)
        self.assertEqual(0, self.end_session())
        process.wait(timeout=lib.PATIENCE_S)  # by itself or by the system, once the report was written
        self.assert_stopped()

    def test_critical(self):
        process = self.begin("no", hosts={"h2": {"faults": [{"call": "logoff", "hang": True, "times": 1}]}})
        self.acting(process)
        self.assertEqual(1, self.tell("query", CRITICAL))
        self.assertIsNone(process.poll())
        self.assertEqual(0, self.tell("end", CRITICAL))
        self.assert_stopped()  # already: the system may end the program now
        self.finish(process, 129)
        self.assertIn("your session ends now", self.told())
        self.assertGreaterEqual(lib.outcomes(self.report())["in_doubt"], 1)
        self.assertEqual([], self.asked_of_system())


def main():
    global WINE, PREFIX, EXE, TELL, SPY
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    WINE, PREFIX, EXE, TELL, SPY = (os.path.abspath(path) for path in sys.argv[1:6])
    del sys.argv[1:6]
    unittest.main()


if __name__ == "__main__":
    main()
