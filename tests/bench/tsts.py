#!/usr/bin/python3
"""Measures the backend `tsts` over a real smbd (tests/smbd): whose time and whose memory a run takes.

usage: tests/bench/tsts.py BUILD_DIR [--hosts N] [--sessions N] [-c N] [--repetitions N]

The servers (smbd, the session service, for --kerberos the KDC) share the machine's cores with rdsweep and its connectors, which is why
their time is told too: with a farm of its own the run would be the faster for it. Needs root, as the rig does.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "smbd"))
sys.dont_write_bytecode = True

import rig  # noqa: E402

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
CONNECTOR = "rdsweep-tsts"


def stat_of(pid):
    """Name, processor seconds of its own, and of the children it has waited for."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        head, tail = file.read().rsplit(")", 1)
    fields = tail.split()
    times = [int(field) * TICK_S for field in fields[11:15]]
    return head.split("(", 1)[1], times[0] + times[1], times[2] + times[3]


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


class Watch(threading.Thread):
    """Looks at a run until it ends."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.over = pid, threading.Event()
        self.own = self.children = 0.0
        self.most = self.most_kib = self.own_kib = 0
        self.server_from, self.server = None, 0.0

    def look(self, memory):
        connectors, server, living = [], 0.0, 0.0
        for pid in pids():
            try:
                name, own, children = stat_of(pid)
                if pid == self.pid:
                    self.own, waited = max(self.own, own), children
                elif name == CONNECTOR:
                    connectors.append(pid)
                    living += own
                elif name.startswith(("smbd", "krb5kdc")):
                    server += own + children
            except OSError:
                continue
        self.children = max(self.children, waited + living)
        self.server_from = server if self.server_from is None else self.server_from
        self.server = max(self.server, server)
        self.most = max(self.most, len(connectors))
        if memory:
            self.most_kib = max(self.most_kib, sum(map(pss_of, connectors)))
            self.own_kib = max(self.own_kib, pss_of(self.pid))

    def run(self):
        count = 0
        while not self.over.wait(0.02):
            try:
                self.look(count % 10 == 0)
            except (OSError, UnboundLocalError):
                return
            count += 1


def pss_of(pid):
    try:
        return pss_kib(pid)
    except OSError:
        return 0


def measure(front, program, folder, arguments, environment):
    report = os.path.join(folder, "report.json")
    started = time.monotonic()
    process = subprocess.Popen([program, *arguments, "-o", report, "--overwrite", "-q"], cwd=folder, env=environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch = Watch(process.pid)
    watch.start()
    # Not waited for yet: /proc has its last figures until then.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    wall = time.monotonic() - started
    watch.over.set()
    watch.join()
    _, own, children = stat_of(process.pid)
    told = process.stderr.read().decode(errors="replace")
    process.stderr.close()
    process.wait()
    with open(report, encoding="utf-8") as file:
        document = json.load(file)
    if process.returncode:
        sys.exit(f"tsts: exit code {process.returncode}: {' '.join(arguments)}\n{told}{document['errors']}")
    totals = document["totals"]
    return {"wall_s": wall, "own_cpu_s": max(own, watch.own), "connectors_cpu_s": max(children, watch.children),
            "server_cpu_s": watch.server - (watch.server_from or 0), "connectors": watch.most,
            "connectors_mib": watch.most_kib / 1024, "own_mib": watch.own_kib / 1024, "totals": totals}


def show(name, runs):
    def middle(key):
        return statistics.median(run[key] for run in runs)
    cpu = middle("own_cpu_s") + middle("connectors_cpu_s")
    print(f"{name:22} {middle('wall_s'):6.2f} s {min(run['wall_s'] for run in runs):6.2f}..{max(run['wall_s'] for run in runs):5.2f}"
          f"   cpu: rdsweep {middle('own_cpu_s'):5.2f} s ({100 * middle('own_cpu_s') / cpu:2.0f}%), connectors {middle('connectors_cpu_s'):5.2f} s,"
          f" servers {middle('server_cpu_s'):5.2f} s"
          f"   memory: rdsweep {middle('own_mib'):4.1f} MiB, {middle('connectors'):.0f} connectors {middle('connectors_mib'):5.1f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build")
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("-c", "--concurrency", type=int, default=64)
    parser.add_argument("--repetitions", type=int, default=3)
    arguments = parser.parse_args()
    build = os.path.abspath(arguments.build)
    program, service = os.path.join(build, "rdsweep"), os.path.join(build, "tests", "smbd", "smbd_session_service")
    rig.inside()
    names = [f"rdsh{i:03}" for i in range(arguments.hosts)]
    print(f"{arguments.hosts} hosts x {arguments.sessions} sessions, {arguments.concurrency} seats, {os.cpu_count()} cores,"
          f" load {os.getloadavg()[0]:.1f}; medians of {arguments.repetitions}, memory as PSS at its most")
    with tempfile.TemporaryDirectory(prefix="rdsweep-bench-") as folder, rig.Rig() as front:
        scenario = os.path.join(folder, "fleet.json")
        with open(scenario, "w", encoding="utf-8") as file:
            latency = {call: 0 for call in ("open", "enumerate", "query", "logoff")}
            json.dump({"schema": "rdsweep.sim/1", "seed": 7, "epoch": "2026-01-01T00:00:00Z", "hosts": {},
                       "defaults": {"sessions": {"min": arguments.sessions, "max": arguments.sessions}, "jitter": 0,
                                    "latency_ms": latency, "logoff_takes_ms": 300}}, file)
        with open(os.path.join(folder, "fleet.ini"), "w", encoding="utf-8") as file:
            file.write("\n".join(names) + "\n")
        front.kerberos_hosts(names)
        front.ticket()
        environment = {**os.environ, **front.client_environment(), "XDG_STATE_HOME": folder}
        common = ["-i", "fleet.ini", "--backend", "tsts", "-c", str(arguments.concurrency), "--call-timeout", "2m", "--connect-timeout", "1m"]
        works = {"sessions": ["sessions", *common], "logoff": ["logoff", *common, "--all", "--yes", "--verify-interval", "500ms"]}
        for how, credentials in (("NTLM", ["--auth-file", front.auth_file("admin")]), ("Kerberos", [])):
            for work, command in works.items():
                runs = []
                for i in range(arguments.repetitions):
                    more = ["--journal", f"{how}-{i}.jsonl"] if work == "logoff" else []
                    with front.service(service, scenario, names):
                        runs.append(measure(front, program, folder, [*command, *credentials, *more], environment))
                show(f"{work}, {how}", runs)
        print(f"totals of the last run: {runs[-1]['totals']}")


if __name__ == "__main__":
    main()
