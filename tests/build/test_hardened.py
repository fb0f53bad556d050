"""The program that was built is hardened as cmake/Hardening.cmake means it: test_hardened.py PROGRAM [fortified]

Looks at the file itself, with readelf or objdump; what neither has is skipped (77).
"""
import re
import shutil
import subprocess
import sys

PROGRAM = sys.argv[1]
FORTIFIED = "fortified" in sys.argv[2:]
bad = []


def check(what, holds):
    print(("ok      " if holds else "MISSING ") + what)
    if not holds:
        bad.append(what)


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, errors="replace", check=True).stdout


def check_elf():
    header, segments, dynamic = (run("readelf", "-W", flag, PROGRAM) for flag in ("-h", "-l", "-d"))
    symbols = run("readelf", "-W", "--dyn-syms", PROGRAM)
    check("position independent (PIE)", re.search(r"Type:\s+DYN", header) and re.search(r"FLAGS_1.*PIE", dynamic))
    check("relocations read-only after start (RELRO)", "GNU_RELRO" in segments)
    check("all symbols bound at start (BIND_NOW)", re.search(r"BIND_NOW|FLAGS_1.*NOW", dynamic))
    check("no executable stack", re.search(r"GNU_STACK\s.*\sRW\s", segments))
    check("no segment both writable and executable", not re.search(r"LOAD\s.*\sRWE\s", segments))
    check("no relocations in code", "TEXTREL" not in dynamic)
    check("no path of the build for libraries", "RPATH" not in dynamic and "RUNPATH" not in dynamic)
    check("stack canaries", "__stack_chk_fail" in symbols)
    if FORTIFIED:
        check("checked memory functions (FORTIFY)", re.search(r"__\w+_chk", symbols.replace("__stack_chk_fail", "")))
    if "X86-64" in header and shutil.which("objdump"):
        # The note that switches it on needs every object to be marked, and those that Debian 12 starts programs with are not.
        code = run("objdump", "-d", "--no-show-raw-insn", PROGRAM)
        check("marked targets of jumps in our code (CET)", re.search(r"<main>:\n[^\n]*endbr64", code))


def check_pe():
    about = run("objdump", "-p", PROGRAM) if shutil.which("objdump") else ""
    for what, word in (("addresses at random (DYNAMICBASE)", "DYNAMIC_BASE"), ("in all 64 bits (HIGHENTROPYVA)", "HIGH_ENTROPY_VA"),
                       ("no executable data (NX)", "NX_COMPAT")):
        check(what, word in about)
    if shutil.which("nm"):
        check("stack canaries", "__stack_chk_fail" in run("nm", PROGRAM))
    moved = re.search(r"Entry 5 ([0-9a-f]+) ([0-9a-f]+) Base Relocation", about)
    check("relocations, without which it could not be moved", moved and int(moved.group(2), 16) > 0)


with open(PROGRAM, "rb") as file:
    magic = file.read(4)
if magic == b"\x7fELF" and shutil.which("readelf"):
    check_elf()
elif magic[:2] == b"MZ" and shutil.which("objdump"):
    check_pe()
else:
    print("nothing here that can look into the program")
    sys.exit(77)
sys.exit(1 if bad else 0)
