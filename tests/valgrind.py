#!/usr/bin/env python3
"""The program in all its phases under valgrind's memcheck: valgrind.py PROGRAM

Every read of what was never written, every access outside of a block and every block that is lost for good fails. What is
still held when a run ends without waiting for calls that never come back is no loss.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(sys.argv[1])
VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite", "--fair-sched=yes"]
CALLS = ("probe", "open", "enumerate", "query", "message", "disconnect", "logoff", "drain", "close")
SCENARIO = {
    "schema": "rdsweep.sim/1", "seed": 7,
    "defaults": {"sessions": {"min": 2, "max": 4}, "latency_ms": {call: 1 for call in CALLS}, "logoff_takes_ms": 50},
    "hosts": {
        "h1": {"faults": [{"call": "logoff", "error": 5}]},
        "h2": {"faults": [{"call": "open", "error": 1722}]},
        "h3": {"faults": [{"call": "probe", "hang": True}]},
        "h4": {"faults": [{"call": "enumerate", "hang": True}]},
        "h5": {"faults": [{"call": "logoff", "ignored": True}]},
    },
}
FLEET = ["-i", "fleet.ini", "--sim", "scenario.json"]
QUICK = ["--connect-timeout", "2s", "--call-timeout", "5s", "--verify-timeout", "4s", "--verify-interval", "50ms", "--retries", "1",
         "--retry-delay", "10ms", "-q"]
# What is run, in this order, and how it ends.
RUNS = [
    (0, ["--version"]), (0, ["help", "logoff"]), (2, ["logoff"]), (0, ["error", "1722", "0x80070005"]),
    (0, ["inventory", "list", *FLEET[:2], "-l", "h[1:3],!h2"]), (0, ["inventory", "graph", *FLEET[:2]]),
    (2, ["inventory", "check", "-i", "broken.ini"]), (2, ["sessions", "-i", "fleet.ini", "--sim", "broken.json"]),
    (1, ["sessions", *FLEET, *QUICK[:4], "-q"]), (1, ["logoff", *FLEET, *QUICK, "--all", "--dry-run", "-o", "plan.json"]),
    (1, ["logoff", *FLEET, *QUICK, "--plan", "plan.json", "--yes", "--sim-state", "state", "-o", "a.json", "-o", "a.csv"]),
    (0, ["report", "show", "a.json"]), (2, ["report", "show", "broken.json"]), (1, ["resume", "a.json.journal.jsonl", "--yes", *QUICK]),
    (3, ["logoff", *FLEET, *QUICK, "-l", "h6", "-u", "nobody", "--yes"]), (5, ["logoff", *FLEET, *QUICK, "--all", "--max-sessions", "1", "--yes"]),
]


def check(code, arguments, folder):
    done = subprocess.run([*VALGRIND, PROGRAM, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, env={**os.environ, "XDG_STATE_HOME": folder}, check=False)
    good = done.returncode == code and b"== " not in done.stderr
    print(("ok     " if good else "WRONG  ") + f"{done.returncode:>3}  " + " ".join(arguments), flush=True)
    if not good:
        sys.stderr.write(done.stderr.decode(errors="replace"))
    return good


def check_interrupt(folder):
    """Ctrl-C in the middle, twice."""
    def journal():
        try:
            with open(os.path.join(folder, "i.json.journal.jsonl"), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    process = subprocess.Popen([*VALGRIND, PROGRAM, "logoff", *FLEET, *QUICK, "--all", "--yes", "-o", "i.json"], cwd=folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while process.poll() is None and b'"intent"' not in journal():
        time.sleep(0.01)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
    err = process.communicate()[1]
    good = process.returncode == 130 and b"== " not in err
    print(("ok     " if good else "WRONG  ") + f"{process.returncode:>3}  logoff, interrupted twice")
    if not good:
        sys.stderr.write(err.decode(errors="replace"))
    return good


def main():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would have it ignored
    with tempfile.TemporaryDirectory(prefix="rdsweep-valgrind-") as folder:
        for name, content in (("fleet.ini", "h[1:8]\n"), ("scenario.json", json.dumps(SCENARIO)), ("broken.ini", "[a\nh[9:1]\n"),
                              ("broken.json", '{"schema": 1, "x": [')):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        results = [check(code, arguments, folder) for code, arguments in RUNS]
        results.append(check_interrupt(folder))
    print(f"{len(results)} runs, {results.count(False)} of them wrong")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
