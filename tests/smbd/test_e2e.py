"""The end-to-end tests of `logoff` once more, over the wire (on_the_wire.py): what they say of a simulated fleet has to be so of a
real one.

usage: test_e2e.py RDSWEEP CONNECTOR SESSION_SERVICE [unittest arguments]
"""

import os
import stat
import sys
import unittest

import rig

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import lib  # noqa: E402
import test_logoff  # noqa: E402

NOT_ON_THE_WIRE = {
    "test_realistic_faults": "a probe that is refused or silent by the scenario; test_wire.py has such hosts, and test_same_report.py the rest",
    "test_csv_is_json": "it looks at the column `simulated`",
    "test_own_session_and_own_user": "`self`: rdsweep does not run on a session host",
    "test_wait": "RpcLogoff does not wait",
}


class OverTheWire(test_logoff.Logoff):
    pass


for name, why in NOT_ON_THE_WIRE.items():
    assert hasattr(OverTheWire, name), name
    setattr(OverTheWire, name, unittest.skip(why)(getattr(OverTheWire, name)))


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__.split("\n\n")[1])
    program, connector, service = sys.argv[1:4]
    if not service or not connector:
        rig.skip("not built: " + ("the session service (libkrb5-dev, nettle-dev)" if not service else
                                  "rdsweep-tsts (samba-dev)"))
    rig.inside()
    del sys.argv[1:4]
    with rig.Rig():
        os.environ["RDSWEEP_WIRE"] = f"{os.path.abspath(program)}:{os.path.abspath(service)}"
        lib.PROGRAM = rig.path("rdsweep")
        rig.put(lib.PROGRAM, f"#!/bin/sh\nexec {sys.executable} -B {HERE}/on_the_wire.py \"$@\"\n", stat.S_IRWXU)
        del test_logoff.Logoff  # not as it is
        sys.exit(not unittest.main(exit=False).result.wasSuccessful())


if __name__ == "__main__":
    main()
