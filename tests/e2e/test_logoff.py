"""What a mass logoff does, compared with what really happened, session by session."""

import os
import time

import lib


class Logoff(lib.Case):
    def logoff(self, code, *arguments):
        return self.expect(code, "logoff", *self.sim, "--yes", "--sim-state", "state", "-o", "report.json",
                           "--overwrite", *self.fresh_journal(), *arguments)

    def test_dry_run_touches_nothing(self):
        self.sim = self.fleet(["h[1:5]"], lib.scenario())
        result = self.expect(0, "logoff", *self.sim, "--all", "--dry-run", "--sim-state", "state",
                             "-o", "report.json", "--protect", "nobody", "--not-user", "CORP\\none*")
        self.assertEqual(b"", self.read("state"))
        report = self.report()
        self.assertTrue(report["run"]["dry_run"])
        self.assertEqual(15, lib.outcomes(report)["planned"])
        self.assertIn("--protect nobody: 0 sessions", result.err)
        self.assertIn("--not-user CORP\\none*: 0 sessions", result.err)
        self.assert_state_matches()

    def test_realistic_faults(self):
        sessions = [lib.session(2, "CORP\\alice"), lib.session(3, "CORP\\bob"), lib.session(4, "CORP\\carol")]
        document = lib.scenario({
            "ok": {"sessions": sessions},
            "denied": {"sessions": sessions, "faults": [{"call": "logoff", "user": "CORP\\bob", "error": 5}]},
            "once": {"sessions": sessions,
                     "faults": [{"call": "logoff", "user": "CORP\\bob", "error": 1722, "times": 1}]},
            "down": {"faults": [{"call": "open", "error": 1722}]},
            "stuck": {"sessions": sessions, "faults": [{"call": "enumerate", "hang": True}]},
            "silent": {"faults": [{"call": "probe", "hang": True}]},
            "refused": {"faults": [{"call": "probe", "refused": True}]},
            "ignores": {"sessions": sessions, "faults": [{"call": "logoff", "session": 3, "ignored": True}]},
            "swaps": {"sessions": sessions,
                      "faults": [{"call": "logoff", "session": 3, "swap_user": "CORP\\mallory"}]},
            "hangs": {"sessions": sessions, "faults": [{"call": "logoff", "session": 3, "hang": True}]},
        })
        self.sim = self.fleet(list(document["hosts"]), document)
        began = time.monotonic()
        self.logoff(1, "--all", "--protect", "CORP\\carol", "--connect-timeout", "300ms", "--call-timeout", "2s",
                    "--verify-timeout", "3s", "--verify-interval", "50ms", "--retry-delay", "20ms")
        self.assertLess(time.monotonic() - began, 60)
        report = self.report()
        self.assert_state_matches(document=document)

        def of(host, id_):
            entries = [entry for entry in lib.host_of(report, host)["sessions"] if entry["id"] == id_]
            self.assertTrue(entries, (host, id_))
            return entries[0]["outcome"]

        self.assertEqual(["logged_off", "logged_off", "skipped"], [of("ok", id_) for id_ in (2, 3, 4)])
        self.assertEqual(["logged_off", "failed", "skipped"], [of("denied", id_) for id_ in (2, 3, 4)])
        self.assertEqual(["logged_off", "logged_off"], [of("once", id_) for id_ in (2, 3)])
        self.assertEqual(["logged_off", "still_present"], [of("ignores", id_) for id_ in (2, 3)])
        self.assertEqual(["logged_off", "identity_changed"], [of("swaps", id_) for id_ in (2, 3)])
        self.assertEqual("logged_off", of("hangs", 2))
        self.assertIn(of("hangs", 3), ("in_doubt", "still_present"))
        hosts = {host["host"]: host["outcome"] for host in report["hosts"]}
        self.assertEqual({"ok": "succeeded", "denied": "partial", "once": "succeeded", "down": "failed",
                          "stuck": "timed_out", "silent": "timed_out", "refused": "failed",
                          "ignores": "partial", "swaps": "partial", "hangs": "partial"}, hosts)
        mallory = [entry for entry in lib.host_of(report, "swaps")["sessions"] if entry["user"] == "mallory"]
        self.assertEqual(["skipped"], [entry["outcome"] for entry in mallory])
        self.assertNotIn("CORP\\mallory", {line["user"] for line in self.state()})
        self.assertNotIn("CORP\\carol", {line["user"] for line in self.state()})

    def test_stuck_host_ends_at_its_deadline(self):
        self.sim = self.fleet(["h[1:9]"], lib.scenario({"h5": {"faults": [{"call": "enumerate", "hang": True}]}}))
        began = time.monotonic()
        self.logoff(1, "--all", "--call-timeout", "1s")
        took = time.monotonic() - began
        # It cannot end before the deadline, and has no reason to take much longer.
        self.assertGreater(took, 1)
        self.assertLess(took, 20)
        report = self.report()
        self.assertEqual("timed_out", lib.host_of(report, "h5")["outcome"])
        self.assertEqual("CALL_TIMEOUT", lib.host_of(report, "h5")["error"]["name"])
        self.assertEqual(24, lib.outcomes(report)["logged_off"])
        self.assert_state_matches()

    def test_more_stuck_hosts_than_calls(self):
        self.sim = self.fleet(["h[1:30]"], lib.scenario({"h[1:6]": {"faults": [{"call": "enumerate", "hang": True}]}}))
        self.logoff(1, "--all", "--call-timeout", "1s", "-c", "4", "--max-sessions", "1000")
        self.assertEqual(72, lib.outcomes(self.report())["logged_off"])
        self.assert_state_matches()

    def test_selection_and_protection(self):
        sessions = [lib.session(2, "CORP\\alice"), lib.session(3, "CORP\\svc_print"), lib.session(4, "OTHER\\alice"),
                    lib.session(5, "CORP\\boss", state="disconnected", idle_s=7200)]
        self.put("hosts.ini", "[vip]\nv1\n[vip:vars]\nprotect=CORP\\boss\n[rest]\nh1\n")
        self.put("scenario.json", lib.scenario({"v1": {"sessions": sessions}, "h1": {"sessions": sessions}}))
        self.put("users", "\ufeffalice # both domains\r\n# nobody\r\nCORP\\bo?s\r\n".encode("utf-16-le"))
        self.sim = ["-i", "hosts.ini", "--sim", "scenario.json"]
        result = self.logoff(0, "--user-file", "users", "-u", "CORP\\svc*", "--not-user", "OTHER\\*",
                             "--protect", "CORP\\SVC_*")
        self.assertEqual({("v1", "CORP\\alice"), ("h1", "CORP\\alice"), ("h1", "CORP\\boss")},
                         {(line["host"], line["user"]) for line in self.state()})
        self.assertIn("--user CORP\\svc*: 2 sessions", result.err)
        self.assertIn("--user-file alice: 4 sessions", result.err)
        self.assertIn("This logs off 3 sessions of 2 users on 2 hosts.", result.err)
        self.assert_state_matches()

    def test_idle_and_state(self):
        sessions = [lib.session(2, "CORP\\a", idle_s=7200), lib.session(3, "CORP\\b", idle_s=60),
                    lib.session(4, "CORP\\c", state="disconnected", idle_s=7200)]
        self.sim = self.fleet(["h1"], lib.scenario({"h1": {"sessions": sessions}}))
        self.logoff(0, "--idle", "1h", "--state", "active")
        self.assertEqual(["CORP\\a"], [line["user"] for line in self.state()])
        self.logoff(0, "--idle", "1h")
        self.assertEqual(["CORP\\a", "CORP\\c"], [line["user"] for line in self.state()])
        self.logoff(3, "--idle", "1h")
        self.logoff(0, "--session", "3")
        self.assertEqual(3, len(self.state()))
        self.assert_state_matches()

    def test_own_session_and_own_user(self):
        sessions = [lib.session(2, "CORP\\admin"), lib.session(3, "CORP\\alice")]
        document = lib.scenario({"h1": {"sessions": sessions}, "h2": {"sessions": sessions}},
                                self={"host": "h1", "session": 2, "user": "CORP\\admin"})
        self.sim = self.fleet(["h1", "h2"], document)
        self.logoff(0, "--all")
        reasons = [(host["host"], entry["reason"]) for host, entry in lib.sessions_of(self.report())
                   if entry["user"] == "admin"]
        self.assertEqual([("h1", "own_session"), ("h2", "own_user")], reasons)
        self.logoff(0, "-u", "CORP\\admin")
        self.assertEqual([("h2", "CORP\\admin")],
                         [(line["host"], line["user"]) for line in self.state() if line["user"] == "CORP\\admin"])

    def test_waves_and_max_closing(self):
        self.sim = self.fleet(["h[1:12]"], lib.scenario())
        self.logoff(0, "--all", "--wave", "1,50%", "--wave-pause", "10ms", "--max-closing", "2",
                    "--verify-interval", "20ms")
        waves = [host["wave"] for host in self.report()["hosts"]]
        self.assertEqual([1] + [2] * 6 + [3] * 5, sorted(waves))
        self.assert_state_matches()

    def test_max_closing_is_kept(self):
        self.sim = self.fleet(["h[1:6]"], lib.scenario(defaults={"logoff_takes_ms": 100}))
        self.logoff(0, "--all", "--max-closing", "3", "--verify-interval", "20ms")
        moves = sorted([(line["t"], 1) for line in self.state()] + [(line["due"], -1) for line in self.state()])
        closing = most = 0
        for _, step in moves:
            closing += step
            most = max(most, closing)
        self.assertLessEqual(most, 3)
        self.assert_state_matches()

    def test_wait(self):
        self.sim = self.fleet(["h[1:4]"], lib.scenario(defaults={"logoff_takes_ms": 300}))
        self.logoff(0, "--all", "--wait", "--call-timeout", "100ms")
        self.assertEqual(12, lib.outcomes(self.report())["logged_off"])
        self.assert_state_matches()

    def test_users_who_leave_or_return(self):
        sessions = [lib.session(2, "CORP\\leaver", leaves_after_ms=1),
                    lib.session(3, "CORP\\back", returns_after_ms=1), lib.session(4, "CORP\\alice")]
        stays = {"call": "logoff", "session": 4, "ignored": True}  # so that the host is looked at long enough
        self.sim = self.fleet(["h1"], lib.scenario({"h1": {"sessions": sessions, "faults": [stays]}}))
        self.logoff(1, "--all", "--verify-interval", "30ms", "--verify-timeout", "1s")
        report = self.report()
        back = {entry["id"]: entry for _, entry in lib.sessions_of(report) if entry["user"] == "back"}
        self.assertEqual(2, len(back))
        self.assertEqual("returned", back.pop(3)["outcome"])
        self.assertEqual([("skipped", "new")], [(entry["outcome"], entry["reason"]) for entry in back.values()])
        self.assertNotIn("leaver", {entry["user"] for _, entry in lib.sessions_of(report) if entry["outcome"] == "failed"})
        asked = [line for line in self.state() if line["call"] == "logoff"]
        self.assertEqual({"CORP\\back"}, {line["user"] for line in asked} - {"CORP\\leaver"})
        self.assertLessEqual(len(asked), 2)  # nobody twice
        self.assert_state_matches()

    def slow_and_comeback(self):
        """Alice is back on h1 before h2, which is slow, has been through."""
        sessions = {"h1": {"sessions": [lib.session(2, "CORP\\alice", returns_after_ms=1), lib.session(3, "CORP\\bob")]},
                    "h2": {"sessions": [lib.session(2, "CORP\\alice")],
                           "faults": [{"call": "open", "delay_ms": 400}]}}
        self.sim = self.fleet(["h[1:2]"], lib.scenario(sessions))

    def test_sweep(self):
        self.slow_and_comeback()
        result = self.logoff(1, "--all", "--verify-interval", "30ms", "--verify-timeout", "2s", "--sweep", "2")
        self.assertIn("This logs off 3 sessions of 2 users on 2 hosts, and up to 2 sweeps for who logs on meanwhile.", result.err)
        self.assertIn("sweep 1 of at most 2", result.err)
        report = self.report()
        back = [entry for _, entry in lib.sessions_of(report) if entry["user"] == "alice"]
        self.assertGreaterEqual(sum(entry["selected"] for entry in back), 3)  # the sweep has acted
        self.assertEqual(2, report["run"]["policy"]["sweep"])
        self.assert_state_matches()

    def test_named_users_are_looked_for_once_more(self):
        self.slow_and_comeback()
        self.logoff(1, "-u", "alice", "--verify-interval", "30ms", "--verify-timeout", "2s")
        report = self.report()
        self.assertEqual({"returned": 2, "skipped": 8}, lib.outcomes(report))
        self.assert_state_matches()

    def test_sweep_and_plan_exclude_each_other(self):
        self.slow_and_comeback()
        self.expect(0, "logoff", *self.sim, "--all", "--dry-run", "--sweep", "3", "-o", "plan.json")
        self.assertEqual({"planned"}, {entry["outcome"] for _, entry in lib.sessions_of(self.report("plan.json"))} - {"skipped"})
        result = self.expect(2, "logoff", *self.sim, "--plan", "plan.json", "--sweep", "1", "--yes")
        self.assertIn("'--sweep' cannot be given with it", result.err)

    def test_run_timeout(self):
        self.sim = self.fleet(["h[1:4]"], lib.scenario({"h2": {"faults": [{"call": "enumerate", "hang": True}]}}))
        began = time.monotonic()
        self.logoff(1, "--all", "--run-timeout", "500ms")
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual("run_timeout", self.report()["run"]["stopped_by"])
        self.assert_state_matches()

    def test_state_outlives_the_process(self):
        self.sim = self.fleet(["h[1:3]"], lib.scenario())
        self.logoff(0, "--all")
        self.assertEqual(9, len(self.state()))
        with open(self.path("state"), "ab") as file:
            file.write(b'{"t":"torn')
        self.logoff(3, "--all")
        self.assertEqual(9, len(self.state()))

    def test_csv_is_json(self):
        document = lib.scenario({
            "h1": {"sessions": [lib.session(2, "CORP\\=cmd|' /C calc'!A0", client="+PC, \"x\"")]},
            "h2": {"faults": [{"call": "logoff", "error": 5}]},
            "h3": {"faults": [{"call": "probe", "refused": True}]}})
        self.sim = self.fleet(["h[1:5]"], document)
        self.logoff(1, "--all", "-o", "report.csv")
        report, rows = self.report(), lib.csv_rows(self.read("report.csv"))
        told = [row for row in rows if row["session_id"]]
        listed = lib.sessions_of(report)
        self.assertEqual(len(listed), len(told))
        for (host, entry), row in zip(listed, told):
            error = entry["error"] or {}
            self.assertEqual(report["run"]["id"], row["run_id"])
            for column, value in (
                    ("host", host["host"]), ("host_outcome", host["outcome"]), ("session_id", entry["id"]),
                    ("user", entry["user"]), ("domain", entry["domain"]), ("state", entry["state"]),
                    ("logon_at", entry["logon_at"]), ("idle_s", entry["idle_s"]), ("client", entry["client"]),
                    ("selected", entry["selected"]), ("reason", entry["reason"]), ("outcome", entry["outcome"]),
                    ("error_code", error.get("code")), ("error_name", error.get("name")),
                    ("simulated", True), ("dry_run", False)):
                wanted = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                if wanted[:1] in "=+-@" and wanted and column in ("user", "client"):
                    wanted = "'" + wanted
                self.assertEqual(wanted, row[column], column)
        self.assertEqual(["h3"], [row["host"] for row in rows if not row["session_id"]])

    def test_reason_is_kept(self):
        self.sim = self.fleet(["h1"], lib.scenario())
        self.logoff(0, "--all", "--reason", "patch day \u2013 CHG-1")
        self.assertEqual("patch day \u2013 CHG-1", self.report()["run"]["reason"])

    def test_host_that_answers_could_be_asked(self):
        """What its sessions came to, now or in the run before, is not the host's own error."""
        fleet = self.fleet(["h1", "h2"], lib.scenario(
            {"h1": {"faults": [{"call": "message", "session": 2, "hang": True, "times": 1}],
                    "sessions": [lib.session(2, "CORP\\alice")]},
             "h2": {"faults": [{"call": "logoff", "session": 2, "swap_user": "CORP\\mallory"}],
                    "sessions": [lib.session(2, "CORP\\alice")]}}))
        first = self.expect(1, "message", "hello", *fleet, "--all", "--yes", "--call-timeout", "1s", "--journal", "journal",
                            "-o", "report.json")
        self.assertEqual(["failed", "failed"], [host["outcome"] for host in self.report()["hosts"]])
        again = self.run_program("resume", "journal", "--yes")
        self.assertIn("may have the message already: 1 session", again.err)
        for result in (first, again):
            self.assertNotIn("could not be asked", result.err)
            self.assertNotIn("not finished", result.err)


if __name__ == "__main__":
    lib.main()
