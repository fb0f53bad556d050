"""The works that are measured, and what each is held against. Every case runs in a process of its own."""

import json
import os
import random

import child
from table import Row, median

WINDOW = 64
MS = 1000


class Sizes:
    """How large, and how often. The bars are meant for the full size: small fleets end with a longer tail."""

    def __init__(self, quick, repetitions):
        self.calls_hosts = 640 if quick else 2000
        self.pipeline_hosts = 320 if quick else 2000
        self.broken_hosts = [600] if quick else [1000, 10000]
        self.scale_hosts = [300, 1000, 3000] if quick else [1000, 3000, 10000]
        self.shard_hosts = [300, 1000, 3000] if quick else [10000, 30000, 100000]
        self.virtual_hosts = 10000 if quick else 1000000
        self.repetitions = {
            "A": repetitions or (2 if quick else 3),
            "B": repetitions or (1 if quick else 2),
            "D": repetitions or (1 if quick else 2),
            "E": repetitions or (1 if quick else 2),
            "J": repetitions or (1 if quick else 2),
        }


class Place:
    """The programs, and a folder for inputs."""

    def __init__(self, build, folder, say):
        self.engine = os.path.join(build, "tests", "bench", "bench_engine")
        self.launcher = [os.path.join(build, "tests", "bench", "bench_child"), os.path.join(folder, "cost")]
        self.program = os.path.join(build, "rdsweep")
        self.folder, self.say = folder, say

    def put(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def path(self, name):
        return os.path.join(self.folder, name)

    # All three: a dictionary with wall_us, cpu_us, peak_rss_kib and more.

    def fleet(self, hosts, sim, **more):
        arguments = [f"{name}={value}" for name, value in more.items()]
        return self.case("fleet", f"hosts={hosts}", f"sim={sim}", *arguments)

    def pool(self, calls):
        return self.case("pool", f"calls={calls}", f"concurrency={WINDOW}")

    def case(self, *arguments):
        return json.loads(child.run([self.engine, *arguments], launcher=self.launcher, keep_output=True)[1])

    def whole(self, command, codes=(0,), stdin=None):
        return child.run(command, codes=codes, stdin=stdin, launcher=self.launcher)[0]


def scenario(sessions, latency_ms=None, hosts=None, **defaults):
    """`latency_ms` None: the simulator's own (open 20, enumerate 30, query 5, logoff 40, close 1)."""
    defaults["sessions"] = {"min": sessions, "max": sessions}
    if latency_ms:
        defaults["latency_ms"] = latency_ms
    return {"schema": "rdsweep.sim/1", "seed": 7, "defaults": defaults, "hosts": hosts or {}}


def in_turn(repetitions, contestants):
    """Runs each contestant {name: function} once a repetition, in changing order: {name: [results]}."""
    results = {name: [] for name in contestants}
    for repetition in range(repetitions):
        names = list(contestants)
        for name in names if repetition % 2 == 0 else reversed(names):
            results[name].append(contestants[name]())
    return results


# A. One call a host.

def others(place, hosts):
    """The fan-out tools that are installed: {name: function}, and the names of those that are not."""
    zeros = place.put("zeros", "0\n" * hosts)
    sleep = ["sleep", "0.05"]
    commands = {
        "xargs": (["xargs", f"-P{WINDOW}", "-n1", *sleep], zeros),
        "pdsh": (["pdsh", "-R", "exec", "-f", str(WINDOW), "-w", f"h[1-{hosts}]", *sleep], None),
        "clush": (["clush", "--nostdin", "-q", "-R", "exec", "-f", str(WINDOW), "-w", f"h[1-{hosts}]", *sleep], None),
    }
    found = {name: (lambda command=command, stdin=stdin: place.whole(command, stdin=stdin))
             for name, (command, stdin) in commands.items() if child.is_installed(name)}
    return found, [name for name in commands if name not in found]


def one_call(place, sizes):
    hosts = sizes.calls_hosts
    ideal_ms = -(-hosts // WINDOW) * 50
    work = f"A. {hosts:,} hosts, one 50 ms call each"
    place.say(work)
    names = place.put("a.hosts", "".join(f"h{n}\n" for n in range(1, hosts + 1)))
    calls = place.put("a.calls", "50000\n" * hosts)
    sim = place.put("a.json", scenario(0, {"probe": 1, "open": 0, "enumerate": 50, "query": 0, "close": 0}, jitter=0))
    program = [place.program, "sessions", "-i", names, "--sim", sim, "-q", "-c", str(WINDOW)]
    tools, missing = others(place, hosts)
    results = in_turn(sizes.repetitions["A"], {
        "engine": lambda: place.fleet(names, sim, concurrency=WINDOW),
        "rdsweep sessions, the whole program": lambda: place.whole(program, codes=(0, 3)),
        f"a bare libuv pool of {WINDOW}": lambda: place.pool(calls),
        **tools})
    rows = []
    for name, found in results.items():
        beside = (f"CPU {median(x['cpu_us'] for x in found) / MS / hosts:.3f} ms a host, "
                  f"peak RSS {median(x['peak_rss_kib'] for x in found) / 1024:.1f} MiB")
        rows.append(Row(work, f"{name}: makespan / {ideal_ms:,} ms", [x["wall_us"] / MS / ideal_ms for x in found],
                        bar=1.05 if name == "engine" else None, beside=beside))
    rows += [Row(work, name, [], beside="not installed") for name in missing]
    return rows


# B and C. The whole pipeline, and what it costs beside a bare pool that makes the same calls.

def pipeline(place, sizes):
    hosts = sizes.pipeline_hosts
    work_b, work_c = f"B. logoff --yes, {hosts:,} hosts x 20 sessions", "C. CPU of B"
    place.say(work_b + "; C.")
    names = place.put("b.hosts", "".join(f"h{n}\n" for n in range(1, hosts + 1)))
    sim = place.put("b.json", scenario(20))
    calls = place.path("b.calls")
    pairs = []
    for _ in range(sizes.repetitions["B"]):
        engine = place.fleet(names, sim, command="logoff", concurrency=WINDOW, calls=calls)
        if engine["sessions_logged_off"] != hosts * 20 or engine["calls_dropped"]:
            raise child.Failed(f"not everybody is logged off: {engine}")
        pairs.append((engine, place.pool(calls)))

    def bound_us(engine):
        return max(engine["sleep_us"] / WINDOW, engine["longest_chain_us"])

    def cost(result):
        return f"{result['cpu_us'] / 1e6:.2f} s, {result['cpu_us'] / result['calls']:.0f} us a call"

    engine, pool = pairs[-1]
    return [
        Row(work_b, "engine: makespan / bound", [e["wall_us"] / bound_us(e) for e, _ in pairs], bar=1.10,
            beside=f"{engine['wall_us'] / 1e6:.1f} s; bound: {engine['sleep_us'] / 1e6:,.0f} s of calls / {WINDOW} = "
                   f"{engine['sleep_us'] / 1e6 / WINDOW:.1f} s (longest chain of a host "
                   f"{engine['longest_chain_us'] / 1e6:.1f} s)"),
        Row(work_b, "a bare pool, the same calls: makespan / bound", [p["wall_us"] / bound_us(e) for e, p in pairs],
            beside=f"{pool['wall_us'] / 1e6:.1f} s"),
        Row(work_c, "engine / a bare pool with the same calls", [e["cpu_us"] / p["cpu_us"] for e, p in pairs], bar=2,
            beside=f"{engine['calls']:,} calls: engine {cost(engine)}; pool {cost(pool)}"),
    ]


# J. What the journal costs: the pipeline of B without it, with it, and with a disk that takes 10 ms to sync.

def journal(place, sizes):
    hosts = sizes.pipeline_hosts
    work = f"J. the journal: logoff --yes, {hosts:,} hosts x 20 sessions"
    place.say(work)
    names = place.put("j.hosts", "".join(f"h{n}\n" for n in range(1, hosts + 1)))
    sim = place.put("j.json", scenario(20))

    def run(**more):
        if os.path.exists(place.path("j.jsonl")):
            os.remove(place.path("j.jsonl"))
        result = place.fleet(names, sim, command="logoff", concurrency=WINDOW, **more)
        if result["sessions_logged_off"] != hosts * 20:
            raise child.Failed(f"not everybody is logged off: {result}")
        return result

    results = in_turn(sizes.repetitions["J"], {
        "none": lambda: run(journal="none"),
        "with the disk as it is": lambda: run(journal=place.path("j.jsonl")),
        "with 10 ms added to each sync": lambda: run(journal=place.path("j.jsonl"), sync_ms=10)})
    without = results.pop("none")
    return [Row(work, f"{name}: makespan / without a journal",
                [w["wall_us"] / o["wall_us"] for o, w in zip(without, found)], bar=1.03,
                beside=f"{median(w['wall_us'] for w in found) / 1e6:.1f} s, without "
                       f"{median(o['wall_us'] for o in without) / 1e6:.1f} s; CPU "
                       f"{median(w['cpu_us'] for w in found) / 1e6:.1f} s, without "
                       f"{median(o['cpu_us'] for o in without) / 1e6:.1f} s")
            for name, found in results.items()]


# D. Dead and stuck hosts among healthy ones.

# How long the silent are waited for is the program's own default; a call is given less than its 30 s, to be done sooner.
CONNECT_TIMEOUT_MS, CALL_TIMEOUT_MS = 3000, 5000


def broken(place, sizes, hosts):
    dead, stuck = hosts * 30 // 100, hosts * 5 // 100
    counts = {"dead": dead, "stuck": stuck, "live": hosts - dead - stuck}
    work = f"D. {hosts:,} hosts, {dead:,} dead and {stuck:,} stuck, against the {counts['live']:,} others alone"
    place.say(work)
    names = [f"{kind}{n:05d}" for kind, count in counts.items() for n in range(1, count + 1)]
    random.Random(7).shuffle(names)
    everybody = place.put("d.hosts", "\n".join(names) + "\n")
    healthy = place.put("d.healthy", "".join(f"{name}\n" for name in names if name.startswith("live")))
    sim = place.put("d.json", scenario(20, hosts={
        f"dead[00001:{dead:05d}]": {"faults": [{"call": "probe", "hang": True}]},
        f"stuck[00001:{stuck:05d}]": {"faults": [{"call": "enumerate", "hang": True}]}}))
    limits = {"concurrency": WINDOW, "connect_timeout_ms": CONNECT_TIMEOUT_MS, "call_timeout_ms": CALL_TIMEOUT_MS}
    results = in_turn(sizes.repetitions["D"], {
        "without": lambda: place.fleet(healthy, sim, **limits),
        "with": lambda: place.fleet(everybody, sim, **limits)})
    pairs = list(zip(results["without"], results["with"]))
    for result in results["without"] + results["with"]:
        if result["hosts_succeeded"] != counts["live"]:
            raise child.Failed(f"not every healthy host was surveyed: {result}")
    without_s = median(w["wall_us"] for w, _ in pairs) / 1e6
    with_s = median(w["wall_us"] for _, w in pairs) / 1e6
    last = [median(pair[side]["last_closed_us"] for pair in pairs) / 1e6 for side in (0, 1)]
    return [
        Row(work, f"(makespan - one call timeout of {CALL_TIMEOUT_MS // MS} s) / makespan without",
            [(w["wall_us"] - CALL_TIMEOUT_MS * MS) / o["wall_us"] for o, w in pairs], bar=1.10,
            beside=f"{with_s:.2f} s, without {without_s:.2f} s: adds {with_s - without_s:.2f} s"),
        Row(work, "last healthy host surveyed / the same without",
            [w["last_closed_us"] / o["last_closed_us"] for o, w in pairs], bar=1.10,
            beside=f"after {last[1]:.2f} s, without {last[0]:.2f} s"),
    ]


# E. Scale: the real program, to the end of its reports.

SESSIONS = 30
LINEAR = 1.25  # what passes for linear, with all that a machine does beside


def scale_run(place, sim, hosts):
    inventory = place.put("e.ini", f"rdsh[{1:05d}:{hosts:05d}].corp.example\n")
    reports = [place.path("e-report.json"), place.path("e-report.csv")]
    kept = place.path("e-report.json.journal.jsonl")
    if os.path.exists(kept):
        os.remove(kept)  # an existing journal is never written over
    cost = place.whole([place.program, "logoff", "-i", inventory, "--all", "--yes", "-c", str(WINDOW), "--sim", sim,
                        "-o", reports[0], "-o", reports[1], "-q", "--overwrite", "--verify-interval", "100ms"])
    return {"cpu_s": cost["cpu_us"] / 1e6, "rss_mib": cost["peak_rss_kib"] / 1024, "wall_s": cost["wall_us"] / 1e6,
            "report_mib": sum(os.path.getsize(report) for report in reports) / 2**20}


def scale(place, sizes):
    small, middle, large = sizes.scale_hosts
    work = f"E. rdsweep logoff, {SESSIONS} sessions a host, JSON and CSV written"
    place.say(work)
    tiny = dict.fromkeys(("probe", "open", "enumerate", "query", "logoff", "close"), 1)
    sim = place.put("e.json", scenario(SESSIONS, tiny, jitter=0, logoff_takes_ms=1))
    results = in_turn(sizes.repetitions["E"], {
        hosts: lambda hosts=hosts: scale_run(place, sim, hosts) for hosts in sizes.scale_hosts})
    rows = []
    for hosts, found in results.items():
        sessions = hosts * SESSIONS
        rows.append(Row(
            work, f"{hosts:,} hosts, {sessions:,} sessions: peak RSS", [x["rss_mib"] for x in found], digits=1,
            unit="MiB", bar=100 if hosts == large else None,
            beside=f"CPU {median(x['cpu_s'] for x in found):.2f} s, "
                   f"{median(x['wall_s'] for x in found):.1f} s, reports {found[0]['report_mib']:.0f} MiB"))

    def each(what, hosts):
        return [x[what] for x in results[hosts]]

    cpu = [(b / large) / (a / small) for a, b in zip(each("cpu_s", small), each("cpu_s", large))]
    memory = [((c - b) / (large - middle)) / ((b - a) / (middle - small))
              for a, b, c in zip(*(each("rss_mib", hosts) for hosts in sizes.scale_hosts))]
    a, c = (median(each("rss_mib", hosts)) for hosts in (small, large))
    rows.append(Row(work, f"CPU a host at {large:,} hosts / at {small:,}", cpu, bar=LINEAR, beside=", ".join(
        f"{median(each('cpu_s', hosts)) / hosts * MS:.2f} ms a host at {hosts:,}" for hosts in sizes.scale_hosts)))
    rows.append(Row(work, f"memory of a further host: {middle:,} to {large:,} / {small:,} to {middle:,}", memory,
                    bar=LINEAR, beside=f"{(c - a) * 1024 / (large - small):.1f} KiB a host, "
                                       f"{(c - a) * 2**20 / (large - small) / SESSIONS:.0f} bytes a session"))
    return rows


# S. Beyond one process: the same fleet as one run, and as shards that are merged into one report.

SHARDS = 8
SHARD_SESSIONS = 10


def run_of(place, sim, inventory, report, more=""):
    """A shell's command for one whole run with a JSON report and a journal."""
    return (f"{place.program} logoff -i {inventory} --all --yes -q -c {WINDOW} --sim {sim} --verify-interval 100ms "
            f"--overwrite -o {report} {more}")


def clean(place):
    for name in os.listdir(place.folder):
        if name.startswith("s-"):
            os.remove(place.path(name))


def check_report(place, hosts):
    """The head of the merged report says that everybody is logged off."""
    shown = child.run([place.program, "report", "show", place.path("s-all.json")], launcher=place.launcher,
                      keep_output=True)[1].decode()
    numbers = [line.split()[-1] for line in shown.splitlines() if line.strip().startswith(("logged off", "succeeded"))]
    if numbers != [str(hosts), str(hosts * SHARD_SESSIONS)]:
        raise child.Failed(f"not everybody is logged off\n{shown}")


def sharded(place, hosts):
    work = f"S. rdsweep logoff, {hosts:,} hosts, {hosts * SHARD_SESSIONS:,} sessions, JSON and journal written"
    place.say(work)
    clean(place)
    tiny = dict.fromkeys(("probe", "open", "enumerate", "query", "logoff", "close"), 1)
    sim = place.put("s.json", scenario(SHARD_SESSIONS, tiny, jitter=0, logoff_takes_ms=1))
    inventory = place.put("s.ini", f"rdsh[{1:06d}:{hosts:06d}].corp.example\n")
    whole = place.path("s-all.json")
    parts = [place.path(f"s-{k}.json") for k in range(1, SHARDS + 1)]
    shard = run_of(place, sim, inventory, place.path("s-{}.json"), f"--shard {{}}/{SHARDS}")
    contestants = [
        ("one process", run_of(place, sim, inventory, whole)),
        (f"{SHARDS} shards under xargs -P {SHARDS}", f"seq {SHARDS} | xargs -P {SHARDS} -I{{}} {shard}"),
        (f"report merge of the {SHARDS}", f"{place.program} report merge {' '.join(parts)} -o {whole} --overwrite"),
    ]
    rows = []
    for name, command in contestants:
        cost = place.whole(["sh", "-c", command])
        rows.append(Row(work, f"{name}: time", [cost["wall_us"] / 1e6], digits=1, unit="s",
                        beside=f"CPU {cost['cpu_us'] / 1e6:.1f} s, {cost['cpu_us'] / MS / hosts:.2f} ms a host; "
                               f"largest process {cost['peak_rss_kib'] / 1024:.0f} MiB"))
        if whole in command:
            check_report(place, hosts)
    clean(place)
    return rows


def virtual(place, sizes):
    hosts = sizes.virtual_hosts
    work = f"V. the engine in virtual time, logoff, {hosts:,} hosts x 2 sessions"
    place.say(work)
    names = place.put("v.hosts", "".join(f"h{n}\n" for n in range(1, hosts + 1)))
    sim = place.put("v.json", scenario(2))
    result = place.fleet(names, sim, command="logoff", concurrency=WINDOW, threads=128, time="virtual")
    if result["hosts_succeeded"] != hosts or result["sessions_logged_off"] != 2 * hosts:
        raise child.Failed(f"not everybody is logged off: {result}")
    return [Row(work, "time", [result["wall_us"] / 1e6], digits=1, unit="s",
                beside=f"a run of {result['run_ms'] / 3.6e6:.1f} hours; {result['wall_us'] / hosts:.0f} us and "
                       f"{result['peak_rss_kib'] * 1024 / hosts:.0f} bytes a host, "
                       f"peak RSS {result['peak_rss_kib'] / 1024:,.0f} MiB")]


def works(place, sizes):
    """{letter: function that gives rows}"""
    return {
        "S": lambda: [row for hosts in sizes.shard_hosts for row in sharded(place, hosts)],
        "V": lambda: virtual(place, sizes),
        "A": lambda: one_call(place, sizes),
        "B": lambda: pipeline(place, sizes),
        "D": lambda: [row for hosts in sizes.broken_hosts for row in broken(place, sizes, hosts)],
        "E": lambda: scale(place, sizes),
        "J": lambda: journal(place, sizes),
    }
