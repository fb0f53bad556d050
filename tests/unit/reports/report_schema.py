#!/usr/bin/env python3
"""Holds what report_sample writes against the schema and against Python's own JSON and CSV readers.

usage: report_schema.py REPORT_SAMPLE SCHEMA
Exit codes: 0 all is well, 1 something is not, 77 the module jsonschema is missing.
"""
import copy
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("the module jsonschema is missing: skipped")
    sys.exit(77)

FREE = ("selection", "policy")  # objects whose members are not fixed


def sample(program, model, form, folder):
    path = folder / f"{model}.{form}"
    subprocess.run([program, model, form, str(path)], check=True)
    return path.read_bytes()


def objects(value, path=()):
    """Every object of a document with the way to it; of a list only the first elements."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            if key not in FREE:
                yield from objects(inner, path + (key,))
    elif isinstance(value, list):
        for i, inner in enumerate(value[:3]):
            yield from objects(inner, path + (i,))


def at(document, path):
    for step in path:
        document = document[step]
    return document


def is_strict(path):
    """Whether unknown members are refused there."""
    return path[:1] in (("errors",), ("hosts",)) and len(path) > 1


# Only a merged report has the first, only hosts that acted the others.
OPTIONAL = ("merged", "acted_at", "ended_at")


def damaged(document):
    """(what was done, the document after it) for damage that the schema must see."""
    for path in objects(document):
        for key in at(document, path):
            if key not in OPTIONAL:
                broken = copy.deepcopy(document)
                del at(broken, path)[key]
                yield f"{path} without {key}", broken
            broken = copy.deepcopy(document)
            at(broken, path)[key] = {"no": ["such", "value"]} if key not in FREE else 5
            yield f"{path} with another {key}", broken
        if is_strict(path):
            broken = copy.deepcopy(document)
            at(broken, path)["extra"] = 1
            yield f"{path} with a member too many", broken
    session = ("hosts", 0, "sessions", 3)
    for path, key, value in (
        ((), "schema", "rdsweep.report/2"),
        (("run",), "outcome", "done"),
        (("run",), "outcome", None),
        (("run",), "exit_code", 256),
        (("run",), "started_at", "2026-01-01 22:00:00"),
        (("run",), "duration_ms", -1),
        (("run",), "duration_ms", 1.5),
        (("run", "selection"), "users", [1]),
        (("totals", "hosts"), "failed", -1),
        (("errors", 0), "class", "bad"),
        (("errors", 0), "hosts", []),
        (("hosts", 0), "outcome", "logged_off"),
        (("hosts", 0), "wave", 0),
        (("hosts", 0), "groups", "berlin"),
        (("hosts", 0), "acted_at", None),
        (("hosts", 0), "ended_at", "22:00:00"),
        (session, "outcome", "gone"),
        (session, "outcome", None),
        (session, "outcome", "skipped"),  # without a reason
        (session, "reason", "because"),
        (session, "state", "asleep"),
        (session, "state", None),
        (session, "id", "2"),
        (session, "id", -1),
        (session, "logon_at", "2026-01-01T22:00:00Z"),
        (session, "selected", "true"),
        (session, "attempts", 65536),
        (session, "error", {"api": "a", "code": 1, "name": "b"}),
    ):
        broken = copy.deepcopy(document)
        at(broken, path)[key] = value
        yield f"{path} with {key} {value!r}", broken


def cell(value):
    """A JSON value as its CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def rows_of(document):
    """The CSV's rows as the JSON document has them."""
    run = document["run"]
    for host in document["hosts"]:
        front = [run["id"], host["host"], ";".join(host["groups"]), host["wave"], host["outcome"]]
        marks = [run["simulated"], run["dry_run"]]

        def error(owner):
            found = owner["error"] or {}
            return [found.get(key) for key in ("api", "code", "name", "message")]

        def work(owner):
            return [owner["attempts"], owner["duration_ms"], host["address"]]

        if host["error"] or not host["sessions"]:
            yield front + [None] * 11 + error(host) + work(host) + [None, None] + marks
        for session in host["sessions"]:
            keys = ("id", "station", "user", "domain", "state", "logon_at", "idle_s", "client",
                    "selected", "reason", "outcome")
            yield (front + [session[key] for key in keys] + error(session) + work(session)
                   + [session["vm"], session["farm"]] + marks)


def check_csv(document, data):
    text = data.decode("utf-8")
    if text.startswith("\ufeff") or not text.endswith("\r\n"):
        return "begins with a BOM or does not end with CRLF"
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    wanted = [[cell(value) for value in row] for row in rows_of(document)]
    if len(found[0]) != 27 or found[0][0] != "run_id":
        return f"wrong header: {found[0]}"
    if len(found) - 1 != len(wanted):
        return f"{len(found) - 1} rows, expected {len(wanted)}"
    for number, (row, other) in enumerate(zip(found[1:], wanted), 1):
        if row != other:
            return f"row {number} is {row}, expected {other}"
    return None


def main():
    program, schema_path = sys.argv[1:3]
    schema = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    kind = getattr(jsonschema, "Draft202012Validator", None) or jsonschema.Draft7Validator
    kind.check_schema(schema)
    validator = kind(schema)
    mistakes = []
    damages = 0
    with tempfile.TemporaryDirectory() as name:
        for model in ("example", "merged", "hostile"):
            document = json.loads(sample(program, model, "json", pathlib.Path(name)))
            for error in validator.iter_errors(document):
                mistakes.append(f"{model}: {list(error.absolute_path)}: {error.message}")
            wrong = check_csv(document, sample(program, model, "csv", pathlib.Path(name)))
            if wrong:
                mistakes.append(f"{model}: CSV: {wrong}")
            if model == "merged":  # the example, and more
                for what, broken in damaged(document):
                    damages += 1
                    if validator.is_valid(broken):
                        mistakes.append(f"the schema takes a report with {what}")
    for mistake in mistakes:
        print(mistake)
    print(f"{damages} damaged reports, {len(mistakes)} mistakes")
    return 1 if mistakes or damages < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
