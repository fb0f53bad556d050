#!/usr/bin/python3
"""A maintenance window on a simulated farm, from the first look to doors as before: drain, warn, wait, warn again, log
off, sweep for comebacks; killed in the middle and resumed. What really happened to the farm is compared with the report.

usage: window.py PROGRAM [--hosts N] [--page docs/maintenance-window.md] [--wine WINE PREFIX]

--page puts the output of each step in its place on that page. --wine runs PROGRAM, rdsweep.exe with the stand-in
wtsapi32.dll beside it, on that Wine: then the farm is behind the real backend.
"""

import argparse
import collections
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

import check_state

PATIENCE_S = 180
JOURNAL = "night.json.journal.jsonl"
CLOSED = ("rdsh007", "rdsh008")  # their doors are closed before the window begins
NO_DRAIN = "rdsh031"  # its registry cannot be written, and its users come back
DOWN = "rdsh020"
DEAF = "rdsh013"  # one session there ignores its logoff

FLEET = "-i farm.ini --protect 'CORP\\svc-*'"
NOTICE = "{user}: {host} is updated tonight ({reason}). You are signed out at {time}, in {minutes} min."
# Each step of the page: its name, and its command. $SIM is the simulated farm.
STEPS = {
    "doors": "rdsweep drain status -i farm.ini $SIM > doors-before.txt",
    "rehearse": f"rdsweep logoff {FLEET} --all --dry-run -o plan.json $SIM",
    "window": f"rdsweep logoff {FLEET} --all --drain run --drain-failed continue --notify '{NOTICE}'"
              " --grace 4s --notify-again 2s --sweep 2 --verify-timeout 8s --reason 'patch night' --yes -o night.json -o night.csv $SIM",
    "resume": f"rdsweep resume {JOURNAL} --yes",
    "review": "rdsweep report show night.json",
    "left": "rdsweep report hosts --outcome failed,timed_out,partial night.json",
    "doors-again": "rdsweep drain status -i farm.ini $SIM > doors-after.txt",
}
CODES = {"doors": 1, "rehearse": 1, "resume": 1, "review": 0, "left": 0, "doors-again": 1}


def scenario(hosts):
    """The farm: everybody on; one host is down, one cannot be drained, one session stays whatever is asked."""
    def session(id_, user, **more):
        return {"id": id_, "user": f"CORP\\{user}", "state": "active", "logon_s": 7200 + id_, "idle_s": 60, **more}

    special = {
        DOWN: {"faults": [{"call": "open", "error": 1722}, {"call": "drain", "error": 53}]},
        NO_DRAIN: {"sessions": [session(2, "back.again", returns_after_ms=3000), session(3, "back.too", returns_after_ms=3300)],
                   "faults": [{"call": "drain", "error": 5}]},
        DEAF: {"sessions": [session(2, "stuck"), session(3, "fine")],
               "faults": [{"call": "logoff", "session": 2, "ignored": True}]},
        "rdsh002": {"sessions": [session(2, "svc-print"), session(3, "early.bird", leaves_after_ms=5000)]},
    }
    return {
        "schema": "rdsweep.sim/1", "seed": 7,
        "defaults": {"sessions": {"min": 3, "max": 8}, "disconnected": 0.3, "logoff_takes_ms": 400,
                     "latency_ms": {"probe": 1, "open": 8, "enumerate": 8, "query": 2, "message": 3, "logoff": 60,
                                    "drain": 4, "close": 1}},
        "hosts": {name: spec for name, spec in special.items() if name in hosts},
    }


class Window:
    """The steps, each with what it printed."""

    def __init__(self, program, hosts, wine=()):
        self.program = os.path.abspath(program)
        self.wine = [os.path.abspath(part) for part in wine] + ["run"] if wine else []
        self.hosts = [f"rdsh{number:03}" for number in range(1, hosts + 1)]
        self.count = hosts
        self.folder = tempfile.mkdtemp(prefix="rdsweep-window-")
        self.output, self.problems = {}, []
        self.put("farm.ini", f"[rdsh]\nrdsh[001:{hosts:03}]\n")
        self.put("farm.json", json.dumps(scenario(self.hosts)))

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)

    def read(self, name):
        try:
            with open(self.path(name), encoding="utf-8", newline="") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def state(self):
        text = self.read("state")
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def start(self, command):
        """As a shell would: only $SIM and > are known."""
        simulated = "--backend windows --probe none" if self.wine else "--sim farm.json --sim-state state"
        words = shlex.split(command.replace("$SIM", simulated))
        into = None
        if ">" in words:
            into = words[words.index(">") + 1]
            del words[words.index(">"):]
        environment = {**os.environ, "RDSWEEP_FAKE_SCENARIO": "farm.json", "RDSWEEP_FAKE_STATE": "state"}
        with open(self.path("printed"), "wb") as printed:
            out = open(self.path(into), "wb") if into else printed
            process = subprocess.Popen([*self.wine, self.program, *words[1:]], cwd=self.folder, stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=printed, env=environment)
            if into:
                out.close()
        return process

    def printed(self):
        """Without the folder, which is another one each time."""
        return self.read("printed").replace(self.folder + os.sep, "")

    def end(self, name, process, code):
        try:
            got = process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            got = "no end"
        self.output[name] = self.printed()
        if code is not None and got != code:
            self.problems.append(f"step '{name}' ended with {got}, not {code}:\n{self.output[name]}")

    def step(self, name):
        self.end(name, self.start(STEPS[name]), CODES[name])

    def asked(self):
        return sum(line["call"] == "logoff" for line in self.state())

    def planned(self):
        return json.loads(self.read("plan.json"))["totals"]["sessions"]["planned"]

    def kill_in_the_middle(self):
        """When a third has been asked to go."""
        process = self.start(STEPS["window"])
        end = time.monotonic() + PATIENCE_S
        while process.poll() is None and self.asked() < self.planned() // 3 and time.monotonic() < end:
            time.sleep(0.01)
        if process.poll() is not None:
            self.problems.append("the run ended before it could be killed")
        process.send_signal(signal.SIGKILL)
        self.end("window", process, None)

    def run(self):
        closing = f"rdsweep drain on -i farm.ini -l {','.join(CLOSED)} --yes --journal closed.jsonl $SIM"
        self.end("closed before", self.start(closing), 0)
        self.step("doors")
        self.step("rehearse")
        self.kill_in_the_middle()
        for name in ("resume", "review", "left", "doors-again"):
            self.step(name)
        if not self.problems:
            self.check()
        return self.problems

    def check(self):
        report, state = json.loads(self.read("night.json")), self.state()
        self.problems += check_state.check(report, state)
        self.check_asked_once(state)
        self.check_doors(report)
        self.check_outcomes(report, state)

    def check_asked_once(self, state):
        asked = collections.Counter((line["host"], line["session"], line["user"], line["logon_at"])
                                    for line in state if line["call"] == "logoff")
        for key, count in asked.items():
            if count > 1:
                self.problems.append(f"{key} was asked {count} times")
            if key[2].startswith("CORP\\svc-"):
                self.problems.append(f"{key} is protected and was asked")

    def check_doors(self, report):
        """As before, and in between closed wherever that was possible."""
        if self.read("doors-before.txt") != self.read("doors-after.txt"):
            self.problems.append("the doors are not as they were")
        for host in report["hosts"]:
            name, drain = host["host"], host["drain"] and tuple(host["drain"].values())
            wanted = (("on", "on", "on") if name in CLOSED else None if name in (NO_DRAIN, DOWN) else ("off", "on", "off"))
            if drain != wanted:
                self.problems.append(f"{name} had the drain modes {drain}, not {wanted}")

    def check_outcomes(self, report, state):
        hosts = {host["host"]: host for host in report["hosts"]}
        not_done = {(host["host"], entry["user"]): entry["outcome"] for host in report["hosts"] for entry in host["sessions"]
                    if entry["selected"] and entry["outcome"] not in ("logged_off", "already_gone")}
        not_done = {key: outcome for key, outcome in not_done.items() if outcome != "returned"}
        if not_done != {(DEAF, "stuck"): "still_present"}:
            self.problems.append(f"not done: {not_done}")
        if hosts[DOWN]["outcome"] != "failed":
            self.problems.append(f"{DOWN} is {hosts[DOWN]['outcome']}")
        back = [entry for entry in hosts[NO_DRAIN]["sessions"] if entry["user"] and entry["user"].startswith("back.")]
        swept = [entry for entry in back if entry["selected"] and entry["outcome"] in ("logged_off", "returned")]
        if len(swept) < 4:
            self.problems.append(f"the sweep has not logged off who came back to {NO_DRAIN}: {back}")
        for line in state:
            if line["effect"] == "logged_on" and line["host"] != NO_DRAIN:
                self.problems.append(f"a closed door let somebody in: {line}")
        warned = collections.Counter((line["host"], line["session"], line["logon_at"]) for line in state if line["effect"] == "messaged")
        if 2 not in warned.values():
            self.problems.append("nobody was warned twice")


def shown(text, width=150):
    """As a page can hold it: long lines are cut as a terminal would wrap them."""
    lines = []
    for line in text.replace("\r\n", "\n").rstrip("\n").split("\n"):
        while len(line) > width:
            at = line.rfind(" ", 0, width)
            at = at if at > 0 else width
            lines.append(line[:at])
            line = "    " + line[at:].lstrip()
        lines.append(line)
    return "\n".join(lines)


def blocks(page):
    """The steps on a page, in order: (name, the text of the block)."""
    return re.findall(r"<!-- step: ([a-z-]+) -->\n```\n(.*?)```\n", page, re.S)


def fill(page, window):
    def block(match):
        name = match.group(1)
        printed = shown(window.output[name])
        end = "Killed\n" if name == "window" else ""
        return f"<!-- step: {name} -->\n```\n$ {STEPS[name]}\n{printed + chr(10) if printed else ''}{end}```\n"

    return re.sub(r"<!-- step: ([a-z-]+) -->\n```\n(.*?)```\n", block, page, flags=re.S)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--hosts", type=int, default=300)
    parser.add_argument("--page")
    parser.add_argument("--wine", nargs=2, default=())
    options = parser.parse_args()
    began = time.monotonic()
    window = Window(options.program, options.hosts, options.wine)
    problems = window.run()
    for problem in problems[:20]:
        print(problem)
    if options.page and not problems:
        with open(options.page, encoding="utf-8") as file:
            page = file.read()
        with open(options.page, "w", encoding="utf-8") as file:
            file.write(fill(page, window))
    print(f"a window on {options.hosts} hosts: {window.asked()} sessions logged off, {len(problems)} problems,"
          f" {time.monotonic() - began:.0f} s; all of it is in {window.folder}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
