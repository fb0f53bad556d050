"""500 hosts with 20 sessions each, many calls at a time: all of it right."""

import lib


class Scale(lib.Case):
    def test_500_hosts(self):
        document = lib.scenario(
            {"s[001:005]": {"faults": [{"call": "open", "error": 1722}]},
             "s[101:103]": {"faults": [{"call": "probe", "refused": True}]},
             "s[201:210]": {"faults": [{"call": "logoff", "error": 1722, "times": 3}]}},
            defaults={"sessions": {"min": 20, "max": 20}, "logoff_takes_ms": 100})
        calls = "16" if lib.WINDOWS else "64"  # Wine is slow with hundreds of threads
        sim = self.fleet(["s[001:500]"], document)
        self.expect(1, "logoff", *sim, "--all", "--yes", "-c", calls, "--retry-delay", "50ms", "--verify-interval", "200ms",
                    "--sim-state", "state", "-o", "report.json", "-o", "report.csv")
        report = self.report()
        self.assertEqual(500, len(report["hosts"]))
        self.assertEqual(492 * 20, lib.outcomes(report)["logged_off"])
        self.assertEqual(492 * 20, len({(line["host"], line["session"]) for line in self.state()}))
        self.assert_state_matches(document=document)
        rows = lib.csv_rows(self.read("report.csv"))
        self.assertEqual(len(lib.sessions_of(report)), len([row for row in rows if row["session_id"]]))


if __name__ == "__main__":
    lib.main()
