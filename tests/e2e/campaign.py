#!/usr/bin/python3
"""The crash campaign: a mass logoff is killed at a random moment, then resumed (and killed again) until it ends. What
really happened to the simulated fleet is then compared with the report, the journal and what was asked for.

usage: campaign.py PROGRAM ROUNDS [--seed N] [--jobs N] [--keep]

Round number i has the seed N + i; a round that fails prints its seed, which runs it again alone with ROUNDS 1: the same
farm and the same moments, as far as clocks allow. --keep leaves the folders of failed rounds and says where they are.
"""

import argparse
import collections
import concurrent.futures
import csv
import datetime
import fnmatch
import io
import json
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import check_state

PATIENCE_S = 120
NOT_COME_TO = ("no_workers", "not_drained", "not_warned")
JOURNAL = "report.json.journal.jsonl"
EPOCH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
USERS = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "svc-print", "svc-backup", "Bj\u00f6rn"]


class Farm:
    """A few hosts with everything that can go wrong on them, and who is to be logged off."""

    def __init__(self, chance):
        self.chance = chance
        self.hosts = [f"h{number:02}" for number in range(1, chance.randint(3, 14) + 1)]
        self.specs = {host: self.host() for host in self.hosts}
        self.verify_ms = chance.randint(1200, 2200)
        self.document = {
            "schema": "rdsweep.sim/1",
            "seed": chance.randrange(1 << 30),
            "epoch": "2026-01-01T00:00:00Z",
            "defaults": {
                "latency_ms": {call: chance.randint(0, 12) for call in (
                    "probe", "open", "enumerate", "query", "logoff", "close", "drain", "message")},
                "jitter": 0.3,
                "logoff_takes_ms": chance.randint(10, self.verify_ms // 2),
            },
            "hosts": self.specs,
        }
        self.select()

    def session(self, id_, user):
        chance = self.chance
        session = {"id": id_, "user": chance.choice(["CORP", "CORP", "OTHER"]) + "\\" + user,
                   "state": chance.choice(["active", "active", "disconnected"]),
                   "logon_s": chance.randint(1, 500000), "idle_s": chance.randint(0, 9000)}
        if chance.random() < 0.06:
            session["leaves_after_ms"] = chance.randint(1, 1500)
        if chance.random() < 0.06:
            session["returns_after_ms"] = chance.randint(1, 400)
        return session

    def host(self):
        chance = self.chance
        ids = chance.sample(range(2, 40), chance.randint(0, 8))
        sessions = [self.session(id_, chance.choice(USERS)) for id_ in sorted(ids)]
        if chance.random() < 0.1:
            sessions.append({"id": 1, "user": "CORP\\operator", "state": "active", "station": "Console", "logon_s": 99})
        faults = [fault for session in sessions for fault in self.faults_of(session)]
        kind = chance.random()
        if kind < 0.04:
            faults = [{"call": "probe", "refused": True}]
        elif kind < 0.08:
            faults = [{"call": "open", "error": chance.choice([5, 1722])}]
        elif kind < 0.12:
            faults.append({"call": "enumerate", "error": 1722, "times": chance.randint(1, 2)})
        elif kind < 0.16:
            faults.append({"call": chance.choice(["enumerate", "logoff", "query"]), "delay_ms": chance.randint(1, 200)})
        elif kind < 0.20:
            faults.append({"call": "message", "error": chance.choice([5, 1722]), "times": chance.randint(1, 3)})
        return {"sessions": sessions, "faults": faults + self.drain_faults()}

    def drain_faults(self):
        """The first so many calls of a run close the door, the last ones open it again."""
        chance = self.chance
        if chance.random() < 0.75:
            return []
        before = [{"call": "drain", "delay_ms": 1, "times": chance.randint(1, 6)}] * chance.randint(0, 1)
        return before + [{"call": "drain", **chance.choice([
            {"error": 5, "times": 1}, {"error": 1722, "times": chance.randint(1, 3)}, {"delay_ms": chance.randint(1, 300)},
            {"hang": True, "times": 1}, {"error": 53}])}]

    def faults_of(self, session):
        chance, id_ = self.chance, session["id"]
        kind = chance.random()
        if kind < 0.05:
            return [{"call": "logoff", "session": id_, "swap_user": "CORP\\mallory"}]
        if kind < 0.08:
            return [{"call": "logoff", "session": id_, "ignored": True}]
        if kind < 0.12:
            return [{"call": "logoff", "session": id_, "error": 5}]
        if kind < 0.17:
            return [{"call": "logoff", "session": id_, "error": 1722, "times": chance.randint(1, 3)}]
        if kind < 0.19:
            return [{"call": "logoff", "session": id_, "hang": True, "times": 1}]
        return []

    def select(self):
        """Who is meant, as options and as a rule of our own to hold against what happens."""
        chance = self.chance
        self.users = chance.choice([[], [], ["*"], ["CORP\\*"], ["*a*", "BOB"], ["OTHER\\?o?", "carol", "bj\u00d6rn"]])
        self.states = chance.choice([[], [], [], ["active"], ["disconnected"]])
        self.not_users = chance.choice([[], [], ["erin"], ["OTHER\\*"]])
        self.protect = chance.choice([[], ["svc-*"], ["CORP\\alice", "*grace"]])
        self.own = None
        with_sessions = [host for host in self.hosts if any(entry["id"] > 1 for entry in self.specs[host]["sessions"])]
        if with_sessions and chance.random() < 0.3:
            host = chance.choice(with_sessions)
            session = chance.choice([entry for entry in self.specs[host]["sessions"] if entry["id"] > 1])
            self.own = (host, session["id"], session["user"])
            self.document["self"] = {"host": host, "session": session["id"], "user": session["user"]}
        self.selection = ["--all"] if not self.users and not self.states else []
        for option, values in (("-u", self.users), ("--state", self.states), ("--not-user", self.not_users),
                               ("--protect", self.protect)):
            for value in values:
                self.selection += [option, value]

    def options(self):
        chance = self.chance
        options = ["-c", str(chance.randint(1, 8)), "--call-timeout", "1s", "--connect-timeout", "1s",
                   "--verify-timeout", f"{self.verify_ms}ms", "--verify-interval", f"{chance.randint(10, 120)}ms",
                   "--retry-delay", f"{chance.randint(1, 60)}ms", "--retries", str(chance.randint(0, 2))]
        if chance.random() < 0.3:
            options += ["--wave", chance.choice(["1", "1,50%", "30%", "2,3"])]
        if chance.random() < 0.2:
            options += ["--max-closing", str(chance.randint(1, 9))]
        if chance.random() < 0.1:
            options.append("--wait")
        if chance.random() < 0.6:
            options += ["--drain", chance.choice(["run", "run", "restart", "keep"])]
            options += chance.choice([[], ["--drain-failed", "continue"]])
        return options + self.window_options()

    def window_options(self):
        """What else belongs to a maintenance window: warnings and sweeps."""
        chance = self.chance
        options = []
        self.sweeps = chance.choice([0, 0, 0, 1, 2, 3])
        if self.sweeps:
            options += ["--sweep", str(self.sweeps)]
        if chance.random() < 0.15:  # a grace is a second at least
            options += ["--notify", "{user} on {host}: {minutes} min", "--grace", f"{chance.randint(1000, 1600)}ms",
                        "--notify-failed", chance.choice(["skip", "continue"])]
            if chance.random() < 0.3:
                options += ["--grace-disconnected"]
        return options

    def may_be_asked(self):
        """The identities that are selected, by our own rule."""
        found = set()
        for host, spec in self.specs.items():
            for session in spec["sessions"]:
                user = session["user"]
                own = self.own and (user.casefold() == self.own[2].casefold())
                if session["id"] == 1 or own or matches(self.protect, user) or matches(self.not_users, user):
                    continue
                if self.users and not matches(self.users, user) or self.states and session["state"] not in self.states:
                    continue
                logon_at = EPOCH - datetime.timedelta(seconds=session["logon_s"])
                found.add((host, session["id"], user, logon_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")))
        return found

    def matches_later(self, key):
        """Whether somebody who was not there in the beginning matches, too. Who logs on is active; an id that changes hands
        stays in its state."""
        host, id_, user, _ = key
        own = self.own and user.casefold() == self.own[2].casefold()
        state = next((entry["state"] for entry in self.specs[host]["sessions"] if self.is_swapped(key) and entry["id"] == id_), "active")
        return not own and not matches(self.protect + self.not_users, user) and (
            not self.users or matches(self.users, user)) and (not self.states or state in self.states)

    def is_swapped(self, key):
        return key[2] == "CORP\\mallory" and key[:2] in self.swapped()

    def swapped(self):
        return {(host, fault["session"]) for host, spec in self.specs.items() for fault in spec["faults"]
                if "swap_user" in fault}


def matches(patterns, account):
    domain, user = account.casefold().split("\\")
    for pattern in patterns:
        left, _, right = pattern.casefold().rpartition("\\")
        if fnmatch.fnmatchcase(user, right) and (not left or fnmatch.fnmatchcase(domain, left)):
            return True
    return False


class Round:
    def __init__(self, program, seed):
        self.program, self.seed = os.path.abspath(program), seed
        self.chance = random.Random(seed)
        self.folder = tempfile.mkdtemp(prefix=f"rdsweep-campaign-{seed}-")
        self.problems = []
        self.told = collections.Counter()
        self.farm = Farm(self.chance)
        self.log = []
        self.write("hosts.ini", "\n".join(self.farm.hosts) + "\n")
        self.write("scenario.json", json.dumps(self.farm.document))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        try:
            with open(self.path(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    def say(self, text):
        self.problems.append(text)

    def start(self, *arguments, stdin=subprocess.DEVNULL):
        self.log.append(" ".join(arguments))
        with open(self.path("stderr"), "ab") as err:
            return subprocess.Popen([self.program, *arguments], cwd=self.folder, stdin=stdin,
                                    stdout=subprocess.DEVNULL, stderr=err,
                                    env={**os.environ, "XDG_STATE_HOME": self.path("state-home")})

    def phase(self):
        """How far the journal has got."""
        journal = self.read(JOURNAL)
        for event in ("end", "done", "result", "intent", "drained", "drain", "confirmed", "surveyed", "run"):
            if b'{"event":"%s"' % event.encode() in journal:
                return event
        return "nothing"

    def wait_for_moment(self, process):
        """A moment of the clock, or right after something has happened: all of a run's phases get their share. After the
        end, reports are being written."""
        chance = self.chance
        kind = chance.choice(["clock", "clock", "clock", "intent", "result", "result", "end", "end", "drain", "drained"])
        delay = {"clock": chance.uniform(0.01, 1.3), "end": chance.uniform(0, 0.012)}.get(
            kind, chance.uniform(0, 0.03) * chance.randint(0, 1))
        size = len(self.read(JOURNAL))
        end = time.monotonic() + PATIENCE_S
        while kind != "clock" and process.poll() is None and time.monotonic() < end:
            if b'{"event":"%s"' % kind.encode() in self.read(JOURNAL)[size:]:
                break
            time.sleep(0.0005)
        time.sleep(delay)

    def kill(self, process):
        self.wait_for_moment(process)
        number = signal.SIGKILL if self.chance.random() < 0.75 else self.chance.choice([signal.SIGINT, signal.SIGTERM])
        process.send_signal(number)
        twice = number != signal.SIGKILL and self.chance.random() < 0.5
        if twice:
            self.again(process, self.chance.uniform(0, 0.5))
        code = self.wait(process)
        if code in (130, 143):
            self.told["interrupted twice" if twice else "interrupted"] += 1
            self.check_stopped(code, "interrupted")
        elif code != -signal.SIGKILL:
            self.told["had ended"] += 1
        elif any(name.endswith(".tmp") for name in os.listdir(self.folder)):
            self.told["killed while a report was written"] += 1
        else:
            self.told[f"killed after '{self.phase()}'"] += 1

    @staticmethod
    def again(process, delay):
        """A second interrupt: nothing is waited for any more. Where the run has ended by then there is none."""
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)

    def decline(self):
        """A run that has begun to act, and is not to go on now: it can be taken up later all the same."""
        if b'{"event":"confirmed"' not in self.read(JOURNAL):
            return
        terminal, ours = pty.openpty()
        try:
            os.write(terminal, b"no\n")
            code = self.wait(self.start("resume", JOURNAL, stdin=ours))
        finally:
            os.close(terminal)
            os.close(ours)
        if code == 5:
            self.told["declined"] += 1
            self.check_stopped(code, "aborted")
            end = json.loads(self.read(JOURNAL).splitlines()[-1])
            if end["event"] != "end" or end["settled"]:
                self.say(f"declined, and the journal ends with {end}")
        elif code not in (0, 1, 3):  # nothing was left to ask about
            self.say(f"exit code {code} of a resume that was to be declined")

    def check_stopped(self, code, outcome):
        """Also the report of a run that was stopped tells what has happened so far."""
        report = self.read("report.json")
        if not report:  # it had not begun, or could not write
            self.say(f"exit code {code}, and no report")
            return
        report = json.loads(report)
        state = [json.loads(line) for line in self.read("state").splitlines()]
        if report["run"]["exit_code"] != code or report["run"]["outcome"] != outcome:
            self.say(f"exit code {code}, the report says {report['run']['exit_code']}, {report['run']['outcome']}")
        self.problems += [f"{outcome}: {problem}" for problem in check_state.check(report, state, None, self.farm.swapped())]

    def wait(self, process):
        try:
            return process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.say("does not end")
            return None

    def resume(self, *arguments):
        return self.start("resume", JOURNAL, "--yes", *arguments)

    def run(self):
        options = self.farm.options()
        first = self.start("logoff", "-i", "hosts.ini", "--sim", "scenario.json", "--sim-state", "state", "--yes",
                           "-o", "report.json", "-o", "report.csv", *self.farm.selection, *options)
        self.kill(first)
        for _ in range(self.chance.choice([0, 0, 0, 1, 1, 2, 3])):
            if self.chance.random() < 0.2:
                self.decline()
            second = self.resume()
            if self.chance.random() < 0.2:
                self.both(second)
            self.kill(second)
        code = self.wait(self.resume())
        if code == 2 and not self.begun():
            self.told["nothing had begun"] += 1
            if b'"logoff"' in self.read("state"):
                self.say("somebody was logged off by a run that had not begun")
            return
        if code not in (0, 1, 3):
            self.say(f"exit code {code} of the last resume")
        self.check(code)

    def begun(self):
        """Whether the journal has all of the first lines."""
        lines = self.read(JOURNAL).split(b"\n")[:-1]
        return len(lines) > len(self.farm.hosts)

    def both(self, first):
        """Two processes resume the same run: one of them at most."""
        second = self.resume()
        code = self.wait(second)
        if code not in (0, 1, 2, 3):
            self.say(f"exit code {code} of a second resume")
        self.told["two at once"] += 1

    def check(self, code):
        try:
            report = json.loads(self.read("report.json"))
            state = [json.loads(line) for line in self.read("state").splitlines()]
            journal = [json.loads(line) for line in self.read(JOURNAL).splitlines()]
            rows = list(csv.DictReader(io.StringIO(self.read("report.csv").decode(), newline="")))
        except (ValueError, KeyError) as error:
            self.say(f"not whole: {error}")
            return
        self.problems += check_state.check(report, state, None, self.farm.swapped())
        self.check_asked(report, state, journal)
        self.check_drain_intents(state, journal)
        self.told["warnings"] += sum(line["call"] == "message" for line in state)
        self.check_report(report, rows, journal, code)
        self.check_end(report, journal[-1], code)
        self.told["sessions logged off"] += sum(line["call"] == "logoff" for line in state)

    def check_asked(self, report, state, journal):
        may = self.farm.may_be_asked()
        early = self.came_before_the_end_of_the_survey(state, journal)
        came = early | {self.key(line) for line in state if line["effect"] == "logged_on"}
        seen, intents = self.intents(journal)
        asked = collections.Counter(self.key(line) for line in state if line["call"] == "logoff")

        def selected(key):
            later = key in early or self.farm.sweeps and (key in came or self.farm.is_swapped(key))
            return key in may or later and self.farm.matches_later(key)

        for line in state:
            key = self.key(line)
            if line["call"] == "logoff" and not any(t <= line["t"] for t in intents.get(key, [])):
                self.say(f"{check_state.name(key)} was logged off without an intent: {intents.get(key)}, {line['t']}")
        for key, count in asked.items():
            if not selected(key):
                self.say(f"{check_state.name(key)} was not selected and was logged off")
            if count > 1:
                self.say(f"{check_state.name(key)} was logged off {count} times")
            self.told["of them by sweeps"] += key not in may and key not in early
        for key in intents:
            if not selected(key):
                self.say(f"{check_state.name(key)} was not selected and there is an intent")
        self.check_complete(report, seen)

    @staticmethod
    def key(line):
        return (line["host"], line["session"], line["user"], line["logon_at"])

    @staticmethod
    def intents(journal):
        """Who was seen in which row, and when there was an intent for whom."""
        seen, intents = {}, collections.defaultdict(list)
        for line in journal:
            if line["event"] == "surveyed":
                for row, entry in enumerate(line["host"]["sessions"]):
                    seen[line["host"]["host"], row] = check_state.identity(line["host"]["host"], entry)
            elif line["event"] in ("seen", "result"):  # since when he is on may only be known later
                seen[line["host"], line["row"]] = check_state.identity(line["host"], line["session"])
            elif line["event"] == "intent":
                for row in line["rows"]:
                    intents[seen[line["host"], row]].append(line["t"])
        return seen, intents

    def check_drain_intents(self, state, journal):
        intents = collections.defaultdict(list)
        for line in journal:
            if line["event"] == "drain":
                intents[line["host"], line["to"]].append(line["t"])
        for line in state:
            if line["call"] != "drain":
                continue
            self.told["drain modes set"] += 1
            if not any(t <= line["t"] for t in intents[line["host"], line["mode"]]):
                self.say(f"{line['host']} was set to drain mode {line['mode']} without an intent")

    def came_before_the_end_of_the_survey(self, state, journal):
        """A run that was killed before it had confirmed anything surveys once more when it is resumed, and finds who has
        logged on since."""
        confirmed = next((line["t"] for line in journal if line["event"] == "confirmed"), "")
        return {self.key(line) for line in state if line["effect"] == "logged_on" and line["t"] <= confirmed}

    def check_complete(self, report, seen):
        there = {check_state.identity(host["host"], entry) for host in report["hosts"] for entry in host["sessions"]}
        without_time = {key[:3] for key in there}
        for key in seen.values():
            if key not in there and (key[3] is not None or key[:3] not in without_time):
                self.say(f"{check_state.name(key)} was seen and is not in the report")

    def check_report(self, report, rows, journal, code):
        run = report["run"]
        if [host["host"] for host in report["hosts"]] != self.farm.hosts:
            self.say(f"hosts {[host['host'] for host in report['hosts']]}")
        first = journal[0]["run"]
        if (run["id"], run["started_at"]) != (first["id"], first["started_at"]):
            self.say(f"the report is of {run['id']} from {run['started_at']}, the journal of {first['id']}")
        if run["exit_code"] != code or run["stopped_by"] is not None:
            self.say(f"exit code {code}, the report says {run['exit_code']}, stopped by {run['stopped_by']}")
        for host in report["hosts"]:
            for entry in host["sessions"]:
                if entry["outcome"] is None:
                    self.say(f"{host['host']} session {entry['id']} has no outcome")
                if entry["outcome"] == "not_attempted" and entry["reason"] not in NOT_COME_TO:
                    self.say(f"{host['host']} session {entry['id']} was not come to: {entry['reason']}")
        told = sum(len(host["sessions"]) for host in report["hosts"])
        if told != sum(bool(row["session_id"]) for row in rows) or {row["run_id"] for row in rows} != {run["id"]}:
            self.say("the CSV report is another one")
        if "-o" in self.log[0] and not run["simulated"]:
            self.say("not called simulated")

    def check_end(self, report, last, code):
        """Settled, unless a session is in doubt, or a door is closed that should be open."""
        owed = [host["host"] for host in report["hosts"] if report["run"]["policy"]["drain"] == "run" and host["drain"]
                and host["drain"]["before"] == "off" and host["drain"]["after"] in (None, "on")]
        settled = report["totals"]["sessions"]["in_doubt"] == 0 and not owed
        self.told["doors left closed, and said so"] += len(owed)
        if last["event"] != "end" or last["settled"] != settled:
            self.say(f"the journal ends with {last}")
        elif settled:
            self.check_left_alone(code)
        else:
            self.told["left in doubt"] += 1

    def check_left_alone(self, code):
        """A run that is settled is not touched any more."""
        before = [self.read(name) for name in (JOURNAL, "state", "report.json")]
        again = self.wait(self.resume("-o", "again.json"))
        if again != code or before != [self.read(name) for name in (JOURNAL, "state", "report.json")]:
            self.say(f"a settled run was not left alone: exit code {again} after {code}")
        try:
            first, second = json.loads(before[2]), json.loads(self.read("again.json"))
        except ValueError as error:
            self.say(f"again.json: {error}")
            return
        if first["totals"] != second["totals"] or first["hosts"] != second["hosts"]:
            self.say("the journal of the settled run gives another report")

    def text(self):
        stderr = self.read("stderr").decode(errors="replace").splitlines()
        return "\n".join([f"round with seed {self.seed} failed:", *(f"  {problem}" for problem in self.problems[:15]),
                          f"  farm: {len(self.farm.hosts)} hosts", *(f"  $ rdsweep {line}" for line in self.log),
                          *(f"  | {line}" for line in stderr[-25:]),
                          f"  again: campaign.py PROGRAM 1 --seed {self.seed}"])


def one(program, seed, keep):
    round_ = Round(program, seed)
    try:
        round_.run()
    except Exception as error:  # a bug of ours is a failed round, too
        round_.say(f"{type(error).__name__}: {error}")
    text = round_.text() if round_.problems else None
    if text and keep:
        text += f"\n  kept: {round_.folder}"
    else:
        shutil.rmtree(round_.folder, ignore_errors=True)
    return text, round_.told


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("rounds", type=int)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 2))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    began, failed, told = time.monotonic(), 0, collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        rounds = [pool.submit(one, options.program, options.seed + number, options.keep) for number in range(options.rounds)]
        for done in concurrent.futures.as_completed(rounds):
            text, counts = done.result()
            told += counts
            if text:
                failed += 1
                print(text, flush=True)
    for name, count in sorted(told.items()):
        print(f"{count:8}  {name}")
    print(f"{options.rounds} rounds from seed {options.seed}, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed or not options.rounds else 0


if __name__ == "__main__":
    sys.exit(main())
