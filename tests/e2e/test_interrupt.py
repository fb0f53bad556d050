"""Interrupts at random moments: whatever the moment, the report tells what really happened.

RDSWEEP_INTERRUPTS says how many (100), RDSWEEP_SEED repeats the moments of a run that failed.
"""

import concurrent.futures
import os
import random
import signal
import subprocess
import time

import check_state
import lib

SIGNALS = [(signal.SIGINT, 130)]  # on Windows: Ctrl-C
if not lib.WINDOWS:
    SIGNALS += [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
DOCUMENT = lib.scenario(
    {"h07": {"faults": [{"call": "logoff", "hang": True, "times": 1}]},
     "h11": {"faults": [{"call": "enumerate", "delay_ms": 300}]},
     "h13": {"faults": [{"call": "logoff", "error": 1722, "times": 1}]}},
    defaults={"sessions": {"min": 6, "max": 6}, "logoff_takes_ms": 150,
              "latency_ms": {**lib.FAST, "logoff": 25, "enumerate": 15}})
ARGUMENTS = ["logoff", "-i", "hosts.ini", "--sim", "scenario.json", "--all", "--yes", "-c", "6", "--call-timeout", "1s",
             "--verify-timeout", "2s", "--verify-interval", "50ms", "--retry-delay", "20ms"]


class Interrupt(lib.Case):
    def one(self, number, seed):
        """Problems of one interrupted run."""
        chance = random.Random(seed)
        report, state = f"report{number}.json", f"state{number}"
        which, code = chance.choice(SIGNALS)
        drain = chance.choice([[], ["--drain", "run"], ["--drain", "run"], ["--drain", "keep"]])
        process = self.start(*ARGUMENTS, *drain, "--sim-state", state, "-o", report)
        first = process.stderr.readline()  # the signals are caught from here on
        time.sleep(chance.uniform(0, 1.0))
        process.send_signal(which)
        twice = chance.random() < 0.5
        if twice:
            time.sleep(chance.uniform(0, 0.2))
            process.send_signal(which)
        try:
            _, err = process.communicate(timeout=lib.PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return ["does not end", process.communicate()[1].decode()]
        problems = [] if first.startswith(b"SIMULATED") else [f"first line: {first}"]
        # 1: the signal came after the end (one logoff hangs); -signal: after everything was written.
        if process.returncode not in (code, 1, -which):
            problems.append(f"exit code {process.returncode} after {which}\n{err.decode()}")
        if not os.path.exists(self.path(report)):
            return problems + ["no report\n" + err.decode()]
        document = self.report(report)
        if process.returncode == code and document["run"]["outcome"] != "interrupted":
            problems.append(f"outcome {document['run']['outcome']}")
        if len(document["hosts"]) != 20:
            problems.append(f"{len(document['hosts'])} hosts")
        return problems + check_state.check(document, self.state(state), DOCUMENT)

    def test_random_moments(self):
        count = int(os.environ.get("RDSWEEP_INTERRUPTS", "100"))
        seed = int(os.environ.get("RDSWEEP_SEED", str(random.SystemRandom().randrange(1 << 32))))
        self.fleet(["h[01:20]"], DOCUMENT)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda number: self.one(number, seed + number), range(count)))
        failed = {number: problems for number, problems in enumerate(found) if problems}
        text = "\n".join(f"run {number} (RDSWEEP_SEED={seed}):\n  " + "\n  ".join(problems[:10])
                         for number, problems in failed.items())
        self.assertEqual({}, failed, "\n" + text)


if __name__ == "__main__":
    lib.main()
