"""The checker itself: it has to find what it is there to find."""

import copy
import sys
import unittest

import check_state

LOGON = "2025-12-31T00:00:00.000Z"
STATE = [
    {"t": "2026-01-01T00:00:01.000Z", "host": "h1", "call": "logoff", "session": 2, "user": "CORP\\alice",
     "logon_at": LOGON, "effect": "gone", "due": "2026-01-01T00:00:02.000Z"},
]


def entry(id_, user, outcome, reason=None, selected=True):
    return {"id": id_, "user": user, "domain": user and "CORP", "logon_at": user and LOGON, "outcome": outcome,
            "reason": reason, "selected": selected}


REPORT = {
    "run": {"command": "logoff", "dry_run": False, "started_at": "2026-01-01T00:00:00.000Z",
            "finished_at": "2026-01-01T00:00:09.000Z", "policy": {}, "exit_code": 0},
    "totals": {"hosts": {"total": 1, "succeeded": 1},
               "sessions": {"total": 3, "selected": 1, "logged_off": 1, "skipped": 2}},
    "hosts": [{"host": "h1", "outcome": "succeeded", "error": None, "drain": None, "sessions": [
        entry(0, None, "skipped", "services", False), entry(2, "alice", "logged_off"),
        entry(3, "bob", "skipped", "protected", False)]}],
}


class CheckState(unittest.TestCase):
    def setUp(self):
        self.report, self.state = copy.deepcopy(REPORT), copy.deepcopy(STATE)
        self.sessions = self.report["hosts"][0]["sessions"]

    def finds(self, wanted):
        problems = check_state.check(self.report, self.state)
        self.assertTrue(any(wanted in problem for problem in problems), problems)

    def test_nothing_wrong(self):
        self.assertEqual([], check_state.check(self.report, self.state))

    def test_gone_and_not_reported(self):
        del self.sessions[1]
        self.finds("is not in the report")

    def test_protected_and_gone(self):
        self.state.append({**STATE[0], "session": 3, "user": "CORP\\bob"})
        self.finds("the report says skipped")
        self.finds("without being selected")

    def test_gone_under_another_logon(self):
        self.state[0]["logon_at"] = "2025-12-31T11:11:11.000Z"
        self.finds("is not in the report")
        self.finds("is still there")

    def test_reported_and_still_there(self):
        self.state.clear()
        self.finds("is called logged_off and is still there")

    def test_outcomes_that_hide_an_act(self):
        for outcome in ("failed", "timed_out", "identity_changed", "already_gone", "planned", "listed"):
            with self.subTest(outcome=outcome):
                self.sessions[1]["outcome"] = outcome
                self.finds("we asked" if outcome == "already_gone" else f"the report says {outcome}")

    def test_still_present_long_after_it_went(self):
        self.sessions[1]["outcome"] = "still_present"
        self.finds("but was gone at")

    def other(self, command, call, effect):
        """The same run with another command."""
        self.report["run"]["command"] = command
        self.state[0].update(call=call, effect=effect, due=None)
        self.sessions[1]["outcome"] = effect
        self.report["totals"]["sessions"] = {"total": 3, "selected": 1, effect: 1, "skipped": 2}

    def test_disconnect_and_message(self):
        for command, effect in (("disconnect", "disconnected"), ("message", "messaged")):
            with self.subTest(command=command):
                self.report, self.state = copy.deepcopy(REPORT), copy.deepcopy(STATE)
                self.sessions = self.report["hosts"][0]["sessions"]
                self.other(command, command, effect)
                self.assertEqual([], check_state.check(self.report, self.state))
                self.sessions[1]["outcome"] = "failed"
                self.finds("the report says failed")
                self.sessions[1].update(outcome=effect, selected=False)
                self.finds("without being selected")
                self.state.clear()
                self.finds(f"is called {effect} and is not")

    def test_an_act_of_another_command(self):
        self.other("message", "disconnect", "disconnected")
        self.finds("message had the effect")

    def test_dry_run(self):
        self.report["run"]["dry_run"] = True
        self.finds("by a dry run")

    def test_twice(self):
        self.sessions.append(copy.deepcopy(self.sessions[1]))
        self.finds("is in the report twice")

    def test_totals(self):
        self.report["totals"]["sessions"]["logged_off"] = 2
        self.finds("totals.sessions.logged_off is 2, counted 1")

    def test_reason_missing(self):
        self.sessions[2]["reason"] = None
        self.finds("with the reason None")

    def test_listing_that_acts(self):
        self.report["run"]["command"] = "sessions"
        self.finds("had the effect")

    def drain(self, second, mode):
        self.state.append({"t": f"2026-01-01T00:00:0{second}.000Z", "host": "h1", "call": "drain", "session": None, "user": None,
                           "logon_at": None, "effect": "drain", "due": None, "mode": mode})

    def drained(self, after="off"):
        self.report["run"]["policy"] = {"drain": "run", "drain_failed": "skip"}
        self.report["hosts"][0]["drain"] = {"before": "off", "during": "on", "after": after}

    def test_drained_and_put_back(self):
        self.drained()
        self.drain(0, "on")
        self.drain(8, "off")
        self.assertEqual([], check_state.check(self.report, self.state))

    def test_drained_without_being_told(self):
        self.drain(0, "on")
        self.finds("had the effect")
        self.finds("the report does not know")

    def test_drained_too_late(self):
        self.drained()
        self.drain(7, "on")
        self.drain(8, "off")
        self.finds("took new logons")

    def test_not_put_back(self):
        self.drained()
        self.drain(0, "on")
        self.finds("is called off in the end and is on")
        self.drained("on")
        self.finds("that is no error")


if __name__ == "__main__":
    del sys.argv[1:2]
    unittest.main()
