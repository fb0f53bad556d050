#!/usr/bin/env python3
"""Runs the fuzz targets of a build made with the preset `fuzz`, one after the other, and tells what came of it.

usage: run.py BUILD [TARGET|all] [SECONDS]       (60 seconds each)

What libFuzzer finds interesting is kept in BUILD/corpus/TARGET for the next time, and what must not be in
BUILD/found/TARGET; the latter is replayed, so that the message is seen. The exit code is 1 where anything was found.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SEEDS = os.path.join(HERE, os.pardir, "data", "fuzz")
FLAGS = ["-timeout=20", "-rss_limit_mb=2048", "-close_fd_mask=2", "-print_final_stats=1"]


def targets_of(programs):
    names = [name[len("fuzz_") :] for name in os.listdir(programs) if name.startswith("fuzz_")]
    return sorted(name for name in names if os.access(os.path.join(programs, "fuzz_" + name), os.X_OK))


def last_number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def cpu_seconds():
    spent = os.times()
    return spent.children_user + spent.children_system


def fuzz(program, name, build, seconds):
    """One target. What it came to, as a row of the table."""
    corpus, found = (os.path.join(build, folder, name) for folder in ("corpus", "found"))
    for folder in (corpus, found):
        os.makedirs(folder, exist_ok=True)
    before = cpu_seconds()
    with tempfile.TemporaryDirectory() as working:
        done = subprocess.run(
            [program, f"-max_total_time={seconds}", f"-artifact_prefix={found}/", *FLAGS, corpus, os.path.join(SEEDS, name)],
            cwd=working, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
            errors="replace", check=False)
    kept = [os.path.getsize(os.path.join(corpus, file)) for file in os.listdir(corpus)]
    return {
        "target": name,
        "cpu_s": round(cpu_seconds() - before),
        "executions": last_number(r"stat::number_of_executed_units: *(\d+)", done.stderr),
        "edges": last_number(r" cov: (\d+)", done.stderr),
        "features": last_number(r" ft: (\d+)", done.stderr),
        "kept": len(kept),
        "kept_bytes": sum(kept),
        "failed": done.returncode != 0,
        "findings": [os.path.join(found, file) for file in sorted(os.listdir(found)) if not file.startswith("slow-unit")],
    }


def show_findings(program, row):
    for path in row["findings"]:
        print(f"{row['target']}: {path}")
        with tempfile.TemporaryDirectory() as working:
            subprocess.run([program, path], cwd=working, check=False)


def main():
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(__doc__)
    build = os.path.abspath(sys.argv[1])
    programs = os.path.join(build, "tests", "fuzz")
    wanted = sys.argv[2] if len(sys.argv) > 2 else "all"
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    names = targets_of(programs)
    if wanted != "all" and wanted not in names:
        sys.exit(f"run.py: there is no target '{wanted}'; there are: {' '.join(names)}")
    bad = False
    print(f"{'target':<12}{'CPU s':>7}{'executions':>13}{'edges':>7}{'features':>10}{'kept':>6}{'bytes':>10}  found", flush=True)
    for name in names if wanted == "all" else [wanted]:
        program = os.path.join(programs, "fuzz_" + name)
        row = fuzz(program, name, build, seconds)
        print(f"{row['target']:<12}{row['cpu_s']:>7}{row['executions']:>13}{row['edges']:>7}{row['features']:>10}"
              f"{row['kept']:>6}{row['kept_bytes']:>10}  {len(row['findings'])}  {time.strftime('%H:%M:%S')}", flush=True)
        show_findings(program, row)
        bad = bad or row["failed"]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
