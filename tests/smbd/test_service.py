"""The session service behind a real smbd, asked by a client of another make (tsts_client.py).

usage: test_service.py SESSION_SERVICE [unittest arguments]
"""

import concurrent.futures
import json
import os
import struct
import sys
import tempfile
import time
import unittest

import rig

SERVICE = ""
FRONT = None

SESSIONS = [
    {"id": 2, "user": "CORP\\alice", "state": "active", "station": "RDP-Tcp#2", "idle_s": 60, "logon_s": 86400},
    {"id": 3, "user": "CORP\\bob", "state": "disconnected", "idle_s": 7200, "logon_s": 86400},
    {"id": 9, "user": "ДОМЕН\\jørgen😀", "state": "active", "station": "RDP-Tcp#9", "logon_s": 60},
]
ALWAYS_THERE = [(0, 4, "Services"), (1, 1, "Console"), (65536, 6, "RDP-Tcp")]
EPOCH_S = 1767225600  # 2026-01-01
FROM_1601_S = 11644473600
ACTIVE, DISCONNECTED = 0, 4


def filetime(unix_s):
    return (unix_s + FROM_1601_S) * 10000000


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rdsweep-smbd-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def serve(self, hosts, faults=None, **defaults):
        """A fleet; `hosts` are the scenario's."""
        scenario = os.path.join(self.folder, "fleet.json")
        with open(scenario, "w", encoding="utf-8") as file:
            json.dump({"schema": "rdsweep.sim/1", "seed": 7, "epoch": "2026-01-01T00:00:00Z",
                       "defaults": {"latency_ms": {"open": 1, "enumerate": 1, "query": 1, "logoff": 1, "message": 1,
                                                   "disconnect": 1}, "logoff_takes_ms": 50, **defaults},
                       "hosts": hosts}, file)
        self.state_path = os.path.join(self.folder, "state")
        service = FRONT.service(SERVICE, scenario, list(hosts), state=self.state_path, faults=faults)
        self.addCleanup(service.stop)
        return service

    def state(self):
        with open(self.state_path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def assert_fails(self, code, function, *arguments):
        with self.assertRaises(tsts_client.Failed) as caught:
            function(*arguments)
        self.assertEqual(0x80070000 | code, caught.exception.hresult)

    def assert_fault(self, text, function, *arguments):
        with self.assertRaisesRegex(DCERPCException, text):
            function(*arguments)


class Methods(Case):
    def test_list(self):
        self.serve({"rdsh1": {"sessions": SESSIONS}})
        with tsts_client.Enumeration("rdsh1") as host:
            self.assertEqual(sorted(ALWAYS_THERE + [(2, ACTIVE, "RDP-Tcp#2"), (3, DISCONNECTED, ""), (9, ACTIVE, "RDP-Tcp#9")]),
                             host.sessions())

    def test_thousand_sessions_in_fragments(self):
        self.serve({"rdsh1": {}}, sessions={"min": 1000, "max": 1000})
        with tsts_client.Enumeration("rdsh1") as host:
            rows = host.sessions()
        self.assertEqual(1003, len(rows))
        self.assertEqual(sorted(rows), rows)
        self.assertEqual(1003, len({row[0] for row in rows}))

    def test_information(self):
        self.serve({"rdsh1": {"sessions": SESSIONS}})
        with tsts_client.Session("rdsh1") as host:
            alice, bob, jorgen = (host.information(id_) for id_ in (2, 3, 9))
            now = filetime(time.time())
        self.assertEqual((ACTIVE, "RDP-Tcp#2", "CORP", "alice"),
                         tuple(alice[key] for key in ("state", "station", "domain", "user")))
        self.assertEqual(filetime(EPOCH_S - 86400), alice["logon"])
        self.assertEqual(0, alice["disconnect"])
        self.assertAlmostEqual(60, (now - alice["input"]) / 1e7, delta=5)
        self.assertEqual((DISCONNECTED, "", 0), (bob["state"], bob["station"], bob["input"]))
        self.assertAlmostEqual(7200, (now - bob["disconnect"]) / 1e7, delta=5)
        self.assertEqual(("ДОМЕН", "jørgen😀"), (jorgen["domain"], jorgen["user"]))

    def test_names_are_as_they_were_listed(self):
        """The first question after a list tells what the list was made from; the next one what is so now."""
        faults = [{"call": "query", "session": 2, "error": 5}, {"call": "logoff", "session": 3, "swap_user": "CORP\\mallory"}]
        self.serve({"rdsh1": {"sessions": SESSIONS, "faults": faults}})
        with tsts_client.Enumeration("rdsh1") as list_, tsts_client.Session("rdsh1") as host:
            list_.sessions()
            self.assertEqual(("alice", 0), (host.information(2)["user"], 0))
            self.assert_fails(5, host.information, 2)
            self.assertEqual("bob", host.information(3)["user"])
            self.assertEqual("mallory", host.information(3)["user"])

    def test_logoff(self):
        self.serve({"rdsh1": {"sessions": SESSIONS}}, logoff_takes_ms=2000)
        with tsts_client.Enumeration("rdsh1") as list_, tsts_client.Session("rdsh1") as host:
            handle = host.open(2)
            host.logoff(handle)
            self.assert_fails(7007, host.logoff, handle)  # it is closing already
            host.close_handle(handle)
            rig.wait_for("the session's end", lambda: 2 not in [row[0] for row in list_.sessions()])
            self.assert_fails(2, host.open, 2)
            self.assert_fails(7022, host.information, 2)
        self.assertEqual([("logoff", 2, "CORP\\alice", "gone")],
                         [(line["call"], line["session"], line["user"], line["effect"]) for line in self.state()])

    def test_disconnect(self):
        self.serve({"rdsh1": {"sessions": SESSIONS}})
        with tsts_client.Session("rdsh1") as host:
            handle = host.open(2)
            host.disconnect(handle)
            self.assertEqual(DISCONNECTED, host.information(2)["state"])
            self.assert_fails(5023, host.disconnect, handle)

    def test_message(self):
        service = self.serve({"rdsh1": {"sessions": SESSIONS}})
        with tsts_client.Session("rdsh1") as host:
            self.assertEqual(32001, host.message(host.open(2), "Wartung 😀", "größer" * 200, 300))
        call = service.calls()[-1]
        self.assertEqual(("Wartung 😀", "größer" * 200, 300), (call["title"], call["text"], call["timeout_s"]))
        self.assertEqual(("messaged", "größer" * 200), (self.state()[0]["effect"], self.state()[0]["text"]))

    def test_time_of_day(self):
        self.serve({"rdsh1": {}})
        for level in (rpcrt.RPC_C_AUTHN_LEVEL_NONE, rpcrt.RPC_C_AUTHN_LEVEL_PKT_PRIVACY):
            with tsts_client.Pipe("rdsh1", tsts_client.SRVSVC, pipe="srvsvc", level=level) as host:
                words = struct.unpack("<14I", host.ask(28, bytes(4)))
            self.assertAlmostEqual(time.time(), words[1], delta=5)
            utc = time.gmtime(words[1])
            self.assertEqual((utc.tm_hour, utc.tm_min, utc.tm_sec, utc.tm_mday, utc.tm_mon, utc.tm_year),
                             (*words[3:6], *words[9:12]))
            self.assertEqual(0, words[13])

    def test_state_outlives_the_service(self):
        service = self.serve({"rdsh1": {"sessions": SESSIONS}})
        with tsts_client.Session("rdsh1") as host:
            host.logoff(host.open(2))
        service.stop()
        self.serve({"rdsh1": {"sessions": SESSIONS}})
        with tsts_client.Enumeration("rdsh1") as host:
            rig.wait_for("the session's end", lambda: 2 not in [row[0] for row in host.sessions()])

    def test_many_at_once(self):
        names = [f"rdsh{i}" for i in range(40)]
        service = self.serve({name: {} for name in names}, sessions={"min": 3, "max": 3})

        def work(name):
            with tsts_client.Enumeration(name) as host:
                return [row for row in host.sessions() if row not in ALWAYS_THERE]

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            rows = list(pool.map(work, names))
        self.assertEqual(40 * [3], [len(one) for one in rows])
        self.assertGreater(len({str(one) for one in rows}), 20)  # each host its own
        self.assertEqual(set(names), {call["host"] for call in service.calls()})


class Rights(Case):
    def test_not_an_administrator(self):
        service = self.serve({"rdsh1": {"sessions": SESSIONS}})
        with tsts_client.Enumeration("rdsh1", user="helpdesk") as host:
            self.assert_fails(5, host.open)
        with tsts_client.Session("rdsh1", user="helpdesk") as host:
            self.assert_fails(5, host.open, 2)
            self.assert_fails(5, host.information, 2)
        self.assertEqual({("helpdesk", "ntlm")}, {(call["user"], call["by"]) for call in service.calls()})

    def test_logons_that_fail(self):
        self.serve({"rdsh1": {}})
        before = len(FRONT.logons())
        for user, password, status in (("admin", "no", "LOGON_FAILURE"), ("nobody-knows", "no", "LOGON_FAILURE"),
                                       ("locked", rig.PASSWORD, "ACCOUNT_LOCKED_OUT"),
                                       ("disabled", rig.PASSWORD, "ACCOUNT_DISABLED"),
                                       ("expired", rig.PASSWORD, "ACCOUNT_EXPIRED")):
            with self.assertRaisesRegex(SessionError, status):
                tsts_client.Enumeration("rdsh1", user=user, password=password)
        self.assertEqual(["admin", "nobody-knows", "locked", "disabled", "expired"],
                         [user for user, _ in FRONT.logons()[before:]])

    def test_requests_must_be_sealed(self):
        self.serve({"rdsh1": {}})
        for level in (rpcrt.RPC_C_AUTHN_LEVEL_NONE, rpcrt.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY):
            with tsts_client.Enumeration("rdsh1", level=level) as host:
                self.assert_fault("access_denied", host.open)

    def test_an_address_without_a_host(self):
        self.serve({"rdsh1": {}})
        with self.assertRaises(SessionError):
            tsts_client.Enumeration("127.9.9.9")


class Strictness(Case):
    def setUp(self):
        super().setUp()
        self.serve({"rdsh1": {"sessions": SESSIONS}})

    def test_stubs(self):
        with tsts_client.Enumeration("rdsh1") as host:
            handle = host.open()
            for opnum, stub in ((0, b"\0"), (0, bytes(4)), (1, handle[:-1]), (1, handle + b"\0"), (5, handle),
                                (5, handle + struct.pack("<I", 2)), (5, handle + struct.pack("<II", 1, 0))):
                with self.subTest(opnum=opnum, stub=stub):
                    self.assert_fault("bad_stub|Bad stub|6f7", host.ask, opnum, stub)
            self.assertTrue(host.result(handle))  # the connection lives on
        with tsts_client.Session("rdsh1") as host:
            handle = host.open(2)
            good = tsts_client.wide("title")
            for opnum, stub in ((0, bytes(3)), (0, bytes(8)), (17, struct.pack("<iI", 2, 2)), (4, handle + bytes(4)),
                                (9, handle + good + good[:-2] + struct.pack("<III", 0, 1, 1)),
                                (9, handle + good + struct.pack("<III", 3, 1, 3) + bytes(8) + struct.pack("<III", 0, 1, 1)),
                                (9, handle + good + good + struct.pack("<III", 0, 1, 0))):
                with self.subTest(opnum=opnum, stub=stub):
                    self.assert_fault("bad_stub|Bad stub|6f7", host.ask, opnum, stub)
        self.assertEqual([], self.state())

    def test_handles(self):
        with tsts_client.Enumeration("rdsh1") as list_, tsts_client.Session("rdsh1") as host:
            closed = list_.open()
            list_.close_handle(closed)
            session = host.open(2)
            for pipe, opnum, handle in ((list_, 1, closed), (list_, 1, bytes(20)), (list_, 1, session), (host, 4, closed)):
                self.assert_fault("context_mismatch", pipe.ask, opnum, handle)

    def test_unknown_methods(self):
        with tsts_client.Enumeration("rdsh1") as host:
            self.assert_fault("op_rng_error", host.ask, 77)
        with self.assertRaisesRegex(DCERPCException, "abstract_syntax_not_supported"):
            tsts_client.Pipe("rdsh1", ("12345778-1234-abcd-ef00-0123456789ac", "0.0"))

    def test_verification_trailer(self):
        magic = bytes.fromhex("8ae3137102f43671")
        syntax = uuidtup_to_bin(tsts_client.ENUMERATION)
        context = struct.pack("<HH", 0x4002, 40) + syntax + uuidtup_to_bin(("8a885d04-1ceb-11c9-9fe8-08002b104860", "2.0"))
        with tsts_client.Enumeration("rdsh1") as host:
            self.assertEqual(24, len(host.ask(0, magic + context)))
            other = context.replace(syntax[:4], b"\1\2\3\4")
            for trailer in (magic + other, magic + context + b"\0", magic + context[:-4], magic,
                            magic + struct.pack("<HH", 0x4001, 8) + bytes(8), magic + struct.pack("<HH", 0x4009, 0)):
                with self.subTest(trailer=trailer):
                    self.assert_fault("bad_stub|Bad stub|6f7", host.ask, 0, trailer)


class Faults(Case):
    def test_errors_of_the_scenario(self):
        faults = [{"call": "open", "error": 1722, "times": 1}, {"call": "enumerate", "error": 0, "times": 1},
                  {"call": "query", "session": 3, "error": 7022}, {"call": "logoff", "user": "CORP\\alice", "error": 5}]
        self.serve({"rdsh1": {"sessions": SESSIONS, "faults": faults}})
        with tsts_client.Enumeration("rdsh1") as host:
            self.assert_fails(1722, host.open)
            handle = host.open()
            self.assert_fails(0, host.result, handle)
            self.assertEqual(6, len(host.result(handle)))
        with tsts_client.Session("rdsh1") as host:
            host.information(3)  # part of the list
            self.assert_fails(7022, host.information, 3)
            self.assert_fails(5, host.logoff, host.open(2))
        self.assertEqual([], self.state())

    def test_hang(self):
        """The answer never comes; the thread ends when the client has gone, and nothing was done."""
        service = self.serve({"rdsh1": {"sessions": SESSIONS, "faults": [{"call": "logoff", "hang": True}]}})
        host = tsts_client.Session("rdsh1")
        handle = host.open(2)
        host.rpc.call(4, handle)
        host.transport.get_smb_connection().getSMBServer().get_socket().close()
        rig.wait_for("the call's end", lambda: service.calls()[-1]["call"] == "RpcLogoff")
        self.assertEqual(("dropped", []), (service.calls()[-1]["answer"], self.state()))

    def test_faults_of_the_wire(self):
        self.serve({"rdsh1": {"sessions": SESSIONS}, "rdsh2": {"sessions": SESSIONS}, "rdsh3": {}}, faults=(
            "# of the wire\n"
            "rdsh1 RpcGetEnumResult fault=0x1c00001b 1\n"
            "rdsh1 RpcGetEnumResult set=4:0x7fffffff 1\n"
            "rdsh1 RpcGetEnumResult set=-8:1 1\n"
            "rdsh1 RpcOpenSession short=3 1\n"
            "rdsh1 RpcOpenSession long=5 1\n"
            "rdsh2 RpcLogoff late-drop 1\n"
            "rdsh2 RpcLogoff drop\n"
            "RDSH3 bind drop\n"))
        with tsts_client.Enumeration("rdsh1") as host:
            handle = host.open()
            ask = handle + struct.pack("<I", 1)
            self.assert_fault("fault_remote_no_memory|1c00001b", host.ask, 5, ask)
            self.assertEqual(0x7fffffff, struct.unpack_from("<I", host.ask(5, ask), 4)[0])
            self.assertEqual(1, struct.unpack("<I", host.ask(5, ask)[-8:-4])[0])
            self.assertEqual(6, len(host.result(handle)))
        with tsts_client.Session("rdsh1") as host:
            self.assertEqual([21, 29, 24], [len(host.ask(0, struct.pack("<i", 2))) for _ in range(3)])
        for id_ in (2, 3):
            host = tsts_client.Session("rdsh2")
            with self.assertRaises(SessionError):
                host.logoff(host.open(id_))
        self.assertEqual([2], [line["session"] for line in self.state()])  # the first was late
        with self.assertRaises(SessionError):
            tsts_client.Enumeration("rdsh3")


def main():
    global SERVICE, FRONT
    if len(sys.argv) < 2:
        sys.exit(__doc__.split("\n\n")[1])
    SERVICE = sys.argv.pop(1)
    with rig.Rig() as FRONT:
        # impacket forgets sockets where a connection fails.
        sys.exit(not unittest.main(exit=False, warnings="ignore").result.wasSuccessful())


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1]:
        rig.skip("the session service was not built: libkrb5-dev or nettle-dev is missing")
    rig.inside()
    try:
        from impacket.dcerpc.v5 import rpcrt
        from impacket.dcerpc.v5.rpcrt import DCERPCException
        from impacket.smbconnection import SessionError
        from impacket.uuid import uuidtup_to_bin

        import tsts_client
    except ImportError as missing:
        rig.skip(f"{missing} (Debian: python3-impacket)")
    main()
