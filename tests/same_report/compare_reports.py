#!/usr/bin/python3
"""Compares two reports of what should be the same run of the same fleet by different backends.

usage: compare_reports.py [--older-api] A.json B.json

Left out is what tells one run from another: identity, backend, machine, operator, arguments, and every time and
duration. Everything else must be equal: who was seen where, what was asked of whom, how it ended, which error
stood in the way after how many attempts. --older-api takes the names of the plain calls for their Ex forms, as a
host without those gives them. Prints each difference with its place; exit code 1 if there is one.
"""

import json
import sys

OF_THE_RUN = ("id", "backend", "simulated", "operator", "machine", "arguments", "started_at", "finished_at", "duration_ms")
EX_FORMS = {"WTSOpenServer": "WTSOpenServerEx", "WTSEnumerateSessions": "WTSEnumerateSessionsEx"}


def without(entry, keys):
    return {key: value for key, value in entry.items() if key not in keys}


def canonical(report, older_api=False):
    """The report without what may differ, its table of errors in an order that does not depend on the run."""

    def error(entry):
        if entry is None or not older_api:
            return entry
        return {**entry, "api": EX_FORMS.get(entry["api"], entry["api"])}

    def session(entry):
        return {**without(entry, ("duration_ms",)), "error": error(entry["error"])}

    def host(entry):
        return {**without(entry, ("duration_ms", "acted_at", "ended_at", "sessions")), "error": error(entry["error"]),
                "sessions": [session(one) for one in entry["sessions"]]}

    result = without(report, ("run", "hosts", "errors"))
    result["run"] = without(report["run"], OF_THE_RUN)
    result["hosts"] = [host(one) for one in report["hosts"]]
    # Hosts are named in the order in which they failed.
    result["errors"] = sorted(({**error(one), "hosts": sorted(one["hosts"])} for one in report["errors"]),
                              key=lambda one: (one["api"], one["code"], one["name"]))
    return result


def name_of(entry, index):
    """What an item of a list is called in a difference."""
    if isinstance(entry, dict):
        for key in ("host", "id", "name"):
            if key in entry:
                return f"{key} {entry[key]}"
    return str(index)


def differences(a, b, place=""):
    """One line for each place where the two differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in list(a) + [key for key in b if key not in a]:
            if key not in a or key not in b:
                yield f"{place}/{key}: only in the {'second' if key in b else 'first'}"
            else:
                yield from differences(a[key], b[key], f"{place}/{key}")
    elif isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            yield f"{place}: {len(a)} in the first, {len(b)} in the second"
        for index, (one, other) in enumerate(zip(a, b)):
            yield from differences(one, other, f"{place}[{name_of(one, index)}]")
    elif type(a) is not type(b) or a != b:
        yield f"{place}: {json.dumps(a, ensure_ascii=False)} is not {json.dumps(b, ensure_ascii=False)}"


def compare(a, b, older_api=False):
    return list(differences(canonical(a, older_api), canonical(b, older_api)))


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    arguments = sys.argv[1:]
    older_api = "--older-api" in arguments
    paths = [path for path in arguments if path != "--older-api"]
    if len(paths) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    found = compare(load(paths[0]), load(paths[1]), older_api)
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
