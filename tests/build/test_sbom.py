"""The bill of materials tells the truth about the program that was built: test_sbom.py FILE PROGRAM SBOM

FILE is the program to look at, PROGRAM what runs it here (through Wine, where it is for Windows).
"""
import json
import os
import re
import shutil
import subprocess
import sys

FILE, PROGRAM, SBOM = sys.argv[1:]
# What comes with the system and not with us.
SYSTEM = re.compile(r"(libc|libm|libpthread|libdl|librt|ld-linux\S*|libgcc_s|lib(a|t|l|ub)san)\.so")
bad = []


def check(what, holds):
    print(("ok      " if holds else "WRONG   ") + what)
    if not holds:
        bad.append(what)


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()


with open(SBOM, encoding="utf-8") as file:
    bill = json.load(file)
parts = {part["name"]: part for part in bill["components"]}
required = [name for name, part in parts.items() if part["scope"] == "required"]
check("format", (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5"))
check("number", re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"]))
for name, part in parts.items():
    check(f"{name} says where it is from", re.fullmatch(r"pkg:[a-z]+/[\w./-]+@[\w.~%:-]+(\?arch=\w+)?", part["purl"]))
    check(f"{name} has a license", part["licenses"])
check("what it depends on", bill["dependencies"][0] == {"ref": "rdsweep", "dependsOn": required})
connector = os.path.join(os.path.dirname(FILE), "rdsweep-tsts")
check("the connector is in it just where it was built", os.path.exists(connector) == ("rdsweep-tsts" in parts) == ("Samba" in parts))
check("cmocka is for tests", parts["cmocka"]["scope"] == "excluded")

# The program knows what it runs with.
told = dict(line.split(" ", 1) for line in output(PROGRAM, "--version").splitlines())
check("rdsweep " + told["rdsweep"], told["rdsweep"] == bill["metadata"]["component"]["version"])
for name in ("libuv", "cJSON"):
    check(f"{name} {told[name]}", told[name] == parts[name]["version"])

# And the file, what it was linked with: all of it is in the bill, and nothing else.
with open(FILE, "rb") as file:
    is_elf = file.read(4) == b"\x7fELF"
if is_elf and shutil.which("readelf"):
    linked = re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-W", "-d", FILE))
    ours = sorted(re.match(r"(lib\w+)\.so", name).group(1) for name in linked if not SYSTEM.match(name))
    check(f"linked with {ours}", ours == ["libcjson", "libuv"] and sorted(required) == ["cJSON", "libuv"])
sys.exit(1 if bad else 0)
