"""Files, names and surroundings that somebody else has prepared."""

import json
import os
import stat

import lib

# What a terminal would obey: a control sequence, its 8-bit form, a right-to-left override; and what breaks lines.
HOSTILE = "a\x1b[2J\x9b1m\u202e\u2066b\rc\nd"


def obeyed(text):
    """The characters of a text that a terminal would do something about, besides line ends."""
    return [char for char in text if (ord(char) < 0x20 and char != "\n") or 0x7f <= ord(char) < 0xa0
            or char in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"]


class Hostile(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["h1", "h2"], lib.scenario())

    def logoff(self, code, *arguments, **more):
        return self.expect(code, "logoff", *self.sim, "--all", "--yes", "-q", "--verify-interval", "10ms", *arguments, **more)

    def assert_victim_is_whole(self):
        self.assertEqual(b"precious", self.read("victim"))

    def assert_shown(self, result):
        self.assertEqual([], obeyed(result.err), result)
        self.assertEqual([], obeyed(result.out), result)


class Links(Hostile):
    """A symbolic link where a file of ours goes is never followed, whether it leads anywhere or not."""

    def setUp(self):
        super().setUp()
        self.put("victim", "precious")
        os.symlink("victim", self.path("link.json"))
        os.symlink("nowhere", self.path("dangling.json"))

    def test_report(self):
        for name in ("link.json", "dangling.json"):
            result = self.logoff(2, "-o", name, *self.fresh_journal())
            self.assertIn(f"report '{name}' exists already", result.err)
            self.logoff(0, "-o", name, "--overwrite", *self.fresh_journal())
            self.assertFalse(os.path.islink(self.path(name)), "the link is replaced, not what it names")
            self.assertEqual("succeeded", self.report(name)["run"]["outcome"])
        self.assert_victim_is_whole()
        self.assertFalse(os.path.lexists(self.path("nowhere")))

    def test_report_that_became_a_link_meanwhile(self):
        self.put("scenario.json", lib.scenario(defaults={"logoff_takes_ms": 400}))
        process = self.start("logoff", *self.sim, "--all", "--yes", "-q", "-o", "late.json")
        self.wait_for(lambda: os.path.exists(self.path("late.json.journal.jsonl")))
        os.symlink("victim", self.path("late.json"))
        _, err = process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(70, process.returncode, err)
        self.assertIn(b"rdsweep: cannot write report 'late.json': ", err)
        self.assert_victim_is_whole()

    def test_journal(self):
        for name in ("link.json", "dangling.json"):
            result = self.logoff(2, "--journal", name)
            self.assertIn(f"journal '{name}'", result.err)
            self.assertRegex(result.err, r"\A(SIMULATED.*\n)?rdsweep: .*\n\Z")
            self.assertIn("is a symbolic link", self.expect(2, "resume", name).err)
        self.assert_victim_is_whole()
        self.assertFalse(os.path.lexists(self.path("nowhere")))

    def test_journal_by_default(self):
        os.symlink("victim", self.path("report.json.journal.jsonl"))
        self.logoff(2, "-o", "report.json")
        self.assert_victim_is_whole()
        self.assertFalse(os.path.lexists(self.path("report.json")))

    def test_state_of_the_simulator(self):
        for name in ("link.json", "dangling.json"):
            result = self.logoff(2, "--sim-state", name, "-o", "report.json")
            self.assertIn(f"cannot open simulator state '{name}': is a symbolic link", result.err)
        self.assert_victim_is_whole()
        self.assertFalse(os.path.lexists(self.path("nowhere")))

    def test_folder_of_state(self):
        os.mkdir(self.path("state-home"))
        os.symlink(self.path("victim"), self.path("state-home/rdsweep"))
        self.assertIn("journal", self.logoff(2).err)
        self.assert_victim_is_whole()


class NoFiles(Hostile):
    """Folders, pipes and devices where a file is meant."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("folder"))
        os.mkfifo(self.path("pipe"))

    def test_outputs(self):
        os.mkdir(self.path("folder.json"))
        os.mkfifo(self.path("pipe.json"))
        for name in ("folder.json", "pipe.json"):
            for options in ([], ["--overwrite"]):
                self.logoff(2, "-o", name, *options, *self.fresh_journal())
        for name in ("folder", "pipe", "/dev/null", "/dev/full"):
            for option in ("--journal", "--sim-state"):
                result = self.logoff(2, option, name, "-o", "report.json")
                self.assertIn(f"'{name}'", result.err)
        self.assertFalse(os.path.exists(self.path("report.json")))

    def test_inputs(self):
        for command in (["inventory", "list", "-i", "folder"], ["report", "show", "folder"], ["resume", "folder"],
                        ["resume", "pipe"], ["resume", "/dev/null"],
                        ["logoff", *self.sim, "--user-file", "folder", "--yes"],
                        ["logoff", *self.sim, "--plan", "folder", "--yes"],
                        ["logoff", "-i", "hosts.ini", "--sim", "folder", "--all", "--yes"],
                        ["inventory", "list", "-i", "hosts.ini", "-l", "@folder"]):
            result = self.expect(2, *command)
            self.assertRegex(result.err, r"\A(SIMULATED.*\n)?.*(illegal operation on a directory|is no regular file)\n\Z")

    def test_input_without_end(self):
        result = self.expect(2, "inventory", "list", "-i", "/dev/zero")
        self.assertIn("file too large", result.err)

    def test_inputs_may_be_pipes(self):
        # As a shell's <(...) makes them.
        result = self.expect(0, "inventory", "list", "-i", "/dev/stdin", input=b"h[1:3]\n")
        self.assertEqual("h1\nh2\nh3\n", result.out)


class Private(Hostile):
    """What is written is for whoever ran it, whatever the umask says."""

    def test_modes(self):
        # 0 would let everybody in, 0777 nobody.
        for umask in (0, 0o777):
            folder = self.path(f"out{umask}")
            os.mkdir(folder)
            process = self.start(
                "logoff", "-i", self.path("hosts.ini"), "--sim", self.path("scenario.json"), "--all", "--yes", "-q",
                "-o", "a.json", "-o", "b.csv", "--sim-state", "state", "--journal", "journal", cwd=folder,
                preexec_fn=lambda mask=umask: os.umask(mask))
            _, err = process.communicate(timeout=lib.PATIENCE_S)
            if umask and os.geteuid() != 0:
                continue  # it could not read its own files
            self.assertEqual(0, process.returncode, err)
            modes = {name: stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) for name in os.listdir(folder)}
            self.assertEqual({"a.json", "b.csv", "state", "journal"}, set(modes))
            self.assertEqual({0o600 & ~umask}, set(modes.values()), modes)

    def test_nothing_of_the_environment_is_kept(self):
        secret = "hunter2-hunter2"
        self.logoff(0, "-o", "report.json", "-o", "report.csv",
                    env={"RDSWEEP_PASSWORD": secret, "KRB5CCNAME": secret, "PASSWORD": secret})
        for name in ("report.json", "report.csv", "report.json.journal.jsonl"):
            self.assertNotIn(secret.encode(), self.read(name), name)


class Names(Hostile):
    """Names go to a terminal escaped, wherever they come from."""

    def test_paths_in_messages(self):
        name = HOSTILE + ".json"
        for command in (["inventory", "list", "-i", name], ["report", "show", name], ["resume", name],
                        ["logoff", *self.sim, "--all", "--yes", "-o", name + ".txt"],
                        ["logoff", *self.sim, "--all", "--yes", "-o", "no/" + name],
                        ["logoff", *self.sim, "--yes", "--plan", name], ["logoff", *self.sim, "--yes", "--user-file", name],
                        ["logoff", "-i", "hosts.ini", "--sim", name, "--all", "--yes"],
                        ["logoff", *self.sim, "--sim-state", "no/" + name, "--all", "--yes"],
                        ["logoff", *self.sim, "--journal", "no/" + name, "--all", "--yes"],
                        ["inventory", "list", "-i", "hosts.ini", "-l", "@" + name],
                        ["inventory", "list", "-i", "hosts.ini", "-l", name], [name], ["help", name], ["error", name],
                        ["logoff", "--" + name], ["logoff", *self.sim, "--idle", name], ["logoff", *self.sim, "-u", name + "@"]):
            result = self.run_program(*command)
            self.assertNotEqual(0, result.code, command)
            self.assert_shown(result)

    def test_mistakes_inside_of_such_a_file(self):
        name = HOSTILE + ".ini"
        for text in (HOSTILE.encode(), b"[x", b"a b=c\n[" + HOSTILE.encode() + b"]\n", b'{"hosts": {"' + b"\\u001b[2J" + b'": 7}}',
                     b"\x9b\xff", b"host,x\n\"" + HOSTILE.encode() + b"\",y,z\n"):
            self.put(name, text)
            result = self.run_program("inventory", "check", "-i", name)
            self.assert_shown(result)

    def test_while_it_runs(self):
        name = HOSTILE + ".json"
        document = lib.scenario({"h1": {"sessions": [lib.session(2, "CORP\\" + HOSTILE.replace("\n", ""), client=HOSTILE)]}})
        self.put("scenario.json", document)
        self.put(name, json.dumps(document))
        result = self.expect(0, "logoff", "-i", "hosts.ini", "--sim", name, "--all", "--yes", "-o", "x" + name,
                             "--reason", HOSTILE, "-v")
        self.assert_shown(result)
        self.assert_shown(self.expect(0, "report", "show", "x" + name))
        self.assert_shown(self.expect(0, "resume", "x" + name + ".journal.jsonl"))
        self.assert_shown(self.expect(0, "sessions", *self.sim, "-v"))
        raw = self.expect(0, "sessions", *self.sim, "--format", "csv").out
        self.assertIn("\x1b", raw, "data stays as it is: escaping is for terminals")


# What strict JSON is not, as a member; where the mistake is, counted from the member's first character; and the message.
NOT_JSON = [
    (b'"t": "x\0y"', 7, "NUL is not allowed"),
    (b'"t": "x\\u0000y"', 7, "NUL is not allowed"),
    (b'"t": "x\xff"', 7, "UTF-8"),
    (b'"t": "\xc0\xaf"', 6, "UTF-8"),  # an overlong slash
    (b'"t": "\xed\xa0\x80"', 6, "UTF-8"),  # a surrogate
    (b'"t": "\\ud800"', 6, "lone surrogate"),
    (b'"t": "\\udc00\\ud800"', 6, "lone surrogate"),
    (b'"t": "\x01"', 6, "control character"),
    (b'"t": 1, "t": 1', 8, "duplicate key '.'"),
    (b'"t": ' + b"[" * 70 + b"]" * 70, 68, "nested deeper than 64"),
    (b'"t": "' + b"x" * (1 << 20) + b'y"', 5, "longer than 1048576 bytes"),
    (b'"t": ' + b"1" * (1 << 21), 5, "longer than 1048576 bytes"),
    (b'"t": NaN', 5, "expected a value, found 'N'"),
    (b'"t": 01', 6, "must not begin with 0"),
    (b'"t": 1,,', 7, "expected a key in quotes"),
    (b"'t': 1", 0, "expected a key in quotes"),
    (b'"t": 1 // why', 7, "found '/'"),
]


class Documents(Hostile):
    """Every reader of JSON refuses the same things, with the place, before any host is contacted."""

    def assert_refused(self, document, at, message, *command):
        self.put("in", document)
        result = self.expect(2, *command)
        self.assertRegex(result.err, rf"(?m)^(rdsweep: )?in:{at}: .*{message}", document[:80])
        self.assert_shown(result)
        self.assertLess(len(result.err), 1000)

    def test_documents(self):
        for command in (["inventory", "list", "-i", "in"], ["sessions", "-i", "hosts.ini", "--sim", "in"],
                        ["report", "show", "in"], ["logoff", *self.sim, "--yes", "--plan", "in"]):
            for member, offset, message in NOT_JSON:
                with self.subTest(command=command, member=member[:40]):
                    self.assert_refused(b"{\n  " + member + b"\n}\n", f"2:{offset + 3}", message, *command)

    def test_cut_anywhere(self):
        self.logoff(0, "-o", "report.json", "--journal", "journal")
        report = self.read("report.json")
        for end in range(0, len(report) - 2, 97):
            self.put("in", report[:end])
            self.assertRegex(self.expect(2, "report", "show", "in").err, r"\Ardsweep: in:\d+:\d+: .*\n\Z")

    def test_lines_of_a_journal(self):
        self.logoff(0, "--journal", "journal")
        lines = self.read("journal").splitlines(keepends=True)
        for member, offset, message in NOT_JSON:
            before = b'{"event":"confirmed",'
            with self.subTest(member=member[:40]):
                member = member.replace(b'"t"', b'"x"')  # one that is passed over
                document = b"".join([lines[0], before, member, b"}\n", *lines[1:]])
                self.assert_refused(document, f"2:{len(before) + offset + 1}", message, "resume", "in")

    def test_lines_of_the_simulator(self):
        self.logoff(0, "--sim-state", "state", "--journal", "journal")
        lines = self.read("state")
        number = lines.count(b"\n") + 1
        for member, offset, message in NOT_JSON:
            if b"[" in member:
                continue  # that it is an array is told first
            with self.subTest(member=member[:40]):
                self.assert_refused(lines + b"{" + member + b"}\n", f"{number}: column {offset + 2}", message,
                                    "sessions", *self.sim, "--sim-state", "in")


class Surroundings(Hostile):
    def test_state_folder(self):
        # A relative one is to be ignored, says the XDG base directory specification.
        for value in ("relative", "", "./here"):
            result = self.logoff(0, env={"XDG_STATE_HOME": value, "HOME": self.path("home")})
            self.assertFalse(os.path.exists(self.path(value or "relative") + "/rdsweep"), result)
        self.assertEqual(3, len(os.listdir(self.path("home/.local/state/rdsweep"))))
        self.assertEqual(0o700, stat.S_IMODE(os.stat(self.path("home/.local/state/rdsweep")).st_mode))

    def test_state_folder_with_a_hostile_name(self):
        result = self.expect(0, "logoff", *self.sim, "--all", "--yes", env={"XDG_STATE_HOME": self.path(HOSTILE)})
        self.assert_shown(result)
        self.assertIn("journal: ", result.err)

    def test_state_folder_that_cannot_be(self):
        self.put("file", "")
        for value in ("/proc/nowhere", self.path("file"), "/" + "x" * 5000):
            result = self.logoff(2, env={"XDG_STATE_HOME": value})
            self.assertIn("journal", result.err)
            self.assert_shown(result)

    def test_variables_of_others_change_nothing(self):
        calm = self.expect(0, "sessions", *self.sim, "--format", "csv").out
        wild = self.expect(0, "sessions", *self.sim, "--format", "csv", env={
            "TERM": "\x1b]0;x\x07", "LC_ALL": "tr_TR.UTF-8", "TZ": "../../etc/passwd", "COLUMNS": "-1", "NO_COLOR": "",
            "UV_THREADPOOL_SIZE": "1", "RDSWEEP_SHARD": "1/2", "RDSWEEP_ALL": "1", "POSIXLY_CORRECT": "1"}).out

        def without_ids(text):
            return [line.split(",", 1)[1] for line in text.splitlines()[1:]]
        self.assertEqual(without_ids(calm), without_ids(wild))

    def test_standard_streams_that_are_closed(self):
        # No file of ours may take the place of standard error: messages would be written into it.
        process = self.start("logoff", *self.sim, "--all", "--yes", "-o", "report.json",
                             preexec_fn=lambda: [os.close(fd) for fd in (0, 1, 2)])
        process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(0, process.returncode)
        self.assertEqual("succeeded", self.report()["run"]["outcome"])
        for line in self.read("report.json.journal.jsonl").splitlines():
            json.loads(line)


if __name__ == "__main__":
    lib.main()
