"""What is installed, and the packages: test_package.py BUILD_FOLDER

The .debs are unpacked into a root of their own and used from there; nothing of the machine changes.
"""
import gzip
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.abspath(sys.argv.pop(1))
# cpack comes with the cmake that built this.
with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
    TEXT = cache.read()
CMAKE = re.search(r"^CMAKE_COMMAND:INTERNAL=(.*)$", TEXT, re.M)[1]
CPACK = re.search(r"^CMAKE_CPACK_COMMAND:INTERNAL=(.*)$", TEXT, re.M)[1]
HAS_CONNECTOR = os.path.exists(os.path.join(BUILD, "rdsweep-tsts"))

# Below the prefix; in the .deb some are compressed or elsewhere.
EVERYWHERE = ["bin/rdsweep", "share/bash-completion/completions/rdsweep", "share/fish/vendor_completions.d/rdsweep.fish",
              "share/rdsweep/completions/rdsweep.ps1", "share/rdsweep/rdsweep.report-1.schema.json",
              "share/doc/rdsweep/README.md", "share/doc/rdsweep/CHANGELOG.md", "share/doc/rdsweep/docs/reliability.md",
              "share/doc/rdsweep/examples/demo.ini", "share/doc/rdsweep/examples/demo-scenario.json"]
INSTALLED = [*EVERYWHERE, "share/man/man1/rdsweep.1", "share/zsh/site-functions/_rdsweep", "share/doc/rdsweep/LICENSE"]
DEBIAN = [*EVERYWHERE, "share/man/man1/rdsweep.1.gz", "share/zsh/vendor-completions/_rdsweep", "share/doc/rdsweep/copyright",
          "share/doc/rdsweep/changelog.gz"]


def run(*command, **more):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    if result.returncode:
        raise AssertionError(f"{command} ended with {result.returncode}:\n{result.stdout}")
    return result.stdout


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="rdsweep-package-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def assert_works(self, prefix, files):
        """What is there can be used."""
        for file in files:
            self.assertTrue(os.path.isfile(os.path.join(prefix, file)), file)
        program = os.path.join(prefix, "bin", "rdsweep")
        self.assertRegex(run(program, "--version"), r"^rdsweep \d+\.\d+\.\d+\n")
        examples = os.path.join(prefix, "share/doc/rdsweep/examples")
        fleet = ["-i", f"{examples}/demo.ini", "--sim", f"{examples}/demo-scenario.json", "-l", "rdsh001*"]
        report = json.loads(run(program, "sessions", *fleet, "--format", "json", "-q").partition("\n")[2])
        self.assertEqual("succeeded", report["run"]["outcome"])
        with open(os.path.join(prefix, "share/rdsweep/rdsweep.report-1.schema.json"), encoding="utf-8") as schema:
            self.assertIn("$schema", json.load(schema))
        words = run("bash", "--norc", "-c", 'source "$1"; COMP_WORDS=(rdsweep logo); COMP_CWORD=1; _rdsweep; echo "${COMPREPLY[@]}"',
                    "bash", os.path.join(prefix, "share/bash-completion/completions/rdsweep"))
        self.assertEqual("logoff\n", words)
        if shutil.which("man"):
            environment = {**os.environ, "MANPATH": os.path.join(prefix, "share/man")}
            self.assertTrue(run("man", "-w", "rdsweep", env=environment).startswith(prefix))

    def cpack(self, generator):
        run(CPACK, "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-G", generator, "-B", self.folder)
        return [name for name in os.listdir(self.folder) if not name.startswith("_")]


class Install(Case):
    def test_install(self):
        prefix = self.path("usr")
        run(CMAKE, "--install", BUILD, "--prefix", prefix)
        self.assert_works(prefix, INSTALLED)

    def test_tar(self):
        names = self.cpack("TGZ")
        self.assertEqual(1, len(names), names)
        self.assertRegex(names[0], r"^rdsweep-\d+\.\d+\.\d+-Linux\.tar\.gz$")
        run("tar", "-xzf", self.path(names[0]), "-C", self.folder)
        self.assert_works(self.path(names[0][:-len(".tar.gz")]), INSTALLED)


@unittest.skipIf(shutil.which("dpkg-shlibdeps") is None, "no dpkg-dev")
class Debian(Case):
    def setUp(self):
        super().setUp()
        names = sorted(self.cpack("DEB"))
        self.assertEqual(2 if HAS_CONNECTOR else 1, len(names), names)
        self.package = self.one(names, "rdsweep")
        self.connector = self.one(names, "rdsweep-tsts") if HAS_CONNECTOR else None

    def one(self, names, package):
        found = [name for name in names if re.fullmatch(rf"{package}_\d+\.\d+\.\d+_\w+\.deb", name)]
        self.assertEqual(1, len(found), names)
        return self.path(found[0])

    def fields(self, package):
        return dict(re.findall(r"^ ([A-Z][\w-]+): (.*)$", run("dpkg-deb", "-I", package), re.M))

    def unpack(self, package):
        root = self.path("root")
        run("dpkg-deb", "-x", package, root)
        self.assertEqual(["usr"], os.listdir(root))
        return root

    def assert_policy(self, root, package):
        """What Debian wants of every package."""
        documents = os.path.join(root, "usr/share/doc", package)
        with open(os.path.join(documents, "copyright"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("License: Expat\n Permission is hereby granted", text)
        self.assertRegex(text, r"IN THE\n SOFTWARE\.\n|SOFTWARE\.\s*$")
        with gzip.open(os.path.join(documents, "changelog.gz"), "rt") as file:
            self.assertRegex(file.read(), rf"\A{package} \(\d+\.\d+\.\d+\) \w+; urgency=\w+\n\n  \* .*\n\n -- .+ <.+>  \w{{3}}, ")
        for folder, folders, files in os.walk(root):
            for name in files:
                mode = stat.S_IMODE(os.lstat(os.path.join(folder, name)).st_mode)
                runs = "/bin" in folder or "/libexec" in folder
                self.assertEqual(0o755 if runs else 0o644, mode, name)
            self.assertTrue(folders or files, f"{folder} is empty")
        return text

    def test_fields(self):
        fields = self.fields(self.package)
        self.assertEqual(("rdsweep", "admin", "optional"), (fields["Package"], fields["Section"], fields["Priority"]))
        self.assertTrue(fields["Description"].startswith("list and log off "), fields)
        for library in ("libc6", "libuv1", "libcjson1"):
            self.assertRegex(fields["Depends"], rf"(^|, ){library} \(>= ")
        self.assertNotIn("samba", fields["Depends"])

    def test_it_works_from_a_root_of_its_own(self):
        root = self.unpack(self.package)
        self.assert_works(os.path.join(root, "usr"), DEBIAN)
        self.assertNotIn("GNU", self.assert_policy(root, "rdsweep"))
        self.assertFalse(os.path.exists(os.path.join(root, "usr/libexec")))

    @unittest.skipUnless(HAS_CONNECTOR, "this build has no connector")
    def test_the_connector_is_a_package_of_its_own(self):
        fields = self.fields(self.connector)
        self.assertTrue(fields["Description"].startswith("connect rdsweep to "), fields)
        self.assertRegex(fields["Depends"], r"^rdsweep \(= [\d.]+\), .*samba-libs")
        self.assertIn("rdsweep-tsts", self.fields(self.package)["Recommends"])
        root = self.unpack(self.connector)
        self.assertIn("/usr/share/common-licenses/GPL-3", self.assert_policy(root, "rdsweep-tsts"))
        self.assertEqual(["rdsweep-tsts"], os.listdir(os.path.join(root, "usr/libexec/rdsweep")))

    @unittest.skipUnless(HAS_CONNECTOR, "this build has no connector")
    def test_the_program_finds_the_connector_or_says_that_it_is_not_there(self):
        root = self.unpack(self.package)
        program = os.path.join(root, "usr/bin/rdsweep")
        with open(self.path("hosts.ini"), "w", encoding="utf-8") as file:
            file.write("rdsh01\n")
        environment = {**os.environ, "KRB5CCNAME": f"FILE:{self.path('no-ticket')}"}
        command = [program, "sessions", "-i", self.path("hosts.ini"), "--backend", "tsts"]

        def stderr():
            result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
            self.assertEqual(2, result.returncode, result.stderr)
            return result.stderr
        self.assertIn("needs its program 'rdsweep-tsts'", stderr())
        self.unpack(self.connector)
        self.assertIn("no Kerberos ticket", stderr())


if __name__ == "__main__":
    unittest.main()
