"""`--drain` and the command `drain`: doors are closed before anybody is asked to go, and are as before at the end."""

import os
import signal

import lib

JOURNAL = "report.json.journal.jsonl"
QUICK = ["--verify-interval", "20ms", "--verify-timeout", "4s", "--retries", "0"]
# Calls on a host in --drain run: look; look and set; look. Then look and set; look, to put it back.
RESTORE_DENIED = [{"call": "drain", "delay_ms": 1, "times": 4}, {"call": "drain", "error": 5, "times": 1}]


class Drain(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h[01:12]"], lib.scenario())

    def options(self, *arguments):
        return ["logoff", *self.sim, "--all", "--yes", "--sim-state", "state", "-o", "report.json", *QUICK, *arguments]

    def logoff(self, code, *arguments, **more):
        return self.expect(code, *self.options(*arguments), **more)

    def modes(self):
        """Of hosts whose mode was ever set, as they are now."""
        return {line["host"]: line["mode"] for line in self.state() if line["effect"] == "drain"}

    def drains(self, report="report.json"):
        return {tuple(host["drain"].values()) if host["drain"] else None for host in self.report(report)["hosts"]}

    def until(self, event, count=1):
        needle = f'"event":"{event}"'.encode()
        self.wait_for(lambda: os.path.exists(self.path(JOURNAL)) and self.read(JOURNAL).count(needle) >= count)

    def test_put_back_at_the_end(self):
        self.logoff(0, "--drain", "run")
        self.assertEqual({("off", "on", "off")}, self.drains())
        self.assertEqual({"off"}, set(self.modes().values()))
        self.assertEqual(12, len(self.modes()))
        self.assertEqual(("run", "skip"), tuple(self.report()["run"]["policy"][key] for key in ("drain", "drain_failed")))
        self.assert_state_matches()

    def test_stays(self):
        for mode, after in (("keep", "on"), ("restart", "restart")):
            with self.subTest(mode=mode):
                os.path.exists(self.path("state")) and os.unlink(self.path("state"))
                self.logoff(0, "--drain", mode, "--overwrite", *self.fresh_journal())
                self.assertEqual({("off", after, after)}, self.drains())
                self.assertEqual({after}, set(self.modes().values()))
                self.assert_state_matches()

    def test_empty_hosts_too(self):
        self.sim = self.fleet(["h[1:3]"], lib.scenario({"h2": {"sessions": []}}))
        result = self.logoff(0, "--drain", "run")
        self.assertIn("New logons are refused on 3 hosts until it ends.", result.err)
        self.assertEqual({("off", "on", "off")}, self.drains())
        self.assert_state_matches()

    def test_dry_run_and_nobody(self):
        self.expect(0, "logoff", *self.sim, "--all", "--dry-run", "--sim-state", "state", "--drain", "run", "-o", "dry.json")
        self.expect(3, "logoff", *self.sim, "-u", "nobody", "--yes", "--sim-state", "state", "--drain", "run", *self.fresh_journal())
        self.assertEqual({}, self.modes())

    def test_usage(self):
        result = self.expect(2, "logoff", *self.sim, "--all", "--yes", "--drain-failed", "abort")
        self.assertIn("goes with '--drain'", result.err)
        result = self.expect(2, "logoff", *self.sim, "--all", "--yes", "--drain", "off")
        self.assertIn("'run', 'restart' or 'keep'", result.err)
        self.assertEqual(2, self.run_program("sessions", *self.sim, "--drain", "run").code)

    def test_cannot_be_drained(self):
        faults = {"h02": {"faults": [{"call": "drain", "error": 53}]}}
        self.sim = self.fleet(["h[01:03]"], lib.scenario(faults))
        for policy, code, stopped, outcome in (("skip", 1, None, "not_attempted"), ("continue", 1, None, "logged_off"),
                                               ("abort", 4, "drain_failed", "not_attempted")):
            with self.subTest(policy=policy):
                os.path.exists(self.path("state")) and os.unlink(self.path("state"))
                self.logoff(code, "--drain", "run", "--drain-failed", policy, "--wave", "1", "--overwrite", *self.fresh_journal())
                report = self.report()
                host = lib.host_of(report, "h02")
                self.assertEqual(("RegQueryValueEx", 53), (host["error"]["api"], host["error"]["code"]))
                self.assertEqual({outcome}, {entry["outcome"] for entry in host["sessions"] if entry["selected"]})
                self.assertEqual(stopped, report["run"]["stopped_by"])
                self.assertIn("RemoteRegistry", report["errors"][0]["remedy"])
                self.assertLessEqual(set(self.modes().values()), {"off"})
                self.assert_state_matches()

    def test_not_put_back(self):
        hosts = {f"h{i:02}": {"faults": RESTORE_DENIED} for i in (3, 4, 5)}
        self.sim = self.fleet(["h[01:12]"], lib.scenario(hosts))
        result = self.logoff(1, "--drain", "run", "-q")
        lines = result.err.splitlines()
        self.assertEqual("DRAIN MODE WAS NOT PUT BACK on 3 hosts: h[03:05]", lines[1], result)
        self.assertIn("rdsweep drain off -i INVENTORY --limit 'h[03:05]'", result.err)
        shown = self.expect(0, "report", "show", "report.json")
        self.assertEqual("DRAIN MODE WAS NOT PUT BACK on 3 hosts: h[03:05]", shown.out.splitlines()[0])
        self.assert_state_matches()
        self.assertFalse(lib.journal(self.read(JOURNAL))[-1]["settled"])
        result = self.expect(0, "resume", JOURNAL, "--yes")
        self.assertIn("This puts drain mode back on 3 hosts", result.err)
        self.assertNotIn("NOT PUT BACK", result.err)
        self.assertEqual({"off"}, set(self.modes().values()))
        self.assertEqual({("off", "on", "off")}, self.drains())
        self.assert_state_matches()
        self.assertTrue(lib.journal(self.read(JOURNAL))[-1]["settled"])

    @lib.posix_only("signals")
    def test_interrupted(self):
        process = self.start(*self.options("--drain", "run", "--wave", "4"))
        self.until("done", 2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(130, process.returncode, err)
        self.assertEqual({"off"}, set(self.modes().values()))
        self.assert_state_matches()
        self.expect(0, "resume", JOURNAL, "--yes")
        self.assertEqual({"off"}, set(self.modes().values()))
        self.assertEqual(36, lib.outcomes(self.report())["logged_off"])
        self.assert_state_matches()

    @lib.posix_only("signals")
    def test_killed(self):
        for event, count in (("drain", 1), ("drained", 1), ("intent", 1), ("done", 2)):
            with self.subTest(event=event):
                for name in ("state", "report.json", JOURNAL):
                    os.path.exists(self.path(name)) and os.unlink(self.path(name))
                process = self.start(*self.options("--drain", "run", "--wave", "4"))
                self.until(event, count)
                process.kill()
                process.communicate(timeout=lib.PATIENCE_S)
                self.expect(0, "resume", JOURNAL, "--yes")
                self.assertEqual({"off"}, set(self.modes().values()))
                self.assertEqual(12, len(self.modes()))
                self.assertEqual(36, lib.outcomes(self.report())["logged_off"])
                self.assert_state_matches()

    @lib.posix_only("signals")
    def test_interrupted_twice_while_it_is_put_back(self):
        faults = [{"call": "drain", "delay_ms": 1, "times": 4}, {"call": "drain", "hang": True}]
        self.sim = self.fleet(["h[01:03]"], lib.scenario({"h02": {"faults": faults}}))
        process = self.start(*self.options("--drain", "run"))
        self.until("drain", 6)  # three to close the doors, three to open them
        self.wait_for(lambda: self.modes() == {"h01": "off", "h02": "on", "h03": "off"})
        process.send_signal(signal.SIGINT)
        self.wait_for(lambda: b"press Ctrl-C again" in process.stderr.readline())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(130, process.returncode, err)
        self.assertIn(b"DRAIN MODE WAS NOT PUT BACK on 1 host: h02", err)
        self.assertEqual({"h01": "off", "h02": "on", "h03": "off"}, self.modes())
        self.assert_state_matches()


class Command(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h[01:06]"], lib.scenario({"h05": {"sessions": []}}))

    def drain(self, code, *arguments, **more):
        return self.expect(code, "drain", *arguments, *self.sim, "--sim-state", "state", **more)

    def turn(self, code, mode, *arguments, **more):
        more.setdefault("report", "report.json")
        report = more.pop("report")
        return self.drain(code, mode, "--yes", "-o", report, "--overwrite", *self.fresh_journal(), *arguments, **more)

    def status(self, code=0):
        rows = lib.csv_rows(self.drain(code, "status", "--format", "csv").out.encode())
        return {row["host"]: row["drain"] for row in rows}

    def test_there_and_back(self):
        self.assertEqual({"off"}, set(self.status().values()))
        result = self.turn(0, "on")
        self.assertIn("This turns drain mode on on 6 hosts.", result.err)
        self.assertEqual({"on"}, set(self.status().values()))
        self.assert_state_matches()
        self.assertEqual("on", self.report()["run"]["policy"]["mode"])
        result = self.turn(0, "off", "-l", "h[01:02]")
        self.assertIn("on 2 hosts", result.err)
        self.assertEqual(["off", "off", "on", "on", "on", "on"], list(self.status().values()))
        result = self.turn(0, "restart")
        self.assertEqual({"restart"}, set(self.status().values()))
        result = self.turn(0, "restart")  # nothing to change is done, and not asked about
        self.assertNotIn("This turns", result.err)
        self.assertEqual({("restart", None, "restart")}, {tuple(host["drain"].values()) for host in self.report()["hosts"]})

    def test_status(self):
        self.turn(0, "on", "-l", "h02")
        result = self.drain(0, "status")
        self.assertEqual(["HOST  DRAIN  ERROR", "h01   off    -", "h02   on     -"], result.out.splitlines()[:3])
        self.assertIn("drain mode on: 1 host: h02", result.err)
        report = lib.json.loads(self.drain(0, "status", "--format", "json").out)
        self.assertEqual("drain", report["run"]["command"])
        self.assertEqual({"before": "on", "during": None, "after": "on"}, report["hosts"][1]["drain"])
        self.assertFalse(os.path.exists(self.path("state-home")), "a journal of what changes nothing")

    def test_dry_run(self):
        result = self.drain(0, "on", "--dry-run", "-o", "dry.json")
        self.assertIn("would be changed: 6 hosts: h[01:06]", result.err)
        self.assertEqual({"off"}, set(self.status().values()))

    def test_usage(self):
        for wanted, arguments in (("needs one of", ()), ("not 'maybe'", ("maybe",)), ("needs one of", ("on", "off")),
                                  ("'--yes' does not go with it", ("status", "--yes")),
                                  ("'--journal' does not go with it", ("status", "--journal", "x")),
                                  ("goes with 'drain status'", ("on", "--yes", "--format", "csv")),
                                  ("standard input is no terminal", ("off",)),
                                  ("belongs to", ("on", "--all"))):
            with self.subTest(arguments=arguments):
                self.assertIn(wanted, self.drain(2, *arguments).err)

    def test_some_cannot_be_asked(self):
        faults = {"h02": [{"call": "drain", "error": 5}], "h03": [{"call": "probe", "refused": True}],
                  "h04": [{"call": "drain", "delay_ms": 1, "times": 3}, {"call": "drain", "error": 5, "times": 1}]}
        self.sim = self.fleet(["h[01:06]"], lib.scenario({name: {"faults": value} for name, value in faults.items()}))
        self.turn(1, "on", "--retries", "0")
        report = self.report()
        self.assertEqual(["succeeded", "failed", "failed", "failed", "succeeded", "succeeded"], [host["outcome"] for host in report["hosts"]])
        self.assertEqual("partial", report["run"]["outcome"])
        self.assertEqual({"before": "off", "during": None, "after": "off"}, lib.host_of(report, "h04")["drain"])
        self.assert_state_matches()
        self.turn(4, "off", "--max-failures", "0", report="stopped.json")

    @lib.posix_only("signals")
    def test_killed_and_resumed(self):
        self.sim = self.fleet(["h[01:06]"], lib.scenario({f"h0{i}": {"faults": [{"call": "drain", "delay_ms": 30}]} for i in range(1, 7)}))
        process = self.start("drain", "on", *self.sim, "--yes", "--sim-state", "state", "-o", "report.json", "--wave", "2")
        self.wait_for(lambda: os.path.exists(self.path(JOURNAL)) and b'"event":"done"' in self.read(JOURNAL))
        process.kill()
        process.communicate(timeout=lib.PATIENCE_S)
        result = self.expect(0, "resume", JOURNAL, "--yes")
        self.assertIn("drain on (resumed)", result.err)
        self.assertEqual({"on"}, set(self.status().values()))
        self.assertEqual({("off", None, "on")}, {tuple(host["drain"].values()) for host in self.report()["hosts"]})
        self.assert_state_matches()
        self.assertTrue(lib.journal(self.read(JOURNAL))[-1]["settled"])
        self.expect(0, "resume", JOURNAL, "--yes", "-o", "again.json")


if __name__ == "__main__":
    lib.main()
