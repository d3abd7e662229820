"""Polling over channels that stay open: real OpenSSH, and the lab's pretend nodes by the thousand."""
import contextlib
import json
import os
import sqlite3
import time

from ground import say
from measure import Run, cpu_of, machine_cpu, median, memory_of, table, threads_of, written_by

WINDOW = 45


def collector(fleet):
    return json.loads(fleet.run("status", "-o", "json"))


def real(ground, wanted):
    count = wanted.poll_nodes
    server = ground.sshd()
    fleet = ground.home("polled")
    server.authorize([fleet.keys["operate"]])
    fleet.import_nodes([(f"p-{at:05d}", host, server.user, server.port) for at, host in enumerate(server.addresses(count))])
    with fleet.daemon("3600s") as daemon:
        began = time.monotonic()
        # A poll's deadline covers its log-in: a thousand log-ins at one server take more than one deadline.
        while collect(ground, fleet, count)["failed"] and time.monotonic() - began < 120:
            pass
        first = time.monotonic() - began
        say(f"first contact with {count} nodes: {first:.0f} s")
        rounds = [collect(ground, fleet, count, daemon) for _ in range(4)][1:]
        memory, threads = memory_of(daemon.pid), threads_of(daemon.pid)
    print(f"## Polling {count} nodes of a real OpenSSH server over channels that stay open\n")
    print(f"`flotilla collect` through the daemon, every node at once; {rounds[0]['samples']:.0f} samples a poll, stored on the disk.\n")
    table(["figure", "value"], [
        ["first contact (log-in, host key pinned, the probe started, first poll)", f"{first:.1f} s, {count / first:.0f} nodes/s"],
        ["polls/s, later rounds, node side on the same cores", f"{median([r['speed'] for r in rounds]):.0f} (best {max(r['speed'] for r in rounds):.0f})"],
        ["daemon's CPU per poll", f"{median([r['cpu'] for r in rounds]):.2f} ms"],
        ["command's CPU per poll (asks, prints JSON)", f"{median([r['client'] for r in rounds]):.2f} ms"],
        ["whole machine's CPU per poll, sshd and probes included", f"{median([r['machine'] for r in rounds]):.2f} ms"],
        ["daemon's memory, per node", f"{memory:.0f} MiB, {memory * 1024 / count:.0f} KiB"],
        ["daemon's threads", threads],
        ["polls that failed", sum(r["failed"] for r in rounds)],
        ["load", f"{os.getloadavg()[0]:.1f}"],
    ])


def collect(ground, fleet, count, daemon=None):
    output = ground.path("collected")
    before, machine = (cpu_of(daemon.pid) if daemon else 0), machine_cpu()
    run = Run(fleet.words("collect", "all", "-o", "json"), ground.environment, output)
    after = cpu_of(daemon.pid) if daemon else 0
    with open(output, "rb") as file:
        text = file.read()
    document = json.loads(text[text.index(b"{"):])
    if "error" in document:
        say(f"collect: {document['error']}")
        return {"failed": count, "speed": 0, "cpu": 0, "client": 0, "machine": 0, "samples": 0}
    nodes = document["nodes"].values()
    figures = {
        "speed": count / run.seconds, "cpu": (after - before) * 1000 / count, "client": run.cpu * 1000 / count,
        "machine": (machine_cpu() - machine) * 1000 / count, "failed": document["summary"]["failed"],
        "samples": median([node["samples"] for node in nodes]),
    }
    say(f"polls: {figures['speed']:.0f}/s, {figures['cpu']:.2f} ms daemon, {figures['machine']:.2f} ms machine, {figures['failed']} failed")
    if figures["failed"]:
        say("one of them: " + json.dumps(next(node["error"] for node in nodes if node["error"])))
    return figures


def lab(ground, wanted):
    count = wanted.lab_nodes
    fleet = ground.home("rehearsed")
    began = time.monotonic()
    fleet.run("lab", "up", "--nodes", str(count))
    up = time.monotonic() - began
    pid = json.loads(fleet.run("lab", "status", "-o", "json"))["pid"]
    say(f"{count} lab nodes up in {up:.0f} s")
    try:
        lab_rounds(ground, fleet, count, int(pid), up)
    finally:
        fleet.run("lab", "down", codes=(0, 1, 3))


def polls(fleet, since, until):
    """Polls stored in a span of time: answered ones, and those of nodes that gave no figures. The journal holds every poll of
    the last half hour; the first poll without figures is long as well, since it ends the node's series."""
    with contextlib.closing(sqlite3.connect(f"file:{fleet.home}/flotilla.sqlite-samples.db?mode=ro", uri=True)) as database:
        span = (int(since * 1000), int(until * 1000))
        low = "(moment & ((1 << 42) - 1)) BETWEEN ? AND ?"
        whole = database.execute(f"SELECT count(*) FROM journal WHERE {low}", span).fetchone()[0]
        answered = database.execute(f"SELECT count(*) FROM journal WHERE {low} AND length(body) > 40", span).fetchone()[0]
    return answered, whole - answered


def lab_rounds(ground, fleet, count, lab_pid, up):
    with fleet.daemon("15s") as daemon:
        began, ready = time.monotonic(), None
        while ready is None and time.monotonic() - began < 150 and not ground.is_late(WINDOW):
            time.sleep(5)
            status = collector(fleet)
            say(f"{status['nodes']['up']} of {count} nodes up, {status['collector']}")
            if status["nodes"]["up"] >= count:
                ready = time.monotonic() - began
        time.sleep(16)
        before, cpu, lab_cpu, at = collector(fleet)["collector"], cpu_of(daemon.pid), cpu_of(lab_pid), time.monotonic()
        written, whole, since = written_by(daemon.pid), machine_cpu(), time.time()
        time.sleep(WINDOW)
        done, failed = polls(fleet, since, time.time())
        status = collector(fleet)
        after, spent = status["collector"], time.monotonic() - at
        due = count * spent / 15
        missed = after["overruns"] - before["overruns"]
        written, whole = written_by(daemon.pid) - written, machine_cpu() - whole
        rows = [
            ["lab up, nodes registered", f"{up:.1f} s"],
            ["all nodes up after the daemon's start", f"{ready:.0f} s" if ready else f"not in time: {status['nodes']['up']} up"],
            ["polls due in the window, answered, failed, overruns", f"{due:.0f}, {done}, {failed}, {missed}"],
            ["polls answered a second", f"{done / spent:.0f}"],
            ["`last_cycle_ms`", after["last_cycle_ms"]],
            ["nodes up at the end", status["nodes"]["up"]],
            ["daemon's CPU, of one core", f"{(cpu_of(daemon.pid) - cpu) / spent * 100:.0f} %"],
            ["daemon's CPU per poll", f"{(cpu_of(daemon.pid) - cpu) * 1000 / max(1, done):.2f} ms"],
            ["whole machine's CPU per poll, whoever else works on it included", f"{whole * 1000 / max(1, done):.2f} ms"],
            ["daemon's writes to the disk, per poll and a day", f"{written / max(1, done) / 1024:.1f} KiB, "
             f"{written / spent * 86400 / 2**30:.1f} GiB"],
            ["lab's CPU, of one core, without its shells", f"{(cpu_of(lab_pid) - lab_cpu) / spent * 100:.0f} %"],
            ["daemon's memory, per node", f"{memory_of(daemon.pid):.0f} MiB, {memory_of(daemon.pid) * 1024 / count:.0f} KiB"],
            ["daemon's threads", threads_of(daemon.pid)],
            ["lab's memory, per node", f"{memory_of(lab_pid):.0f} MiB, {memory_of(lab_pid) * 1024 / count:.0f} KiB"],
            ["load", f"{os.getloadavg()[0]:.1f}"],
        ]
    print(f"## {count} lab nodes in one process, polled every 15 s by one daemon, over {WINDOW} s\n")
    table(["figure", "value"], rows)
