"""Kindness: messages and disconnects across the fleet, compared with what really happened."""

import lib

SESSIONS = [lib.session(2, "CORP\\alice"), lib.session(3, "CORP\\bob", state="disconnected"), lib.session(4, "LAB\\eve")]


class Acts(lib.Case):
    """`message` and `disconnect`: the pipeline of `logoff` with another act."""

    def act(self, code, *arguments, **more):
        return self.expect(code, *arguments, *self.sim, "--yes", "--sim-state", "state", "-o", "report.json",
                           "--overwrite", *self.fresh_journal(), **more)

    def texts(self):
        return {(line["host"], line["session"]): line["text"] for line in self.state() if line["effect"] == "messaged"}

    def test_message(self):
        document = lib.scenario({"h1": {"sessions": SESSIONS},
                                 "h2": {"sessions": SESSIONS, "faults": [{"call": "message", "session": 4, "error": 5}]}})
        self.sim = self.fleet(["h1", "h2"], document)
        result = self.act(1, "message", "Dear {user} on {host}: {reason} {{at 10}}", "--reason", "a \"reboot\"",
                          "--all", "--protect", "alice")
        self.assertEqual("Dear bob on h2: a \"reboot\" {at 10}", self.texts()[("h2", 3)])
        self.assertEqual({("h1", 3), ("h1", 4), ("h2", 3)}, set(self.texts()))
        self.assert_state_matches(document=document)
        report = self.report()
        self.assertEqual("Dear {user} on {host}: {reason} {{at 10}}", report["run"]["policy"]["message"])
        self.assertEqual({"messaged": 3, "failed": 1}, {
            key: count for key, count in lib.outcomes(report).items() if key != "skipped"})
        self.assertIn("SIMULATED", result.err)
        self.assertIn("This sends a message to 4 sessions of 2 users on 2 hosts.", result.err)

    def test_disconnect(self):
        document = lib.scenario({"h1": {"sessions": SESSIONS}, "h2": {"sessions": [lib.session(1, "CORP\\sits")]}})
        self.sim = self.fleet(["h1", "h2"], document)
        result = self.act(1, "disconnect", "--all", "--include-console")
        self.assertIn("This disconnects 3 sessions of 3 users on 2 hosts.", result.err)
        report = self.report()
        entries = {entry["user"]: entry for _, entry in lib.sessions_of(report) if entry["user"]}
        self.assertEqual(["disconnected", "skipped", "disconnected", "failed"],
                         [entries[user]["outcome"] for user in ("alice", "bob", "eve", "sits")])
        self.assertEqual("already_disconnected", entries["bob"]["reason"])
        self.assertEqual(("WTSDisconnectSession", 7041), (entries["sits"]["error"]["api"], entries["sits"]["error"]["code"]))
        self.assert_state_matches(document=document)
        # Once more there is nothing to do.
        self.act(3, "disconnect", "-u", "CORP\\*")

    def test_dry_run_and_plan(self):
        self.sim = self.fleet(["h[1:3]"], lib.scenario())
        for command in (["disconnect"], ["message", "hello"]):
            with self.subTest(command=command):
                self.expect(0, *command, *self.sim, "--all", "--dry-run", "--sim-state", "state", "-o", "plan.json", "--overwrite")
                self.assertEqual(b"", self.read("state") if command[0] == "disconnect" else b"")
                planned = lib.outcomes(self.report("plan.json"))["planned"]
                wrong = self.expect(2, "logoff", *self.sim, "--plan", "plan.json", "--yes")
                self.assertIn(f"was made for the command '{command[0]}'", wrong.err)
                self.act(0, *command, "--plan", "plan.json")
                done = lib.outcomes(self.report())
                self.assertEqual(planned, done.get("disconnected", 0) + done.get("messaged", 0))

    def test_guards(self):
        self.sim = self.fleet(["h[1:4]"], lib.scenario())
        for command in (["disconnect"], ["message", "hello"]):
            with self.subTest(command=command):
                self.act(5, *command, "--all", "--max-sessions", "2")
                self.assertEqual(b"", self.read("state"))
                result = self.expect(2, *command, *self.sim, "--all")
                self.assertIn("nobody can be asked", result.err)
                self.expect(2, *command, *self.sim, "--yes")

    def test_waves_and_breaker(self):
        self.sim = self.fleet(["h[1:4]"], lib.scenario(
            {"h1": {"sessions": SESSIONS, "faults": [{"call": "message", "error": 5}]}}))
        self.act(4, "message", "hello", "--all", "--wave", "1", "--max-failures", "0")
        report = self.report()
        self.assertEqual("max_failures", report["run"]["stopped_by"])
        self.assertEqual(["failed"] + 3 * ["not_attempted"], [host["outcome"] for host in report["hosts"]])

    def test_text_that_cannot_be_shown(self):
        self.sim = self.fleet(["h1"], lib.scenario())
        for arguments, told in (
                ([], "'message' needs the TEXT that is to be shown"),
                ([""], "the message is empty"), (["  "], "the message is empty"),
                (["a", "b"], "takes one TEXT; put it in quotes"),
                (["x" * 512], "the message is too long: 512 UTF-16 units, and a message box takes 511"),
                (["hi {uesr}"], "the message has an unknown placeholder '{uesr}' at character 4; there are {user} {host},"),
                (["until {time}"], "the message has {time} at character 7, but there is no grace"),
                (["{user"], "not closed at character 1"), (["}"], "without its '{' at character 1")):
            with self.subTest(arguments=arguments):
                result = self.expect(2, "message", *arguments, *self.sim, "--all", "--yes", "--sim-state", "state")
                self.assertIn(told, result.err)
                self.assertFalse(result.out)

    @lib.posix_only("kills the process")
    def test_killed_and_resumed(self):
        """A disconnect that may have been asked is looked for; a message that may have been sent is sent once more."""
        for command, effect in ((["disconnect"], "disconnected"), (["message", "{user}, hello"], "messaged")):
            with self.subTest(command=command):
                self.sim = self.fleet(["h[1:20]"], lib.scenario(defaults={
                    "latency_ms": {**lib.FAST, "message": 30, "disconnect": 30}}))
                state = f"{effect}.state"
                report = f"{effect}.json"
                process = self.start(*command, *self.sim, "--yes", "--all", "-c", "4", "--sim-state", state, "-o", report)
                self.wait_for(lambda: self.read_if_there(state).count(b"\n") >= 10)
                process.kill()
                process.communicate()
                resumed = self.expect(0, "resume", report + ".journal.jsonl", "--yes", "--verify-timeout", "2s")
                self.assertIn(command[0], resumed.err)
                self.assert_state_matches(report, state)
                done = lib.outcomes(self.report(report))
                self.assertEqual({effect, "skipped"}, set(done))
                texts = {line.get("text") for line in self.state(state)}
                if effect == "messaged":
                    self.assertTrue(all(text.endswith(", hello") for text in texts), texts)

    def read_if_there(self, name):
        try:
            return self.read(name)
        except FileNotFoundError:
            return b""


if __name__ == "__main__":
    lib.main()
