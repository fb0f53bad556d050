"""One scenario, one report: simulated on this machine, and on Wine through the real backend and the real API's own
entry points, behind which a stand-in wtsapi32.dll plays the same scenario.

usage: test_same_report.py NATIVE_RDSWEEP RDSWEEP_EXE WINE PREFIX [unittest arguments]

RDSWEEP_EXE has the stand-in beside it. Every case also fails where the program loses a handle or a block of the API's,
frees one in the wrong way, or ends with another outcome than the case says: two reports that are equal could both be wrong.
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "same_report"))

import cases  # noqa: E402
import compare_reports  # noqa: E402
from cases import LOGOFF, PATIENCE_S  # noqa: E402

NATIVE = EXE = None
WINE = []


def read_balance(path):
    with open(path, "rb") as file:
        data = file.read()
    return {name.rstrip(b"\0").decode(): value for name, value in struct.iter_unpack("<24sq", data)}


class SameReport(cases.Cases, cases.Runs):
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
        """`name`: of a scenario, None where the folder has one already. More in cases.Cases."""
        if name:
            self.put(name)
        linux, wine = self.run_both(code, arguments, env)
        self.assertEqual([], compare_reports.compare(linux, wine, older_api))
        self.check_real(wine, "windows", "wine.state", outcomes, liars)
        self.balance = self.check_balance(out)
        return wine

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
            json.dump(scenario, file)
        report = self.check(None, 0, (*LOGOFF, "--all", "--include-console"), {"logged_off": 3, "skipped": 4})
        reasons = {entry["id"]: entry["reason"] for entry in report["hosts"][0]["sessions"]}
        self.assertEqual(("own_session", "own_user"), (reasons[session], reasons[9]))

    def who_runs_on_wine(self):
        """Wine's programs run in its console session."""
        self.finish(self.start([*WINE, EXE, "sessions", "-i", "fleet.ini", "--probe", "none", "-o", "who.json"],
                               {"RDSWEEP_FAKE_SCENARIO": "fleet.json"}), 0)
        return compare_reports.load(self.path("who.json"))["run"]["operator"], 1


class RealBackend(cases.Runs):
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
