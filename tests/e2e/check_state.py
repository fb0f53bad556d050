#!/usr/bin/python3
"""Compares a report with what really happened to the simulated fleet, session by session.

usage: check_state.py REPORT.json STATE [SCENARIO.json]

The state file is the truth: nobody may be gone whom the report does not call asked, and nobody may be called logged
off who is still there. Prints every contradiction; exit code 1 if there is one.
"""

import collections
import json
import sys

# What the report may say of a session whose logoff was accepted. `still_present` and `returned` are checked further.
ASKED = {"logged_off", "in_doubt", "still_present", "returned"}
# The same for other calls, by command and call: what is not here may not happen.
EFFECTS = {
    ("disconnect", "disconnect"): {"disconnected", "in_doubt", "still_present"},
    # gone: a run that goes on wanted to send it once more
    ("message", "message"): {"messaged", "in_doubt", "already_gone"},
}
KNOWN = {
    "logged_off", "already_gone", "disconnected", "messaged", "planned", "listed", "failed", "timed_out",
    "in_doubt", "still_present", "identity_changed", "returned", "not_attempted", "skipped",
}
# What warned users read when the run is stopped, unless it was given another text.
CALLED_OFF = "The logoff that was announced for {time} is called off."
NEEDS_REASON = {"skipped", "not_attempted"}
# Selected, and then found to be no longer what was selected.
CHANGED = {"no_longer_matches", "already_disconnected"}


def identity(host, session):
    user = session["user"]
    if user is not None and session["domain"] is not None:
        user = session["domain"] + "\\" + user
    return (host, session["id"], user, session["logon_at"])


def folded(user):
    return user.casefold() if user else ""


def name(key):
    host, id_, user, logon_at = key
    return f"{host} session {id_} of {user} since {logon_at}"


class Checker:
    def __init__(self, report, state, vanished=()):
        self.report = report
        self.problems = []
        self.started = report["run"]["started_at"]
        self.finished = report["run"]["finished_at"]
        self.before = [line for line in state if line["t"] < self.started]
        self.vanished = set(vanished)
        self.lines = [line for line in state if line["t"] >= self.started]
        self.gone = {}  # by a logoff of this run
        self.left = {}  # by themselves, at any time
        self.drains = [line for line in state if line["effect"] == "drain"]
        self.back = collections.defaultdict(set)  # account -> (host, id) of whoever logged on after a logoff
        for line in state:
            key = (line["host"], line["session"], line["user"], line["logon_at"])
            if line["effect"] == "logged_on":
                self.back[folded(line["user"])].add((line["host"], line["session"]))
            if line["effect"] != "gone":
                continue
            if line["call"] != "logoff":
                self.left[key] = line
            elif line["t"] >= self.started:
                self.gone[key] = line
            else:
                self.left[key] = line

    def say(self, text):
        self.problems.append(text)

    def read_sessions(self):
        self.sessions = {}
        names = collections.Counter(host["host"].lower() for host in self.report["hosts"])
        for host, count in names.items():
            if count > 1:
                self.say(f"host {host} is in the report {count} times")
        for host in self.report["hosts"]:
            for session in host["sessions"]:
                key = identity(host["host"], session)
                if key in self.sessions:
                    self.say(f"{name(key)} is in the report twice")
                self.sessions[key] = session

    def check_gone(self):
        for key, line in self.gone.items():
            session = self.sessions.get(key)
            if session is None:
                self.say(f"{name(key)} was logged off and is not in the report")
                continue
            outcome = session["outcome"]
            if self.report["run"]["dry_run"]:
                self.say(f"{name(key)} was logged off by a dry run")
            if outcome not in ASKED:
                self.say(f"{name(key)} was logged off, the report says {outcome}")
            if not session["selected"]:
                self.say(f"{name(key)} was logged off without being selected")
            if outcome == "still_present" and line["due"] < self.finished:
                # It may have gone between the last look and the end of the run; a second is generous.
                if abs(milliseconds(self.finished) - milliseconds(line["due"])) > 1000:
                    self.say(f"{name(key)} is still_present, but was gone at {line['due']}")

    def check_reported(self):
        for key, session in self.sessions.items():
            outcome = session["outcome"]
            if outcome not in KNOWN:
                self.say(f"{name(key)} has the unknown outcome {outcome}")
            left = key in self.left or key[:2] in self.vanished
            if session["logon_at"] is None:  # it was gone before anybody could ask since when
                left = any(key[:3] == other[:3] for other in self.left)
            if outcome == "logged_off" and key not in self.gone and not left:
                self.say(f"{name(key)} is called logged_off and is still there")
            if outcome == "already_gone" and key not in self.gone and not left:
                self.say(f"{name(key)} is called already_gone and is still there")
            if outcome == "already_gone" and key in self.gone:
                self.say(f"{name(key)} is called already_gone, but we asked")
            if outcome == "returned" and not self.back[folded(key[2])] and not self.swapped_in(key[2]):
                self.say(f"{name(key)} is called returned and never came back")
            # What is in doubt has an error, or the reason why nobody waited for one.
            needs_reason = outcome in NEEDS_REASON or (outcome == "in_doubt" and session["error"] is None)
            if needs_reason != (session["reason"] is not None):
                self.say(f"{name(key)} is {outcome} with the reason {session['reason']}")
            if outcome == "skipped" and session["selected"] and session["reason"] not in CHANGED:
                self.say(f"{name(key)} is skipped and selected")
            if outcome != "skipped" and not session["selected"]:
                self.say(f"{name(key)} is {outcome} and not selected")

    def swapped_in(self, user):
        """Whether that user has got an id that the state does not tell of."""
        return any(key[:2] in self.vanished and folded(key[2]) == folded(user) for key in self.sessions)

    def check_other_effects(self):
        command = self.report["run"]["command"]
        done = {"disconnected": set(), "messaged": set()}
        for line in self.lines:
            if line["call"] in ("leave", "return") or (command, line["call"]) == ("logoff", "logoff"):
                continue
            if (command, line["call"]) == ("logoff", "message") and (self.report["run"].get("policy") or {}).get("notify"):
                continue  # a warning
            if line["call"] == "drain" and (command == "drain" or self.report["run"]["policy"].get("drain")):
                continue
            outcomes = EFFECTS.get((command, line["call"]))
            if outcomes is None:
                self.say(f"{command} had the effect {line}")
                continue
            key = (line["host"], line["session"], line["user"], line["logon_at"])
            done[line["effect"]].add(key)
            session = self.sessions.get(key)
            if session is None:
                self.say(f"{name(key)} is {line['effect']} and is not in the report")
            elif session["outcome"] not in outcomes:
                self.say(f"{name(key)} is {line['effect']}, the report says {session['outcome']}")
            elif not session["selected"]:
                self.say(f"{name(key)} is {line['effect']} without being selected")
        for key, session in self.sessions.items():
            outcome = session["outcome"]
            if outcome in done and key not in done[outcome] and key not in self.left:
                self.say(f"{name(key)} is called {outcome} and is not")

    def told(self):
        """Messages of this run, by session: (when, text)."""
        told = collections.defaultdict(list)
        for line in self.lines:
            if line["call"] == "message":
                key = (line["host"], line["session"], line["user"], line["logon_at"])
                told[key].append((milliseconds(line["t"]), line["text"]))
        return told

    def check_courtesy(self):
        """Of a logoff with warnings: nobody who was connected is logged off before the grace of a warning of his is
        over; nobody is told anything who was not selected, and whoever is told that it is called off stays."""
        policy = self.report["run"].get("policy") or {}
        grace, cancelled = policy.get("grace_ms"), policy.get("notify_cancelled") or CALLED_OFF
        if policy.get("notify") is None:
            return
        told = self.told()
        for key in told:
            if key not in self.sessions or not self.sessions[key]["selected"]:
                self.say(f"{name(key)} was warned without being selected")
        for key, line in self.gone.items():
            session = self.sessions.get(key)
            if session is None or (session["state"] == "disconnected" and not policy["grace_disconnected"]):
                continue
            if policy["notify_failed"] == "continue" and session["error"]:
                continue
            if not any(milliseconds(line["t"]) - t >= grace for t, _ in told[key]):
                self.say(f"{name(key)} was logged off without a warning and its grace")
        start = cancelled.split("{")[0]
        for key, messages in told.items():
            before = [text for t, text in messages if key in self.gone and t <= milliseconds(self.gone[key]["t"])]
            if before and before[-1].startswith(start):  # and nothing new was announced by a resume
                self.say(f"{name(key)} was told that it is called off, and was logged off")

    def modes(self, until):
        """The drain mode of every host that was ever set to one, at that time."""
        lines = [line for line in self.drains if line["t"] <= until]
        return {line["host"]: line["mode"] for line in sorted(lines, key=lambda line: line["t"])}

    def check_drain(self):
        """What the report says of drain modes is so, and whoever was asked to go found the door closed behind him."""
        then, now = self.modes(self.finished), self.modes("9")
        changed = {line["host"] for line in self.drains if line["t"] >= self.started}
        policy = self.report["run"]["policy"]
        for host in self.report["hosts"]:
            host_name, drain = host["host"], host["drain"]
            if drain is None:
                if host_name in changed:
                    self.say(f"{host_name} was set to drain mode, and the report does not know")
                continue
            mode = then.get(host_name, "off")
            if drain["after"] not in (None, mode):
                self.say(f"{host_name} is called {drain['after']} in the end and is {mode}")
            if policy.get("drain") == "run" and drain["before"] not in (None, now.get(host_name, "off")):
                if host["error"] is None or self.report["run"]["exit_code"] == 0:
                    self.say(f"{host_name} was {drain['before']}, is {now.get(host_name)}, and that is no error")
        if not policy.get("drain") or policy.get("drain_failed") == "continue":
            return
        for key, line in self.gone.items():
            session = self.sessions.get(key)
            if session and session["outcome"] not in ("in_doubt", "still_present") and self.modes(line["t"]).get(key[0], "off") == "off":
                self.say(f"{name(key)} was logged off while the host took new logons")

    def check_totals(self):
        totals = self.report["totals"]
        sessions = collections.Counter(session["outcome"] for session in self.sessions.values())
        hosts = collections.Counter(host["outcome"] for host in self.report["hosts"])
        for what, counted in (("sessions", sessions), ("hosts", hosts)):
            for outcome, count in totals[what].items():
                wanted = counted.get(outcome, 0)
                if outcome in KNOWN | {"succeeded", "partial"} and count != wanted:
                    self.say(f"totals.{what}.{outcome} is {count}, counted {wanted}")

    def check_scenario(self, scenario):
        """Whoever the scenario names on a host that was reached is in the report."""
        reached = {host["host"] for host in self.report["hosts"] if host["outcome"] == "succeeded"}
        gone_before = {(line["host"], line["session"]) for line in self.before if line["effect"] == "gone"}
        seen = {key[:3] for key in self.sessions}
        for host, told in scenario.get("hosts", {}).items():
            swaps = {fault.get("session") for fault in told.get("faults", []) if "swap_user" in fault}
            for session in told.get("sessions", []):
                key = (host, session["id"], session.get("user"))
                if host not in reached or key[:2] in gone_before or session["id"] in swaps:
                    continue
                if "leaves_after_ms" not in session and key not in seen:
                    self.say(f"{key} is in the scenario and not in the report")

    def check(self, scenario=None):
        self.read_sessions()
        self.check_gone()
        self.check_reported()
        self.check_other_effects()
        self.check_courtesy()
        self.check_totals()
        self.check_drain()
        if scenario:
            self.check_scenario(scenario)
        return self.problems


def milliseconds(text):
    """RFC 3339 as we write it, of one day: enough to compare two moments of a run."""
    clock = text.split("T")[1].rstrip("Z")
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600000 + int(minutes) * 60000 + round(float(seconds) * 1000)


def check(report, state, scenario=None, vanished=()):
    """A list of contradictions. `vanished`: (host, id) of sessions that went in a way the state does not tell."""
    return Checker(report, state, vanished).check(scenario)


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        state = [json.loads(line) for line in file]
    problems = check(read(sys.argv[1]), state, read(sys.argv[3]) if len(sys.argv) == 4 else None)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
