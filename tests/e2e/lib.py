"""What the end-to-end tests share: scenarios, runs of the program, and readers of what it leaves behind.

Every test file is run as `test_x.py PATH_TO_RDSWEEP` and needs nothing but Python's own library.
"""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import check_state

PROGRAM = None
# Whatever hangs is a failure of its own, not of the machine; generous, as sanitizers are slow.
PATIENCE_S = 120
# The program is the Windows one, and most likely runs on Wine.
WINDOWS = bool(os.environ.get("RDSWEEP_E2E_WINDOWS"))


def posix_only(why):
    """Marks a test of what Windows, or Wine, does not have."""
    return unittest.skipIf(WINDOWS, why)


FAST = {
    "probe": 1, "open": 2, "enumerate": 2, "query": 1, "message": 1,
    "disconnect": 2, "logoff": 4, "drain": 1, "close": 1,
}


def session(id_, user, **more):
    return {"id": id_, "user": user, "state": "active", "logon_s": 86400, "idle_s": 60, **more}


def scenario(hosts=None, **more):
    """A quick fleet; `defaults` and other members can be given."""
    document = {
        "schema": "rdsweep.sim/1",
        "seed": 7,
        "defaults": {"sessions": {"min": 3, "max": 3}, "latency_ms": FAST, "logoff_takes_ms": 20},
        "hosts": hosts or {},
    }
    document["defaults"].update(more.pop("defaults", {}))
    document.update(more)
    return document


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Case(unittest.TestCase):
    """A test with a folder of its own, which is the working directory of the runs."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="rdsweep-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, content):
        if not isinstance(content, (str, bytes)):
            content = json.dumps(content)
        if isinstance(content, str):
            content = content.encode()
        with open(self.path(name), "wb") as file:
            file.write(content)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def report(self, name="report.json"):
        return json.loads(self.read(name))

    def state(self, name="state"):
        return [json.loads(line) for line in self.read(name).splitlines()]

    def fleet(self, hosts, document):
        """Writes inventory and scenario; the options that name them."""
        self.put("hosts.ini", "\n".join(hosts) + "\n")
        self.put("scenario.json", document)
        return ["-i", "hosts.ini", "--sim", "scenario.json"]

    def start(self, *arguments, **more):
        # Journals that no option names stay with the test.
        environment = {**os.environ, "XDG_STATE_HOME": self.path("state-home"), **more.pop("env", {})}
        # Unbuffered: communicate() does not see what a readline() before it has read ahead.
        return subprocess.Popen(
            [PROGRAM, *arguments], cwd=more.pop("cwd", self.folder), env=environment, bufsize=0,
            stdin=more.pop("stdin", subprocess.DEVNULL),
            stdout=more.pop("stdout", subprocess.PIPE),
            stderr=more.pop("stderr", subprocess.PIPE), **more)

    def run_program(self, *arguments, **more):
        result = self.run_once(*arguments, **more)
        # Wine has been seen to end a process with 1 before it had begun. Whenever rdsweep ends so, it says why.
        if WINDOWS and result.code == 1 and not result.out and not result.err and "-q" not in arguments:
            print(f"did not begin, and is started once more: {arguments}", file=sys.stderr)
            result = self.run_once(*arguments, **more)
        return result

    def run_once(self, *arguments, input=None, **more):
        process = self.start(
            *arguments, stdin=subprocess.PIPE if input is not None else subprocess.DEVNULL, **more)
        try:
            out, err = process.communicate(input, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"does not end: {arguments}\n{err.decode(errors='replace')}")
        return Result(process.returncode, (out or b"").decode(), (err or b"").decode())

    def expect(self, code, *arguments, **more):
        result = self.run_program(*arguments, **more)
        self.assertEqual(code, result.code, f"{arguments}\n{result}")
        return result

    def fresh_journal(self):
        """Options for one that is not there yet: runs with the same report have the same default."""
        self.journals = getattr(self, "journals", 0) + 1
        return ["--journal", f"journal{self.journals}.jsonl"]

    def wait_for(self, what):
        """Until `what` is true of the world outside."""
        end = time.monotonic() + PATIENCE_S
        while not what():
            self.assertLess(time.monotonic(), end, "it does not happen")
            time.sleep(0.002)

    def assert_state_matches(self, report="report.json", state="state", document=None):
        problems = check_state.check(self.report(report), self.state(state), document)
        self.assertEqual([], problems)


def journal(data):
    """The lines of a journal that are whole."""
    return [json.loads(line) for line in data[:data.rfind(b"\n") + 1].splitlines()]


def events(lines, name):
    return [line for line in lines if line["event"] == name]


def sessions_of(report):
    """(host, session) of everything in a report."""
    return [(host, entry) for host in report["hosts"] for entry in host["sessions"]]


def outcomes(report):
    """How many sessions have which outcome."""
    counts = {}
    for _, entry in sessions_of(report):
        counts[entry["outcome"]] = counts.get(entry["outcome"], 0) + 1
    return counts


def host_of(report, name):
    return next(host for host in report["hosts"] if host["host"] == name)


def csv_rows(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def main():
    global PROGRAM
    if len(sys.argv) < 2:
        sys.exit("usage: test_x.py PATH_TO_RDSWEEP [unittest arguments]")
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unittest.main()
