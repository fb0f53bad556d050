"""Everything that is found wrong before a host is contacted: exit code 2, one clear line, nothing touched."""

import os

import lib


class Usage(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h1", "h2"], lib.scenario())

    def wrong(self, wanted, *arguments, **more):
        result = self.expect(2, *arguments, **more)
        self.assertEqual("", result.out)
        self.assertIn(wanted, result.err)
        for line in result.err.splitlines():
            self.assertRegex(line, r"^(rdsweep: |[^ ]+:\d+:)")
        return result

    def logoff(self, wanted, *arguments, **more):
        self.wrong(wanted, "logoff", *self.sim, "--yes", "--sim-state", "state", *arguments, **more)
        if os.path.exists(self.path("state")):
            self.assertEqual(b"", self.read("state"))

    def test_commands(self):
        self.wrong("no command")
        self.wrong("unknown command 'log'", "log")
        self.wrong("options follow the command", "--yes", "logoff")
        self.wrong("'sessions' takes no argument", "sessions", *self.sim, "h1")
        self.wrong("there is no command 'x'", "help", "x")
        self.wrong("unknown option '--nonsense'", "sessions", "--nonsense")
        self.wrong("belongs to 'logoff', 'disconnect', 'message', 'drain', 'self', not to 'sessions'", "sessions", *self.sim, "--dry-run")
        if not lib.WINDOWS:  # arguments are UTF-16 there
            self.wrong("is not valid UTF-8", "logoff", *self.sim, "-u", b"\xff\xfe")

    def test_selection(self):
        self.logoff("nothing is selected")
        self.logoff("'--not-user' only takes away", "--not-user", "x")
        self.logoff("nothing is selected", "--include-console")
        self.logoff("'--all' cannot be given together", "--all", "-u", "x")
        self.logoff("'--all' cannot be given together", "--all", "--state", "active")
        self.logoff("'--all' cannot be given together", "--all", "--idle", "1h")
        self.logoff("'--session' names a session of one host", "--session", "2")
        self.logoff("needs a PATTERN that is not empty", "-u", "")
        self.logoff("needs a FILE that is not empty", "--user-file", "")
        self.logoff("needs a DUR that is not empty", "--all", "--idle=")
        self.logoff("sessions carry", "-u", "alice@corp.example")
        self.logoff("sessions carry", "--all", "--protect", "alice@corp.example")
        self.logoff("sessions carry", "--all", "--not-user", "a@b")
        self.logoff("option '--user': pattern 'A\\B\\C'", "-u", "A\\B\\C")

    def test_user_file(self):
        self.logoff("cannot read user file 'none'", "--user-file", "none")
        self.put("users", "# nobody\n\n   # still nobody\n")
        self.logoff("user file 'users' holds no pattern", "--user-file", "users")
        self.put("users", "alice\nbob@corp  # later\nA\\B\\C\n")
        result = self.wrong("users:2: pattern 'bob@corp'", "logoff", *self.sim, "--yes", "--user-file", "users")
        self.assertIn("users:3: pattern 'A\\B\\C'", result.err)
        self.put("users", b"ali\xffce\n")
        self.logoff("user file 'users'", "--user-file", "users")

    def test_question_needs_a_terminal(self):
        self.wrong("standard input is no terminal", "logoff", *self.sim, "--all")

    def has_tsts(self):
        return "tsts" in self.expect(0, "--version").out.splitlines()[1]

    def test_backend(self):
        if not lib.WINDOWS:
            self.wrong("works on Windows only", "sessions", "-i", "hosts.ini", "--backend", "windows")
        if not lib.WINDOWS and not self.has_tsts():
            self.wrong("no backend for real hosts", "sessions", "-i", "hosts.ini")
        if not self.has_tsts():
            self.wrong("'tsts' is not part of this build", "sessions", "-i", "hosts.ini", "--backend", "tsts")
        self.wrong("'--auth-file' goes with the backend 'tsts'", "sessions", *self.sim, "--auth-file", "x")
        self.wrong("needs --sim", "sessions", "-i", "hosts.ini", "--backend", "sim")
        self.wrong("exclude each other", "sessions", *self.sim, "--backend", "windows")
        self.wrong("'--sim-state' needs --sim", "sessions", "-i", "hosts.ini", "--sim-state", "x")
        self.wrong("cannot read scenario 'none'", "sessions", "-i", "hosts.ini", "--sim", "none")
        self.wrong("cannot open simulator state", "sessions", *self.sim, "--sim-state", "none/state")

    @lib.posix_only("the backend is not made for Windows")
    def test_backend_tsts(self):
        if not self.has_tsts():
            self.skipTest("this build has no backend 'tsts'")
        run = ("sessions", "-i", "hosts.ini")
        none = {"env": {"KRB5CCNAME": "FILE:none"}}
        self.wrong("no Kerberos ticket in 'none': run kinit, or give --auth-file FILE", *run, **none)
        self.wrong("no Kerberos ticket in 'none'", *run, "--backend", "tsts", **none)
        self.wrong("'KEYRING:persistent:0' cannot be used here: only FILE: and DIR: can", *run,
                   env={"KRB5CCNAME": "KEYRING:persistent:0"})
        self.put("ticket", "none at all")
        self.wrong("'ticket': it is not a Kerberos credentials cache", *run, env={"KRB5CCNAME": "FILE:ticket"})
        self.wrong("cannot read or set drain mode: use 'drain' from Windows", "drain", "status", "-i", "hosts.ini")
        self.wrong("cannot read or set drain mode: use '--drain'", "logoff", "-i", "hosts.ini", "--all", "--yes", "--drain", "run")
        self.wrong("cannot wait for the end of a logoff", "logoff", "-i", "hosts.ini", "--all", "--yes", "--wait")
        self.wrong("cannot read auth file 'none'", *run, "--auth-file", "none")
        self.put("auth", "username = admin\npassword = secret\n")
        os.chmod(self.path("auth"), 0o640)
        self.wrong("auth file 'auth' can be read by others", *run, "--auth-file", "auth")
        os.chmod(self.path("auth"), 0o600)
        self.put("auth", "username = admin\npasswort = secret\n")
        self.assertNotIn("secret", self.wrong("auth:2: expected 'username = ...'", *run, "--auth-file", "auth").err)
        self.wrong("cannot start '/nonexistent/x'", *run, env={"RDSWEEP_TSTS_CONNECTOR": "/nonexistent/x"})
        self.wrong("connector '/bin/true' ended at once", *run, env={"RDSWEEP_TSTS_CONNECTOR": "/bin/true"})

    def test_scenario(self):
        self.put("scenario.json", '{"schema": "rdsweep.sim/1",\n "sed": 7, "jitter": 1}')
        result = self.wrong("scenario.json:2:", "sessions", *self.sim)
        self.assertEqual(2, len(result.err.splitlines()))
        self.put("scenario.json", '{"schema": ')
        self.wrong("scenario.json:1:", "sessions", *self.sim)

    def test_sim_state(self):
        self.put("state", '{"t": 1}\n')
        self.wrong("state:1: ", "sessions", *self.sim, "--sim-state", "state")

    def test_inventory(self):
        self.wrong("no inventory", "sessions", "--sim", "scenario.json")
        self.wrong("cannot read inventory 'none'", "sessions", "-i", "none", "--sim", "scenario.json")
        self.wrong("cannot read inventory '.'", "sessions", "-i", ".", "--sim", "scenario.json")
        self.wrong("only one inventory", "sessions", "-i", "-", "-i", "-", "--sim", "scenario.json")
        self.put("hosts.ini", "h1\nrdsh[9:1]\nh2 probe_prt=1\n")
        result = self.wrong("hosts.ini:2:", "sessions", *self.sim)
        self.assertIn("hosts.ini:3:", result.err)

    def test_limit(self):
        for limit in ("h9", "h1:!h9", "h1:&h2", ",", "~h.*", "@none"):
            with self.subTest(limit=limit):
                self.expect(2, "sessions", *self.sim, "--limit", limit)
        self.wrong("needs a PATTERN that is not empty", "sessions", *self.sim, "--limit", "")

    def test_reports(self):
        self.put("old.json", "old")
        os.mkdir(self.path("folder.json"))
        if not lib.WINDOWS:  # Wine follows the links of Linux without a word
            os.symlink("nowhere", self.path("link.json"))
            self.logoff("'link.json' exists already; --overwrite", "--all", "-o", "link.json")
        self.logoff("has to end in .json, .csv or .html", "--all", "-o", "report.txt")
        self.logoff("has to end in .json, .csv or .html", "--all", "-o", ".json")
        self.logoff("'old.json' exists already; --overwrite", "--all", "-o", "old.json")
        self.logoff("cannot write report 'folder.json'", "--all", "-o", "folder.json", "--overwrite")
        self.logoff("cannot write report 'none/x.json'", "--all", "-o", "none/x.json")
        self.logoff("'./x.json' is named twice", "--all", "-o", "x.json", "-o", "./x.json")
        self.logoff("is also an input", "--all", "-o", "scenario.json", "--overwrite")
        self.assertEqual(b"old", self.read("old.json"))
        self.assertFalse(os.path.exists(self.path("x.json")))

    def test_report_show(self):
        self.wrong("needs what to do", "report")
        self.wrong("knows 'show'", "report", "print")
        self.wrong("needs a report file", "report", "show")
        self.wrong("cannot read report 'none'", "report", "show", "none")
        self.put("bad.json", '{"schema": "rdsweep.report/1",\n "run": 5}')
        self.wrong("bad.json:2:", "report", "show", "bad.json")

    def test_error(self):
        self.wrong("needs a code", "error")
        for text in ("5x", "", "0x", "99999999999", "-0x5", "a b", "5;"):
            with self.subTest(text=text):
                self.wrong("is no error code", "error", text)

    def test_self(self):
        self.wrong("needs what to do", "self")
        self.wrong("exclude each other", "self", "logoff", "--reset", "--force-if-hung")

    @lib.posix_only("there it would end the session")
    def test_self_elsewhere(self):
        for option in ("--yes", "--dry-run", "--reset"):
            self.wrong("works on Windows only", "self", "logoff", option)

    def test_hostile_names_are_escaped(self):
        result = self.wrong("unknown command", "\x1b[2Jlog\u202e")
        self.assertNotIn("\x1b", result.err)
        self.assertNotIn("\u202e", result.err)


if __name__ == "__main__":
    lib.main()
