"""The journal of a run: where it is, what is in it before anything happens, and runs that cannot write it."""

import os
import resource
import stat

import check_state
import lib


def sessions_in(lines):
    """(host, row) -> (id, user, logon_at) of everything that a journal has seen."""
    seen = {}
    for line in lines:
        if line["event"] == "surveyed":
            for row, entry in enumerate(line["host"]["sessions"]):
                seen[line["host"]["host"], row] = entry
        elif line["event"] == "seen":
            seen[line["host"], line["row"]] = line["session"]
    return seen


class Journal(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h[1:4]"], lib.scenario())

    def logoff(self, code, *arguments, **more):
        return self.expect(code, "logoff", *self.sim, "--all", "--yes", "--sim-state", "state", *arguments, **more)

    def untouched(self):
        return not os.path.exists(self.path("state")) or self.read("state") == b""

    def test_beside_the_first_report(self):
        result = self.logoff(0, "-o", "a.csv", "-o", "b.json")
        self.assertIn("journal: a.csv.journal.jsonl\n", result.err)
        self.assertFalse(os.path.exists(self.path("b.json.journal.jsonl")))
        self.assertFalse(os.path.exists(self.path("state-home")))
        mode = stat.S_IMODE(os.stat(self.path("a.csv.journal.jsonl")).st_mode)
        self.assertEqual(0o600, mode)

    def test_what_is_in_it(self):
        self.logoff(0, "-o", "report.json", "--protect", "CORP\\vip*", "--reason", "why")
        lines = lib.journal(self.read("report.json.journal.jsonl"))
        report = self.report()
        names = [line["event"] for line in lines]
        self.assertEqual(["run"] + ["member"] * 4 + ["surveyed"] * 4 + ["confirmed"], names[:10])
        self.assertEqual("end", names[-1])
        self.assertEqual((True, 0), (lines[-1]["settled"], lines[-1]["exit_code"]))
        first = lines[0]
        self.assertEqual("rdsweep.journal/1", first["schema"])
        for name in ("id", "command", "arguments", "backend", "simulated", "operator", "machine", "reason",
                     "started_at", "inventory", "limit", "shard"):
            self.assertEqual(report["run"][name], first["run"][name], name)
        self.assertEqual(os.path.realpath(self.folder), os.path.realpath(first["folder"]))
        options = first["options"]
        for path in [options["sim"], options["sim-state"], *options["report"]]:
            self.assertTrue(os.path.isabs(path), path)
        self.assertEqual(["CORP\\vip*"], options["protect"])

    def test_intent_comes_before_the_call(self):
        self.logoff(0, "-o", "report.json")
        lines = lib.journal(self.read("report.json.journal.jsonl"))
        seen = sessions_in(lines)
        intended = {}
        for line in lib.events(lines, "intent"):
            for row in line["rows"]:
                entry = seen[line["host"], row]
                intended[check_state.identity(line["host"], entry)] = line["t"]
        for line in self.state():
            key = (line["host"], line["session"], line["user"], line["logon_at"])
            self.assertLessEqual(intended[key], line["t"], key)
        self.assertEqual(12, len(intended))
        # All intents of one host in one line.
        self.assertEqual(4, len(lib.events(lines, "intent")))

    def test_state_folder(self):
        result = self.logoff(0)
        folder = self.path("state-home/rdsweep")
        self.assertEqual(0o700, stat.S_IMODE(os.stat(folder).st_mode))
        names = os.listdir(folder)
        self.assertEqual(1, len(names))
        self.assertRegex(names[0], r"^rdsweep-[0-9TZ]+-[0-9a-f]{8}\.journal\.jsonl$")
        self.assertIn(f"journal: {folder}/{names[0]}\n", result.err)
        self.logoff(3)
        self.assertEqual(2, len(os.listdir(folder)))

    def test_state_folder_without_xdg(self):
        for value in ("", "relative/folder"):
            with self.subTest(value=value):
                home = self.path(f"home-{len(value)}")
                os.mkdir(home)
                self.run_program("logoff", *self.sim, "-u", "nobody", "--yes",
                                 env={"XDG_STATE_HOME": value, "HOME": home})
                self.assertEqual(1, len(os.listdir(os.path.join(home, ".local/state/rdsweep"))))
                self.assertFalse(os.path.exists(self.path("relative")))

    def test_state_folder_that_cannot_be_made(self):
        self.put("file", "")
        result = self.logoff(2, env={"XDG_STATE_HOME": self.path("file")})
        self.assertIn("cannot make the folder", result.err)
        self.assertIn("--journal", result.err)
        self.assertTrue(self.untouched())

    def test_none_for_what_changes_nothing(self):
        self.expect(0, "sessions", *self.sim, "-o", "a.json")
        self.expect(0, "logoff", *self.sim, "--all", "--dry-run", "-o", "b.json")
        self.assertEqual([], [name for name in os.listdir(self.folder) if "journal" in name])
        self.assertFalse(os.path.exists(self.path("state-home")))
        result = self.expect(2, "logoff", *self.sim, "--all", "--dry-run", "--journal", "x")
        self.assertIn("'--journal' and '--dry-run' exclude each other", result.err)
        self.expect(2, "sessions", *self.sim, "--journal", "x")

    def test_existing_file(self):
        self.put("theirs", "something")
        os.symlink("nowhere", self.path("link"))
        os.mkdir(self.path("folder"))
        for name in ("theirs", "link"):
            with self.subTest(name=name):
                result = self.logoff(2, "--journal", name)
                self.assertIn("exists already", result.err)
                self.assertIn("rdsweep resume", result.err)
        for name in ("folder", "/dev/full"):
            self.assertIn(f"cannot create journal '{name}'", self.logoff(2, "--journal", name).err)
        self.assertEqual(b"something", self.read("theirs"))
        self.assertTrue(self.untouched())

    def test_second_run_with_the_same_report(self):
        self.logoff(0, "-o", "report.json")
        before = self.read("report.json.journal.jsonl"), self.read("report.json")
        self.logoff(2, "-o", "report.json", "--overwrite")
        self.assertEqual(before, (self.read("report.json.journal.jsonl"), self.read("report.json")))

    def test_folder_that_cannot_be_written_to(self):
        for name in ("none/journal", "scenario.json/journal", "/sys/journal"):
            with self.subTest(name=name):
                result = self.logoff(2, "--journal", name)
                self.assertIn("cannot create journal", result.err)
        self.assertTrue(self.untouched())

    def test_same_as_a_report(self):
        result = self.logoff(2, "-o", "x.json", "--journal", "./x.json")
        self.assertIn("is also a report", result.err)
        self.assertFalse(os.path.exists(self.path("x.json")))

    def test_mistakes_leave_no_journal(self):
        self.logoff(2, "-u", "x", "-o", "report.json")
        self.put("state", '{"t": 1}\n')
        self.logoff(2, "-o", "report.json")
        self.assertFalse(os.path.exists(self.path("report.json.journal.jsonl")))


class CannotBeWritten(lib.Case):
    """Nothing new is started, what is in flight is finished, exit code 70."""

    HOSTS = ["h[01:30]"]

    def setUp(self):
        super().setUp()
        self.sim = self.fleet(self.HOSTS, lib.scenario(defaults={"latency_ms": {**lib.FAST, "logoff": 20}}))
        self.arguments = ["logoff", *self.sim, "--all", "--yes", "--sim-state", "state", "-o", "report.json",
                          "--verify-interval", "20ms"]

    def in_the_middle(self, harm):
        """Does the harm once a host is done, with one host at a time."""
        process = self.start(*self.arguments, "--wave", "1")
        journal = self.path("report.json.journal.jsonl")
        self.wait_for(lambda: os.path.exists(journal) and b'"event":"done"' in self.read("report.json.journal.jsonl"))
        harm(journal)
        _, err = process.communicate(timeout=lib.PATIENCE_S)
        return process.returncode, err.decode()

    def check_stopped(self, code, err):
        self.assertEqual(70, code, err)
        self.assertIn("cannot write journal", err)
        self.assertIn("nothing new is started", err)
        report = self.report()
        self.assertEqual(70, report["run"]["exit_code"])
        self.assertEqual("journal", report["run"]["stopped_by"])
        counts = lib.outcomes(report)
        self.assertGreater(counts["not_attempted"], 0)
        self.assertEqual({"journal"}, {entry["reason"] for _, entry in lib.sessions_of(report)
                                       if entry["outcome"] == "not_attempted"})
        self.assert_state_matches()

    def test_deleted(self):
        self.check_stopped(*self.in_the_middle(os.unlink))

    def test_replaced(self):
        def replace(journal):
            self.put("other", "not ours")
            os.rename(self.path("other"), journal)
        self.check_stopped(*self.in_the_middle(replace))
        self.assertEqual(b"not ours", self.read("report.json.journal.jsonl"))

    def limited(self, size):
        # The counters of a coverage build would be cut off as well: they go somewhere else.
        return self.run_program(*self.arguments, "--wave", "1", env={"GCOV_PREFIX": self.path("counters")},
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))

    def test_full_in_the_middle(self):
        """A limit of file sizes stands in for the disk: the report still fits, the journal does not."""
        self.expect(0, *self.arguments)
        size = max(len(self.read("report.json")), len(self.read("state"))) * 11 // 10
        journal = len(self.read("report.json.journal.jsonl"))
        self.assertGreater(journal, size * 6 // 5)
        for name in ("report.json", "report.json.journal.jsonl", "state"):
            os.unlink(self.path(name))
        result = self.limited(size)
        self.check_stopped(result.code, result.err)
        self.assertLessEqual(len(self.read("report.json.journal.jsonl")), size)

    def test_full_from_the_start(self):
        result = self.limited(100)
        self.assertEqual(70, result.code, result)
        self.assertIn("cannot write journal", result.err)
        self.assertEqual(b"", self.read("state"))


if __name__ == "__main__":
    lib.main()
