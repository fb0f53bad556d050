"""Kindness: messages and disconnects across the fleet, compared with what really happened."""

import signal
import time

import check_state
import lib
from test_terminal import Terminal

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
        # Once more there is nothing to do; but 3 would say that nobody of them is on.
        self.act(0, "disconnect", "-u", "CORP\\*")

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


class Warnings(lib.Case):
    """`logoff` with --notify and --grace."""

    NOTICE = ("--notify", "{user}: off at {time}, {minutes} min left", "--verify-interval", "100ms")

    def command(self, *arguments, number=""):
        return ["logoff", *self.sim, "--yes", "--all", "--sim-state", f"state{number}", "-o", f"report{number}.json",
                *self.NOTICE, *arguments]

    def told(self, name="state"):
        try:
            return [(line["session"], line["text"]) for line in self.state(name) if line["effect"] == "messaged"]
        except FileNotFoundError:
            return []

    def warn(self, code, *arguments, **more):
        result = self.expect(code, *self.command(*arguments, **more))
        self.assert_state_matches()
        return result

    def test_grace(self):
        document = lib.scenario({"h1": {"sessions": SESSIONS}, "h2": {"sessions": SESSIONS}})
        self.sim = self.fleet(["h1", "h2"], document)
        result = self.warn(0, "--grace", "3s", "--notify-again", "1s", "--reason", "patches")
        self.assertIn("Users are warned first and have 3s, with a second warning 1s before; disconnected sessions go at "
                      "once.", result.err)
        self.assertEqual(8, len(self.told()))
        self.assertEqual({2, 4}, {session for session, _ in self.told()})
        for _, text in self.told():
            self.assertRegex(text, r"^(alice|eve): off at \d\d:\d\d, 1 min left$")
        lines = lib.journal(self.read("report.json.journal.jsonl"))
        self.assertEqual(4, len(lib.events(lines, "warn")))
        self.assertEqual(8, len(lib.events(lines, "warned")))
        policy = self.report()["run"]["policy"]
        self.assertEqual((3000, 1000, False, "skip"), tuple(policy[name] for name in (
            "grace_ms", "notify_again_ms", "grace_disconnected", "notify_failed")))

    def test_local_time(self):
        self.sim = self.fleet(["h1"], lib.scenario({"h1": {"sessions": SESSIONS}}))
        hours = []
        for zone in ("UTC0", "XXX-5"):
            self.expect(0, *self.command("--grace", "1s", number=zone), env={"TZ": zone})
            hours.append({int(text.split("off at ")[1][:2]) for _, text in self.told(f"state{zone}")})
        # an hour may have begun in between
        self.assertTrue({(hour + 5) % 24 for hour in hours[0]} | {(hour + 6) % 24 for hour in hours[0]} >= hours[1], hours)

    def test_who_leaves_is_not_waited_for(self):
        self.sim = self.fleet(["h1"], lib.scenario({"h1": {"sessions": [
            lib.session(2, "CORP\\alice", leaves_after_ms=700), lib.session(3, "CORP\\bob")]}}))
        self.warn(0, "--grace", "2s")
        self.assertEqual({"already_gone": 1, "logged_off": 1}, {
            key: count for key, count in lib.outcomes(self.report()).items() if key != "skipped"})

    def test_warnings_that_fail(self):
        for policy, code, outcomes in (
                ("skip", 1, {"not_attempted": 1, "logged_off": 2}), ("continue", 0, {"logged_off": 3}),
                ("abort", 4, {"not_attempted": 2, "logged_off": 1})):
            with self.subTest(policy=policy):
                self.sim = self.fleet(["h1"], lib.scenario({"h1": {
                    "sessions": SESSIONS, "faults": [{"call": "message", "session": 4, "error": 5}]}}))
                self.expect(code, *self.command("--grace", "1s", "--notify-failed", policy, "--wave", "1", number=policy))
                report = self.report(f"report{policy}.json")
                found = {key: count for key, count in lib.outcomes(report).items() if key != "skipped"}
                if policy == "abort":  # the disconnected session may have gone already
                    self.assertEqual("notify_failed", report["run"]["stopped_by"])
                    self.assertLessEqual(found.get("logged_off", 0), 1)
                else:
                    self.assertEqual(outcomes, found)
                eve = next(entry for _, entry in lib.sessions_of(report) if entry["user"] == "eve")
                self.assertEqual(("WTSSendMessage", 5), (eve["error"]["api"], eve["error"]["code"]))
                self.assertEqual(None if policy == "continue" else "not_warned", eve["reason"])
                self.assert_state_matches(f"report{policy}.json", f"state{policy}")

    def interrupted(self, *arguments, twice=False):
        """A run whose users have all been warned, interrupted in the grace; what it said."""
        process = self.start(*self.command("--grace", "10m", *arguments))
        self.wait_for(lambda: len(self.told()) == 4 and len([
            line for line in self.state() if line["effect"] == "gone"]) == 2)
        self.wait_for(lambda: self.finished_looking())
        process.send_signal(signal.SIGINT)
        said = b""
        while twice and b"interrupted" not in said:  # two at once would be one
            said += process.stderr.readline()
        if twice:
            process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=lib.PATIENCE_S)
        said += err
        self.assertEqual(130, process.returncode, said.decode())
        return said.decode()

    def finished_looking(self):
        """Both disconnected sessions have their result, and nothing is left to do but to wait."""
        lines = lib.journal(self.read("report.json.journal.jsonl"))
        return len(lib.events(lines, "result")) == 2 and len(lib.events(lines, "warned")) == 4

    def test_interrupt_in_the_grace(self):
        self.sim = self.fleet(["h1", "h2"], lib.scenario({"h1": {"sessions": SESSIONS}, "h2": {"sessions": SESSIONS}}))
        err = self.interrupted("--notify-cancelled", "Not today, {user}.")
        self.assertIn("nothing new is started", err)
        self.assertEqual([(2, "Not today, alice.")] * 2 + [(4, "Not today, eve.")] * 2, sorted(self.told()[4:]))
        self.assert_state_matches()
        self.assertEqual({"interrupted"}, {entry["reason"] for _, entry in lib.sessions_of(self.report())
                                           if entry["outcome"] == "not_attempted"})
        lines = lib.journal(self.read("report.json.journal.jsonl"))
        self.assertEqual(4, len(lib.events(lines, "called_off")))

    def test_second_interrupt_waits_for_nothing(self):
        self.sim = self.fleet(["h1", "h2"], lib.scenario({"h1": {"sessions": SESSIONS}, "h2": {"sessions": SESSIONS}},
                                                         defaults={"latency_ms": {**lib.FAST, "open": 1500}}))
        began = time.monotonic()
        err = self.interrupted(twice=True)
        self.assertIn("4 sessions on 2 hosts were warned and not told that it is called off", err)
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual(4, len(self.told()))
        self.assert_state_matches()

    def kill_in_the_grace(self):
        self.sim = self.fleet(["h1", "h2"], lib.scenario({"h1": {"sessions": SESSIONS}, "h2": {"sessions": SESSIONS}}))
        process = self.start(*self.command("--grace", "3s"))
        self.wait_for(lambda: len(self.told()) == 4)
        self.wait_for(lambda: len(lib.events(lib.journal(self.read("report.json.journal.jsonl")), "warned")) == 4)
        process.kill()
        process.communicate()

    @lib.posix_only("kills the process")
    def test_killed_in_the_grace_and_not_resumed(self):
        self.kill_in_the_grace()
        terminal = Terminal(self, "resume", "report.json.journal.jsonl")
        terminal.wait_for(b"to go on:")
        terminal.type(b"no\n")
        self.assertEqual(5, terminal.end())
        self.assertIn(b"declined: nothing more was touched", terminal.seen)
        self.assertIn(b"4 sessions on 2 hosts were warned and not told that it is called off", terminal.seen)
        self.assertEqual(4, len(self.told()))
        self.assert_state_matches()

    @lib.posix_only("kills the process")
    def test_killed_in_the_grace_and_resumed(self):
        self.kill_in_the_grace()
        resumed = self.expect(0, "resume", "report.json.journal.jsonl", "--yes", "--verify-timeout", "2s")
        self.assertIn("were warned before: 4 sessions; they are warned anew and have the whole grace", resumed.err)
        self.assertEqual(8, len(self.told()))
        gone = {(line["host"], line["session"]): check_state.milliseconds(line["t"])
                for line in self.state() if line["effect"] == "gone"}
        for line in self.state():
            key = (line["host"], line["session"])
            if line["effect"] == "messaged":  # also the second time
                self.assertGreaterEqual(gone[key] - check_state.milliseconds(line["t"]), 3000)
        self.assert_state_matches()

    def test_options_that_do_not_fit(self):
        self.sim = self.fleet(["h1"], lib.scenario())
        for arguments, told in (
                (["--grace", "5m"], "'--grace' is the time between a warning and the logoff: give --notify TEXT too"),
                (["--notify", "x"], "give --grace DUR too"),
                (["--notify", "x", "--grace", "5m", "--notify-again", "5m"], "must be less than '--grace 5m'"),
                (["--notify", "x", "--grace", "0"], "option '--grace' must be from 1s to 1d"),
                (["--notify-again", "1m"], "give --notify TEXT and --grace DUR too"),
                (["--grace-disconnected"], "give --notify TEXT and --grace DUR too"),
                (["--notify-failed", "skip"], "give --notify TEXT and --grace DUR too"),
                (["--notify-cancelled", "x"], "give --notify TEXT and --grace DUR too"),
                (["--notify", "{usr}", "--grace", "5m"], "option '--notify' has an unknown placeholder '{usr}' at character 1"),
                (["--notify", "x", "--grace", "5m", "--notify-cancelled", "a{"], "option '--notify-cancelled' has a placeholder"),
                (["--notify", "{reason}", "--grace", "5m"], "but there is no --reason"),
                (["--notify", "x" * 512, "--grace", "5m"], "is too long: 512 UTF-16 units"),
                (["--notify", " ", "--grace", "5m"], "option '--notify' is empty"),
                (["--notify", "x", "--grace", "5m", "--run-timeout", "300"], "'--run-timeout 5m' is over before"),
                (["--notify", "x", "--grace", "5m", "--notify-failed", "never"], "must be 'skip', 'continue' or 'abort'")):
            with self.subTest(arguments=arguments):
                result = self.expect(2, "logoff", *self.sim, "--all", "--yes", "--sim-state", "state", *arguments)
                self.assertIn(told, result.err)
        self.assertIn("belongs to 'logoff'", self.expect(2, "sessions", *self.sim, "--notify", "x").err)


if __name__ == "__main__":
    lib.main()
