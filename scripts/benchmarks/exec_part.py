"""The race: one command on many nodes behind one real OpenSSH server, cold and warm."""
import contextlib
import json
import os
import signal
import time

from ground import ROOT, fail, read, say
from measure import Run, cpu_of, median, memory_of, table
from peers import Peers

DRIVERS = os.path.join(ROOT, "scripts/benchmarks")


def run(ground, wanted):
    nodes = wanted.nodes
    server = ground.sshd()
    fleet = ground.home("race")
    server.authorize([fleet.keys["operate"]])
    names = [f"n-[001-{nodes:03d}]"]
    fleet.import_nodes([(f"n-{at + 1:03d}", host, server.user, server.port) for at, host in enumerate(server.addresses(nodes))])
    # The first contact pins the host keys; the race is about what comes after.
    fleet.run("exec", names[0], "-o", "json", "--", "true")
    peers = Peers(ground, server, nodes)
    cold(ground, wanted, fleet, names[0], peers)
    if not ground.is_late(60):
        warm(ground, wanted, fleet, names[0], peers)


def check(name, result, output, nodes):
    """A run that lost nodes is no run."""
    answers = read(output).count("load average")
    if answers < nodes:
        say(f"{name}: {answers} of {nodes} nodes answered (exit {result.code}): {read(output)[-300:]}")
    return answers


def cold(ground, wanted, fleet, selector, peers):
    contenders = {"flotilla": fleet.words("exec", selector, "-o", "json", "--", "uptime"), **peers.cold()}
    chosen = [name for name in wanted.only.split(",") if name]
    runs = {}
    # The sessions of the first contact end a moment after it, and are not of the race.
    time.sleep(1)
    for round_number in range(wanted.rounds):
        for name, words in contenders.items():
            if chosen and not any(name.startswith(word) for word in chosen):
                continue
            if ground.is_late(90) or (round_number > 0 and name in Peers.slow):
                continue
            output = ground.path("out")
            before = peers.server.cpu()
            result = Run(words, peers.environment(name), output)
            # Sessions end a moment after their client.
            time.sleep(0.5)
            result.server = peers.server.cpu() - before
            result.answers = check(name, result, output, wanted.nodes)
            runs.setdefault(name, []).append(result)
            say(f"cold {name}: {wanted.nodes / result.seconds:.1f} nodes/s, {result.cpu / wanted.nodes * 1000:.2f} ms, server {result.server / wanted.nodes * 1000:.1f} ms, load {result.load:.1f}")
    report(f"Cold exec: `uptime` on {wanted.nodes} nodes, no connection open before", runs, wanted.nodes)


def report(title, runs, nodes):
    speed = {name: nodes / median([run.seconds for run in group]) for name, group in runs.items()}
    cost = {name: median([run.cpu for run in group]) / nodes * 1000 for name, group in runs.items()}
    whole = {name for name, group in runs.items() if all(run.answers >= nodes for run in group)}
    peers = [name for name in whole if not name.startswith("flotilla")]
    fastest = max((speed[name] for name in peers), default=None)
    leanest = min((cost[name] for name in peers), default=None)
    print(f"## {title}\n")
    rows = []
    for name in sorted(runs, key=lambda name: -speed[name]):
        group = runs[name]
        servers = [run.server for run in group if run.server is not None]
        rows.append([
            name if name in whole else name + " (lost nodes)", f"{speed[name]:.1f}",
            f"{speed[name] / fastest:.2f}" if fastest else "–", f"{cost[name]:.2f} ms",
            f"{cost[name] / leanest:.2f}" if leanest else "–",
            f"{median(servers) / nodes * 1000:.1f} ms" if servers else "–", f"{max(run.peak_mib for run in group):.0f} MiB",
            len(group), f"{median([run.load for run in group]):.1f}",
        ])
    table(["client", "nodes/s", "to the fastest peer", "client CPU per node", "to the leanest peer", "server CPU per node", "peak memory", "runs", "load"], rows)
    print("Peak memory is that of the largest process; ansible, clush and pssh have one for each node at work besides.\n")


class WarmRun:
    def __init__(self, seconds, cpu, peak, answers, load):
        self.seconds, self.cpu, self.peak_mib, self.answers, self.load = seconds, cpu, peak, answers, load
        self.server = None


def warm(ground, wanted, fleet, selector, peers):
    runs = {}
    chosen = [name for name in wanted.only.split(",") if name]
    takes_part = lambda name: not chosen or any(name.startswith(word) for word in chosen)  # noqa: E731
    with contextlib.ExitStack() as stack:
        # An hour's interval: the daemon's own polls shall not disturb the race.
        daemon = stack.enter_context(fleet.daemon("3600s"))
        libraries = {name: stack.enter_context(driver(ground, peers, name)) for name in ("parallel-ssh-library", "asyncssh") if takes_part(name)}
        fleet.run("exec", selector, "-o", "json", "--", "true")
        for _ in range(wanted.rounds + 2):
            if ground.is_late(30):
                break
            before = cpu_of(daemon.pid)
            output = ground.path("out")
            result = Run(fleet.words("exec", selector, "-o", "json", "--", "uptime"), ground.environment, output)
            time.sleep(0.05)
            result.cpu += cpu_of(daemon.pid) - before
            result.server = None
            result.peak_mib = memory_of(daemon.pid, "VmHWM") + result.peak_mib
            result.answers = check("flotilla warm", result, output, wanted.nodes)
            runs.setdefault("flotilla (daemon and command together)", []).append(result)
            say(f"warm flotilla: {wanted.nodes / result.seconds:.0f} nodes/s, {result.cpu / wanted.nodes * 1000:.2f} ms")
            for name, ask in libraries.items():
                answer = ask()
                runs.setdefault(name, []).append(answer)
                say(f"warm {name}: {wanted.nodes / answer.seconds:.0f} nodes/s, {answer.cpu / wanted.nodes * 1000:.2f} ms")
    if takes_part("pssh"):
        control_persist(ground, wanted, peers, runs)
    report(f"Warm exec: `uptime` on {wanted.nodes} nodes, connections open", runs, wanted.nodes)


@contextlib.contextmanager
def driver(ground, peers, name):
    """A library's session in a process of its own: one run for each line on its stdin."""
    import subprocess
    process = subprocess.Popen(
        peers.library(name, "--warm"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=peers.environment(name))

    def ask():
        load = os.getloadavg()[0]
        process.stdin.write("run\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            fail(f"{name} ended early")
        answer = json.loads(line)
        return WarmRun(answer["seconds"], answer["cpu"], answer["peak_mib"], answer["answers"], load)

    try:
        ask()
        yield ask
    finally:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        process.kill()
        process.wait()


def control_persist(ground, wanted, peers, runs):
    """pssh over OpenSSH's own kept connections; the masters' CPU counts as the client's."""
    words = peers.control_persist()
    masters = lambda: [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and is_master(ground, pid)]  # noqa: E731
    Run(words, ground.environment, ground.path("out"))
    for _ in range(wanted.rounds):
        before = sum(cpu_of(pid) for pid in masters())
        output = ground.path("out")
        result = Run(words, ground.environment, output)
        result.server = None
        result.cpu += sum(cpu_of(pid) for pid in masters()) - before
        result.answers = check("pssh ControlPersist", result, output, wanted.nodes)
        runs.setdefault("pssh -p 64, ControlPersist", []).append(result)
        say(f"warm pssh: {wanted.nodes / result.seconds:.0f} nodes/s, {result.cpu / wanted.nodes * 1000:.2f} ms")
    for pid in masters():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def is_master(ground, pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return ground.path("cm-").encode() in file.read() and os.stat(f"/proc/{pid}").st_uid == os.getuid()
    return False
