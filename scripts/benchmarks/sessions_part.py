"""Ten thousand warm sessions in one daemon: what they cost while nothing happens, and whether they slow each other."""
import json
import os
import time

from ground import say
from measure import Run, cpu_of, memory_of, table, threads_of

IDLE = 15
SAMPLE = 200


def run(ground, wanted):
    count = wanted.session_nodes
    fleet = ground.home("warm")
    fleet.run("lab", "up", "--nodes", str(count))
    lab_pid = int(json.loads(fleet.run("lab", "status", "-o", "json"))["pid"])
    names = [node["name"] for node in json.loads(fleet.run("list", "-o", "json"))]
    try:
        # The interval is long, so that the sessions are those of the commands and no probe runs beside them.
        with fleet.daemon("86400s") as daemon:
            measure(ground, fleet, names, daemon, lab_pid)
    finally:
        fleet.run("lab", "down", codes=(0, 1, 3))


def measure(ground, fleet, names, daemon, lab_pid):
    began = memory_of(daemon.pid)
    open_sessions(ground, fleet, names[:SAMPLE])
    few, few_count = warm(ground, fleet, names, daemon), sessions_of(daemon.pid)
    begin, cpu = time.monotonic(), cpu_of(daemon.pid)
    for at in range(SAMPLE, len(names), 500):
        open_sessions(ground, fleet, names[at:at + 500])
        if time.monotonic() - begin > 150 or ground.is_late(40):
            break
    spent, cost = time.monotonic() - begin, cpu_of(daemon.pid) - cpu
    many = sessions_of(daemon.pid)
    say(f"{many} sessions open after {spent:.0f} s")
    idle_cpu, at = cpu_of(daemon.pid), time.monotonic()
    time.sleep(IDLE)
    idle = (cpu_of(daemon.pid) - idle_cpu) / (time.monotonic() - at) * 100
    memory, threads = memory_of(daemon.pid), threads_of(daemon.pid)
    slow = warm(ground, fleet, names, daemon)
    print(f"## {many} warm sessions in one daemon, to lab nodes of one process\n")
    table(["figure", "value", "target"], [
        ["log-ins a second, daemon's CPU each, node side on the same cores",
         f"{(many - few_count) / spent:.0f}, {cost * 1000 / max(1, many - few_count):.2f} ms", "–"],
        ["daemon's memory with all sessions", f"{memory:.0f} MiB", "1,024 MiB for 10,000"],
        ["of it for each session", f"{(memory - began) * 1024 / max(1, many):.0f} KiB", "100 KiB"],
        ["daemon's threads", threads, "300"],
        ["daemon's CPU while idle, of one core", f"{idle:.1f} %", "–"],
        [f"daemon's CPU for a warm `true`, {few_count} sessions open", f"{few:.2f} ms", "–"],
        [f"daemon's CPU for a warm `true`, {many} sessions open", f"{slow:.2f} ms", "the same"],
        ["lab's memory, per session", f"{memory_of(lab_pid):.0f} MiB, {memory_of(lab_pid) * 1024 / max(1, many):.0f} KiB", "–"],
        ["load", f"{os.getloadavg()[0]:.1f}", "–"],
    ])


def open_sessions(ground, fleet, names):
    # A first contact with a busy lab: what fails is asked for again.
    for _ in range(3):
        if Run(fleet.words("exec", ",".join(names), "--timeout", "60s", "--", "true"), ground.environment).code == 0:
            return


def warm(ground, fleet, names, daemon):
    """The daemon's CPU for each of the same few commands, in milliseconds: the least of three runs."""
    costs = []
    for _ in range(3):
        before = cpu_of(daemon.pid)
        Run(fleet.words("exec", ",".join(names[:SAMPLE]), "--", "true"), ground.environment)
        costs.append((cpu_of(daemon.pid) - before) * 1000 / SAMPLE)
    return min(costs)


def sessions_of(pid):
    """TCP connections that the process holds open."""
    held = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            held.add(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            pass
    with open("/proc/net/tcp", encoding="utf-8") as file:
        rows = [line.split() for line in file][1:]
    return sum(1 for row in rows if row[3] == "01" and f"socket:[{row[9]}]" in held)
