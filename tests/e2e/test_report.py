#!/usr/bin/env python3
"""Review of finished runs: report show, hosts, convert, diff, merge."""

import json
import os
import subprocess

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


class Kept(lib.Case):
    """The runs of a class are made once; each test gets what they left behind."""

    def setUp(self):
        super().setUp()
        if "kept" not in type(self).__dict__:
            before = set(os.listdir(self.folder))
            self.make()
            type(self).kept = {name: self.read(name) for name in set(os.listdir(self.folder)) - before
                               if os.path.isfile(self.path(name))}
        for name, content in self.kept.items():
            self.put(name, content)


class Reviewed(Kept):
    """A run of eight hosts, of which three have something to tell."""

    options = ["-i", "hosts.ini", "--sim", "scenario.json"]

    def make(self):
        self.fleet(HOSTS, fleet_document())
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
        self.assertEqual(["1", "2"], [row[0].strip() for row in self.table("report.json", "--by", "wave")[1:3]])

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
            self.put("d-report.json", damage)
            for arguments in (["show"], ["show", "--by", "user"], ["show", "--only", "failed"], ["hosts"]):
                result = self.expect(2, "report", *arguments, "d-report.json")
                self.assertIn(wanted, result.err)
                self.assertEqual(1, result.err.count("\n"))
                self.assertEqual("", result.out)

    def test_wrong_calls(self):
        for wanted, arguments in (
                ("'report' needs what to do: 'show', 'hosts', 'convert', 'diff', 'merge'", []),
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


class Diff(Reviewed):
    def diff(self, code, a, b, *more):
        """Numbers by their label, and the lines that are no numbers."""
        lines = self.lines("diff", a, b, *more, code=code)
        counts = {}
        for line in lines:
            label, _, number = line.strip().rpartition("  ")
            if number.isdigit():
                counts[label.strip()] = int(number)
        return counts, lines

    def test_a_report_and_itself(self):
        counts, lines = self.diff(0, "report.json", "report.json")
        self.assertEqual(counts["in both"], counts["accounts"])
        self.assertNotIn("only in A", "\n".join(lines))
        self.assertTrue(all("same" in line for line in lines[lines.index("errors") + 1:]), lines)

    def test_planned_and_done(self):
        self.run_it(1, "--dry-run", "-o", "plan.json")
        counts, lines = self.diff(1, "plan.json", "report.json")
        planned = self.report("plan.json")["totals"]["sessions"]["planned"]
        self.assertEqual((planned, planned - 1, 1, 0), (counts["planned"], counts["and done"], counts["and not done"],
                                                        counts["done without having been planned"]))
        self.assertEqual("  rdsh003.corp.example  3  CORP\\carol  planned -> failed  WTSLogoffSession 5 "
                         "ERROR_ACCESS_DENIED", lines[-1])
        plan = self.report("plan.json")
        plan["hosts"][2]["sessions"] = [entry for entry in plan["hosts"][2]["sessions"] if entry["user"] != "ALICE"]
        self.put("less.json", plan)
        counts, lines = self.diff(1, "less.json", "report.json")
        self.assertEqual(1, counts["done without having been planned"])
        self.assertIn("  rdsh003.corp.example  2  CORP\\alice  logged off", lines)
        done = self.report()
        done["hosts"][2]["sessions"] = [entry for entry in done["hosts"][2]["sessions"] if entry["user"] != "carol"]
        self.put("done.json", done)
        counts, _ = self.diff(1, "plan.json", "done.json")
        self.assertEqual((planned - 1, 1), (counts["and done"], counts["and not seen in B"]))

    def test_all_that_was_planned_is_done__exit_0(self):
        options = self.fleet(HOSTS[:1], lib.scenario())
        for more in (["--dry-run", "-o", "p.json"], ["-o", "d.json", "--verify-interval", "20ms"]):
            self.expect(0, "logoff", *options, "--all", "-y", "-q", *more)
        self.diff(0, "p.json", "d.json")

    def test_logon_time_that_one_of_them_lacks(self):
        """Details are asked of candidates only: who is left alone in one run is the same session all the same."""
        report = self.report()
        host = report["hosts"][0]
        alice = {**next(entry for entry in host["sessions"] if entry["user"]), "user": "dora", "id": 40,
                 "logon_at": "2026-01-01T00:00:00.000Z"}
        without, later = {**alice, "logon_at": None}, {**alice, "logon_at": "2026-01-02T00:00:00.000Z"}
        third = {**alice, "logon_at": "2026-01-03T00:00:00.000Z"}
        for name, a, b, both, only_in_a, only_in_b in (
                ("A lacks it", [without], [alice], 1, 0, 0), ("B lacks it", [alice], [without], 1, 0, 0),
                ("both lack it", [without], [without], 1, 0, 0), ("two times", [alice], [later], 0, 1, 1),
                ("another id", [without], [{**alice, "id": 41}], 0, 1, 1),
                ("another account", [without], [{**alice, "domain": "LAB"}], 0, 1, 1),
                ("the other one of two", [alice, without], [alice, later], 2, 0, 0),
                ("of two it could be either", [without], [alice, later], 0, 1, 2),
                ("the same, with one more in A", [third, without], [alice, later], 0, 2, 2),
                ("only in A", [without], [], 0, 1, 0), ("only in B", [alice], [alice, without], 1, 0, 1)):
            with self.subTest(name=name):
                for side, sessions in (("a.json", a), ("b.json", b)):
                    self.put(side, {**report, "hosts": [{**host, "sessions": sessions}]})
                counts, lines = self.diff(0 if both and not only_in_b else 1, "a.json", "b.json")
                of_sessions = [line.split() for line in lines[:lines.index("", 3)]]  # hosts and accounts follow
                found = {" ".join(words[:-1]): int(words[-1]) for words in of_sessions if words and words[-1].isdigit()}
                self.assertEqual((both, only_in_a, only_in_b), (found["in both"], found.get("only in A", 0),
                                                                found.get("only in B", 0)), lines)

    def test_changes(self):
        changed = self.report()
        hosts = changed["hosts"]
        hosts[0]["sessions"] = [entry for entry in hosts[0]["sessions"] if entry["user"] != "bob"]
        for entry in hosts[4]["sessions"]:
            if entry["outcome"] == "logged_off":
                entry["outcome"] = "still_present"
                break
        hosts[4]["outcome"] = "partial"
        hosts[5]["host"] = "new.corp.example"
        changed["errors"] = [entry for entry in changed["errors"] if entry["name"] != "CONNECT_REFUSED"]
        changed["errors"].append(dict(changed["errors"][0], name="VERIFY_TIMEOUT", api="rdsweep", code=0,
                                      hosts=["rdsh005.corp.example"], sessions=1))
        self.put("changed.json", changed)
        counts, lines = self.diff(1, "report.json", "changed.json")
        text = "\n".join(lines)
        self.assertEqual(1, counts["with another outcome"])
        self.assertEqual(1, counts["logged off -> still present"])
        self.assertEqual(1, counts["succeeded -> partial"])
        self.assertIn("  rdsh001.corp.example  3  CORP\\bob  logged off", lines)
        self.assertIn("      rdsh006.corp.example", lines)
        self.assertIn("      new.corp.example", lines)
        self.assertIn("gone  rdsweep CONNECT_REFUSED  hosts 1 -> 0", text)
        self.assertIn("new   rdsweep VERIFY_TIMEOUT  hosts 0 -> 1, sessions 0 -> 1", text)
        self.assertEqual(0, counts["only in A"] - 1)  # the account: nobody else is called bob
        with open(self.path("changed.json"), "rb") as file:
            same = self.expect(1, "report", "diff", "report.json", "-", input=file.read()).out.splitlines()
        self.assertEqual(lines[2:], same[2:])

    def test_other_identities__accounts_and_hosts_are_compared(self):
        later = self.report()
        for _, entry in lib.sessions_of(later):
            if entry["user"]:
                entry["logon_at"] = "2027" + entry["logon_at"][4:]
                if entry["user"] == "carol":
                    entry["user"] = "alice"
        self.put("later.json", later)
        counts, lines = self.diff(1, "report.json", "later.json")
        self.assertEqual(0, counts["in both"] if "with the same outcome" in counts else 0)
        self.assertIn("        2 -> 3        CORP\\alice", lines)
        self.assertIn("        1 -> 0        CORP\\carol", lines)

    def test_long_lists_are_cut(self):
        options = self.fleet(HOSTS[:1], lib.scenario(hosts={HOSTS[0]: {"sessions": [
            session(10 + i, f"CORP\\user{i}") for i in range(50)]}}))
        self.expect(0, "sessions", *options, "-q", "-o", "a.json")
        report = self.report("a.json")
        del report["hosts"][0]["sessions"][-31:-1]
        self.put("b.json", report)
        _, lines = self.diff(1, "a.json", "b.json")
        self.assertTrue(lines[-1].startswith("  ... and ") and lines[-1].endswith("more; -v shows all"))
        _, everything = self.diff(1, "a.json", "b.json", "-v")
        self.assertEqual(len(lines) - 1 + int(lines[-1].split()[2]), len(everything))

    def test_wrong_calls(self):
        for wanted, arguments in (
                ("needs two report files", ["report.json"]), ("only one of the two", ["-", "-"]),
                ("cannot read", ["report.json", "none.json"])):
            self.assertIn(wanted, self.expect(2, "report", "diff", *arguments).err)


class Merge(Kept):
    SHARDS = 5
    options = ["-i", "hosts.ini", "--sim", "scenario.json"]

    def make(self):
        hosts = [f"rdsh{i:03}.corp.example" for i in range(1, 31)]
        self.fleet(hosts, lib.scenario(hosts={
            **{f"rdsh{i:03}.corp.example": {"faults": [{"call": "open", "error": 1722}]} for i in (2, 5, 9, 14)},
            **{f"rdsh{i:03}.corp.example": {"faults": [{"call": "logoff", "error": 5}]} for i in (3, 11, 12, 28)},
            "rdsh020.corp.example": {"faults": [{"call": "probe", "refused": True}]}}))
        for k in range(1, self.SHARDS + 1):
            result = self.run_program("logoff", *self.options, "--all", "-y", "-q", "--shard", f"{k}/{self.SHARDS}", "-o",
                                      f"s{k}.json", "--retry-delay", "10ms", "--verify-interval", "20ms")
            self.assertIn(result.code, (0, 1), result)

    def merge(self, code, names, out):
        self.expect(code, "report", "merge", *names, "-o", out, "--overwrite")
        return self.read(out)

    def test_all__is_the_fleet(self):
        self.merge(0, [f"s{k}.json" for k in range(1, 6)], "all.json")
        merged = self.report("all.json")
        parts = [self.report(f"s{k}.json") for k in range(1, 6)]
        self.assertEqual([host for part in parts for host in part["hosts"]], merged["hosts"])
        for of in ("hosts", "sessions"):
            self.assertEqual({name: sum(part["totals"][of][name] for part in parts) for name in merged["totals"][of]},
                             merged["totals"][of])
        for entry in merged["errors"]:
            mine = [one for part in parts for one in part["errors"]
                    if (one["api"], one["code"], one["name"]) == (entry["api"], entry["code"], entry["name"])]
            self.assertEqual([host for one in mine for host in one["hosts"]], entry["hosts"])
            self.assertEqual(sum(one["sessions"] for one in mine), entry["sessions"])
        self.assertEqual(3, len(merged["errors"]))
        run = merged["run"]
        self.assertEqual(("partial", 1, None, 30), (run["outcome"], run["exit_code"], run["shard"],
                                                    run["inventory"]["hosts"]))
        self.assertEqual([part["run"]["id"] for part in parts], [part["id"] for part in run["merged"]["parts"]])
        self.assertIn("all 5, merged", self.expect(0, "report", "show", "all.json").out)
        self.expect(0, "report", "convert", "all.json", "-o", "again.json")
        self.assertEqual(self.read("all.json"), self.read("again.json"))

    def test_any_grouping_and_order__the_same_bytes(self):
        wanted = self.merge(0, [f"s{k}.json" for k in range(1, 6)], "all.json")
        for first, second in (("s3.json s1.json s5.json", "s4.json s2.json"), ("s5.json", "s4.json s3.json s2.json s1.json"),
                              ("s2.json s4.json", "s1.json s5.json s3.json")):
            self.merge(1, first.split(), "a.json")
            self.merge(1, second.split(), "b.json")
            self.assertEqual(wanted, self.merge(0, ["b.json", "a.json"], "ab.json"))
        self.merge(1, ["s4.json"], "m.json")
        for k in (2, 5, 1):
            self.merge(1, [f"s{k}.json", "m.json"], "m.json.new.json")
            os.replace(self.path("m.json.new.json"), self.path("m.json"))
        self.assertEqual(wanted, self.merge(0, ["s3.json", "m.json"], "ab.json"))

    def test_missing__named_and_partial(self):
        result = self.expect(1, "report", "merge", "s2.json", "s5.json", "-o", "some.json")
        self.assertIn("3 of 5 shards are missing: 1,3-4", result.err)
        run = self.report("some.json")["run"]
        self.assertEqual(("partial", 1), (run["outcome"], run["exit_code"]))
        self.assertIn("2 of 5, merged; missing: 1,3-4", self.expect(0, "report", "show", "some.json").out)

    def test_what_does_not_belong_together(self):
        self.merge(1, ["s1.json", "s2.json"], "m.json")
        self.expect(0, "sessions", *self.options, "-l", "rdsh030*", "-q", "-o", "whole.json")
        other = self.report("s2.json")
        for change, wanted in (
                ({"command": "sessions"}, "their commands differ"), ({"dry_run": True}, "their --dry-run differ"),
                ({"limit": "x"}, "their limits differ"), ({"shard": {"k": 2, "n": 6}}, "their numbers of shards differ"),
                ({"inventory": {**other["run"]["inventory"], "hosts": 31}}, "their inventories differ"),
                ({"selection": {**other["run"]["selection"], "users": ["x"]}}, "their selections differ"),
                ({"shard": {"k": 3, "n": 5}}, "belongs to shard 2 of 5")):
            self.put("other.json", {**other, "run": {**other["run"], **change}})
            result = self.expect(2, "report", "merge", "s1.json", "other.json", "-o", "x.json")
            self.assertIn(wanted, result.err)
        twice = self.report("s2.json")
        twice["hosts"].append(twice["hosts"][0])
        self.put("twice.json", twice)
        wrong = self.report("s2.json")
        wrong["totals"]["sessions"]["total"] += 1
        self.put("wrong.json", wrong)
        for wanted, names in (
                ("shard 1 of 5 is in 's1.json' and in 'm.json'", "s1.json m.json"),
                ("shard 3 of 5 is in 's3.json' and in './s3.json'", "s3.json ./s3.json"),
                ("is of no shard", "whole.json s1.json"), ("is twice in 'twice.json'", "s1.json twice.json"),
                ("do not hold what their totals say", "s1.json wrong.json"),
                ("standard input cannot be", "s1.json -"), ("cannot read report", "s1.json none.json")):
            result = self.expect(2, "report", "merge", *names.split(), "-o", "x.json")
            self.assertIn(wanted, result.err)
            self.assertEqual(1, result.err.count("\n"))
        self.assertFalse(os.path.exists(self.path("x.json")))

    def test_csv_html_and_standard_output(self):
        names = [f"s{k}.json" for k in range(1, 6)]
        self.expect(0, "report", "merge", *names, "-o", "all.csv", "-o", "all.html", "-o", "all.json")
        out = self.expect(0, "report", "merge", *names, "--format", "json").out
        self.assertEqual(self.read("all.json").decode(), out)
        self.expect(0, "report", "convert", "all.json", "-o", "again.csv", "-o", "again.html")
        for form in ("csv", "html"):
            self.assertEqual(self.read(f"all.{form}"), self.read(f"again.{form}"))


@lib.posix_only("who used how much memory is told by wait4()")
class Memory(Reviewed):
    """It does not grow with the sessions, also when one host has them all."""

    def big(self, name, sessions):
        report = self.report()
        pattern = next(entry for entry in report["hosts"][0]["sessions"] if entry["outcome"] == "logged_off")
        report["hosts"] = [{**report["hosts"][0], "sessions": [
            {**pattern, "id": 2 + i, "user": f"user{i % 7}"} for i in range(sessions)]}]
        self.put(name, report)

    def peak_kib(self, *arguments):
        process = self.start("report", *arguments, stdout=subprocess.DEVNULL,
                             env={"ASAN_OPTIONS": "quarantine_size_mb=1"})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        self.assertEqual(0, process.returncode, arguments)
        return usage.ru_maxrss

    def test_30000_sessions_take_what_600_take(self):
        self.big("small.json", 600)
        self.big("large.json", 30000)
        for more in (["show"], ["show", "--by", "host"], ["show", "--by", "user"], ["show", "--only", "logged_off"],
                     ["hosts"], ["convert", "-o", "x.html", "--overwrite"], ["convert", "-o", "x.csv", "--overwrite"],
                     ["convert", "-o", "x.json", "--overwrite"]):
            small = self.peak_kib(more[0], "small.json", *more[1:])
            large = self.peak_kib(more[0], "large.json", *more[1:])
            self.assertLess(large - small, 6 << 10, more)


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
