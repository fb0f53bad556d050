#!/usr/bin/env python3
"""What the tests have run of each room, from a build with the preset `coverage`: coverage.py BUILD [--files]

With --files also every file of which less than nine lines in ten were run.
"""
import json
import os
import subprocess
import sys

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "orchestrator" and len(parts) > 2 else parts[0]


def share(covered, total):
    return f"{100 * covered / total:6.1f}" if total else "     -"


def main():
    build = os.path.abspath(sys.argv[1])
    summary = json.loads(subprocess.run(
        ["gcovr", "-r", ROOT, "--gcov-ignore-parse-errors", "--object-directory", build, "-e", "tests/", "-e", "build/", "--json-summary", "-", build],
        check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)
    rooms = {}
    for file in summary["files"]:
        room = rooms.setdefault(room_of(file["filename"]), [0, 0, 0, 0])
        for i, key in enumerate(("line_covered", "line_total", "branch_covered", "branch_total")):
            room[i] += file[key]
    rooms["all"] = [sum(column) for column in zip(*rooms.values())]
    print(f"{'room':<24}{'lines':>7}  {'run %':>6}{'branches':>10}  {'taken %':>7}")
    for room, (lines, of_lines, branches, of_branches) in rooms.items():
        print(f"{room:<24}{of_lines:>7}  {share(lines, of_lines)}{of_branches:>10}  {share(branches, of_branches):>7}")
    if "--files" in sys.argv[2:]:
        print()
        for file in sorted(summary["files"], key=lambda file: file["line_percent"] or 0):
            if file["line_total"] and file["line_percent"] < 90:
                print(f"{file['filename']:<48}{file['line_total']:>6}  {share(file['line_covered'], file['line_total'])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
