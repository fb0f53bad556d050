"""The connectors of the whole program in front of a real smbd: calls that hang, faults and clocks, tickets that end, and what connectors
must never show or leave behind. test_wire.py has the rest of what can go wrong.

usage: test_faults.py SESSION_SERVICE RDSWEEP [unittest arguments]
"""

import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import rig

SERVICE = PROGRAM = ""
FRONT = None

ALICE = {"id": 2, "user": "CORP\\alice", "state": "active", "station": "RDP-Tcp#2", "idle_s": 60, "logon_s": 86400}
BOB = {"id": 3, "user": "CORP\\bob", "state": "disconnected", "idle_s": 7200, "logon_s": 86400}
QUICK = ["--retry-delay", "50ms", "--verify-interval", "100ms", "--verify-timeout", "5s"]


def connectors():
    """The numbers of all connectors in our namespace. Those whose rdsweep was killed are ours to wait for, and gone."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                name, state = re.search(r"\((.*)\) (.)", file.read()).groups()
        except OSError:
            continue
        if name == "rdsweep-tsts" and state != "Z":
            found.append(int(pid))
    return found


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rdsweep-smbd-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def serve(self, hosts, faults=None, inventory=None, **defaults):
        latency = {call: 1 for call in ("open", "enumerate", "query", "logoff", "message", "disconnect")}
        scenario = self.put("fleet.json", json.dumps({
            "schema": "rdsweep.sim/1", "seed": 7, "epoch": "2026-01-01T00:00:00Z",
            "defaults": {"latency_ms": latency, "logoff_takes_ms": 50, **defaults}, "hosts": hosts}))
        self.service = FRONT.service(SERVICE, scenario, list(hosts), state=self.path("state"), faults=faults)
        self.addCleanup(self.service.stop)
        self.put("hosts.ini", inventory or "\n".join(hosts) + "\n")

    def start(self, *arguments, auth="admin", env=None, **more):
        environment = {**os.environ, **FRONT.client_environment(), "XDG_STATE_HOME": self.path("home"), **(env or {})}
        command = [PROGRAM, arguments[0], "-i", "hosts.ini", *arguments[1:]]
        if auth:
            command += ["--auth-file", FRONT.auth_file(auth)]
        return subprocess.Popen(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def end(self, process, code):
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f"does not end: {process.communicate()}")
        self.out, self.err = out.decode(), err.decode()
        self.assertEqual(code, process.returncode, self.out + self.err)
        # However it ended, it leaves no connector.
        rig.wait_for("the connectors' end", lambda: not connectors())

    def run_program(self, code, *arguments, **more):
        self.end(self.start(*arguments, "-o", "report.json", "--overwrite", **more), code)
        return self.report()

    def logoff(self, code, *arguments, **more):
        self.journals = getattr(self, "journals", 0) + 1
        return self.run_program(code, "logoff", "--all", "--yes", "--journal", f"journal{self.journals}", *QUICK, *arguments,
                                **more)

    def report(self):
        with open(self.path("report.json"), encoding="utf-8") as file:
            return json.load(file)

    def effects(self, effect):
        with open(self.path("state"), encoding="utf-8") as file:
            return [line for line in map(json.loads, file) if line["effect"] == effect]

    def calls(self, name):
        return [call for call in self.service.calls() if call["call"] == name]

    def outcomes(self, report):
        return {(host["host"], session["id"]): session["outcome"]
                for host in report["hosts"] for session in host["sessions"] if session["selected"]}

    def host_errors(self, report):
        return {host["host"]: host["error"] and (host["error"]["api"], host["error"]["code"]) for host in report["hosts"]}


class Hosts(Case):
    def test_hang_in_an_act(self):
        # Asked, and no answer: it is looked whether it was done, over a new connection.
        self.serve({"rdsh1": {"sessions": [ALICE, BOB], "faults": [{"call": "logoff", "session": 2, "hang": True}]}})
        report = self.logoff(1, "--call-timeout", "1s")
        self.assertEqual("logged_off", self.outcomes(report)["rdsh1", 3])
        self.assertIn(self.outcomes(report)["rdsh1", 2], ("in_doubt", "still_present"))
        self.assertEqual([3], [effect["session"] for effect in self.effects("gone")])

    def test_second_interrupt_ends_calls(self):
        self.serve({f"rdsh{i}": {"sessions": [ALICE], "faults": [{"call": "enumerate", "hang": True}]} for i in range(8)})
        process = self.start("sessions", "-o", "report.json", "--call-timeout", "1h")
        rig.wait_for("hanging calls", lambda: len(self.calls("RpcOpenEnum")) >= 1)
        process.send_signal(signal.SIGINT)
        told = b""
        while b"press Ctrl-C again" not in told:
            told = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        before = time.monotonic()
        self.end(process, 130)
        self.assertLess(time.monotonic() - before, 20)
        self.assertEqual(8, len(self.report()["hosts"]))

    def test_rpc_fault(self):
        self.serve({"rdsh1": {"sessions": [ALICE]}, "rdsh2": {"sessions": [ALICE]}, "rdsh3": {"sessions": [ALICE]}},
                   faults="rdsh1 RpcGetEnumResult fault=0x1c00001b 1\n"  # nca_s_fault_remote_no_memory: tried again
                          "rdsh2 RpcGetEnumResult fault=0x000006d1\n"     # RPC_S_PROCNUM_OUT_OF_RANGE
                          "rdsh3 RpcLogoff fault=0x00000005\n")
        report = self.logoff(1)
        self.assertEqual("logged_off", self.outcomes(report)["rdsh1", 2])
        self.assertEqual(("WTSEnumerateSessionsEx", 1745), self.host_errors(report)["rdsh2"])
        denied = report["hosts"][2]["sessions"][-2]
        self.assertEqual([("WTSLogoffSession", 5)], [(s["error"]["api"], s["error"]["code"])
                                                     for s in report["hosts"][2]["sessions"] if s["error"]], denied)
        self.assertEqual(1, len(self.effects("gone")))

    def test_answer_to_an_act_that_lies(self):
        # The host had the request, so it is looked what came of it.
        self.serve({"rdsh1": {"sessions": [ALICE]}}, faults="rdsh1 RpcLogoff long=32 1\n")
        self.assertEqual({("rdsh1", 2): "logged_off"}, self.outcomes(self.logoff(0)))
        self.assertEqual(1, len(self.effects("gone")))

    def test_no_pipe(self):
        self.serve({"rdsh1": {"sessions": [ALICE]}})
        self.service.stop()
        report = self.run_program(1, "sessions", "--retries", "0")
        self.assertEqual("WTSOpenServerEx", report["hosts"][0]["error"]["api"])
        self.assertRegex(report["hosts"][0]["error"]["message"], r"\(NTSTATUS 0xC[0-9A-F]{7}\)$")

    def test_address(self):
        self.serve({"rdsh1": {"sessions": [ALICE]}}, inventory="elsewhere address=127.1.0.1\n")
        self.assertEqual({"elsewhere": None}, self.host_errors(self.run_program(0, "sessions")))
        self.end(self.start("sessions", "--probe", "none", "-l", "elsewhere"), 0)
        self.put("hosts.ini", "elsewhere address=127.1.0.1 probe_port=446\n")
        # The probe aside, it is the port that is connected to.
        report = self.run_program(1, "sessions", "--probe", "none", "--retries", "0")
        self.assertEqual({"elsewhere": ("WTSOpenServerEx", 1225)}, self.host_errors(report))
        self.put("hosts.ini", "no-such-host.invalid\n")
        report = self.run_program(1, "sessions", "--probe", "none", "--retries", "0")
        self.assertEqual("WTSOpenServerEx", report["hosts"][0]["error"]["api"])
        self.assertIn(report["hosts"][0]["error"]["code"], (11001, 11002))

    def test_idle_is_by_the_hosts_clock(self):
        self.serve({"rdsh1": {"sessions": [ALICE, BOB]}})
        self.run_program(0, "logoff", "--idle", "1h", "--yes", *QUICK)
        self.assertEqual(["bob"], [effect["user"].split("\\")[1] for effect in self.effects("gone")])

    def test_idle_without_the_hosts_clock_matches_nobody(self):
        self.serve({"rdsh1": {"sessions": [ALICE, BOB]}}, faults="rdsh1 NetrRemoteTOD fault=0x00000005\n")
        report = self.run_program(3, "logoff", "--idle", "1m", "--yes", *QUICK)
        self.assertEqual([], self.effects("gone"))
        self.assertEqual({None}, {session["idle_s"] for session in report["hosts"][0]["sessions"]})


class Credentials(Case):
    def fleet(self, count=20):
        self.serve({f"rdsh{i:02}": {"sessions": [ALICE]} for i in range(count)})
        self.logons_before = len(FRONT.logons())

    def logons(self):
        return FRONT.logons()[self.logons_before:]

    def test_host_that_kerberos_does_not_know(self):
        self.serve({"unheard-of": {"sessions": [ALICE]}})
        FRONT.ticket()
        report = self.run_program(1, "sessions", "--retries", "0", auth=None)
        self.assertEqual("WTSOpenServerEx", report["hosts"][0]["error"]["api"])
        self.assertEqual([], self.service.calls())  # and no NTLM instead

    def test_ticket_that_ends_soon(self):
        self.fleet(1)
        cache = FRONT.ticket(lifetime="290s", cache=self.path("ccache"))
        self.end(self.start("sessions", auth=None, env={"KRB5CCNAME": cache}), 2)
        self.assertRegex(self.err, r"expires at .* UTC, in less than 5 minutes: run kinit\n$")

    def test_ticket_that_ends_during_the_run(self):
        names = [f"rdsh{i}" for i in range(8)]
        self.serve({name: {"sessions": [ALICE]} for name in names})
        FRONT.kerberos_hosts(names)
        cache = FRONT.ticket(cache=self.path("ccache"))
        FRONT.expired_ticket()
        process = self.start("logoff", "--all", "--yes", "-c", "1", "--wave", "1,100%", "--wave-pause", "3s", "-o", "report.json",
                             "--journal", "journal", *QUICK, auth=None, env={"KRB5CCNAME": cache})
        rig.wait_for("the first wave", lambda: len(self.effects("gone")) == 1)
        shutil.copy(rig.path("ccache-expired"), self.path("ccache"))
        self.end(process, 4)
        report = self.report()
        self.assertEqual("credentials", report["run"]["stopped_by"])
        self.assertEqual([("WTSOpenServerEx", 1931)], [(error["api"], error["code"]) for error in report["errors"]])
        self.assertEqual(1, len(self.effects("gone")))
        # With a new one it goes on with those that it had not come to.
        FRONT.ticket(cache=self.path("ccache"))
        resume = subprocess.run([PROGRAM, "resume", "journal", "--yes", "-q"], cwd=self.folder, stdin=subprocess.DEVNULL,
                                env={**os.environ, **FRONT.client_environment(KRB5CCNAME=cache)}, check=False)
        self.assertEqual(1, resume.returncode)
        # Three in a row, and one more where a slow machine has two calls in flight.
        counts = collections.Counter(self.outcomes(self.report()).values())
        self.assertIn(counts, (collections.Counter(logged_off=5, failed=3), collections.Counter(logged_off=4, failed=4)))

    def test_ticket_that_is_got_in_a_folder(self):
        os.mkdir(self.path("caches"))
        self.serve({"rdsh1": {"sessions": [ALICE]}})
        FRONT.kerberos_hosts(["rdsh1"])
        FRONT.run("kinit", "-c", f"DIR:{self.path('caches')}", "admin", input=f"{rig.PASSWORD}\n".encode(), stdin=None)
        self.run_program(0, "sessions", auth=None, env={"KRB5CCNAME": f"DIR:{self.path('caches')}"})


class Connectors(Case):
    def hang(self, *arguments):
        """A run whose one host hangs in its enumerate; with the number of the connector."""
        self.serve({"rdsh1": {"sessions": [ALICE], "faults": [{"call": "enumerate", "hang": True}]}})
        process = self.start(*arguments, "-o", "report.json", "--call-timeout", "1h")
        rig.wait_for("a hanging call", lambda: len(self.calls("RpcOpenEnum")) >= 1)
        self.assertEqual(1, len(connectors()))
        return process, connectors()[0]

    def end_hard(self, process):
        """They die with the program."""
        process.kill()
        self.end(process, -signal.SIGKILL)

    def test_they_die_with_the_program(self):
        self.end_hard(self.hang("sessions")[0])

    def test_interrupt_of_the_terminal_does_not_reach_them(self):
        process, connector = self.hang("sessions")
        self.assertNotEqual(os.getpgid(process.pid), os.getpgid(connector))
        self.assertEqual(connector, os.getpgid(connector))
        self.end_hard(process)

    def test_they_keep_to_themselves(self):
        process, connector = self.hang("sessions")
        with open(f"/proc/{connector}/limits", encoding="utf-8") as file:
            self.assertRegex(file.read(), r"Max core file size +0 +0 ")
        files = {os.readlink(f"/proc/{connector}/fd/{fd}") for fd in os.listdir(f"/proc/{connector}/fd")}
        kinds = {name.split(":")[0] for name in files}
        self.assertLessEqual(kinds, {"socket", "anon_inode", "pipe", "/dev/null"}, files)
        self.end_hard(process)

    def test_their_own_user_cannot_look_into_them(self):
        # As somebody who is not root: what is dumpable belongs to its user in /proc, and what is not to root.
        self.serve({"rdsh1": {"sessions": [ALICE], "faults": [{"call": "enumerate", "hang": True}]}})
        os.chmod(self.folder, 0o777)
        auth = self.put("auth", rig.Rig.auth_text("admin"))
        os.chown(auth, 65534, 65534)
        os.chmod(auth, 0o600)
        process = self.start("sessions", "--auth-file", "auth", auth=None, user=65534, group=65534, extra_groups=[])
        rig.wait_for("a hanging call", lambda: len(self.calls("RpcOpenEnum")) >= 1)
        connector = connectors()[0]
        self.assertEqual(65534, os.stat(f"/proc/{process.pid}/environ").st_uid)
        self.assertEqual(0, os.stat(f"/proc/{connector}/environ").st_uid)
        self.end_hard(process)

    def test_password_shows_nowhere(self):
        process, connector = self.hang("sessions")
        for pid in (process.pid, connector):
            for name in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    self.assertNotIn(rig.PASSWORD.encode(), file.read())
        self.assertNotIn(rig.PASSWORD.encode(), memory_of(process.pid))
        self.assertIn(rig.PASSWORD.encode(), memory_of(connector))  # the search does find it where it is
        self.end_hard(process)

    def test_few_for_many_hosts(self):
        self.serve({f"rdsh{i:03}": {"sessions": [ALICE]} for i in range(60)}, logoff_takes_ms=1500)
        process = self.start("logoff", "--all", "--yes", "-c", "4", "-o", "report.json", "--journal", "journal", *QUICK)
        most = 0
        while process.poll() is None:
            most = max(most, len(connectors()))
            time.sleep(0.005)
        self.end(process, 0)
        self.assertEqual({"logged_off"}, set(self.outcomes(self.report()).values()))
        # 60 hosts wait for their sessions to end; those do not hold one each.
        self.assertLessEqual(most, 12)


def memory_of(pid):
    """All that is in a process's memory and can be written to."""
    found = []
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if match:
                start, end = (int(part, 16) for part in match.groups())
                try:
                    memory.seek(start)
                    found.append(memory.read(end - start))
                except OSError:
                    pass
    return b"".join(found)


def main():
    global SERVICE, PROGRAM, FRONT
    if len(sys.argv) < 3:
        sys.exit(__doc__.split("\n\n")[1])
    SERVICE, PROGRAM = sys.argv.pop(1), sys.argv.pop(1)
    if not SERVICE:
        rig.skip("the session service was not built: libkrb5-dev or nettle-dev is missing")
    told = subprocess.run([PROGRAM, "--version"], stdout=subprocess.PIPE, check=True).stdout.decode()
    if "tsts" not in told:
        rig.skip("the program has no backend 'tsts': samba-dev is missing")
    sys.argv[1:1] = [SERVICE, PROGRAM]
    rig.inside()
    del sys.argv[1:3]
    with rig.Rig() as FRONT:
        unittest.main()


if __name__ == "__main__":
    main()
