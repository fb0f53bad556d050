#!/usr/bin/env python3
"""Review of finished runs: report show, hosts, convert."""

import json
import os

import lib
from lib import csv_rows, session

HOSTS = [f"rdsh{i:03}.corp.example" for i in range(1, 9)]


def fleet_document():
    return lib.scenario(hosts={
        "rdsh001.corp.example": {"sessions": [
            session(2, "CORP\\alice"), session(3, "CORP\\bob", state="disconnected"), session(4, "OTHER\\Alice")]},
        "rdsh002.corp.example": {"faults": [{"call": "open", "error": 1722}]},
        "rdsh003.corp.example": {
            "sessions": [session(2, "CORP\\ALICE"), session(3, "CORP\\carol")],
            "faults": [{"call": "logoff", "user": "CORP\\carol", "error": 5}]},
        "rdsh004.corp.example": {"faults": [{"call": "probe", "refused": True}]},
    })


class Reviewed(lib.Case):
    """A run of eight hosts, of which three have something to tell."""

    def setUp(self):
        super().setUp()
        self.options = self.fleet(HOSTS, fleet_document())
        self.run_it(1, "-o", "report.json", "-o", "report.csv", "-o", "report.html", "--wave", "1,100%")

    def run_it(self, code, *more):
        return self.expect(code, "logoff", *self.options, "--all", "--yes", "-q", "--retry-delay", "10ms",
                           "--verify-interval", "20ms", *more)

    def lines(self, *arguments, code=0, **more):
        return self.expect(code, "report", *arguments, **more).out.splitlines()


class Show(Reviewed):
    def table(self, *arguments):
        """Rows as lists of words; two blanks separate columns."""
        lines = self.lines("show", *arguments)
        return [[word for word in line.split("  ") if word] for line in lines]

    def test_by_host__the_worst_first(self):
        rows = self.table("report.json", "--by", "host")
        self.assertEqual(["HOST", "OUTCOME", "WAVE", "SESSIONS"], [cell.strip() for cell in rows[0][:4]])
        self.assertEqual(1 + len(HOSTS), len(rows))
        self.assertEqual({"rdsh002.corp.example", "rdsh003.corp.example", "rdsh004.corp.example"},
                         {row[0] for row in rows[1:4]})
        self.assertEqual("rdsh003.corp.example", rows[1][0])
        self.assertEqual("partial", rows[1][1])

    def test_by_user__whatever_the_case_and_the_host(self):
        rows = {row[0]: [cell.strip() for cell in row[1:]] for row in self.table("report.json", "--by", "user")}
        self.assertEqual(["2", "2", "2", "0", "0"], rows["CORP\\alice"])
        self.assertEqual(["1", "1", "0", "1", "0"], rows["CORP\\carol"])
        self.assertIn("OTHER\\Alice", rows)
        self.assertNotIn("CORP\\ALICE", rows)

    def test_by_error_outcome_and_wave(self):
        by_error = self.table("report.json", "--by", "error")
        self.assertEqual(["WTSLogoffSession 5 ERROR_ACCESS_DENIED", "WTSOpenServerEx 1722 RPC_S_SERVER_UNAVAILABLE",
                          "rdsweep CONNECT_REFUSED"], sorted(row[0] for row in by_error[1:]))
        totals = self.report()["totals"]["sessions"]
        by_outcome = {row[0]: int(row[2]) for row in self.table("report.json", "--by", "outcome")[1:]}
        self.assertEqual({name: n for name, n in totals.items() if n and name not in ("total", "selected")}, by_outcome)
        self.assertEqual(["1", "2"], [row[0].strip() for row in self.table("report.json", "--by", "wave")[-2:]])

    def test_filters(self):
        rows = self.table("report.json", "--only", "failed")
        self.assertEqual(["rdsh002.corp.example", "rdsh003.corp.example", "rdsh004.corp.example"],
                         [row[0] for row in rows[1:]])
        self.assertEqual(["CORP\\ALICE", "CORP\\alice"], sorted(
            row[1] for row in self.table("report.json", "-u", "corp\\alice")[1:]))
        hosts = {row[0] for row in self.table("report.json", "--host", "RDSH00[1]*", "--host", "rdsh005*")[1:]}
        self.assertEqual({"rdsh005.corp.example"}, hosts)
        self.assertEqual(2, len(self.table("report.json", "--only", "failed", "-u", "carol")))
        by_user = self.table("report.json", "--by", "user", "--only", "failed,skipped", "--host", "rdsh003*")
        self.assertEqual(["CORP\\carol"], [row[0] for row in by_user[1:]])

    def test_standard_input_and_several_files(self):
        once = self.lines("show", "report.json")
        self.assertEqual(once, self.lines("show", "-", input=self.read("report.json")))
        self.assertEqual(once + once, self.lines("show", "report.json", "report.json"))

    def test_damaged__line_and_column(self):
        text = self.read("report.json").decode()
        for damage, wanted in (
                (text.replace('"outcome":"logged_off"', '"outcome":"logged_of"', 1), "is no name of"),
                (text[:len(text) // 2], "report.json:"),
                (text.replace('"selected":true', '"selected":1', 1), "expected true or false"),
                ("{}", "no rdsweep.report/1"), ("", "report.json:1:")):
            self.put("damaged/report.json" if os.path.isdir(self.path("damaged")) else "d-report.json", damage)
            for arguments in (["show"], ["show", "--by", "user"], ["show", "--only", "failed"], ["hosts"]):
                result = self.expect(2, "report", *arguments, "d-report.json")
                self.assertIn(wanted, result.err)
                self.assertEqual(1, result.err.count("\n"))
                self.assertEqual("", result.out)

    def test_wrong_calls(self):
        for wanted, arguments in (
                ("'report' needs what to do: 'show', 'hosts', 'convert'", []),
                ("not 'shw'", ["shw", "report.json"]),
                ("'report show' needs a report file", ["show"]),
                ("'faild' is no outcome", ["show", "report.json", "--only", "failed,faild"]),
                ("'' is no outcome", ["hosts", "report.json", "--outcome", "failed,"]),
                ("belongs to 'show', not to 'report hosts'", ["hosts", "report.json", "--by", "host"]),
                ("belongs to 'hosts', not to 'report show'", ["show", "report.json", "--outcome", "failed"]),
                ("must be 'host', 'user', 'error', 'outcome' or 'wave'", ["show", "report.json", "--by", "group"]),
                ("pattern 'a@b'", ["show", "report.json", "-u", "a@b"]),
                ("cannot read report 'none.json'", ["show", "none.json"]),
                ("either -o FILE or", ["convert", "report.json"]),
                ("either -o FILE or", ["convert", "report.json", "--format", "csv", "-o", "x.csv"]),
                ("'report show' prints tables", ["convert", "report.json", "--format", "table"]),
                ("needs one report file", ["convert", "report.json", "report.json", "-o", "x.csv"])):
            result = self.expect(2, "report", *arguments)
            self.assertIn(wanted, result.err)
            self.assertEqual("", result.out)


class Hosts(Reviewed):
    def test_default__all_that_did_not_succeed(self):
        self.assertEqual(["rdsh002.corp.example", "rdsh003.corp.example", "rdsh004.corp.example"],
                         self.lines("hosts", "report.json"))

    def test_outcome__of_the_host_or_of_a_session(self):
        self.assertEqual(["rdsh002.corp.example", "rdsh003.corp.example", "rdsh004.corp.example"],
                         self.lines("hosts", "report.json", "--outcome", "failed"))
        self.assertEqual(["rdsh003.corp.example"], self.lines("hosts", "report.json", "--outcome", "partial"))
        self.assertEqual([], self.lines("hosts", "report.json", "--outcome", "in_doubt,returned"))
        self.assertEqual(HOSTS[:1] + HOSTS[2:3] + HOSTS[4:],
                         self.lines("hosts", "report.json", "report.json", "--outcome", "logged_off"))

    def test_limit_takes_what_it_prints(self):
        out = self.expect(0, "report", "hosts", "report.json").out
        self.put("again.txt", out)
        listed = self.expect(0, "inventory", "list", "-i", "hosts.ini", "-l", "@again.txt").out
        self.assertEqual(out, listed)

    def test_names_that_no_inventory_holds__are_refused(self):
        report = self.report()
        for name in ("a b", "!rdsh001", "@file", "rdsh[001:900]", "x\ny", "#x", "*", "\u202erdsh", "a,b"):
            report["hosts"][1]["host"] = name
            self.put("forged.json", report)
            result = self.expect(2, "report", "hosts", "forged.json")
            self.assertIn("is no name that '--limit' could take", result.err)
            self.assertEqual(("", 1), (result.out, result.err.count("\n")))
            self.expect(0, "report", "show", "forged.json", "--by", "host")


class Convert(Reviewed):
    def test_same_bytes_as_the_run(self):
        for form in ("json", "csv", "html"):
            self.expect(0, "report", "convert", "report.json", "-o", f"again.{form}")
            self.assertEqual(self.read(f"report.{form}"), self.read(f"again.{form}"), form)
        for form in ("json", "csv"):
            result = self.expect(0, "report", "convert", "-", "--format", form, input=self.read("report.json"))
            self.assertEqual(self.read(f"report.{form}").decode(), result.out)

    def test_several_at_once(self):
        self.expect(0, "report", "convert", "-", "-o", "a.html", "-o", "a.csv", input=self.read("report.json"))
        self.assertEqual(self.read("report.html"), self.read("a.html"))
        self.assertEqual(len(self.read("report.csv")), len(self.read("a.csv")))

    def test_nothing_is_left_behind_or_replaced(self):
        self.put("damaged.json", self.read("report.json")[:-40])
        self.expect(2, "report", "convert", "damaged.json", "-o", "x.csv", "-o", "x.html")
        self.put("old.csv", "old")
        for wanted, arguments in (
                ("exists already", ["report.json", "-o", "old.csv"]),
                ("is also what is read", ["report.json", "-o", "report.json", "--overwrite"]),
                ("is named twice", ["report.json", "-o", "x.csv", "-o", "./x.csv"]),
                ("has to end in", ["report.json", "-o", "x.txt"]),
                ("cannot write", ["report.json", "-o", "none/x.csv"])):
            self.assertIn(wanted, self.expect(2, "report", "convert", *arguments).err)
        self.assertEqual(b"old", self.read("old.csv"))
        self.expect(0, "report", "convert", "report.json", "-o", "old.csv", "--overwrite")
        self.assertEqual(self.read("report.csv"), self.read("old.csv"))
        self.assertEqual([], [name for name in os.listdir(self.folder) if name.startswith("x.") or "tmp" in name])

    def test_hosts_before_the_run__is_said(self):
        report = self.report()
        self.put("late.json", {"schema": report["schema"], "hosts": report["hosts"], "run": report["run"],
                               "totals": report["totals"], "errors": report["errors"]})
        self.assertIn("has 'hosts' before", self.expect(2, "report", "convert", "late.json", "-o", "x.csv").err)
        self.expect(0, "report", "show", "late.json")

    def test_html__of_a_run_with_a_journal_and_resumed(self):
        self.run_it(1, "-o", "second.html", "--journal", "second.jsonl")
        self.assertIn(b"<!DOCTYPE html>", self.read("second.html"))
        os.unlink(self.path("second.html"))
        self.expect(1, "resume", "second.jsonl", "-y", "-q", "-o", "third.html")
        page = self.read("third.html").decode()
        self.assertIn('<meta name="rdsweep-run" content="', page[:4096])
        self.assertTrue(page.endswith("</html>\n"))


class HtmlData(lib.Case):
    def test_names_stay_text(self):
        users = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "</script><img src=x onerror=alert(1)>",
                 "a\u2028b", "\u202eevil", "&amp;\"'"]
        options = self.fleet(["rdsh001"], lib.scenario(hosts={"rdsh001": {"sessions": [
            session(10 + i, "CORP\\" + user) for i, user in enumerate(users)]}}))
        self.expect(0, "sessions", *options, "-q", "-o", "r.json", "-o", "r.html", "--reason", "<b>&\"'")
        page = self.read("r.html").decode()
        self.assertNotIn("<script>alert", page)
        self.assertNotIn("<img", page)
        self.assertNotIn("\u2028", page)
        self.assertNotIn("\u202e", page)
        self.assertIn("&lt;b&gt;&amp;&quot;&#39;", page)
        data = json.loads(page.split('id="data">', 1)[1].split("</script>", 1)[0])
        shown = [entry[1] for entry in data["hosts"][0][7]]
        self.assertEqual([user.replace("\u2028", "\\u{2028}").replace("\u202e", "\\u{202e}") for user in users],
                         [user for user in shown if user and user not in ("",)])
        self.assertEqual(1, page.count("</style>"))
        self.assertEqual(2, page.count("</script>"))
        self.assertEqual(len(csv_rows(self.expect(
            0, "report", "convert", "r.json", "--format", "csv").out.encode())), len(data["hosts"][0][7]))


if __name__ == "__main__":
    lib.main()
