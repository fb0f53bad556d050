"""The rig itself: a command runs in it, what it ends with comes back, and nothing stays behind however it ends.

usage: test_rig.py SESSION_SERVICE [unittest arguments]
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import rig

RIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rig")
SERVICE = ""
MARK = "RDSWEEP_RIG_MARK"


def marked(mark):
    """Processes that were started with this mark, in any namespace."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if f"{MARK}={mark}".encode() in file.read().split(b"\0"):
                    found.append(int(pid))
        except OSError:
            pass
    return found


class Rig(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rdsweep-rig-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(self.path("fleet.json"), "w", encoding="utf-8") as file:
            json.dump({"schema": "rdsweep.sim/1"}, file)
        with open(self.path("farm.ini"), "w", encoding="utf-8") as file:
            file.write("rdsh1\nrdsh2.corp.example\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *command, **more):
        return subprocess.Popen(
            [RIG, "--service", SERVICE, "--scenario", self.path("fleet.json"), "--names", self.path("farm.ini"),
             "--kerberos", "--", *command], env={**os.environ, MARK: self.folder}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)

    def outside(self):
        return sorted(os.listdir(rig.ROOT)), subprocess.run(["mount"], stdout=subprocess.PIPE, check=True).stdout

    def test_command(self):
        before = self.outside()
        process = self.start("sh", "-c", "klist && getent hosts rdsh2.corp.example && ip -brief link && exit 7")
        told = process.communicate(timeout=60)[0].decode()
        self.assertEqual(7, process.returncode, told)
        self.assertIn("admin@CORP.EXAMPLE", told)
        self.assertRegex(told, r"127\.1\.0\.2 +rdsh2\.corp\.example")
        self.assertEqual(["lo"], [line.split()[0] for line in told.splitlines() if "<" in line])
        self.assertEqual(before, self.outside())
        self.assertEqual([], marked(self.folder))

    def test_killed(self):
        before = self.outside()
        process = self.start("sh", "-c", "echo up; exec sleep 1000")
        self.addCleanup(process.stdout.close)
        self.assertEqual(b"up\n", process.stdout.readline())
        self.assertGreater(len(marked(self.folder)), 4)  # smbd, its helpers, the KDC, the service, the command
        process.kill()
        process.wait()
        rig.wait_for("the end of everything", lambda: not marked(self.folder))
        self.assertEqual(before, self.outside())

    def test_bad_scenario(self):
        with open(self.path("fleet.json"), "w", encoding="utf-8") as file:
            file.write('{"schema": "rdsweep.sim/1", "hots": {}}')
        process = self.start("true")
        told = process.communicate(timeout=60)[0].decode()
        self.assertNotEqual(0, process.returncode)
        self.assertRegex(told, r"fleet.json:1:\d+: .*hots")


def main():
    global SERVICE
    if len(sys.argv) < 2:
        sys.exit(__doc__.split("\n\n")[1])
    SERVICE = sys.argv.pop(1)
    why = rig.obstacle() if SERVICE else "the session service was not built: libkrb5-dev or nettle-dev is missing"
    if why:
        rig.skip(why)
    unittest.main()


if __name__ == "__main__":
    main()
