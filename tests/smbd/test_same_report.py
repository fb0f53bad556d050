"""One scenario, one report: simulated, and over the wire through the backend `tsts`, a real smbd and the session service.

usage: test_same_report.py RDSWEEP CONNECTOR SESSION_SERVICE [unittest arguments]

The cases are those of the Windows tests (tests/same_report), so that simulator, Windows ABI and wire agree. What the wire
cannot carry is taken from the simulated side in served(), simulated() and without_clients(), and nowhere else.
"""

import copy
import json
import os
import subprocess
import sys
import unittest

import rig

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "same_report"))

import cases  # noqa: E402
import compare_reports  # noqa: E402
from cases import LOGOFF  # noqa: E402

PROGRAM = SERVICE = ""
FRONT = None


# Connecting takes its time where eight do it at once on a machine that does other things.
CALL_TIMEOUT = "10s"
# RpcGetSessionInformationEx has 21 units for the user and 18 for the domain, each with its zero.
USER_UNITS, DOMAIN_UNITS = 20, 17


def cut(account):
    def to(name, units):
        return name.encode("utf-16-le")[:2 * units].decode("utf-16-le", "replace")

    domain, backslash, user = account.partition("\\")
    return to(domain, DOMAIN_UNITS) + backslash + to(user, USER_UNITS)


def served(scenario):
    """What the service plays. Connecting is SMB's and RPC's own matter, with errors of its own: what an `open` would fail
    with comes with the first call, which lists."""
    scenario = copy.deepcopy(scenario)
    for host in scenario["hosts"].values():
        for fault in host.get("faults", []):
            fault["call"] = {"open": "enumerate"}.get(fault["call"], fault["call"])
    return scenario


def simulated(scenario):
    """The same fleet, as the wire can tell of it: names cut to their fields, and no guests of virtualization hosts, which
    RpcGetEnumResult does not list."""
    scenario = served(scenario)
    for host in scenario["hosts"].values():
        if "sessions" in host:
            host["sessions"] = [{**one, "user": cut(one["user"])} if "user" in one else one
                                for one in host["sessions"] if not one.get("vm")]
        left = {one["id"] for one in host.get("sessions", [])}
        host["faults"] = [fault for fault in host.get("faults", []) if fault.get("session") in left | {None}
                          or "sessions" not in host]
    return scenario


def without_clients(report):
    """The wire does not tell the name of a session's client."""
    report = copy.deepcopy(report)
    for host in report["hosts"]:
        for session in host["sessions"]:
            session["client"] = None
    return report


def names_of(folder):
    """The hosts of the test's inventory."""
    told = subprocess.run([PROGRAM, "inventory", "list", "-i", "fleet.ini"], cwd=folder, stdout=subprocess.PIPE, check=True)
    return told.stdout.decode().split()


class SameReport(cases.Cases, cases.Runs):
    def check(self, name, code, arguments, outcomes, out=0, liars=()):
        """`out` is of no matter: what hangs is ended with its connector."""
        self.put(name)
        with open(self.path("fleet.json"), encoding="utf-8") as file:
            scenario = json.load(file)
        for path, content in (("fleet.json", served(scenario)), ("sim.json", simulated(scenario))):
            with open(self.path(path), "w", encoding="utf-8") as file:
                json.dump(content, file)
        arguments = [CALL_TIMEOUT if before == "--call-timeout" else word
                     for before, word in zip(("", *arguments), arguments)]
        sim, wire = self.run_both(code, arguments)
        self.assertEqual([], compare_reports.compare(without_clients(sim), wire))
        self.check_real(wire, "tsts", "wire.state", outcomes, liars)
        return wire

    def truth(self, lines, scenario):
        return [{**line, "user": line["user"] and cut(line["user"])} for line in lines], simulated(scenario)

    def test_guests_are_left_alone(self):
        self.check("guests", 0, (*LOGOFF, "--all"), {"logged_off": 1, "skipped": 3})
        self.assertEqual(1, self.logoffs())

    def test_guests(self):
        """There is no way to a guest: it is not even seen."""
        self.check("guests", 0, (*LOGOFF, "--all", "--include-vms"), {"logged_off": 1, "skipped": 3})
        self.assertEqual(1, self.logoffs())

    def test_names_by_pattern(self):
        """One of the names has lost what the pattern wants."""
        self.check("names", 0, (*LOGOFF, "-u", "*😀*", "-u", "домен\\*", "-u", "AzureAD\\*"), {"logged_off": 4, "skipped": 15})

    def logoffs(self):
        return sum(call["call"] == "RpcLogoff" for call in self.service.calls())

    def run_both(self, code, arguments):
        command, *rest = arguments
        common = [command, "-i", "fleet.ini", "--probe", "none", "-c", "8", *rest]
        sim = self.start([PROGRAM, *common, "--sim", "sim.json", "--sim-state", "sim.state", "-o", "sim-report.json"])
        with FRONT.service(SERVICE, self.path("fleet.json"), names_of(self.folder), state=self.path("wire.state")) as service:
            real = self.start([PROGRAM, *common, "--backend", "tsts", "--auth-file", FRONT.auth_file("admin"), "-o", "wire-report.json"],
                              FRONT.client_environment())
            try:
                self.finish(sim, code)
            finally:
                self.finish(real, code)
            self.service = service
        return compare_reports.load(self.path("sim-report.json")), compare_reports.load(self.path("wire-report.json"))


def main():
    global PROGRAM, SERVICE, FRONT
    PROGRAM, SERVICE = rig.begin(__doc__)
    with rig.Rig() as FRONT:
        sys.exit(not unittest.main(exit=False).result.wasSuccessful())


if __name__ == "__main__":
    main()
