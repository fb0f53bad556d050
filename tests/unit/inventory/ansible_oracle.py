#!/usr/bin/env python3
"""Compares inventories and limits with what Ansible makes of them.

    ansible_oracle.py INVENTORY_DUMP DATA_FOLDER

Every *.ini in the folder: hosts, their groups, probe_port and call_timeout must be Ansible's.
Every line of limits.txt, FILE, a tab, PATTERN: the selected hosts must be Ansible's. Every line of refused.txt,
likewise: Ansible takes it, we refuse it on purpose (exit 2).
Exit 77 (skipped) where Ansible is not installed.
"""
import os
import subprocess
import sys
import tempfile

HOME = tempfile.TemporaryDirectory(prefix="oracle-")
os.environ["HOME"] = HOME.name  # Ansible writes there
os.environ["ANSIBLE_LOCALHOST_WARNING"] = "False"
os.environ["ANSIBLE_INVENTORY_UNPARSED_WARNING"] = "False"
os.environ["LC_ALL"] = "C.UTF-8"

try:
    from ansible.inventory.manager import InventoryManager
    from ansible.parsing.dataloader import DataLoader
    from ansible.vars.manager import VariableManager
except ImportError:
    print("ansible is not installed")
    sys.exit(77)

DUMP, FOLDER = sys.argv[1:3]
UNITS = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000}
failures = 0


def check(what, ours, theirs):
    global failures
    if ours != theirs:
        failures += 1
        print(f"{what}\n    rdsweep: {ours}\n    ansible: {theirs}")


def dump(*arguments):
    done = subprocess.run([DUMP, *arguments], capture_output=True, text=True, cwd=FOLDER, check=False)
    if done.returncode not in (0, 2):
        raise SystemExit(f"{arguments}: exit {done.returncode}\n{done.stderr}")
    return done.returncode, done.stdout.splitlines(), done.stderr.strip()


def in_ms(duration):
    digits = str(duration).rstrip("mshd")
    return int(digits) * UNITS[str(duration)[len(digits):] or "s"]


def inventory(file):
    loader = DataLoader()
    manager = InventoryManager(loader=loader, sources=[os.path.join(FOLDER, file)])
    return manager, VariableManager(loader=loader, inventory=manager)


def compare_all(file, manager, variables):
    code, lines, errors = dump("-v", file)
    check(f"{file}: errors", (code, errors), (0, ""))
    ours = {}
    for line in lines:
        name, _, port, timeout, _, groups = line.split("\t")
        ours[name] = (int(port), int(timeout), sorted(filter(None, groups.split(","))))
    theirs = {}
    for host in manager.get_hosts("all"):
        known = variables.get_vars(host=host, include_hostvars=False)
        groups = [group.name for group in host.get_groups() if group.name not in ("all", "ungrouped")]
        timeout = known.get("call_timeout")
        theirs[host.name] = (int(known.get("probe_port", 445)), -1 if timeout is None else in_ms(timeout),
                             sorted(groups))
    check(f"{file}: hosts", sorted(ours), sorted(theirs))
    for name in sorted(set(ours) & set(theirs)):
        check(f"{file}: {name}", ours[name], theirs[name])


def cases(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def main():
    os.chdir(FOLDER)  # for @FILE
    files = sorted(file for file in os.listdir(FOLDER) if file.endswith(".ini"))
    known = {file: inventory(file) for file in files}
    count = 0
    for file in files:
        compare_all(file, *known[file])
    for file, pattern in cases("limits.txt"):
        manager = known[file][0]
        manager.subset(pattern)
        theirs = sorted(host.name for host in manager.get_hosts("all"))
        manager.subset(None)
        _, ours, errors = dump(file, pattern)
        check(f"{file}: --limit {pattern} {errors}", sorted(ours), theirs)
        count += 1
    for file, pattern in cases("refused.txt"):
        check(f"{file}: --limit {pattern} is refused", dump(file, pattern)[0], 2)
        count += 1
    print(f"{len(files)} inventories, {count} limits, {failures} differences")
    return 1 if failures or not count else 0


sys.exit(main())
