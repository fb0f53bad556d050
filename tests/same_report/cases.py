"""What has to give the same report by every backend: the cases, and what a run of one is.

A test of a backend is `class X(cases.Cases, cases.Runs)` with a method check(name, code, arguments, outcomes, out, liars): it
runs the scenario `name` with `--sim` and over the backend, compares both reports, and returns the backend's. Two reports that are
equal could both be wrong, so each case says what has to come out.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import check_state  # noqa: E402
import lib  # noqa: E402

PATIENCE_S = 120
# The scenarios' latencies are 10 ms at most, and a session takes 60 ms to go.
DEADLINES = ("--call-timeout", "1200ms", "--verify-timeout", "2000ms", "--verify-interval", "100ms",
             "--retry-delay", "30ms", "--retries", "2")
LOGOFF = ("logoff", "--yes", *DEADLINES)


class Runs(unittest.TestCase):
    """Runs of programs, in a folder of the test's own."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="rdsweep-same-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, command, env=None, stdout=subprocess.DEVNULL):
        return subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stdout,
                                stderr=subprocess.PIPE, env={**os.environ, **(env or {})})

    def finish(self, process, code):
        """What it said on standard error."""
        try:
            _, told = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f"does not end: {process.args}")
        self.assertEqual(code, process.returncode, f"{process.args}\n{told.decode(errors='replace')}")
        return told.decode(errors="replace")

    def put(self, name):
        for suffix in (".json", ".ini"):
            shutil.copy(os.path.join(HERE, "scenarios", name + suffix), self.path("fleet" + suffix))


class Cases:
    """`outcomes`: of the sessions, counted. `out`: calls that the scenario never lets return. `liars`: hosts that call a
    session gone which is not, so that what really happened is of no use there."""

    def check_real(self, report, backend, state, outcomes, liars):
        """What a report of the backend has to be by itself. `state`: the file with what really happened."""
        self.assertEqual((backend, False), (report["run"]["backend"], report["run"]["simulated"]))
        self.assertEqual(outcomes, lib.outcomes(report))
        with open(self.path(state), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        with open(self.path("fleet.json"), encoding="utf-8") as file:
            scenario = json.load(file)
        if report["run"]["command"] in ("logoff", "disconnect", "message"):
            problems = check_state.check(report, *self.truth(lines, scenario))
            self.assertEqual([], [line for line in problems if line.split()[0] not in liars])

    def truth(self, lines, scenario):
        """State and scenario, as the backend can tell of them."""
        return lines, scenario

    def errors(self, report):
        return {(entry["api"], entry["code"]) for entry in report["errors"]}

    def remedy(self, report, api, code):
        return next(entry["remedy"] for entry in report["errors"] if (entry["api"], entry["code"]) == (api, code))

    def test_success(self):
        self.check("success", 0, (*LOGOFF, "--all", "--protect", "CORP\\carol"), {"logged_off": 21, "skipped": 26})

    def test_dry_run(self):
        self.check("success", 0, ("logoff", "--all", "--dry-run"), {"planned": 22, "skipped": 25})

    def test_listing(self):
        self.check("success", 0, ("sessions",), {"listed": 26, "skipped": 21})

    def test_nobody_matches(self):
        self.check("success", 3, (*LOGOFF, "-u", "CORP\\nobody*"), {"skipped": 47})

    def test_too_many(self):
        self.check("success", 5, (*LOGOFF, "--all", "--max-sessions", "3"), {"not_attempted": 22, "skipped": 25})

    def test_many_sessions(self):
        self.check("many", 0, (*LOGOFF, "--all"), {"logged_off": 389, "skipped": 9})

    def test_denied(self):
        report = self.check("denied", 1, (*LOGOFF, "--all"), {"logged_off": 10, "failed": 6, "skipped": 15})
        self.assertIn("Reset", self.remedy(report, "WTSLogoffSession", 5))
        self.assertIn("Virtualization Host", self.remedy(report, "WTSLogoffSession", 5))

    def test_stops_at_the_first_failure(self):
        self.check("waits", 4, (*LOGOFF, "--all", "--wave", "1", "--max-failures", "0"), {"logged_off": 5, "still_present": 1, "not_attempted": 3, "skipped": 9})

    def test_errors(self):
        self.check("errors", 1, (*LOGOFF, "--all"),
                   {"logged_off": 38, "already_gone": 2, "failed": 7, "still_present": 5, "skipped": 78},
                   liars=("query-2", "query-7022"))

    def test_stuck(self):
        self.check("stuck", 1, (*LOGOFF, "--all"), {"logged_off": 10, "timed_out": 2, "still_present": 2, "skipped": 15}, out=6)

    def test_swapped_users(self):
        self.check("swapped", 1, (*LOGOFF, "--all"), {"logged_off": 8, "identity_changed": 2, "skipped": 11})

    def test_comings_and_goings(self):
        self.check("comes-and-goes", 1, (*LOGOFF, "--all", "--wave", "1", "--wave-pause", "500ms"), {"logged_off": 3, "already_gone": 1, "returned": 1, "still_present": 1, "skipped": 10})

    def test_idle(self):
        self.check("idle", 0, (*LOGOFF, "--idle", "1h"), {"logged_off": 11, "skipped": 23})

    def test_disconnected(self):
        self.check("idle", 0, (*LOGOFF, "--state", "disconnected", "--not-user", "CORP\\weekend"), {"logged_off": 7, "skipped": 27})

    def test_guests_are_left_alone(self):
        self.check("guests", 0, (*LOGOFF, "--all"), {"logged_off": 1, "skipped": 6})

    def test_guests(self):
        self.check("guests", 1, (*LOGOFF, "--all", "--include-vms"), {"logged_off": 3, "failed": 1, "skipped": 3})

    def test_names(self):
        self.check("names", 0, (*LOGOFF, "--all", "--not-user", "CORP\\JØRGEN", "--reason", "größer 😀"), {"logged_off": 12, "skipped": 7})

    def test_names_by_pattern(self):
        self.check("names", 0, (*LOGOFF, "-u", "*😀*", "-u", "домен\\*", "-u", "AzureAD\\*"), {"logged_off": 5, "skipped": 14})

    def test_console(self):
        self.check("console", 0, (*LOGOFF, "--all"), {"logged_off": 3, "skipped": 11})

    def test_console_included(self):
        self.check("console", 0, (*LOGOFF, "--all", "--include-console"), {"logged_off": 4, "skipped": 11})

    def test_message(self):
        report = self.check("courtesy", 1, ("message", "{user}, {host} goes down: {reason} 😀 {{x}}", "--yes", "--all", "--reason", "größer",
                                            "--call-timeout", "1200ms", "--retry-delay", "30ms"),
                            {"messaged": 6, "failed": 1, "identity_changed": 1, "skipped": 13})
        self.assertEqual({("rdsweep", 0), ("WTSSendMessage", 5)}, self.errors(report))

    def test_message_to_any_name(self):
        self.check("names", 0, ("message", "{user}" * 40, "--yes", "--all", "--not-user", "CORP\\JØRGEN"),
                   {"messaged": 12, "skipped": 7})

    def test_disconnect(self):
        report = self.check("courtesy", 1, ("disconnect", "--yes", "--all", *DEADLINES),
                            {"disconnected": 5, "failed": 1, "identity_changed": 1, "skipped": 14})
        self.assertIn(("WTSDisconnectSession", 5), self.errors(report))

    def test_disconnect_the_console(self):
        report = self.check("console", 1, ("disconnect", "--yes", "--all", "--include-console", *DEADLINES),
                            {"disconnected": 3, "failed": 1, "skipped": 10})
        self.assertIn(("WTSDisconnectSession", 7041), self.errors(report))

    def test_warned(self):
        self.check("courtesy", 1, (*LOGOFF, "--all", "--notify", "{user}: {minutes} min", "--grace", "2s", "--notify-again", "1s"),
                   {"logged_off": 6, "not_attempted": 1, "identity_changed": 1, "skipped": 13})

    def test_warned_or_not(self):
        self.check("courtesy", 1, (*LOGOFF, "--all", "--notify", "{user}: {minutes} min", "--grace", "1s", "--grace-disconnected",
                                   "--notify-failed", "continue"),
                   {"logged_off": 7, "identity_changed": 1, "skipped": 13})
