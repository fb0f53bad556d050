"""rdsweep over the wire: credentials, rights, and all that can go wrong between it and a real smbd.

usage: test_wire.py RDSWEEP CONNECTOR SESSION_SERVICE [unittest arguments]
"""

import glob
import json
import os
import signal
import socket
import sys
import threading
import unittest

import rig

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "same_report"))

import cases  # noqa: E402
import compare_reports  # noqa: E402
from cases import lib  # noqa: E402

PROGRAM = SERVICE = ""
FRONT = None

SESSIONS = [lib.session(2, "CORP\\alice"), lib.session(3, "CORP\\bob", state="disconnected"), lib.session(4, "CORP\\carol")]
LOGOFF = ("logoff", "--all", "--yes", "--retry-delay", "20ms", "--verify-interval", "50ms", "--verify-timeout", "3s")
BAD_STUB = 1783  # RPC_X_BAD_STUB_DATA


class Case(cases.Runs):
    def serve(self, hosts, faults=None, **defaults):
        with open(self.path("fleet.json"), "w", encoding="utf-8") as file:
            json.dump(lib.scenario(hosts, defaults=defaults), file)
        with open(self.path("fleet.ini"), "w", encoding="utf-8") as file:
            file.write("\n".join(hosts) + "\n")
        service = FRONT.service(SERVICE, self.path("fleet.json"), list(hosts), state=self.path("state"), faults=faults)
        self.addCleanup(service.stop)
        return service

    def begin(self, command, *rest, auth="admin", inventory="fleet.ini", ticket=None):
        """`auth`: whose file; None: the ticket. The report is report.json."""
        credentials = ["--auth-file", FRONT.auth_file(auth)] if auth else []
        if command != "sessions" and "--journal" not in rest:
            self.runs = getattr(self, "runs", 0) + 1
            rest = (*rest, "--journal", f"journal{self.runs}.jsonl")
        environment = FRONT.client_environment(XDG_STATE_HOME=self.path("home"))
        if ticket:
            environment["KRB5CCNAME"] = ticket
        return self.start([PROGRAM, command, "-i", inventory, "--backend", "tsts", *credentials, "-o", "report.json",
                           "--overwrite", *rest], environment)

    def run_wire(self, code, *arguments, **more):
        process = self.begin(*arguments, **more)
        self.told = self.finish(process, code)
        try:
            with open(self.path("report.json"), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def state(self):
        with open(self.path("state"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def errors(self, report):
        return {(one["api"], one["code"]) for one in report["errors"]}

    def assert_truth(self, report):
        with open(self.path("fleet.json"), encoding="utf-8") as file:
            self.assertEqual([], cases.check_state.check(report, self.state(), json.load(file)))


class Credentials(Case):
    def test_ticket(self):
        service = self.serve({"rdsh1": {"sessions": SESSIONS}, "rdsh2.corp.example": {}})
        FRONT.kerberos_hosts(["rdsh1", "rdsh2.corp.example"])
        FRONT.ticket()
        by_ticket = self.run_wire(0, "sessions", auth=None)
        self.assertEqual({("admin", "kerberos")}, {(call["user"], call["by"]) for call in service.calls()})
        before = len(service.calls())
        by_password = self.run_wire(0, "sessions")
        self.assertEqual({("admin", "ntlm")}, {(call["user"], call["by"]) for call in service.calls()[before:]})
        self.assertEqual([], compare_reports.compare(by_ticket, by_password))
        FRONT.ticket()
        self.assert_truth(self.run_wire(0, *LOGOFF, auth=None))
        self.assertEqual(6, sum(line["effect"] == "gone" for line in self.state()))

    def test_expired_ticket(self):
        service = self.serve({"rdsh1": {}, "rdsh2": {}})
        FRONT.kerberos_hosts(["rdsh1", "rdsh2"])
        self.run_wire(2, *LOGOFF, auth=None, ticket=FRONT.expired_ticket())
        self.assertRegex(self.told, "ticket")
        self.assertEqual([], service.calls())

    def test_no_ticket(self):
        service = self.serve({"rdsh1": {}})
        self.run_wire(2, *LOGOFF, auth=None, ticket="FILE:/nonexistent")
        self.assertRegex(self.told, "ticket")
        self.assertEqual([], service.calls())

    def test_logons_that_fail_are_tried_once_in_the_whole_run(self):
        service = self.serve({f"rdsh{i}": {} for i in range(9)})
        for auth, user, code in (("wrong", "admin", 1326), ("locked", "locked", 1909), ("disabled", "disabled", 1331)):
            with self.subTest(auth=auth):
                before = len(FRONT.logons())
                report = self.run_wire(4, *LOGOFF, auth=auth)
                self.assertEqual([user], [account for account, _ in FRONT.logons()[before:]], report["hosts"])
                # whichever host's port was the first to answer
                self.assertEqual(["failed"] + 8 * ["not_attempted"], sorted(host["outcome"] for host in report["hosts"]))
                self.assertEqual({("WTSOpenServerEx", code)}, self.errors(report))
        self.assertEqual([], service.calls())

    def test_not_an_administrator(self):
        self.serve({"rdsh1": {"sessions": SESSIONS}, "rdsh2": {}})
        report = self.run_wire(1, *LOGOFF, auth="helpdesk")
        self.assertEqual(["failed", "failed"], [host["outcome"] for host in report["hosts"]])
        self.assertEqual({5}, {code for _, code in self.errors(report)})
        self.assertIn("Administrators", report["errors"][0]["remedy"])
        self.assertEqual([], self.state())

    def test_auth_file_that_others_can_read(self):
        service = self.serve({"rdsh1": {}})
        os.chmod(FRONT.auth_file("admin"), 0o640)
        self.addCleanup(os.chmod, FRONT.auth_file("admin"), 0o600)
        self.run_wire(2, *LOGOFF)
        self.assertRegex(self.told, "can be read by others")
        self.assertEqual([], service.calls())

    def test_password_is_nowhere(self):
        """Not in a command line, an environment, the journal or the report."""
        self.serve({"rdsh1": {"sessions": SESSIONS, "faults": [{"call": "logoff", "session": 4, "hang": True}]}})
        process = self.begin(*LOGOFF, "--call-timeout", "5s")
        rig.wait_for("a connector that hangs", lambda: any("gone" in line["effect"] for line in self.state()))
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for name in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{pid}/{name}", "rb") as file:
                        self.assertNotIn(rig.PASSWORD.encode(), file.read(), (pid, name))
                except (FileNotFoundError, ProcessLookupError, PermissionError):
                    pass
        self.finish(process, 1)
        for name in glob.glob(self.path("**"), recursive=True):
            if os.path.isfile(name):
                with open(name, "rb") as file:
                    self.assertNotIn(rig.PASSWORD.encode(), file.read(), name)


class Acts(Case):
    def test_thousand_sessions(self):
        self.serve({"rdsh1": {}}, sessions={"min": 1000, "max": 1000})
        report = self.run_wire(0, "sessions")
        self.assertEqual({"listed": 1000, "skipped": 3}, lib.outcomes(report))

    def test_disconnect(self):
        self.serve({"rdsh1": {"sessions": SESSIONS}})
        report = self.run_wire(0, "disconnect", "--all", "--yes")
        self.assertEqual({"disconnected": 2, "skipped": 4}, lib.outcomes(report))
        self.assertEqual([("disconnected", 2), ("disconnected", 4)],
                         sorted((line["effect"], line["session"]) for line in self.state()))

    def test_message(self):
        service = self.serve({"rdsh1": {"sessions": SESSIONS}})
        self.run_wire(0, "message", "Größere Wartung 😀", "--state", "active", "--yes")
        told = [(call["session"], call["text"]) for call in service.calls() if call["call"] == "RpcShowMessageBox"]
        self.assertEqual([(2, "Größere Wartung 😀"), (4, "Größere Wartung 😀")], sorted(told))

    def test_what_it_cannot_do_is_said_before_any_host_is_asked(self):
        service = self.serve({"rdsh1": {"sessions": SESSIONS}})
        for arguments in ((*LOGOFF, "--wait"), (*LOGOFF, "--drain", "run")):
            with self.subTest(arguments=arguments):
                self.run_wire(2, *arguments)
                self.assertRegex(self.told, "tsts")
        self.assertEqual([], service.calls())

    def test_killed_and_resumed(self):
        """SIGKILL in the middle; the rest is done by resume, and nobody is asked twice."""
        self.serve({f"rdsh{i}": {"sessions": SESSIONS} for i in range(8)})
        process = self.begin(*LOGOFF, "-c", "2", "--journal", "run.journal")
        rig.wait_for("some logoffs", lambda: len(self.state()) >= 4)
        process.kill()
        process.wait()
        process.stderr.close()
        rig.wait_for("the end of the connectors", lambda: not connectors())
        resume = self.start([PROGRAM, "resume", "run.journal", "--yes", "--auth-file",
                             FRONT.auth_file("admin"), "-o", "report.json"], FRONT.client_environment())
        self.finish(resume, 0)
        with open(self.path("report.json"), encoding="utf-8") as file:
            report = json.load(file)
        self.assertEqual({"logged_off": 24, "skipped": 24}, lib.outcomes(report))
        gone = [(line["host"], line["session"]) for line in self.state()]
        self.assertEqual(len(gone), len(set(gone)))


def error_of(host):
    """Its own error, or that of its sessions."""
    return host["error"] or next(one["error"] for one in host["sessions"] if one["error"])


def connectors():
    """Connector processes that there are."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                name, state = file.read().split("(", 1)[1].rsplit(")", 1)
                if name == "rdsweep-tsts" and state.split()[0] != "Z":
                    found.append(int(pid))
        except OSError:
            pass
    return found


class Faults(Case):
    def test_connection_that_ends_in_an_act(self):
        """Was it done? A look tells: what was late is logged off, what was never done is asked again."""
        self.serve({"late": {"sessions": SESSIONS}, "never": {"sessions": SESSIONS}},
                   "late RpcLogoff late-drop 1\nnever RpcLogoff drop 1\n")
        report = self.run_wire(0, *LOGOFF)
        self.assertEqual({"logged_off": 6, "skipped": 6}, lib.outcomes(report))
        self.assert_truth(report)
        gone = [(line["host"], line["session"]) for line in self.state()]
        self.assertEqual(len(gone), len(set(gone)))

    def test_connection_that_always_ends(self):
        hosts = ("bind", "RpcOpenEnum", "RpcGetEnumResult", "RpcGetSessionInformationEx", "RpcOpenSession", "RpcLogoff")
        self.serve({name.lower(): {"sessions": SESSIONS} for name in hosts} | {"good": {"sessions": SESSIONS}},
                   "".join(f"{name} {name} drop\n" for name in hosts))
        report = self.run_wire(1, *LOGOFF, "--retries", "1")
        for host in report["hosts"]:
            with self.subTest(host=host["host"]):
                self.assertEqual("succeeded" if host["host"] == "good" else "not so",
                                 "succeeded" if host["outcome"] == "succeeded" else "not so")
        self.assert_truth(report)
        self.assertEqual({"good"}, {line["host"] for line in self.state()})

    def test_rpc_faults(self):
        self.serve({"rdsh1": {"sessions": SESSIONS}, "rdsh2": {"sessions": SESSIONS}, "good": {"sessions": SESSIONS}},
                   "rdsh1 RpcGetEnumResult fault=0x1c010002\nrdsh2 RpcLogoff fault=5\n")
        report = self.run_wire(1, *LOGOFF, "--retries", "0")
        self.assertEqual(["failed", "failed", "succeeded"], [host["outcome"] for host in report["hosts"]])
        self.assertIn(("WTSLogoffSession", 5), self.errors(report))
        self.assert_truth(report)

    def test_hosts_that_lie(self):
        """Each of these answers contradicts itself: an error of that host, and nobody is logged off there."""
        lies = {
            "count": "RpcGetEnumResult set=4:0x7fffffff", "count-small": "RpcGetEnumResult set=4:1",
            "count-huge": "RpcGetEnumResult set=4:0x0c30c30d", "entries": "RpcGetEnumResult set=-8:2",
            "referent": "RpcGetEnumResult set=0:0", "row-level": "RpcGetEnumResult set=8:2",
            "row-switch": "RpcGetEnumResult set=12:9", "list-short": "RpcGetEnumResult short=1",
            "list-long": "RpcGetEnumResult long=4", "info-level": "RpcGetSessionInformationEx set=0:2",
            "info-switch": "RpcGetSessionInformationEx set=4:7", "info-size": "RpcGetSessionInformationEx set=-12:4000000",
            "info-referent": "RpcGetSessionInformationEx set=-8:0x20004", "info-short": "RpcGetSessionInformationEx short=8",
            "info-long": "RpcGetSessionInformationEx long=8", "handle-short": "RpcOpenEnum short=4",
            "empty": "RpcOpenEnum short=24", "session-long": "RpcOpenSession long=8",
        }
        self.serve({name: {"sessions": SESSIONS} for name in (*lies, "good")},
                   "".join(f"{name} {what}\n" for name, what in lies.items()))
        report = self.run_wire(1, *LOGOFF, "--retries", "0")
        for host in report["hosts"]:
            with self.subTest(host=host["host"]):
                self.assertEqual("succeeded" if host["host"] == "good" else "failed", host["outcome"])
            # What a stub of another length ends with may look like an HRESULT.
            if not host["host"].endswith(("-long", "-short")) and host["host"] != "good":
                self.assertEqual(BAD_STUB, error_of(host)["code"])
        self.assertEqual({"good"}, {line["host"] for line in self.state()})

    def test_connector_that_dies(self):
        """It costs its call and nothing else. What it was asked may have been done: a look tells."""
        stuck = {"call": "logoff", "session": 3, "hang": True, "times": 1}
        self.serve({"stuck": {"sessions": SESSIONS, "faults": [stuck]}, **{f"rdsh{i}": {"sessions": SESSIONS} for i in range(5)}})
        process = self.begin(*LOGOFF, "--call-timeout", "60s")
        rig.wait_for("all that does not hang", lambda: len(self.state()) >= 16)
        for pid in connectors():
            os.kill(pid, signal.SIGKILL)
        self.finish(process, 0)
        with open(self.path("report.json"), encoding="utf-8") as file:
            report = json.load(file)
        self.assertEqual({"logged_off": 18, "skipped": 18}, lib.outcomes(report))
        self.assertEqual(2, next(one["attempts"] for one in lib.host_of(report, "stuck")["sessions"] if one["id"] == 3))
        self.assert_truth(report)
        self.assertEqual([], connectors())

    def test_nothing_is_left_behind(self):
        """Calls past their deadline end with their connector, and so does everything that smbd had for them."""
        stuck = {"faults": [{"call": "enumerate", "hang": True}]}
        self.serve({f"stuck{i}": stuck for i in range(6)} | {"good": {"sessions": SESSIONS}})
        report = self.run_wire(1, *LOGOFF, "--call-timeout", "2s", "--retries", "0")
        self.assertEqual(6 * ["timed_out"] + ["succeeded"], [host["outcome"] for host in report["hosts"]])
        self.assertEqual([], connectors())
        rig.wait_for("the end of smbd's part", lambda: FRONT.connections() == 0)

    def test_hosts_that_are_not_there(self):
        self.serve({"good": {"sessions": SESSIONS}})
        with socket.create_server(("127.3.3.3", 4445)) as silent, open(self.path("more.ini"), "w", encoding="utf-8") as file:
            file.write("good\nrefuses address=127.3.3.2 probe_port=4444\nno-such-name\n"
                       "silent address=127.3.3.3 probe_port=4445\n")
            file.flush()
            silent.listen(16)
            report = self.run_wire(1, "sessions", "--retries", "0", "--call-timeout", "2s", inventory="more.ini")
        outcomes = {host["host"]: (host["outcome"], (host["error"] or {}).get("name")) for host in report["hosts"]}
        self.assertEqual({"good": ("succeeded", None), "refuses": ("failed", "CONNECT_REFUSED"),
                          "no-such-name": ("failed", "NAME_UNKNOWN"), "silent": ("timed_out", "CALL_TIMEOUT")}, outcomes)

    def test_something_else_on_the_port(self):
        """A server that talks, but not SMB."""
        self.serve({"good": {"sessions": SESSIONS}})

        def babble(server):
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    peer.sendall(b"\0\0\0\x40SSH-2.0-OpenSSH_9.2 and sixty bytes of anything but SMB..........")

        with socket.create_server(("127.3.3.4", 4446)) as server, open(self.path("more.ini"), "w", encoding="utf-8") as file:
            file.write("good\nodd address=127.3.3.4 probe_port=4446\n")
            file.flush()
            thread = threading.Thread(target=babble, args=(server,))
            thread.start()
            report = self.run_wire(1, "sessions", "--retries", "0", "--call-timeout", "3s", inventory="more.ini")
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
        self.assertEqual("succeeded", lib.host_of(report, "good")["outcome"])
        self.assertIn(lib.host_of(report, "odd")["outcome"], ("failed", "timed_out"))
        self.assertIsNotNone(lib.host_of(report, "odd")["error"])


def main():
    global PROGRAM, SERVICE, FRONT
    PROGRAM, SERVICE = rig.begin(__doc__)
    with rig.Rig() as FRONT:
        sys.exit(not unittest.main(exit=False).result.wasSuccessful())


if __name__ == "__main__":
    main()
