"""Stands in for rdsweep where an end-to-end test starts it with `--sim SCENARIO`: the same run, but over the wire to a
session service that plays the scenario and keeps the state. Everything else goes to rdsweep as it is.

Runs inside of a rig that is up. RDSWEEP_WIRE: the program and the session service, separated by a colon.
"""

import os
import subprocess
import sys

import rig

CALL_TIMEOUT = "5s"


def take(arguments, option):
    """Removes an option with its value, which is returned; None where it is not given."""
    if option not in arguments:
        return None
    at = arguments.index(option)
    value = arguments[at + 1]
    del arguments[at:at + 2]
    return value


def patient(arguments):
    """Deadlines for calls that a connection keeps on a machine which does other things besides."""
    for at, word in enumerate(arguments):
        if word == "--call-timeout" and arguments[at + 1] in ("300ms", "500ms", "1s", "2s"):
            arguments[at + 1] = CALL_TIMEOUT


def inventories(arguments):
    return [word for at, word in enumerate(arguments) if "-i" in (word, *arguments[at - 1:at])]


def end_former():
    """The service of the run before, which a test may have left in the middle of something."""
    try:
        with open(rig.path("wire.pid"), encoding="utf-8") as file:
            pid = int(file.read())
        os.kill(pid, 9)
        rig.wait_for("the end of the former service", lambda: not os.path.exists(f"/proc/{pid}") or is_zombie(pid))
    except (FileNotFoundError, ProcessLookupError):
        pass


def is_zombie(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "Z"


def main():
    program, service = os.environ["RDSWEEP_WIRE"].split(":")
    arguments = sys.argv[1:]
    scenario, state = take(arguments, "--sim"), take(arguments, "--sim-state")
    if scenario:
        end_former()
        told = subprocess.run([program, "inventory", "list", *inventories(arguments)], stdout=subprocess.PIPE, check=True)
        process = rig.Service(rig.Rig(), service, scenario, told.stdout.decode().split(), state=state).process
        with open(rig.path("wire.pid"), "w", encoding="utf-8") as file:
            file.write(str(process.pid))
        patient(arguments)
        arguments += ["--backend", "tsts", "--auth-file", rig.Rig.auth_file("admin")]
    os.execve(program, [program, *arguments], {**os.environ, **rig.Rig.client_environment()})


if __name__ == "__main__":
    main()
