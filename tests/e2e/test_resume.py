"""Runs that go on: after an interrupt, after a kill, after anything."""

import datetime
import json
import os
import re
import shutil
import signal
import unittest

import check_state
import lib
from test_terminal import Terminal

JOURNAL = "report.json.journal.jsonl"
# An intent without a result counts as closing for so long.
QUICK = ["--verify-interval", "20ms", "--verify-timeout", "4s"]


def begun_25_hours_ago(whole):
    lines = whole.split(b"\n", 1)
    first = json.loads(lines[0])
    old = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=25)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    first["t"] = first["run"]["started_at"] = old
    return json.dumps(first, separators=(",", ":")).encode() + b"\n" + lines[1]


class Resume(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h[01:12]"], lib.scenario())
        self.document = None

    def begin(self, *arguments, **more):
        return self.start("logoff", *self.sim, "--all", "--yes", "--sim-state", "state", "-o", "report.json", *QUICK,
                          *arguments, **more)

    def lines(self, journal=JOURNAL):
        return lib.journal(self.read(journal))

    def until(self, event, journal=JOURNAL):
        self.wait_for(lambda: os.path.exists(self.path(journal)) and
                      f'"event":"{event}"'.encode() in self.read(journal))

    def end(self, process, number):
        process.send_signal(number)
        _, err = process.communicate(timeout=lib.PATIENCE_S)
        return process.returncode, err.decode()

    def killed(self, event="done", *arguments):
        """A run one host at a time that was killed when the first of them was done."""
        process = self.begin("--wave", "1", *arguments)
        self.until(event)
        code, _ = self.end(process, signal.SIGKILL)
        self.assertEqual(-signal.SIGKILL, code)

    def interrupted(self, *arguments):
        process = self.begin("--wave", "1", *arguments)
        self.until("done")
        code, err = self.end(process, signal.SIGINT)
        self.assertEqual(130, code, err)
        return err

    def resume(self, code, *arguments, journal=JOURNAL, **more):
        return self.expect(code, "resume", journal, "--yes", *arguments, **more)

    def check_whole(self, sessions=36):
        """All of them are off, each was asked once, and the report knows it."""
        gone = [(line["host"], line["session"]) for line in self.state() if line["call"] == "logoff"]
        self.assertEqual(sessions, len(gone))
        self.assertEqual(sessions, len(set(gone)))
        self.assertEqual(sessions, lib.outcomes(self.report())["logged_off"])
        self.assertEqual((True, 0), (self.lines()[-1]["settled"], self.report()["run"]["exit_code"]))
        self.assert_state_matches(document=self.document)

    def test_after_a_kill(self):
        self.killed()
        self.assertFalse(os.path.exists(self.path("report.json")))
        first = self.lines()[0]
        result = self.resume(0)
        self.check_whole()
        run = self.report()["run"]
        self.assertEqual((first["run"]["id"], first["run"]["started_at"], "logoff"),
                         (run["id"], run["started_at"], run["command"]))
        self.assertEqual(first["run"]["arguments"], run["arguments"])
        self.assertTrue(result.err.startswith("SIMULATED"), result)
        self.assertIn("logoff (resumed) on 12 hosts", result.err)

    def test_quiet_says_simulated(self):
        self.killed()
        result = self.resume(0, "-q")
        self.assertEqual(1, len(result.err.splitlines()), result)
        self.assertTrue(result.err.startswith("SIMULATED"), result)

    def test_after_an_interrupt(self):
        err = self.interrupted()
        self.assertIn(f"rdsweep resume '{JOURNAL}'", err)
        before = self.report()["run"]
        self.assertEqual("interrupted", before["outcome"])
        self.resume(0)
        self.check_whole()
        after = self.report()["run"]
        self.assertEqual((before["id"], before["started_at"]), (after["id"], after["started_at"]))
        self.assertEqual(("succeeded", None), (after["outcome"], after["stopped_by"]))
        self.resume(0, "-o", "more.json")
        self.assertEqual(self.read("report.json"), self.read("more.json"))

    def test_interrupted_again(self):
        self.killed()
        process = self.start("resume", JOURNAL, "--yes", "--concurrency", "1")
        self.wait_for(lambda: self.read(JOURNAL).count(b'"event":"done"') > 3)
        code, err = self.end(process, signal.SIGTERM)
        self.assertIn(code, (143, 0), err)
        self.resume(0)
        self.check_whole()

    def test_from_another_folder(self):
        self.put("users", "CORP\\user*\n")
        process = self.start("logoff", *self.sim, "--user-file", "users", "--yes", "--sim-state", "state",
                             "-o", "report.json", *QUICK, "--wave", "1")
        self.until("done")
        self.end(process, signal.SIGKILL)
        os.unlink(self.path("users"))
        os.unlink(self.path("hosts.ini"))
        os.mkdir(self.path("elsewhere"))
        self.resume(0, "-o", "more.csv", journal=os.path.join("..", JOURNAL), cwd=self.path("elsewhere"))
        self.check_whole()
        self.assertEqual(["more.csv"], os.listdir(self.path("elsewhere")))
        self.assertEqual(["CORP\\user*"], self.report()["run"]["selection"]["users"])

    def test_before_the_question_was_answered(self):
        """Nothing was confirmed: the survey is made again."""
        self.put("scenario.json", lib.scenario({"h05": {"faults": [{"call": "enumerate", "delay_ms": 60000, "times": 1}]}}))
        process = self.begin()
        self.until("surveyed")
        self.end(process, signal.SIGKILL)
        self.assertEqual([], lib.events(self.lines(), "confirmed"))
        self.put("scenario.json", lib.scenario())
        first = self.lines()[0]
        self.resume(0)
        self.check_whole()
        self.assertEqual((first["run"]["id"], first["run"]["started_at"]),
                         (self.report()["run"]["id"], self.report()["run"]["started_at"]))
        self.resume(0, "-o", "more.json")
        self.assertEqual(self.read("report.json"), self.read("more.json"))

    def test_while_a_session_is_closing(self):
        """What was asked is not asked again while it may still be closing."""
        self.put("scenario.json", lib.scenario(defaults={"logoff_takes_ms": 1500}))
        process = self.begin()
        self.wait_for(lambda: os.path.exists(self.path("state")) and self.read("state").count(b"\n") == 36)
        self.end(process, signal.SIGKILL)
        self.resume(0)
        self.check_whole()

    def test_ignored_is_asked_again_only_after_its_time(self):
        self.put("scenario.json", lib.scenario(
            {"h03": {"sessions": [lib.session(2, "CORP\\stays"), lib.session(3, "CORP\\goes")],
                     "faults": [{"call": "logoff", "session": 2, "ignored": True}]}}))
        self.document = json.loads(self.read("scenario.json"))
        process = self.begin()
        self.wait_for(lambda: os.path.exists(self.path(JOURNAL)) and
                      self.read(JOURNAL).count(b'"event":"result"') >= 30)
        self.end(process, signal.SIGKILL)
        self.resume(1)
        entry = next(entry for entry in lib.host_of(self.report(), "h03")["sessions"] if entry["id"] == 2)
        self.assertEqual("still_present", entry["outcome"])
        intents = [line["t"] for line in lib.events(self.lines(), "intent") if line["host"] == "h03"]
        self.assertEqual(2, len(intents))
        apart = check_state.milliseconds(intents[1]) - check_state.milliseconds(intents[0])
        self.assertGreaterEqual(apart % 86400000, 4000)
        self.assert_state_matches(document=self.document)

    def test_swapped_meanwhile(self):
        """Somebody else has the id of a session that was to be logged off: not touched."""
        self.killed()
        done = {line["host"] for line in lib.events(self.lines(), "intent")}
        host = next(f"h{number:02}" for number in range(12, 0, -1) if f"h{number:02}" not in done)
        surveyed = next(line["host"] for line in lib.events(self.lines(), "surveyed") if line["host"]["host"] == host)
        victim = next(entry["id"] for entry in surveyed["sessions"] if entry["selected"])
        self.put("scenario.json", lib.scenario(
            {host: {"faults": [{"call": "logoff", "session": victim, "swap_user": "CORP\\mallory"}]}}))
        self.resume(1)
        entries = lib.host_of(self.report(), host)["sessions"]
        self.assertEqual(["identity_changed"], [entry["outcome"] for entry in entries if entry["outcome"] == "identity_changed"])
        self.assertNotIn("CORP\\mallory", {line["user"] for line in self.state()})
        self.assert_state_matches()

    def test_own_session_of_another_operator(self):
        self.killed()
        done = {line["host"] for line in lib.events(self.lines(), "intent")}
        host = next(f"h{number:02}" for number in range(12, 0, -1) if f"h{number:02}" not in done)
        surveyed = next(line["host"] for line in lib.events(self.lines(), "surveyed") if line["host"]["host"] == host)
        own = next(entry for entry in surveyed["sessions"] if entry["selected"])
        self.put("scenario.json", lib.scenario(
            self={"host": host, "session": own["id"], "user": f"{own['domain']}\\{own['user']}"}))
        self.resume(0)
        entry = next(entry for entry in lib.host_of(self.report(), host)["sessions"] if entry["id"] == own["id"])
        self.assertEqual(("skipped", "own_session", False), (entry["outcome"], entry["reason"], entry["selected"]))
        self.assertEqual(35, len([line for line in self.state() if line["call"] == "logoff"]))
        self.assert_state_matches()

    def test_stopped_by_failures(self):
        self.put("scenario.json", lib.scenario({"h02": {"faults": [{"call": "logoff", "error": 5}]}}))
        process = self.begin("--wave", "1", "--max-failures", "0")
        process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(4, process.returncode)
        self.put("scenario.json", lib.scenario())
        self.resume(1)
        report = self.report()
        self.assertEqual(33, lib.outcomes(report)["logged_off"])
        self.assertEqual(3, lib.outcomes(report)["failed"])
        self.assert_state_matches()

    def test_journal_was_full(self):
        process = self.begin("--wave", "1")
        self.until("done")
        os.rename(self.path(JOURNAL), self.path("moved"))
        _, err = process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(70, process.returncode, err)
        os.rename(self.path("moved"), self.path(JOURNAL))
        self.resume(0)
        self.check_whole()

    def test_journal_with_a_torn_first_line_only(self):
        self.interrupted()
        first = self.read(JOURNAL).splitlines()[0]
        for cut in (1, 10, len(first) // 2, len(first)):
            self.put("torn.jsonl", first[:cut])
            self.assertIn("nothing but a torn first line: its run had not begun", self.expect(2, "resume", "torn.jsonl", "--yes").err)
        self.put("other.jsonl", b"something else")
        self.assertIn("other.jsonl:1:1: this is no rdsweep.journal/1", self.expect(2, "resume", "other.jsonl", "--yes").err)

    def test_options_that_change(self):
        self.interrupted()
        self.resume(0, "-c", "3", "--call-timeout", "7s", "--verify-timeout", "9s", "--retries", "1")
        policy = self.report()["run"]["policy"]
        self.assertEqual((3, 7000, 9000, 1, 20), tuple(policy[name] for name in (
            "concurrency", "call_timeout_ms", "verify_timeout_ms", "retries", "verify_interval_ms")))
        self.check_whole()

    def test_reports(self):
        self.interrupted()
        self.put("theirs.json", "something")
        result = self.resume(2, "-o", "theirs.json")
        self.assertIn("'theirs.json' exists already; --overwrite", result.err)
        self.resume(2, "-o", "x.txt")
        self.resume(0, "-o", "theirs.json", "-o", "report.json", "--overwrite")
        self.assertEqual(self.read("report.json"), self.read("theirs.json"))
        self.check_whole()

    def test_a_foreign_file_has_the_reports_name(self):
        self.killed()
        self.put("report.json", "something")
        result = self.resume(2)
        self.assertIn("exists already; --overwrite", result.err)
        self.assertEqual(b"something", self.read("report.json"))
        os.unlink(self.path("report.json"))
        self.resume(0)
        self.check_whole()

    def test_torn_last_line(self):
        self.killed()
        whole = self.read(JOURNAL)
        whole = whole[:whole.rfind(b"\n") + 1]
        for torn in (b'{"event":"res', b"{", b"\0\0\0\0", whole.splitlines()[-1]):
            with self.subTest(torn=torn):
                self.put(JOURNAL, whole + torn)
                shutil.copy(self.path("state"), self.path("state-before"))
                result = self.resume(0)
                self.assertTrue(result.err.startswith("SIMULATED"), result)
                self.assertIn("the last line is torn", result.err.splitlines()[1])
                self.check_whole()
                self.assertTrue(self.read(JOURNAL).startswith(whole))
                self.lines()
                shutil.move(self.path("state-before"), self.path("state"))
        self.put(JOURNAL, whole)
        self.assertNotIn("torn", self.resume(0).err)

    def test_question(self):
        self.killed()
        result = self.expect(2, "resume", JOURNAL)
        self.assertIn("nobody can be asked", result.err)
        left = 36 - sum(len(line["rows"]) for line in lib.events(self.lines(), "intent"))
        terminal = Terminal(self, "resume", JOURNAL)
        terminal.wait_for(b"to go on:")
        number = int(re.search(rb"This logs off (\d+) session", terminal.seen).group(1))
        self.assertGreaterEqual(number, left)
        self.assertLessEqual(number, 36)
        before = self.read("state")
        terminal.type(b"no\n")
        self.assertEqual(5, terminal.end())
        self.assertIn(b"declined", terminal.seen)
        self.assertEqual(before, self.read("state"))
        self.assertEqual("declined", self.report()["run"]["stopped_by"])
        self.assert_state_matches()

    def test_question_that_is_answered(self):
        self.interrupted()
        terminal = Terminal(self, "resume", JOURNAL)
        terminal.wait_for(b"to go on:")
        terminal.type(re.search(rb"Type (\d+) to go on", terminal.seen).group(1) + b"\n")
        self.assertEqual(0, terminal.end())
        self.check_whole()


    def test_report_of_an_earlier_part(self):
        """A kill while the last part's report was written: the one of the interrupt is still there."""
        self.interrupted("-o", "report.csv")
        stale = {name: self.read(name) for name in ("report.json", "report.csv")}
        self.resume(0)
        final = {name: self.read(name) for name in stale}
        for name, content in stale.items():
            self.assertNotEqual(final[name], content)
            self.put(name, content)
        self.expect(0, "resume", JOURNAL)
        self.check_whole()
        self.assertEqual(final["report.csv"], self.read("report.csv"))


class Settled(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h[1:3]"], lib.scenario({"h2": {"faults": [{"call": "logoff", "error": 5}]}}))
        self.logoff = ["logoff", *self.sim, "--sim-state", "state", *QUICK]

    def test_is_left_alone(self):
        self.expect(1, *self.logoff, "--all", "--yes", "-o", "report.json")
        before = [self.read(name) for name in (JOURNAL, "report.json", "state")]
        result = self.expect(1, "resume", JOURNAL, "-o", "more.json", "-o", "more.csv")
        self.assertTrue(result.err.startswith("SIMULATED"))
        self.assertEqual(before, [self.read(name) for name in (JOURNAL, "report.json", "state")])
        self.assertTrue(lib.csv_rows(self.read("more.csv")))
        self.assert_state_matches("more.json")
        self.assertEqual(before[1], self.read("more.json"))
        self.expect(1, "resume", JOURNAL)
        self.assertIn("'more.json' exists already", self.expect(2, "resume", JOURNAL, "-o", "more.json").err)
        self.assertIn("is the journal", self.expect(2, "resume", JOURNAL, "-o", f"./{JOURNAL}").err)

    def test_report_that_is_missing(self):
        """A kill while it was written: the run had ended."""
        self.expect(1, *self.logoff, "--all", "--yes", "-o", "report.json", "-o", "report.csv")
        os.unlink(self.path("report.json"))
        there = self.read("report.csv")
        self.expect(1, "resume", JOURNAL)
        self.assert_state_matches()
        self.assertEqual(there, self.read("report.csv"))

    def test_older_report_in_its_place(self):
        self.put("report.json", "from another run")
        self.expect(1, *self.logoff, "--all", "--yes", "-o", "report.json", "--overwrite")
        self.put("report.json", "from another run")
        self.expect(1, "resume", JOURNAL)
        self.assert_state_matches()

    def test_reports_are_the_same_bytes(self):
        """However the run has ended, its own reports stay as they are, and those of now are no others."""
        endings = (
            ("done", 1, ["--all"]), ("over --max-sessions", 5, ["--all", "--max-sessions", "1"]), ("nobody", 3, ["-u", "nobody"]),
            ("named", 1, ["-u", "user*", "--sweep", "1"]), ("drained", 1, ["--all", "--drain", "run"]),
            ("in waves, warned", 1, ["--all", "--wave", "1,2", "--notify", "bye", "--grace", "1s", "--reason", "patch"]))
        for name, code, more in endings:
            with self.subTest(name=name):
                journal = self.fresh_journal()
                self.expect(code, "logoff", *self.sim, *QUICK, *more, "--sim-state", journal[1] + ".state", "--yes",
                            "-o", "report.json", "-o", "report.csv", "-o", "report.html", *journal, "--overwrite")
                before = [self.read(f"report.{kind}") for kind in ("json", "csv", "html")]
                self.expect(code, "resume", journal[1], "-o", "more.json", "-o", "more.csv", "-o", "more.html",
                            "--overwrite")
                for prefix in ("report", "more"):
                    self.assertEqual(before, [self.read(f"{prefix}.{kind}") for kind in ("json", "csv", "html")])

    def test_declined(self):
        terminal = Terminal(self, *self.logoff, "--all", "-o", "report.json")
        terminal.wait_for(b"to go on:")
        terminal.type(b"no\n")
        self.assertEqual(5, terminal.end())
        self.expect(5, "resume", JOURNAL, "-o", "more.json")
        self.assertEqual(self.read("report.json"), self.read("more.json"))
        self.assertEqual("declined", self.report("more.json")["run"]["stopped_by"])
        self.assertEqual({"not_attempted"}, {host["outcome"] for host in self.report()["hosts"]})
        self.assert_state_matches("more.json")

    def test_over_max_sessions(self):
        self.expect(5, *self.logoff, "--all", "--yes", "--max-sessions", "2", "-o", "report.json")
        first = self.read("report.json")
        self.expect(5, "resume", JOURNAL, "-o", "more.json")
        self.assertEqual([first] * 2, [self.read("report.json"), self.read("more.json")])
        self.assert_state_matches("more.json")

    def test_nobody_matched(self):
        self.expect(3, *self.logoff, "-u", "nobody", "--yes", "-o", "report.json")
        self.expect(3, "resume", JOURNAL, "-o", "more.json")
        self.assertEqual(lib.outcomes(self.report()), lib.outcomes(self.report("more.json")))

    def test_torn_after_the_end(self):
        self.expect(1, *self.logoff, "--all", "--yes", "-o", "report.json")
        with open(self.path(JOURNAL), "ab") as file:
            file.write(b'{"eve')
        before = self.read(JOURNAL)
        result = self.expect(1, "resume", JOURNAL, "-o", "more.json")
        self.assertIn("torn", result.err)
        self.assertEqual(before, self.read(JOURNAL))

    def test_a_settled_run_is_told_at_any_age(self):
        self.expect(1, *self.logoff, "--all", "--yes", "-o", "report.json")
        self.put(JOURNAL, begun_25_hours_ago(self.read(JOURNAL)))
        self.expect(1, "resume", JOURNAL, "-o", "once-more.json")
        self.assertEqual(self.report()["totals"], self.report("once-more.json")["totals"])


class Refused(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h[1:3]"], lib.scenario({"h2": {"faults": [{"call": "logoff", "hang": True}]}}))

    def begin(self):
        process = self.start("logoff", *self.sim, "--all", "--yes", "--sim-state", "state", "-o", "report.json", *QUICK)
        self.wait_for(lambda: os.path.exists(self.path(JOURNAL)) and b'"event":"intent"' in self.read(JOURNAL))
        return process

    def wrong(self, wanted, *arguments, **more):
        result = self.expect(2, "resume", *arguments, **more)
        self.assertIn(wanted, result.err)
        self.assertTrue(all(line.startswith("rdsweep: ") for line in result.err.splitlines()), result)

    def test_in_use(self):
        process = self.begin()
        self.wrong("in use by another process", JOURNAL, "--yes")
        self.wrong("in use by another process", JOURNAL, "--yes", "-o", "x.json")
        process.kill()
        process.communicate()
        second = self.start("resume", JOURNAL, "--yes")
        self.assertIn(b"SIMULATED", second.stderr.readline())
        self.wrong("in use by another process", JOURNAL, "--yes")
        second.kill()
        second.communicate()

    def killed(self):
        process = self.begin()
        process.kill()
        process.communicate()
        whole = self.read(JOURNAL)
        return whole[:whole.rfind(b"\n") + 1]

    def test_too_old(self):
        self.put(JOURNAL, begun_25_hours_ago(self.killed()))
        self.wrong("more than --max-age", JOURNAL, "--yes")
        self.wrong("more than --max-age 10h", JOURNAL, "--yes", "--max-age", "10h")
        self.expect(1, "resume", JOURNAL, "--yes", "--max-age", "26h", "--call-timeout", "300ms", "--verify-timeout", "1s")

    def test_not_a_journal(self):
        self.put("empty", "")
        self.put("text", "hello\n")
        self.put("report", '{"schema": "rdsweep.report/1", "run": {}}\n')
        self.put("torn", '{"event":"run"')
        os.mkdir(self.path("folder"))
        self.wrong("cannot open journal 'none'", "none", "--yes")
        self.wrong("cannot open journal 'folder'", "folder", "--yes")
        self.wrong("journal 'empty' is empty", "empty", "--yes")
        for name in ("text", "report", "torn"):
            with self.subTest(name=name):
                self.wrong(name, name, "--yes")

    def test_damaged(self):
        whole = self.killed()
        lines = whole.split(b"\n")
        for at, line in ((5, b"garbage"), (1, b'{"event":"member"}'), (len(lines) - 2, b'{"event":"result","t":7}')):
            with self.subTest(at=at):
                self.put(JOURNAL, b"\n".join(lines[:at] + [line] + lines[at + 1:]))
                self.wrong(f"{JOURNAL}:{at + 1}:", JOURNAL, "--yes")
        before = self.read(JOURNAL)
        self.wrong(f"{JOURNAL}:", JOURNAL, "--yes")
        self.assertEqual(before, self.read(JOURNAL))

    def test_torn_in_its_first_lines(self):
        """A crash before anything happened: a smaller fleet is another one."""
        whole = self.killed()
        lines = whole.split(b"\n")
        for count in (1, 3):
            self.put(JOURNAL, b"\n".join(lines[:count]) + b"\n" + lines[count][:10])
            self.wrong(f"has {count - 1} of the 3 hosts of its fleet", JOURNAL, "--yes")

    def test_first_line_that_is_not_ours(self):
        whole = self.killed()
        lines = whole.split(b"\n", 1)
        for path, value, wanted in (
                (("options", "concurrency"), "0", "'--concurrency' must be a whole number"),
                (("options", "concurrency"), 5, "'concurrency' is missing or is not a text"),
                (("options", "frobnicate"), "5", "'--frobnicate' is not known to this version"),
                (("options", "user"), "x", "'user' is missing or is not a list"),
                (("options", "all"), "x", "'all' is missing or is not true"),
                (("options", "sim"), "/none", "cannot read scenario '/none'"),
                (("run", "command"), "sessions", "run of 'sessions', which cannot be resumed"),
                (("run", "id"), "", "'id' is missing"),
                (("run", "started_at"), "yesterday", "'started_at' is missing or is not a time"),
                (("run", "inventory"), None, "'fleet_sha256' is missing"),
                (("schema",), "rdsweep.journal/2", ""),
                (("members",), 2, "has 3 of the 2 hosts"),
                (("users_listed",), 3, "'users_listed' is missing")):
            with self.subTest(path=path, value=value):
                first = json.loads(lines[0])
                at = first
                for name in path[:-1]:
                    at = at[name]
                at[path[-1]] = value
                self.put(JOURNAL, json.dumps(first).encode() + b"\n" + lines[1])
                self.wrong(wanted, JOURNAL, "--yes")

    def test_usage(self):
        self.wrong("needs one journal", "--yes")
        self.wrong("needs one journal", "a", "b")
        self.wrong("belongs to", "a", "--all")
        self.wrong("belongs to", "a", "--dry-run")
        self.wrong("--max-age' must be", "a", "--max-age", "0")


if __name__ == "__main__":
    lib.main()
