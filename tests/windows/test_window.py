"""A whole maintenance window, killed in the middle and resumed (tests/e2e/window.py), by rdsweep.exe on Wine: behind the
real backend and the real API's own entry points a stand-in wtsapi32.dll plays the farm. 40 hosts, for time's sake.

usage: test_window.py RDSWEEP_EXE WINE PREFIX [unittest arguments]
"""

import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

import window  # noqa: E402

HOSTS = 40
EXE, WINE = None, []


class Window(unittest.TestCase):
    def test_whole_window(self):
        whole = window.Window(EXE, HOSTS, WINE)
        self.addCleanup(shutil.rmtree, whole.folder, ignore_errors=True)
        self.assertEqual([], whole.run())
        self.assertGreater(whole.asked(), HOSTS)


def main():
    global EXE
    if len(sys.argv) < 4:
        sys.exit(__doc__.split("\n\n")[1])
    EXE = os.path.abspath(sys.argv[1])
    WINE.extend(sys.argv[2:4])
    del sys.argv[1:4]
    unittest.main()


if __name__ == "__main__":
    main()
