"""One program, run to its end: how long, how much processor time and memory, with all that it started and waited for."""

import json
import os
import shutil
import subprocess


class Failed(Exception):
    pass


def is_installed(program):
    return shutil.which(program) is not None


def run(arguments, launcher, codes=(0,), stdin=None, keep_output=False):
    """What it cost (wall_us, cpu_us, peak_rss_kib) and what it printed.

    `launcher`: bench_child, and the file that it writes. `stdin`: the name of a file. Raises Failed where the exit code is
    not one of `codes`.
    """
    command = [*launcher, *arguments]
    with open(stdin or os.devnull, "rb") as source:
        ran = subprocess.run(command, stdin=source, stderr=subprocess.PIPE, check=False,
                             stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL)
    cost, code = None, ran.returncode
    if code == 0:
        with open(launcher[1], encoding="utf-8") as file:
            cost = json.load(file)
        code = cost["exit_code"]
    if code not in codes:
        what = ran.stderr.decode(errors="replace").strip()
        raise Failed(f"exit code {code} of {' '.join(arguments)}\n{what}")
    return cost, ran.stdout
