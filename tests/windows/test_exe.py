"""The program as it is handed out: one file that needs nothing but Windows, with version, manifest and hardening; and the
zip that it comes in.

usage: test_exe.py RDSWEEP_EXE OBJDUMP VERSION CPACK BUILD_FOLDER
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
import zipfile

# Every one is part of Windows 10 and Server 2016, Server Core included.
SYSTEM_DLLS = {
    "advapi32.dll", "iphlpapi.dll", "kernel32.dll", "msvcrt.dll", "ole32.dll", "psapi.dll", "rpcrt4.dll", "secur32.dll",
    "shell32.dll", "user32.dll", "userenv.dll", "ws2_32.dll",
}


class Exe(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(EXE, "rb") as file:
            cls.data = file.read()
        cls.headers = subprocess.run([OBJDUMP, "-p", EXE], check=True, capture_output=True, text=True).stdout

    def test_needs_only_windows(self):
        dlls = {name.lower() for name in re.findall(r"DLL Name: (\S+)", self.headers)}
        self.assertIn("kernel32.dll", dlls)
        self.assertEqual(set(), dlls - SYSTEM_DLLS)

    def test_is_a_hardened_console_program(self):
        self.assertIn("(Windows CUI)", self.headers)
        for flag in ("DYNAMIC_BASE", "NX_COMPAT", "HIGH_ENTROPY_VA"):
            self.assertIn(flag, self.headers)
        self.assertIn("pei-x86-64", self.headers)

    def test_version(self):
        for name, value in (("FileVersion", VERSION), ("ProductVersion", VERSION), ("ProductName", "rdsweep"),
                            ("OriginalFilename", "rdsweep.exe")):
            entry = re.escape((name + "\0").encode("utf-16-le")) + rb"(\0\0)?" + re.escape(
                (value + "\0").encode("utf-16-le"))
            self.assertRegex(self.data, entry)

    def test_manifest(self):
        begin = self.data.index(b"<?xml")
        end = self.data.index(b"</assembly>", begin) + len(b"</assembly>")
        root = xml.etree.ElementTree.fromstring(self.data[begin:end])
        texts = {element.tag.split("}")[1]: (element.text or "").strip() for element in root.iter()}
        self.assertEqual("UTF-8", texts["activeCodePage"])
        self.assertEqual("true", texts["longPathAware"])
        level = next(element for element in root.iter() if element.tag.endswith("requestedExecutionLevel"))
        self.assertEqual("asInvoker", level.get("level"))
        self.assertTrue(any(element.tag.endswith("supportedOS") for element in root.iter()))

    def test_zip(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([CPACK, "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", folder], check=True,
                           capture_output=True)
            name = f"rdsweep-{VERSION}-windows-x86_64"
            with zipfile.ZipFile(os.path.join(folder, name + ".zip")) as archive:
                names = set(archive.namelist())
                size = archive.getinfo(f"{name}/rdsweep.exe").file_size
        for wanted in ("rdsweep.exe", "README.md", "LICENSE", "examples/farm.ini"):
            self.assertIn(f"{name}/{wanted}", names)
        self.assertFalse([entry for entry in names if entry.lower().endswith((".dll", ".a", ".lib"))])
        self.assertLess(size, 4 << 20)


if __name__ == "__main__":
    EXE, OBJDUMP, VERSION, CPACK, BUILD = sys.argv[1:6]
    unittest.main(argv=sys.argv[:1])
