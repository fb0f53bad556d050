"""A plan that is carried out: exactly what the dry run planned, each session identified again."""

import datetime
import json
import os
import signal

import check_state
import lib

ALICE, BOB, CAROL = (lib.session(number, f"CORP\\{name}") for number, name in ((2, "alice"), (3, "bob"), (4, "carol")))


class Plan(lib.Case):
    def setUp(self):
        super().setUp()
        self.farm(h1=[ALICE, BOB], h2=[ALICE])
        self.sim = ["-i", "hosts.ini", "--sim", "scenario.json"]

    def farm(self, **hosts):
        """Who is on, from now on."""
        self.document = lib.scenario({name: {"sessions": sessions} for name, sessions in hosts.items()},
                                     epoch="2026-01-01T00:00:00Z")
        self.fleet(["h1", "h2"], self.document)

    def plan(self, code, *arguments):
        return self.expect(code, "logoff", *self.sim, "--dry-run", "--sim-state", "state", "-o", "plan.json", "--overwrite",
                           *arguments)

    def carry_out(self, code, *arguments, **more):
        return self.expect(code, "logoff", *self.sim, "--plan", "plan.json", "--yes", "--sim-state", "state",
                           "-o", "report.json", "--overwrite", *self.fresh_journal(), *arguments, **more)

    def outcome(self, host, user):
        entries = [entry for entry in lib.host_of(self.report(), host)["sessions"] if entry["user"] == user]
        return [(entry["outcome"], entry["reason"]) for entry in entries]

    def gone(self):
        return sorted((line["host"], line["user"]) for line in self.state() if line["call"] == "logoff")

    def test_as_planned(self):
        self.plan(0, "-u", "alice")
        result = self.carry_out(0)
        self.assertIn("This logs off 2 sessions of 1 user on 2 hosts.", result.err)
        self.assertNotIn("warning", result.err)
        self.assertEqual([("h1", "CORP\\alice"), ("h2", "CORP\\alice")], self.gone())
        self.assertEqual([("skipped", "not_selected")], self.outcome("h1", "bob"))
        self.assertEqual("plan.json", self.report()["run"]["selection"]["plan"])
        self.assert_state_matches(document=self.document)

    def test_what_has_changed_meanwhile(self):
        """Bob has logged off and on again, carol has bob's old id on h2, alice is gone from h2, dora is new."""
        self.farm(h1=[ALICE, BOB], h2=[ALICE, BOB])
        self.plan(0, "--all")
        self.farm(h1=[ALICE, {**BOB, "logon_s": 60}], h2=[{**CAROL, "id": 3}, lib.session(9, "CORP\\dora")])
        result = self.carry_out(1)
        self.assertIn("This logs off 1 session of 1 user on 1 host.", result.err)
        self.assertEqual([("h1", "CORP\\alice")], self.gone())
        self.assertEqual([("logged_off", None)], self.outcome("h1", "alice"))
        self.assertEqual([("identity_changed", None), ("skipped", "new")], sorted(self.outcome("h1", "bob")))
        self.assertEqual([("already_gone", None)], self.outcome("h2", "alice"))
        self.assertEqual([("identity_changed", None)], self.outcome("h2", "bob"))
        for user in ("carol", "dora"):
            [(outcome, reason)] = self.outcome("h2", user)
            self.assertEqual("skipped", outcome)
            self.assertIn(reason, ("new", "not_selected"))
        names = {entry["error"]["name"] for _, entry in lib.sessions_of(self.report())
                 if entry["outcome"] == "identity_changed"}
        self.assertEqual({"IDENTITY_CHANGED"}, names)

    def test_everybody_has_logged_on_anew(self):
        """The host answers, and none of those who were planned is on any more."""
        self.plan(0, "--all")
        self.farm(h1=[ALICE, BOB], h2=[{**ALICE, "logon_s": 60}])
        result = self.carry_out(1)
        self.assertEqual("failed", lib.host_of(self.report(), "h2")["outcome"])
        self.assertNotIn("could not be asked", result.err)
        self.assertNotIn("not finished", result.err)

    def test_plan_that_was_cut_short(self):
        self.document["hosts"]["h2"]["faults"] = [{"call": "enumerate", "hang": True}]
        self.put("scenario.json", self.document)
        planned = self.plan(1, "--all", "--run-timeout", "2s", "-q")
        self.assertIn("cut short (run_timeout): not finished: 1 host: h2; nothing is planned there\n", planned.err)
        self.assertEqual(["succeeded", "not_attempted"], [host["outcome"] for host in self.report("plan.json")["hosts"]])
        self.assertEqual(2, lib.outcomes(self.report("plan.json"))["planned"])
        del self.document["hosts"]["h2"]["faults"]
        self.put("scenario.json", self.document)
        result = self.carry_out(0, "-q")
        self.assertIn("warning: plan 'plan.json': its dry run did not get to the end of 1 host: ", result.err)
        self.assertEqual([("h1", "CORP\\alice"), ("h1", "CORP\\bob")], self.gone())
        self.assertEqual([("skipped", "not_selected")], self.outcome("h2", "alice"))

    def test_swapped_in_the_moment(self):
        self.plan(0, "--all")
        self.document["hosts"]["h1"]["faults"] = [{"call": "logoff", "session": 3, "swap_user": "CORP\\mallory"}]
        self.put("scenario.json", self.document)
        result = self.carry_out(1)
        self.assertNotIn("could not be asked", result.err)
        self.assertNotIn("CORP\\mallory", {line["user"] for line in self.state()})
        self.assertEqual([("identity_changed", None)], self.outcome("h1", "bob"))
        self.assert_state_matches()

    def test_all_of_it_is_gone(self):
        self.plan(0, "-u", "alice")
        self.farm(h1=[BOB], h2=[])
        self.carry_out(0)
        self.assertEqual([], self.gone())
        self.assertEqual({"already_gone": 2}, {name: count for name, count in lib.outcomes(self.report()).items()
                                               if name != "skipped"})

    def test_host_that_is_down(self):
        self.plan(0, "--all")
        self.document["hosts"]["h2"]["faults"] = [{"call": "open", "error": 5}]
        self.put("scenario.json", self.document)
        self.carry_out(1)
        self.assertEqual([("failed", None)], self.outcome("h2", "alice"))
        self.assertEqual(2, len(self.gone()))
        self.assert_state_matches()

    def test_protection_still_counts(self):
        self.plan(0, "--all")
        result = self.carry_out(0, "--protect", "bob", "--not-user", "nobody")
        self.assertIn("left alone: 1 matching session may not be touched: the report has the reason\n", result.err)
        self.assertEqual([("skipped", "protected")], self.outcome("h1", "bob"))
        self.assertEqual(2, len(self.gone()))
        self.assert_state_matches()

    def test_own_account_that_was_named_comes_along(self):
        """Named in full in the dry run, the operator's other sessions are planned and done; never the one it runs in."""
        me = [lib.session(number, "CORP\\admin") for number in (5, 6)]
        self.farm(h1=[ALICE, *me], h2=[ALICE, me[0], lib.session(8, "LAB\\admin")])
        self.document["self"] = {"host": "h1", "session": 5, "user": "CORP\\Admin"}
        self.put("scenario.json", self.document)
        mine = [("h1", "CORP\\admin"), ("h2", "CORP\\admin")]
        for name, code, users, gone in (
                ("with others", 0, ["-u", "corp\\ADMIN", "-u", "ali*"],
                 sorted([*mine, ("h1", "CORP\\alice"), ("h2", "CORP\\alice")])),
                ("alone", 0, ["-u", "CORP\\admin"], mine),
                ("by a bare name: not, and told", 1, ["-u", "admin"], [("h2", "LAB\\admin")])):
            with self.subTest(name=name):
                self.put("state", "")
                self.plan(code, *users)
                self.expect(0, "logoff", *self.sim, "--plan", "plan.json", "--dry-run", "-o", "again.json", "--overwrite")
                self.assertEqual(len(gone), lib.outcomes(self.report("again.json"))["planned"])
                os.replace(self.path("again.json"), self.path("plan.json"))  # a plan of a plan
                result = self.carry_out(0)
                self.assertIn(f"This logs off {len(gone)} session", result.err)
                self.assertEqual(gone, self.gone())
                self.assertIn(("skipped", "own_session"), self.outcome("h1", "admin"))
                self.assertNotIn("--user", result.err)
                self.assertNotIn("proven", result.err)
                self.assert_state_matches()
                self.expect(0, "report", "diff", "plan.json", "report.json")

    def test_own_account_that_nobody_has_named_is_spared(self):
        """A plan of somebody else's, by --all, has the sessions of whoever carries it out."""
        self.farm(h1=[ALICE, BOB], h2=[ALICE])
        self.plan(0, "--all")
        self.document["self"] = {"host": "elsewhere", "session": 2, "user": "CORP\\alice"}
        self.put("scenario.json", self.document)
        result = self.carry_out(0)
        self.assertIn("left alone: 2 matching sessions may not be touched: the report has the reason\n", result.err)
        self.assertEqual([("h1", "CORP\\bob")], self.gone())
        self.assertEqual([("skipped", "own_user")], self.outcome("h2", "alice"))

    def test_console_and_conditions_come_along(self):
        """What the dry run was told is not to be told again, and is looked at again."""
        console = lib.session(1, "CORP\\boss", station="Console", idle_s=7200)
        idle = lib.session(5, "CORP\\idle", idle_s=7200)
        self.farm(h1=[console, ALICE, idle], h2=[])
        self.plan(0, "--idle", "1h", "--include-console")
        self.farm(h1=[console, ALICE, {**idle, "idle_s": 5}], h2=[])
        self.carry_out(0)
        self.assertEqual([("h1", "CORP\\boss")], self.gone())
        self.assertEqual("skipped", self.outcome("h1", "idle")[0][0])
        self.assertEqual(3600000, self.report()["run"]["selection"]["idle_ms"])

    def test_all_of_it_is_protected_by_now__not_3(self):
        self.plan(0, "-u", "alice")
        self.assertIn("left alone: 2 matching sessions", self.carry_out(0, "--protect", "alice").err)
        self.assertEqual([], self.state())

    def test_max_sessions(self):
        self.plan(0, "--all")
        self.carry_out(5, "--max-sessions", "2")
        self.assertEqual([], self.gone())

    def test_dry_run_of_a_plan(self):
        self.plan(0, "--all")
        self.farm(h1=[ALICE], h2=[ALICE])
        self.expect(0, "logoff", *self.sim, "--plan", "plan.json", "--dry-run", "-o", "report.json")
        self.assertEqual({"planned": 2, "already_gone": 1}, {
            name: count for name, count in lib.outcomes(self.report()).items() if name != "skipped"})

    def test_killed_and_resumed(self):
        """Before the confirmation the plan is read again, and has to be the very same. Who was named comes along."""
        self.plan(0, "-u", "CORP\\alice")
        document = json.loads(json.dumps(self.document))
        document["hosts"]["h2"]["faults"] = [{"call": "enumerate", "delay_ms": 60000}]
        document["self"] = self.document["self"] = {"host": "elsewhere", "session": 2, "user": "CORP\\alice"}
        self.put("scenario.json", document)
        process = self.start("logoff", *self.sim, "--plan", "plan.json", "--yes", "--sim-state", "state", "-o", "report.json")
        journal = "report.json.journal.jsonl"
        self.wait_for(lambda: os.path.exists(self.path(journal)) and b'"event":"surveyed"' in self.read(journal))
        process.kill()
        process.communicate()
        self.put("scenario.json", self.document)
        plan = self.read("plan.json")
        self.plan(0, "--all")
        self.assertIn("is not the one that the run was started with", self.expect(2, "resume", journal, "--yes").err)
        self.put("plan.json", plan)
        self.expect(0, "resume", journal, "--yes")
        self.assertEqual([("h1", "CORP\\alice"), ("h2", "CORP\\alice")], self.gone())
        self.assert_state_matches()

    def test_interrupted_and_resumed(self):
        """After it the plan is not needed any more."""
        self.plan(0, "-u", "alice")
        document = json.loads(json.dumps(self.document))
        document["hosts"]["h2"]["faults"] = [{"call": "logoff", "delay_ms": 60000}]
        self.put("scenario.json", document)
        process = self.start("logoff", *self.sim, "--plan", "plan.json", "--yes", "--sim-state", "state", "-o", "report.json",
                             "--verify-timeout", "2s")
        journal = "report.json.journal.jsonl"
        self.wait_for(lambda: os.path.exists(self.path(journal)) and b'"event":"done"' in self.read(journal))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.put("scenario.json", self.document)
        os.unlink(self.path("plan.json"))
        self.expect(0, "resume", journal, "--yes")
        self.assertEqual([("h1", "CORP\\alice"), ("h2", "CORP\\alice")], self.gone())
        self.assert_state_matches()


class Refused(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h1", "h2"], lib.scenario())
        self.expect(0, "logoff", *self.sim, "--all", "--dry-run", "-o", "plan.json")

    def wrong(self, wanted, *arguments, plan="plan.json"):
        result = self.expect(2, "logoff", *self.sim, "--plan", plan, "--yes", "--sim-state", "state", "-o", "report.json",
                             *arguments)
        self.assertIn(wanted, result.err)
        self.assertEqual(1, len(result.err.splitlines()), result)
        self.assertFalse(os.path.exists(self.path("report.json.journal.jsonl")))

    def changed(self, **values):
        plan = self.report("plan.json")
        for name, value in values.items():
            if name == "fleet_sha256":
                plan["run"]["inventory"][name] = value
            else:
                plan["run"][name] = value
        self.put("changed.json", plan)
        return "changed.json"

    def test_other_selection(self):
        self.wrong("'--all' cannot be given together", "--all")
        for more in (["-u", "x"], ["--user-file", "hosts.ini"], ["--state", "active"], ["--idle", "1h"], ["--session", "2"]):
            with self.subTest(more=more):
                self.wrong("'--plan' cannot be given together", *more)
        self.assertIn("it goes with '--plan'", self.expect(
            2, "logoff", *self.sim, "--all", "--yes", "--max-age", "1h").err)
        self.expect(2, "sessions", *self.sim, "--plan", "plan.json")

    def test_no_report(self):
        self.wrong("cannot read plan 'none.json'", plan="none.json")
        self.wrong("cannot read plan '.'", plan=".")
        for name, content, wanted in (
                ("empty.json", "", "empty.json"),
                ("text.json", "hello", "text.json:1:1:"),
                ("other.json", '{"schema": "rdsweep.sim/1"}', "other.json:1:12:"),
                ("torn.json", self.read("plan.json")[:-200], "torn.json:"),
                ("broken.json", self.read("plan.json").replace(b'"planned"', b'"plannned"', 1), "broken.json:")):
            with self.subTest(name=name):
                self.put(name, content)
                self.wrong(wanted, plan=name)

    def test_carried_out_already(self):
        self.expect(0, "logoff", *self.sim, "--all", "--yes", "-o", "done.json", "--sim-state", "other")
        self.wrong("not of a dry run", plan="done.json")

    def test_too_old(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        hours = lambda count: (now - datetime.timedelta(hours=count)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.wrong("more than --max-age", plan=self.changed(finished_at=hours(25)))
        self.wrong("more than --max-age 10h", "--max-age", "10h", plan=self.changed(finished_at=hours(11)))
        self.expect(0, "logoff", *self.sim, "--plan", self.changed(finished_at=hours(25)), "--max-age", "26h", "--yes")

    def test_other_run(self):
        self.wrong("for the command 'disconnect', and this run is for the command 'logoff'",
                   plan=self.changed(command="disconnect"))
        self.wrong("on the backend 'windows', and this run is on the backend 'sim'", plan=self.changed(backend="windows"))
        self.wrong("was made on a real fleet", plan=self.changed(simulated=False))
        self.wrong("for another fleet", plan=self.changed(fleet_sha256="0" * 64))
        self.wrong("for another fleet", "--limit", "h1")

    def test_nothing_planned(self):
        self.expect(3, "logoff", *self.sim, "-u", "nobody", "--dry-run", "-o", "nothing.json")
        self.wrong("holds no session that was planned", plan="nothing.json")

    def test_pattern_that_is_none(self):
        plan = self.report("plan.json")
        plan["run"]["selection"]["users"] = ["alice", "bob@corp.example"]
        self.put("changed.json", plan)
        self.wrong("was made with the pattern 'bob@corp.example', which", plan="changed.json")

    def test_report_in_its_place(self):
        result = self.expect(2, "logoff", *self.sim, "--plan", "plan.json", "--yes", "-o", "plan.json", "--overwrite")
        self.assertIn("is also an input", result.err)

    def test_question_needs_a_terminal(self):
        self.assertIn("nobody can be asked", self.expect(2, "logoff", *self.sim, "--plan", "plan.json").err)


if __name__ == "__main__":
    lib.main()
