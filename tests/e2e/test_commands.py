"""The commands that change nothing: sessions, inventory, report, error, help."""

import json
import os
import shutil
import signal
import subprocess
import unittest

import lib


class Sessions(lib.Case):
    def setUp(self):
        super().setUp()
        self.sim = self.fleet(["b1", "a1"], lib.scenario({
            "b1": {"sessions": [
                lib.session(2, "CORP\\alice", station="RDP-Tcp#2", client="PC1"),
                lib.session(3, "CORP\\b\u00f6b", state="disconnected")]},
            "a1": {"sessions": [lib.session(2, "OTHER\\alice")]}}))

    def test_table(self):
        result = self.expect(0, "sessions", *self.sim)
        lines = result.out.splitlines()
        self.assertEqual(["HOST", "USER", "SESSION", "ID", "STATE", "IDLE", "LOGON", "CLIENT"], lines[0].split())
        self.assertEqual(4, len(lines))
        self.assertEqual(["b1", "CORP\\alice", "RDP-Tcp#2", "2", "active", "1"], lines[1].split()[:6])
        self.assertEqual(["3", "disc"], lines[2].split()[3:5])
        self.assertTrue(lines[3].startswith("a1"))
        self.assertTrue(result.err.startswith("SIMULATED"))
        self.assertTrue(result.err.endswith("3 sessions of 3 users on 2 hosts\n"), result.err)

    def test_hosts_that_could_not_be_asked_are_named(self):
        fleet = self.fleet([f"h{i}" for i in range(1, 6)], lib.scenario(
            {"h[2:3]": {"faults": [{"call": "open", "error": 5}]}, "h5": {"sessions": []}}))
        result = self.expect(1, "sessions", *fleet)
        self.assertIn("6 sessions of 6 users on 2 hosts; could not be asked: 2 hosts: h[2:3]\n", result.err)

    def test_stopped_by_its_time(self):
        """One host hangs: who is on the others is told all the same."""
        fleet = self.fleet(["h1", "h2", "h3"], lib.scenario(
            {"h3": {"faults": [{"call": "enumerate", "hang": True}]}}, defaults={"sessions": {"min": 1, "max": 1}}))
        result = self.expect(1, "sessions", *fleet, "--run-timeout", "2s", "-o", "report.json")
        self.assertEqual(["HOST", "h1", "h2"], [line.split()[0] for line in result.out.splitlines()])
        self.assertIn("2 sessions of 2 users on 2 hosts\ncut short (run_timeout): not finished: 1 host: h3\n", result.err)
        self.assertNotIn("could not be asked", result.err)
        report = self.report()
        self.assertEqual(["succeeded", "succeeded", "not_attempted"], [host["outcome"] for host in report["hosts"]])
        self.assertEqual(2, lib.outcomes(report)["listed"])
        self.assertEqual(("partial", "run_timeout"), (report["run"]["outcome"], report["run"]["stopped_by"]))
        result = self.expect(1, "sessions", *fleet, "--run-timeout", "2s", "--format", "csv", "-q")
        self.assertIn("cut short (run_timeout): not finished: 1 host: h3\n", result.err)

    @lib.posix_only("SIGTERM")
    def test_interrupted(self):
        fleet = self.fleet(["h1", "h2", "h3"], lib.scenario(
            {"h3": {"faults": [{"call": "enumerate", "hang": True}]}}, defaults={"sessions": {"min": 1, "max": 1}}))
        process = self.start("sessions", *fleet, "--progress", "always")
        said = b""
        while b"2/3" not in said:  # only h3 is left
            said += process.stderr.read(1)
        process.send_signal(signal.SIGTERM)
        while b"told to stop" not in said:
            said += process.stderr.read(1)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=lib.PATIENCE_S)
        self.assertEqual(143, process.returncode)
        self.assertEqual(["HOST", "h1", "h2"], [line.split()[0] for line in out.decode().splitlines()])
        self.assertIn("1 unfinished host: h3", (said + err).decode())
        self.assertIn("1 call in flight is left behind", (said + err).decode())
        self.assertIn("cut short (SIGTERM): not finished: 1 host: h3\n", err.decode())

    def test_id_that_changes_hands_in_the_moment(self):
        fleet = self.fleet(["h7"], lib.scenario({"h7": {
            "sessions": [lib.session(2, "CORP\\alice"), lib.session(3, "CORP\\bob")],
            "faults": [{"call": "logoff", "session": 2, "swap_user": "CORP\\mallory"}]}}))
        result = self.expect(0, "sessions", *fleet)
        self.assertEqual(["CORP\\bob", "CORP\\mallory"],
                         [line.split()[1] for line in result.out.splitlines()[1:]])
        self.assertTrue(result.err.endswith("2 sessions of 2 users on 1 host\n"), result.err)

    def test_hostile_names_are_shown_escaped(self):
        names = ["CORP\\\x1b[31mred", "CORP\\\u202eevil", "CORP\\\u2066iso\u2069", "CORP\\a\u200db", "CORP\\\u5c71\u7530",
                 "CORP\\tag\U000e0041"]
        fleet = self.fleet(["h1"], lib.scenario({"h1": {"sessions": [
            lib.session(2 + i, name, client="PC") for i, name in enumerate(names)]}}))
        out = self.expect(0, "sessions", *fleet).out
        for shown in ("\\x1b[31mred", "\\u{202e}evil", "\\u{2066}iso\\u{2069}", "a\\u{200d}b", "\u5c71\u7530", "tag\\u{e0041}"):
            self.assertIn(shown, out)
        self.assertTrue(all(c.isprintable() or c == "\n" for c in out))
        # The ideographs take two columns each.
        lines = out.splitlines()
        at = lines[0].index("SESSION")
        wide = next(line for line in lines if "\u5c71" in line)
        self.assertEqual(" R", wide[at - 3:at - 1])

    def test_colors_only_where_wanted(self):
        self.assertNotIn("\x1b", self.expect(0, "sessions", *self.sim).out)
        always = self.expect(0, "sessions", *self.sim, "--color", "always", env={"NO_COLOR": "1"})
        self.assertIn("\x1b[1mHOST\x1b[0m", always.out)

    def test_quiet_says_only_simulated(self):
        result = self.expect(0, "sessions", *self.sim, "-q")
        self.assertEqual(1, len(result.err.splitlines()))
        self.assertTrue(result.err.startswith("SIMULATED"))

    def test_verbose_shows_sessions_without_user(self):
        out = self.expect(0, "sessions", *self.sim, "-v").out
        self.assertIn("65536", out)
        self.assertIn("Services", out)

    def test_filter(self):
        out = self.expect(0, "sessions", *self.sim, "-u", "CORP\\ALICE").out
        self.assertEqual(2, len(out.splitlines()))
        out = self.expect(0, "sessions", *self.sim, "--state", "disconnected", "-v").out
        self.assertEqual(2, len(out.splitlines()))
        out = self.expect(0, "sessions", *self.sim, "--not-user", "alice").out
        self.assertEqual(2, len(out.splitlines()))
        out = self.expect(0, "sessions", *self.sim, "-l", "a1", "--session", "2").out
        self.assertEqual(2, len(out.splitlines()))

    def test_formats_are_the_bytes_of_reports(self):
        for form in ("json", "csv"):
            with self.subTest(form=form):
                result = self.expect(0, "sessions", *self.sim, "--format", form, "-o", f"report.{form}")
                self.assertEqual(self.read(f"report.{form}").decode(), result.out)

    def test_nothing_changes(self):
        self.expect(0, "sessions", *self.sim, "--sim-state", "state")
        self.assertEqual(b"", self.read("state"))

    def test_inventory_from_standard_input(self):
        result = self.expect(0, "sessions", "-i", "-", "--sim", "scenario.json", input=b"b1\r\n")
        self.assertEqual(3, len(result.out.splitlines()))

    def test_overwrite(self):
        self.put("report.json", "old")
        os.link(self.path("report.json"), self.path("other"))
        self.expect(0, "sessions", *self.sim, "-o", "report.json", "--overwrite")
        self.assertEqual(b"old", self.read("other"))
        self.assertEqual("sessions", self.report()["run"]["command"])
        if not lib.WINDOWS:  # rights come from the folder there
            self.assertEqual(0o600, os.stat(self.path("report.json")).st_mode & 0o777)
        self.assertEqual([], [name for name in os.listdir(self.folder) if name.endswith(".tmp")])


class Inventory(lib.Case):
    INI = ("lonely\n[web]\nw[1:3]\n[db]\nd1 probe_port=3389 protect=CORP\\svc*\n"
           "[prod:children]\nweb\ndb\n[edge]\nw2\n")

    def list(self, *arguments, **more):
        return self.expect(0, "inventory", "list", "-i", "hosts.ini", *arguments, **more).out.split()

    def setUp(self):
        super().setUp()
        self.put("hosts.ini", self.INI)

    def test_list(self):
        self.assertEqual(["lonely", "w1", "w2", "w3", "d1"], self.list())
        self.assertEqual(["w2", "w3"], self.list("-l", "web:!w1"))
        parts = [self.list("--shard", f"{k}/3") for k in (1, 2, 3)]
        self.assertEqual(["d1", "lonely", "w1", "w2", "w3"], sorted(sum(parts, [])))

    def test_list_formats(self):
        hosts = json.loads(self.expect(0, "inventory", "list", "-i", "hosts.ini", "--format", "json").out)
        self.assertEqual(5, len(hosts))
        self.assertEqual({"host": "d1", "address": "d1", "probe_port": 3389, "groups": ["db", "prod"],
                          "protect": ["CORP\\svc*"], "call_timeout_ms": None},
                         {**hosts[4], "groups": sorted(hosts[4]["groups"])})
        process = self.start("inventory", "list", "-i", "hosts.ini", "--format", "csv")
        rows = lib.csv_rows(process.communicate()[0])
        self.assertEqual("3389", rows[4]["probe_port"])
        table = self.expect(0, "inventory", "list", "-i", "hosts.ini", "--format", "table").out
        self.assertEqual(6, len(table.splitlines()))

    def test_check(self):
        out = self.expect(0, "inventory", "check", "-i", "hosts.ini", "-l", "web").out
        self.assertEqual("5 hosts in 4 groups from 1 source; 3 after --limit and --shard\n", out)
        self.put("servers.json", [{"Server": "a", "Roles": ["RDS-RD-SERVER"]}, {"Server": "b", "Roles": ["RDS-WEB-ACCESS"]}])
        out = self.expect(0, "inventory", "check", "-i", "servers.json").out
        self.assertIn(": note: ", out)
        self.assertIn("1 host in 0 groups", out)
        self.put("bad.ini", "a[3:1]\nb nonsense=1 probe_port=0\n")
        self.put("licences.json", '[{"ComputerName": "B", "Roles": ["RDS-LICENSING"]}]')
        self.assertEqual("licences.json:1: note: 'B' is left out: its Roles lack RDS-RD-SERVER\n"
                         "licences.json: the inventory has no hosts\n",
                         self.expect(2, "inventory", "check", "-i", "licences.json").err)
        self.put("lone.txt", b"\xff\xfea\x00\n\x00b\x00\x00\xd8h\x00")
        self.assertEqual("lone.txt:2:2: a lone UTF-16 surrogate\n",
                         self.expect(2, "inventory", "check", "-i", "lone.txt").err)
        result = self.expect(2, "inventory", "check", "-i", "bad.ini")
        self.assertGreaterEqual(len(result.err.splitlines()), 3)

    def test_graph(self):
        out = self.expect(0, "inventory", "graph", "-i", "hosts.ini", "-l", "web").out
        self.assertEqual(
            "@all:\n  |--@ungrouped:\n  |--@prod:\n  |  |--@web:\n  |  |  |--w1\n  |  |  |--w2\n"
            "  |  |  |--w3\n  |  |--@db:\n  |--@edge:\n  |  |--w2\n",
            out)

    @unittest.skipUnless(shutil.which("ansible-inventory"), "ansible is not installed")
    def test_graph_is_ansibles(self):
        theirs = subprocess.run(
            ["ansible-inventory", "-i", self.path("hosts.ini"), "--graph"], capture_output=True, text=True,
            check=True, env={**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0", "HOME": self.folder}).stdout
        ours = self.expect(0, "inventory", "graph", "-i", "hosts.ini").out
        self.assertEqual(sorted(theirs.splitlines()), sorted(ours.splitlines()))


class Report(lib.Case):
    def setUp(self):
        super().setUp()
        sim = self.fleet(["h[1:3]"], lib.scenario({"h2": {"faults": [{"call": "open", "error": 5}]}}))
        self.expect(1, "sessions", *sim, "-o", "report.json", "-o", "report.csv")

    def test_show(self):
        out = self.expect(0, "report", "show", "report.json").out
        for wanted in ("SIMULATED", "ERROR_ACCESS_DENIED", "h2"):
            self.assertIn(wanted, out)
        self.assertEqual(out, self.expect(0, "report", "show", "-", input=self.read("report.json")).out)

    def test_show_torn(self):
        whole = self.read("report.json")
        for cut in range(0, len(whole), 211):
            self.put("torn.json", whole[:cut])
            self.expect(2, "report", "show", "torn.json")

    def test_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "../../reports/rdsweep.report-1.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.validate(self.report(), schema)


class Error(lib.Case):
    def test_spellings(self):
        for text in ("5", "0x5", "0x80070005", "-2147024891", "ERROR_ACCESS_DENIED", "access_denied"):
            with self.subTest(text=text):
                out = self.expect(0, "error", text).out
                self.assertIn("ERROR_ACCESS_DENIED", out)
                self.assertIn("class:   permanent", out)
        self.assertIn("CALL_TIMEOUT\n", self.expect(0, "error", "CALL_TIMEOUT").out)

    def test_json(self):
        rows = json.loads(self.expect(0, "error", "5", "1722", "--format", "json").out)
        self.assertIn("ERROR_ACCESS_DENIED", [row["name"] for row in rows])
        self.assertEqual({"code", "name", "apis", "message", "class", "remedy"}, set(rows[0]))
        apis = [row["apis"] for row in rows if row["code"] == 5]
        self.assertIsNone(apis[0])  # what it means anywhere else comes first
        self.assertIn(["WTSLogoffSession"], apis)

    def test_who_says_it(self):
        out = self.expect(0, "error", "5").out
        self.assertIn("no right to do this on the host", out.split("\n\n")[0])
        self.assertIn("  from:    any call that is not named below\n", out.split("\n\n")[0])
        self.assertIn("  from:    WTSLogoffSession\n", out)
        self.assertNotIn("from:", self.expect(0, "error", "CALL_TIMEOUT").out)

    def test_unknown(self):
        for text in ("4294967295", "ERROR_NO_SUCH_THING"):
            with self.subTest(text=text):
                result = self.expect(1, "error", text)
                self.assertIn("not in the table", result.err)
        self.assertEqual([], json.loads(self.expect(1, "error", "4294967295", "--format", "json").out))


class Help(lib.Case):
    COMMANDS = ("sessions", "logoff", "inventory", "report", "error", "self", "help")

    def test_overview(self):
        out = self.expect(0, "help").out
        for command in self.COMMANDS:
            self.assertIn(f"\n  {command} ", out)
        self.assertEqual(out, self.expect(0, "--help").out)
        self.assertEqual(out, self.expect(0, "-h").out)

    def test_each_command(self):
        for command in self.COMMANDS:
            with self.subTest(command=command):
                out = self.expect(0, "help", command).out
                self.assertTrue(out.startswith(f"Usage: rdsweep {command}"))
                self.assertEqual(out, self.expect(0, command, "--help").out)

    def test_every_option_of_the_help_is_known(self):
        for command in self.COMMANDS:
            for line in self.expect(0, "help", command).out.splitlines():
                for word in line.split():
                    if line.startswith("  ") and word.startswith("--") and line.strip().startswith("-"):
                        result = self.run_program(command, word + "=")
                        self.assertNotIn("unknown option", result.err)
                        self.assertNotIn("belongs to", result.err)
                        break

    def test_version(self):
        out = self.expect(0, "--version").out
        self.assertRegex(out, r"^rdsweep \d+\.\d+\.\d+\nbackends: .*sim")


if __name__ == "__main__":
    lib.main()
