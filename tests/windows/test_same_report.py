"""One scenario, one report: simulated on this machine, and on Wine through the real backend and the real API's own
entry points, behind which a stand-in wtsapi32.dll plays the same scenario.

usage: test_same_report.py NATIVE_RDSWEEP RDSWEEP_EXE WINE PREFIX [unittest arguments]

RDSWEEP_EXE has the stand-in beside it. Every case also fails where the program loses a handle or a block of the API's,
frees one in the wrong way, or ends with another outcome than the case says: two reports that are equal could both be wrong.
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import compare_reports

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import check_state  # noqa: E402
import lib  # noqa: E402

NATIVE = EXE = None
WINE = []
PATIENCE_S = 120
# The scenarios' latencies are 10 ms at most, and a session takes 60 ms to go.
DEADLINES = ("--call-timeout", "1200ms", "--verify-timeout", "2000ms", "--verify-interval", "100ms",
             "--retry-delay", "30ms", "--retries", "2")
LOGOFF = ("logoff", "--yes", *DEADLINES)


def read_balance(path):
    with open(path, "rb") as file:
        data = file.read()
    return {name.rstrip(b"\0").decode(): value for name, value in struct.iter_unpack("<24sq", data)}


class Case(unittest.TestCase):
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
        try:
            _, told = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f"does not end: {process.args}")
        self.assertEqual(code, process.returncode, f"{process.args}\n{told.decode(errors='replace')}")

    def put(self, name):
        for suffix in (".json", ".ini"):
            shutil.copy(os.path.join(HERE, "scenarios", name + suffix), self.path("fleet" + suffix))


class SameReport(Case):
    def run_both(self, code, arguments, env=None):
        common = ["-i", "fleet.ini", "--probe", "none", "-c", "8"]
        command, *rest = arguments
        native = self.start([NATIVE, command, *common, *rest, "--sim", "fleet.json", "--sim-state", "linux.state",
                             "-o", "linux.json"])
        fakes = {"RDSWEEP_FAKE_SCENARIO": "fleet.json", "RDSWEEP_FAKE_STATE": "wine.state",
                 "RDSWEEP_FAKE_BALANCE": "balance", **(env or {})}
        wine = self.start([*WINE, EXE, command, *common, *rest, "--backend", "windows", "-o", "wine.json"], fakes)
        try:
            self.finish(native, code)
        finally:
            self.finish(wine, code)
        return compare_reports.load(self.path("linux.json")), compare_reports.load(self.path("wine.json"))

    def check_balance(self, out):
        """`out`: how many calls the scenario never lets return."""
        balance = read_balance(self.path("balance"))
        self.assertGreater(balance["calls_entered"], 0)
        self.assertEqual(out, balance["calls_entered"] - balance["calls_left"], balance)
        for misuse in ("bad_names", "bad_handles", "bad_frees", "bad_arguments"):
            self.assertEqual(0, balance[misuse], balance)
        # A call that is still out may hold its handle; blocks are given by calls that return.
        lost = balance["handles_opened"] - balance["handles_closed"]
        self.assertGreaterEqual(lost, 0, balance)
        self.assertLessEqual(lost, out, balance)
        self.assertEqual(balance["blocks_given"], balance["blocks_freed"], balance)
        return balance

    def check(self, name, code, arguments, outcomes, out=0, env=None, older_api=False, liars=()):
        """`name`: of a scenario, None where the folder has one already. `outcomes`: of the sessions, counted.
        `liars`: hosts that call a session gone which is not, so that what really happened is of no use there."""
        if name:
            self.put(name)
        linux, wine = self.run_both(code, arguments, env)
        self.assertEqual([], compare_reports.compare(linux, wine, older_api))
        self.assertEqual(("windows", False), (wine["run"]["backend"], wine["run"]["simulated"]))
        self.assertEqual(outcomes, lib.outcomes(wine))
        with open(self.path("wine.state"), encoding="utf-8") as file:
            state = [compare_reports.json.loads(line) for line in file]
        if wine["run"]["command"] == "logoff":
            scenario = compare_reports.load(self.path("fleet.json"))
            problems = check_state.check(wine, state, scenario)
            self.assertEqual([], [line for line in problems if line.split()[0] not in liars])
        self.balance = self.check_balance(out)
        return wine

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
        self.check("comes-and-goes", 1, (*LOGOFF, "--all", "--wave", "1", "--wave-pause", "500ms"), {"logged_off": 4, "already_gone": 1, "still_present": 1, "skipped": 10})

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

    def test_waiting(self):
        self.check("waits", 1, (*LOGOFF, "--all", "--wait"), {"logged_off": 7, "still_present": 1, "failed": 1, "skipped": 9}, out=1)
        self.assertEqual(self.balance["logoffs"], self.balance["logoffs_wait"])

    def test_older_host(self):
        hidden = {"RDSWEEP_FAKE_HIDE_EX": "1"}
        self.check("success", 0, (*LOGOFF, "--all", "--protect", "CORP\\carol"), {"logged_off": 21, "skipped": 26}, env=hidden, older_api=True)

    def test_older_host_with_errors(self):
        report = self.check("denied", 1, (*LOGOFF, "--all"), {"logged_off": 10, "failed": 6, "skipped": 15}, env={"RDSWEEP_FAKE_HIDE_EX": "1"}, older_api=True)
        self.assertIn(("WTSOpenServer", 5), self.errors(report))
        self.assertIn(("WTSEnumerateSessions", 5), self.errors(report))

    def test_drained_for_the_run(self):
        report = self.check("drain", 1, (*LOGOFF, "--all", "--drain", "run"),
                            {"logged_off": 8, "not_attempted": 8, "skipped": 27}, out=1)
        modes = {host["host"]: host["drain"] and tuple(host["drain"].values()) for host in report["hosts"]}
        self.assertEqual({"plain": ("off", "on", "off"), "empty": ("off", "on", "off"), "look-5": None, "look-53": None,
                          "set-5": ("off", None, "off"), "set-1722": ("off", "on", "off"), "check-64": ("off", "on", "off"),
                          "reset-5": ("off", "on", "on"), "hangs": None}, modes)
        self.assertIn("RemoteRegistry", self.remedy(report, "RegQueryValueEx", 53))

    def test_drained_to_stay(self):
        self.check("drain", 1, (*LOGOFF, "--all", "--drain", "keep", "--drain-failed", "continue"),
                   {"logged_off": 16, "skipped": 27}, out=1)

    def test_drain_command(self):
        self.check("drain", 1, ("drain", "restart", "--yes", "--call-timeout", "1200ms", "--retry-delay", "30ms"), {}, out=1)

    def test_drain_status(self):
        self.check("drain", 1, ("drain", "status", "--call-timeout", "1200ms", "--retry-delay", "30ms"), {}, out=1)

    def test_drain_of_this_machine(self):
        report = self.check("local", 0, (*LOGOFF, "--all", "--drain", "restart"), {"logged_off": 3, "skipped": 3})
        self.assertEqual({"before": "off", "during": "restart", "after": "restart"}, report["hosts"][0]["drain"])

    def test_this_machine(self):
        report = self.check("local", 0, (*LOGOFF, "--all"), {"logged_off": 3, "skipped": 3})
        self.assertEqual("localhost", report["hosts"][0]["host"])
        self.assertEqual(0, self.balance["handles_opened"])
        self.assertGreater(self.balance["local_calls"], 0)

    def test_own_sessions(self):
        self.put("local")
        operator, session = self.who_runs_on_wine()
        scenario = compare_reports.load(self.path("fleet.json"))
        scenario["self"] = {"host": "localhost", "session": session, "user": operator}
        scenario["hosts"]["localhost"]["sessions"] += [
            {"id": session, "user": operator, "state": "active"}, {"id": 9, "user": operator, "state": "active"}]
        with open(self.path("fleet.json"), "w", encoding="utf-8") as file:
            compare_reports.json.dump(scenario, file)
        report = self.check(None, 0, (*LOGOFF, "--all", "--include-console"), {"logged_off": 3, "skipped": 4})
        reasons = {entry["id"]: entry["reason"] for entry in report["hosts"][0]["sessions"]}
        self.assertEqual(("own_session", "own_user"), (reasons[session], reasons[9]))

    def who_runs_on_wine(self):
        """Wine's programs run in its console session."""
        self.finish(self.start([*WINE, EXE, "sessions", "-i", "fleet.ini", "--probe", "none", "-o", "who.json"],
                               {"RDSWEEP_FAKE_SCENARIO": "fleet.json"}), 0)
        return compare_reports.load(self.path("who.json"))["run"]["operator"], 1


class RealBackend(Case):
    """What is so on the real backend only."""

    def test_is_the_default(self):
        version = self.start([*WINE, EXE, "--version"], stdout=subprocess.PIPE)
        self.assertIn(b"backends: windows, sim", version.communicate(timeout=PATIENCE_S)[0])
        self.put("success")
        self.finish(self.start([*WINE, EXE, "sessions", "-i", "fleet.ini", "--probe", "none", "-o", "wine.json"],
                               {"RDSWEEP_FAKE_SCENARIO": "fleet.json"}), 0)
        self.assertEqual("windows", compare_reports.load(self.path("wine.json"))["run"]["backend"])

    def test_drain_mode_of_this_machine(self):
        """No stand-in: the registry of Wine's prefix, through the whole program and seen from outside."""
        key = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
        with open(self.path("fleet.ini"), "w", encoding="ascii") as file:
            file.write("localhost\n")

        def drain(mode, code=0):
            self.finish(self.start([*WINE, EXE, "drain", mode, "-i", "fleet.ini", "--probe", "none", "-o", mode + ".json", "--overwrite",
                                    *(() if mode == "status" else ("--yes", "--journal", mode + ".jsonl"))]), code)
            return compare_reports.load(self.path(mode + ".json"))["hosts"][0]

        def reg(*arguments):
            process = self.start([*WINE, "reg", *arguments], stdout=subprocess.PIPE)
            out, _ = process.communicate(timeout=PATIENCE_S)
            return out.decode(errors="replace")

        reg("add", key, "/f")
        for mode, number in (("on", "0x2"), ("restart", "0x1"), ("off", "0x0")):
            self.assertEqual(mode, drain(mode)["drain"]["after"])
            self.assertRegex(reg("query", key, "/v", "TSServerDrainMode"), "REG_DWORD +" + number)
        reg("add", key, "/v", "TSServerDrainMode", "/t", "REG_SZ", "/d", "2", "/f")
        error = drain("status", 1)["error"]
        self.assertEqual(("RegQueryValueEx", 13, "ERROR_INVALID_DATA"), (error["api"], error["code"], error["name"]))
        reg("delete", key, "/v", "TSServerDrainMode", "/f")
        self.assertEqual("off", drain("status")["drain"]["after"])

    def test_wrong_password_is_tried_on_one_host(self):
        self.put("wrong-password")
        self.finish(self.start([*WINE, EXE, *LOGOFF, "-i", "fleet.ini", "--probe", "none", "--all", "-o", "wine.json"],
                               {"RDSWEEP_FAKE_SCENARIO": "fleet.json", "RDSWEEP_FAKE_BALANCE": "balance"}), 4)
        report = compare_reports.load(self.path("wine.json"))
        self.assertEqual(["failed"] + 8 * ["not_attempted"], [host["outcome"] for host in report["hosts"]])
        self.assertEqual(1, read_balance(self.path("balance"))["handles_opened"])

    def test_without_the_library_nothing_is_touched(self):
        """Wine's own wtsapi32 is kept out: it would take this machine for every other."""
        self.put("success")
        shutil.copy(EXE, self.path("alone.exe"))
        self.finish(self.start([*WINE, "alone.exe", *LOGOFF, "-i", "fleet.ini", "--all", "-o", "wine.json"]), 1)
        self.assertFalse(os.path.exists(self.path("wine.json")))


class Comparison(unittest.TestCase):
    """The comparison itself finds what it is there for."""

    def setUp(self):
        self.report = compare_reports.load(os.path.join(HERE, "../../reports/examples/report.json"))
        self.other = compare_reports.load(os.path.join(HERE, "../../reports/examples/report.json"))

    def test_another_run_is_the_same(self):
        self.other["run"].update(id="x", backend="sim", simulated=True, duration_ms=1, operator="y")
        self.other["hosts"][0]["duration_ms"] = 1
        self.other["errors"].reverse()
        self.assertEqual([], compare_reports.compare(self.report, self.other))

    def test_other_findings_differ(self):
        host = next(host for host in self.other["hosts"] if host["sessions"])
        for change in ({"outcome": "in_doubt"}, {"attempts": 7}, {"logon_at": "2026-01-01T00:00:00.000Z"}, {"user": "mallory"}, {"vm": "x"}):
            with self.subTest(change=change):
                saved = dict(host["sessions"][0])
                host["sessions"][0].update(change)
                self.assertEqual(1, len(compare_reports.compare(self.report, self.other)))
                host["sessions"][0] = saved
        del host["sessions"][0]
        self.assertNotEqual([], compare_reports.compare(self.report, self.other))


def main():
    global NATIVE, EXE
    if len(sys.argv) < 5:
        sys.exit(__doc__.split("\n\n")[1])
    NATIVE, EXE = (os.path.abspath(path) for path in sys.argv[1:3])
    WINE.extend([os.path.abspath(sys.argv[3]), os.path.abspath(sys.argv[4]), "run"])
    del sys.argv[1:5]
    unittest.main()


if __name__ == "__main__":
    main()
