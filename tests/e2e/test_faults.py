#!/usr/bin/python3
"""Faults from below: memory, descriptors, threads, disks, clocks and interrupted calls fail in every place of a small run.
fault_shim.c makes them, loaded before everything else.

Whatever fails, the program ends by itself with an exit code of its own and says why; a report is whole or not there; nothing
of the program's memory is left; report, journal and what really happened agree; and `resume` finishes what was begun.

usage: test_faults.py PROGRAM SHIM. RDSWEEP_FAULT_STRIDE=1 fails each allocation, and not only every so manieth.
"""

import glob
import os
import random
import sys

import lib

SHIM = None
UV_ABORT = 99  # fault_shim.c: libuv itself gave up
STRIDE = int(os.environ.get("RDSWEEP_FAULT_STRIDE", "9"))
HOSTS = ["a1", "a2", "a3"]
NO_TIME = dict.fromkeys(lib.FAST, 0)
FLEET = lib.scenario(
    hosts={"a3": {"faults": [{"call": "logoff", "error": 1726, "times": 1}]}},
    defaults={"latency_ms": NO_TIME, "logoff_takes_ms": 1})
QUICK = ["--verify-interval", "10ms", "--retry-delay", "10ms", "--verify-timeout", "300ms"]
REPORTS = ["-o", "x.json", "-o", "x.csv"]


class Faults(lib.Case):
    def setUp(self):
        super().setUp()
        self.inputs = self.fleet(HOSTS, FLEET)
        self.logoff = ["logoff", *self.inputs, "--all", "--yes", *QUICK, *REPORTS, "--sim-state", "state"]

    def clear(self):
        for path in glob.glob(self.path("x.*")) + [self.path(name) for name in ("state", "hit", "leaks")]:
            if os.path.exists(path):
                os.unlink(path)

    def with_fault(self, fault, *arguments, path=""):
        """None where the fault did not strike."""
        environment = {"LD_PRELOAD": SHIM, "RDSWEEP_FAULT": fault, "RDSWEEP_FAULT_HIT": "hit",
                       "RDSWEEP_FAULT_LEAKS": "leaks"}
        if path:
            environment["RDSWEEP_FAULT_PATH"] = path
        result = self.run_program(*arguments, env=environment)
        if not os.path.exists(self.path("hit")):
            return None
        self.context = f"{fault} {path}\n{result}"
        return result

    def check_end(self, result, once=True):
        """How a process may end that met a fault."""
        self.assertIn(result.code, (0, 1, 2, 5, 70, UV_ABORT), self.context)
        if result.code not in (0, UV_ABORT):
            self.assertRegex(result.err, "(?m)^(rdsweep|warning|errors)" if once else ".", self.context)
        self.assertEqual([], glob.glob(self.path("*.tmp")), self.context)
        if result.code != UV_ABORT and os.path.exists(self.path("leaks")):
            self.assertEqual(b"", self.read("leaks"), self.context)

    def check_run(self, result, once=True):
        """The same of a logoff; then it is resumed, and everything has to be right."""
        self.check_end(result, once)
        if os.path.exists(self.path("x.json")):
            report = self.report("x.json")
            self.assertIn(result.code, (report["run"]["exit_code"], 70), self.context)
            self.assert_state_matches("x.json", document=FLEET)
        elif result.code == 0:
            self.fail(f"no report\n{self.context}")
        journal = "x.json.journal.jsonl"
        if not os.path.exists(self.path(journal)) or b'"event":"run"' not in self.read(journal):
            return
        again = self.run_program("resume", journal, "--yes", *QUICK, "--overwrite")
        if again.code == 5:  # there was no memory to begin with, and nothing was touched
            self.assertEqual({"not_attempted", "skipped"}, set(lib.outcomes(self.report("x.json"))), self.context)
            return
        # A host that could not be surveyed is a result too: a settled run is not asked again.
        self.assertIn(again.code, (0, 1), f"{self.context}\nresumed: {again}")
        report = self.report("x.json")
        failed = [host for host in report["hosts"] if host["outcome"] not in ("succeeded", "partial")]
        done = {"logged_off", "already_gone", "skipped"} | ({"failed", "timed_out"} if again.code else set())
        self.assertLessEqual(set(lib.outcomes(report)), done, self.context)
        self.assertEqual(again.code == 0, not failed and "failed" not in lib.outcomes(report), self.context)
        self.assert_state_matches("x.json", document=FLEET)

    def each(self, kind, arguments, check, stride=1):
        """The first, the second, ... until none is left to fail. Begins anywhere within the stride."""
        number, struck = random.randint(1, stride), 0
        while True:
            self.clear()
            result = self.with_fault(f"{kind}={number}", *arguments)
            if result is None:
                return struck
            check(result)
            struck += 1
            number += stride

    def test_memory(self):
        struck = self.each("alloc", self.logoff, self.check_run, STRIDE)
        self.assertGreater(struck, 800 // STRIDE)

    def test_memory_that_stays_short(self):
        self.each("allocs", self.logoff, lambda result: self.check_run(result, once=False), 5 * STRIDE)

    def test_memory_of_other_commands(self):
        self.expect(0, "sessions", *self.inputs, "-o", "old.json")
        for arguments in (["sessions", *self.inputs, "--format", "json"], ["report", "show", "old.json"],
                          ["inventory", "list", *self.inputs[:2], "--limit", "a*:!a2"], ["error", "5"], ["help", "logoff"]):
            self.each("alloc", arguments, self.check_end, STRIDE)

    def test_descriptors(self):
        self.assertGreater(self.each("open", self.logoff, self.check_run), 8)
        self.each("opens", self.logoff, self.check_run)

    def test_threads(self):
        """The number that can be started, from none to enough."""
        def check(result):
            self.assertNotEqual(UV_ABORT, result.code, f"what libuv cannot start was not tried before\n{self.context}")
            self.check_run(result)
        self.assertGreater(self.each("threads", self.logoff, check), 4)

    def test_flushing(self):
        self.assertGreater(self.each("sync", self.logoff, self.check_run), 3)

    def test_short_writes_and_interruptions(self):
        for fault, path in (("short", "x."), ("eintr", ""), ("short,eintr", "x.")):
            self.clear()
            result = self.with_fault(fault, *self.logoff, path=path)
            self.assertEqual(0, result.code, self.context)
            self.check_run(result)

    def test_clocks_that_jump(self):
        for seconds in (3600, -3600, 86400 * 30):
            self.clear()
            result = self.with_fault(f"clock={seconds}", *self.logoff)
            self.check_end(result)
            self.assertEqual(0, result.code, self.context)
            self.assertEqual({"logged_off": 9, "skipped": 9}, lib.outcomes(self.report("x.json")), self.context)

    def test_disk_full(self):
        """From the first byte to the last, of one report, of both, of the journal; a run that began goes to its end."""
        self.clear()
        self.expect(0, *self.logoff)
        sizes = {name: len(self.read(name)) for name in ("x.json", "x.csv", "x.json.journal.jsonl")}
        for path, size in (("x.json.", sizes["x.json"]), ("x.csv.", sizes["x.csv"]),
                           ("journal", sizes["x.json.journal.jsonl"])):
            for part in (0, 0.1, 0.5, 0.9):
                self.clear()
                result = self.with_fault(f"full={int(size * part)}", *self.logoff, path=path)
                self.assertIsNotNone(result, f"{path} {part}")
                self.assertEqual(70, result.code, self.context)
                self.assertIn("no space left on device", result.err)
                self.check_run(result)

    def test_folder_that_cannot_be_written_to(self):
        os.mkdir(self.path("closed"))
        os.chmod(self.path("closed"), 0o555)
        os.chmod(self.folder, 0o755)
        more = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        result = self.run_program("logoff", *self.inputs, "--all", "--yes", "-o", "closed/x.json", **more)
        self.assertEqual(2, result.code, result)
        self.assertIn("closed/x.json': permission denied", result.err)
        self.assertEqual([], os.listdir(self.path("closed")))


    def test_name_server_that_does_not_answer(self):
        """Look-ups hold threads until none is left; the hosts that remain are told so, and the run ends."""
        if "tsts" not in self.expect(0, "--version").out:
            self.skipTest("this build has no backend that looks names up")
        self.put("names.ini", "h[1:200].example\n")
        self.put("auth", "username = operator\npassword = secret\n")
        os.chmod(self.path("auth"), 0o600)
        result = self.with_fault(
            "names", "sessions", "--backend", "tsts", "--auth-file", "auth", "-i", "names.ini", "-c", "8", "-o", "x.json",
            "--connect-timeout", "200ms", "--call-timeout", "300ms")
        self.assertEqual(1, result.code, self.context)
        self.assertIn("held by a call or a name look-up that does not return", result.err)
        hosts = [host["outcome"] for host in self.report("x.json")["hosts"]]
        self.assertEqual({"timed_out", "not_attempted"}, set(hosts), self.context)
        self.assertGreater(hosts.count("timed_out"), 8)


class ThousandHosts(lib.Case):
    """All of them fail at once."""

    def run_all(self, fault, *options):
        names = "h[1:1000]"
        self.fleet([names], lib.scenario(hosts={names: {"faults": [fault]}}))
        result = self.run_program("sessions", "-i", "hosts.ini", "--sim", "scenario.json", "-o", "report.json", "-q",
                                  "--format", "csv", *options)
        self.assertEqual(1, result.code, result.err[-2000:])
        report = self.report()
        self.assertEqual(1000, len(report["hosts"]))
        [error] = report["errors"]
        self.assertEqual(1000, len(error["hosts"]))
        return report, error

    def test_open(self):
        report, error = self.run_all({"call": "open", "error": 1722}, "--retry-delay", "20ms")
        self.assertEqual("RPC_S_SERVER_UNAVAILABLE", error["name"])
        self.assertEqual({3}, {host["attempts"] for host in report["hosts"]})

    def test_refused(self):
        _, error = self.run_all({"call": "probe", "refused": True})
        self.assertEqual("CONNECT_REFUSED", error["name"])

    def test_silent(self):
        report, error = self.run_all({"call": "probe", "hang": True}, "--connect-timeout", "300ms")
        self.assertEqual("CONNECT_TIMEOUT", error["name"])
        self.assertEqual({"timed_out"}, {host["outcome"] for host in report["hosts"]})


if __name__ == "__main__":
    SHIM = os.path.abspath(sys.argv.pop(2))
    lib.main()
