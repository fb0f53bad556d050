"""Each exit code, with the report that goes with it."""

import signal
import unittest

import lib

HANG = {"faults": [{"call": "enumerate", "hang": True}]}
STUCK = ["--call-timeout", "60s", "--host-timeout", "60s"]


class ExitCodes(lib.Case):
    def test_0_everything_done(self):
        fleet = self.fleet(["h[1:4]"], lib.scenario())
        self.expect(0, "logoff", *fleet, "--all", "--yes", "--sim-state", "state", "-o", "report.json")
        report = self.report()
        self.assertEqual(0, report["run"]["exit_code"])
        self.assertEqual("succeeded", report["run"]["outcome"])
        self.assertEqual(12, lib.outcomes(report)["logged_off"])
        self.assert_state_matches()

    def test_1_a_host_refuses(self):
        fleet = self.fleet(["h1", "h2"], lib.scenario(
            {"h2": {"faults": [{"call": "probe", "refused": True}]}}))
        self.expect(1, "logoff", *fleet, "--all", "--yes", "--sim-state", "state", "-o", "report.json")
        report = self.report()
        self.assertEqual("partial", report["run"]["outcome"])
        self.assertEqual("failed", lib.host_of(report, "h2")["outcome"])
        self.assertEqual("CONNECT_REFUSED", lib.host_of(report, "h2")["error"]["name"])
        self.assert_state_matches()

    def test_1_nothing_done(self):
        fleet = self.fleet(["h1"], lib.scenario({"h1": {"faults": [{"call": "logoff", "error": 5}]}}))
        self.expect(1, "logoff", *fleet, "--all", "--yes", "--sim-state", "state", "-o", "report.json")
        report = self.report()
        self.assertEqual("failed", report["run"]["outcome"])
        self.assertEqual(3, lib.outcomes(report)["failed"])
        self.assert_state_matches()

    def test_3_nobody_matches(self):
        fleet = self.fleet(["h1", "h2"], lib.scenario())
        for command in (["logoff", "--yes"], ["sessions"]):
            with self.subTest(command=command[0]):
                self.expect(3, *command, *fleet, "-u", "nobody", "-o", "report.json", "--overwrite")
                self.assertEqual("succeeded", self.report()["run"]["outcome"])

    def test_3_is_no_proof_where_a_host_is_silent(self):
        fleet = self.fleet(["h1", "h2"], lib.scenario(
            {"h2": {"faults": [{"call": "probe", "hang": True}]}}))
        self.expect(1, "sessions", *fleet, "-u", "nobody", "--connect-timeout", "50ms")

    def test_3_empty_shard(self):
        fleet = self.fleet(["h1"], lib.scenario())
        codes = sorted(self.run_program("sessions", *fleet, "--shard", f"{k}/2").code for k in (1, 2))
        self.assertEqual([0, 3], codes)

    def test_4_max_failures(self):
        fleet = self.fleet(["h[1:4]"], lib.scenario(
            {"h1": {"faults": [{"call": "probe", "refused": True}]}}))
        self.expect(4, "logoff", *fleet, "--all", "--yes", "--max-failures", "0", "--sim-state", "state",
                    "-o", "report.json")
        report = self.report()
        self.assertEqual("aborted", report["run"]["outcome"])
        self.assertEqual("max_failures", report["run"]["stopped_by"])
        self.assertEqual([], self.state())
        self.assert_state_matches()

    def test_4_credentials(self):
        fleet = self.fleet(["h[1:9]"], lib.scenario({"h[1:9]": {"faults": [{"call": "open", "error": 1326}]}}))
        self.expect(4, "logoff", *fleet, "--all", "--yes", "-c", "1", "--sim-state", "state",
                    "-o", "report.json")
        report = self.report()
        self.assertEqual("credentials", report["run"]["stopped_by"])
        asked = [host for host in report["hosts"] if host["attempts"]]
        self.assertLessEqual(len(asked), 3)
        self.assertEqual([], self.state())

    def test_5_max_sessions(self):
        fleet = self.fleet(["h[1:4]"], lib.scenario())
        result = self.expect(5, "logoff", *fleet, "--all", "--yes", "--max-sessions", "11",
                             "--sim-state", "state", "-o", "report.json")
        self.assertEqual([], self.state())
        self.assertEqual("max_sessions", self.report()["run"]["stopped_by"])
        self.assertEqual(12, lib.outcomes(self.report())["not_attempted"])
        self.assertNotIn("Type", result.err)
        self.expect(0, "logoff", *fleet, "--all", "--yes", "--max-sessions", "12")

    def test_70_report_appears_meanwhile(self):
        fleet = self.fleet(["h1", "h2"], lib.scenario({"h2": HANG}))
        process = self.start("logoff", *fleet, "--all", "--yes", *STUCK, "-o", "first.json",
                             "-o", "second.csv", "-o", "third.json")
        self.assertIn(b"SIMULATED", process.stderr.readline())
        self.put("first.json", "theirs")
        err = self.interrupt_twice(process, signal.SIGINT)
        self.assertEqual(70, process.returncode, err)
        self.assertIn(b"cannot write report 'first.json': file already exists", err)
        self.assertEqual(b"theirs", self.read("first.json"))
        run = self.report("third.json")["run"]  # the first of the codes that apply, in the other reports, too
        self.assertEqual(("interrupted", 70), (run["outcome"], run["exit_code"]))
        self.assertIn(b"(exit 70)", err)
        self.assertNotIn(b"report: first.json", err)
        self.assertIn(b"report: third.json", err)
        self.assertTrue(lib.csv_rows(self.read("second.csv")))

    def test_70_standard_output(self):
        fleet = self.fleet(["h1"], lib.scenario())
        for command in (["sessions", *fleet], ["inventory", "list", "-i", "hosts.ini"], ["help"],
                        ["--version"], ["error", "5"]):
            with self.subTest(command=command), open("/dev/full", "wb") as full:
                result = self.expect(70, *command, stdout=full)
                self.assertIn("rdsweep: cannot write standard output: no space left", result.err)

    def test_70_the_report_says_so(self):
        fleet = self.fleet(["h1"], lib.scenario())
        with open("/dev/full", "wb") as full:
            self.expect(70, "sessions", *fleet, "-o", "report.json", stdout=full)
        run = self.report()["run"]
        self.assertEqual(("partial", 70), (run["outcome"], run["exit_code"]))

    @lib.posix_only("closes a descriptor")
    def test_70_standard_output_is_closed(self):
        import os
        fleet = self.fleet(["h1"], lib.scenario())
        for command in (["sessions", *fleet], ["inventory", "list", "-i", "hosts.ini"], ["--version"]):
            with self.subTest(command=command):
                process = self.start(*command, preexec_fn=lambda: os.close(1))
                _, err = process.communicate(timeout=lib.PATIENCE_S)
                self.assertEqual(70, process.returncode, err)
                self.assertIn(b"rdsweep: cannot write standard output: bad file descriptor", err)

    def test_70_closed_pipe(self):
        import os
        fleet = self.fleet(["h1"], lib.scenario())
        reading, writing = os.pipe()
        os.close(reading)
        result = self.expect(70, "sessions", *fleet, stdout=writing)
        os.close(writing)
        self.assertIn("broken pipe", result.err)

    def interrupt_twice(self, process, number):
        """The second one only once the first has been taken: two that wait are one to the system."""
        process.send_signal(number)
        seen = b""
        while b"unfinished host" not in seen:
            line = process.stderr.readline()
            self.assertTrue(line, seen)
            seen += line
        process.send_signal(number)
        return seen + process.communicate(timeout=lib.PATIENCE_S)[1]

    @lib.posix_only("waits for a line of the progress")
    def test_in_doubt_for_the_interrupt(self):
        """Slow hosts are no broken ones: nothing is called a timeout that was none."""
        fleet = self.fleet(["h1", "h2"], lib.scenario(
            defaults={"sessions": {"min": 1, "max": 1}, "latency_ms": {**lib.FAST, "logoff": 20000}}))
        process = self.start("logoff", *fleet, "--all", "--yes", "-o", "report.json", "-o", "report.csv",
                             "--journal", "journal", "--progress", "always")
        said = b""
        while b"h1 acting" not in said:  # it is in the act, for seconds
            said += process.stderr.read(1)
        err = self.interrupt_twice(process, signal.SIGINT)
        self.assertEqual(130, process.returncode)
        self.assertIn(b"2 calls in flight are left behind", err)
        self.assertNotIn(b"CALL_TIMEOUT", err)
        selected = [entry for _, entry in lib.sessions_of(self.report()) if entry["selected"]]
        self.assertEqual([("in_doubt", "interrupted", None)] * 2,
                         [(entry["outcome"], entry["reason"], entry["error"]) for entry in selected])
        self.assertEqual([], self.report()["errors"])
        rows = [row for row in lib.csv_rows(self.read("report.csv")) if row["outcome"] == "in_doubt"]
        self.assertEqual([("interrupted", "")] * 2, [(row["reason"], row["error_name"]) for row in rows])
        self.assertIn("interrupted", self.expect(0, "report", "show", "report.json", "--only", "in_doubt").out)
        results = lib.events(lib.journal(self.read("journal")), "result")
        self.assertEqual(["interrupted"] * 2, [line["session"]["reason"] for line in results])

    def signalled(self, number, name, code):
        fleet = self.fleet(["h[1:2]", "stuck"], lib.scenario({"stuck": HANG}))
        process = self.start("logoff", *fleet, "--all", "--yes", *STUCK, "--sim-state", "state",
                             "-o", "report.json")
        self.assertIn(b"SIMULATED", process.stderr.readline())
        err = self.interrupt_twice(process, number)
        self.assertEqual(code, process.returncode, err)
        self.assertRegex(err, b"unfinished hosts?: .*stuck")
        report = self.report()
        self.assertEqual("interrupted", report["run"]["outcome"])
        self.assertEqual(name, report["run"]["stopped_by"])
        self.assertEqual(code, report["run"]["exit_code"])
        self.assertEqual([], self.state())
        self.assert_state_matches()

    @lib.posix_only("signals of POSIX")
    def test_129_terminal_closed(self):
        self.signalled(signal.SIGHUP, "SIGHUP", 129)

    def test_130_ctrl_c(self):
        self.signalled(signal.SIGINT, "SIGINT", 130)

    @lib.posix_only("signals of POSIX")
    def test_143_terminated(self):
        self.signalled(signal.SIGTERM, "SIGTERM", 143)


if __name__ == "__main__":
    lib.main()
