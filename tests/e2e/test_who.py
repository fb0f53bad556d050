"""Logoffs of named users: who that is before anything happens, and what is proven at the end."""

import lib

ALICE = {"rdsh001": {"sessions": [lib.session(2, "CORP\\alice"), lib.session(3, "LAB\\alice"), lib.session(5, "CORP\\bob")]},
         "rdsh002": {"sessions": [lib.session(2, "CORP\\Alice"), lib.session(4, "CORP\\alice"), lib.session(6, "CORP\\b\x1b[31m")]},
         "rdsh003": {"sessions": [lib.session(2, "CORP\\carol")]}}


class Who(lib.Case):
    def logoff(self, code, *options, hosts=("rdsh[001:003]",), document=None):
        sim = self.fleet(list(hosts), document or lib.scenario(ALICE))
        return self.expect(code, "logoff", *sim, "--sim-state", "state", "-o", "report.json", "--overwrite",
                           *self.fresh_journal(), "--verify-interval", "20ms", "--verify-timeout", "2s", *options)

    def assert_lines(self, text, *lines):
        place = 0
        for line in lines:
            at = text.find(line + "\n", place)
            self.assertGreaterEqual(at, 0, f"{line!r} is not in, or not in its place:\n{text}")
            place = at + len(line)

    OVERVIEW = ["  --user alice: 4 sessions",
                "    CORP\\alice: 3 sessions on 2 hosts: rdsh[001:002]",
                "    LAB\\alice: 1 session on 1 host: rdsh001",
                "  alice matches 2 different people: CORP\\alice (3 sessions) and LAB\\alice (1); DOMAIN\\user means one of them",
                "  --user CORP\\b*: 2 sessions",
                "    CORP\\bob: 1 session on 1 host: rdsh001",
                "    CORP\\b\\x1b[31m: 1 session on 1 host: rdsh002"]

    def test_shown_before_the_question_and_in_a_dry_run(self):
        result = self.logoff(0, "-u", "alice", "-u", "CORP\\b*", "--yes")
        self.assert_lines(result.err, *self.OVERVIEW, "This logs off 6 sessions of 4 users on 2 hosts.")
        result = self.expect(
            0, "logoff", "-i", "hosts.ini", "--sim", "scenario.json", "-u", "alice", "-u", "CORP\\b*", "--dry-run")
        self.assert_lines(result.err, *self.OVERVIEW)

    def test_long_lists_are_cut(self):
        crowd = [lib.session(id_, f"CORP\\user{id_}") for id_ in range(2, 62)] + [lib.session(62, "CORP\\user5")]
        result = self.logoff(0, "-u", "user*", "--yes", hosts=["h1"], document=lib.scenario({"h1": {"sessions": crowd}}))
        self.assert_lines(result.err, "  --user user*: 61 sessions", "    CORP\\user5: 2 sessions on 1 host: h1",
                          "    and 40 more with 40 sessions")
        self.assertNotIn("different people", result.err)

    def test_proven(self):
        result = self.logoff(0, "-u", "carol", "--yes")
        self.assertIn("proven: nobody who is selected was on any of the 3 hosts", result.err)
        self.assertNotIn("not proven", result.err)
        result = self.logoff(3, "-u", "carol", "--yes")
        self.assertIn("proven: nobody who is selected was on any of the 3 hosts", result.err)
        result = self.logoff(0, "-u", "alice", "--sweep", "0", "--yes")
        self.assertNotIn("proven:", result.err)  # nobody has looked since

    def test_hosts_that_could_not_be_asked_are_named(self):
        document = lib.scenario({**ALICE, "rdsh[020:022]": {"faults": [{"call": "open", "error": 5}]}})
        hosts = ["rdsh[001:003]", "rdsh[020:022]"]
        for options in (["-u", "alice"], ["-u", "nobody"], ["-u", "alice", "-q"]):
            result = self.logoff(1, *options, "--yes", hosts=hosts, document=document)
            self.assertIn("not proven: 3 hosts could not be looked at to the end: rdsh[020:022]\n", result.err)
            shown = self.expect(0, "report", "show", "report.json")
            self.assertIn("not proven: 3 hosts could not be looked at to the end: rdsh[020:022]\n", shown.out)
        result = self.logoff(1, "--all", "--yes", hosts=hosts, document=document)
        self.assertNotIn("proven", result.err)  # nobody was named

    def test_who_may_not_be_touched_is_not_nowhere(self):
        result = self.logoff(1, "-u", "alice", "--protect", "LAB\\*", "--yes")
        self.assertIn("    LAB\\alice: 1 session (1 left alone) on 1 host: rdsh001\n", result.err)
        self.assertIn("not proven: 1 matching session may not be touched: the report has the reason\n", result.err)
        result = self.logoff(0, "-u", "LAB\\*", "--protect", "LAB\\*", "--yes")  # asked for; but not 3: somebody matched
        self.assertIn("left alone: 1 matching session may not be touched: the report has the reason\n", result.err)
        self.assertNotIn("proven", result.err)
        self.logoff(1, "-u", "LAB\\alice", "--protect", "LAB\\*", "--yes")
        self.logoff(3, "-u", "LAB\\alice", "--state", "disconnected", "--protect", "LAB\\*", "--yes")  # no match anyway

    def test_every_command_and_its_dry_run_say_the_same(self):
        named = "1 matching session may not be touched: the report has the reason\n"
        protect = ["--protect", "LAB\\*"]
        self.fleet(["rdsh[001:003]"], lib.scenario(ALICE))
        for act, claim in ((["logoff"], "not proven: "), (["disconnect"], "not done: "), (["message", "hi"], "not done: ")):
            for more in (["--dry-run"], ["--yes"]):
                with self.subTest(act=act, more=more):
                    run = lambda code, *selection: self.expect(
                        code, *act, "-i", "hosts.ini", "--sim", "scenario.json", *selection, *more,
                        *(self.fresh_journal() if more == ["--yes"] else [])).err
                    self.assertIn(claim + named, run(1, "-u", "LAB\\alice", *protect))
                    self.assertIn(claim + named, run(1, "-u", "LAB\\alice", *protect, "-q"))
                    self.assertIn("left alone: " + named, run(0, "-u", "LAB\\*", *protect))
                    self.assertIn("left alone: ", run(0, "--all", "--protect", "*\\*"))
                    self.assertNotIn("left alone: ", run(0, "--all", "--protect", "*\\*", "-q"))
                    self.assertIn("(idle times are not known) may not", run(0, "--idle", "90d", "--protect", "*"))
                    self.assertNotIn("may not be touched", run(3, "-u", "nobody", *protect))

    def test_who_comes_meanwhile_is_told(self):
        document = lib.scenario({
            "h1": {"sessions": [lib.session(2, "CORP\\alice", leaves_after_ms=0, returns_after_ms=200)]},
            "h2": {"sessions": [lib.session(2, "CORP\\bob")], "faults": [{"call": "open", "delay_ms": 300}]}})
        result = self.logoff(1, "-u", "alice", "-u", "bob", "--yes", hosts=["h[1:2]"], document=document)
        self.assertIn("not proven: 1 matching session began too late to be confirmed: left alone\n", result.err)
        new = [entry for _, entry in lib.sessions_of(self.report()) if entry["reason"] == "new"]
        self.assertEqual([("alice", "skipped", False)], [(e["user"], e["outcome"], e["selected"]) for e in new])
        self.assert_state_matches()


if __name__ == "__main__":
    lib.main()
