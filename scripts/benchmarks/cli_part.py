"""How long a person or a script waits for a command that asks no node."""
import os
import time

from measure import Run, median, table

RUNS = 20


def timed(ground, words, runs=RUNS):
    """Medians over runs: milliseconds, CPU milliseconds, peak MiB."""
    done = [Run(words, ground.environment) for _ in range(runs + 1)][1:]
    if any(run.code != 0 for run in done):
        raise SystemExit(f"bench: {' '.join(words)} ended with {max(run.code for run in done)}")
    return median([run.seconds for run in done]) * 1000, median([run.cpu for run in done]) * 1000, max(run.peak_mib for run in done)


def row(ground, title, target, words, runs=RUNS):
    wall, cpu, peak = timed(ground, words, runs)
    return [f"`{title}`", f"{wall:.1f} ms", f"{target} ms", "yes" if wall < target else "**no**", f"{cpu:.1f} ms", f"{peak:.0f} MiB"]


def fleet_of(ground, name, count):
    fleet = ground.home(name)
    fleet.import_nodes([(f"n-{at:05d}", f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}", "pi", 22) for at in range(count)])
    return fleet


def commands(ground, _):
    small, large = fleet_of(ground, "small", 1000), fleet_of(ground, "large", 10_000)
    print(f"## Commands that ask no node: medians of {RUNS} runs, process start included (load {os.getloadavg()[0]:.1f})\n")
    rows = [
        row(ground, "flotilla version", 20, small.words("version")),
        row(ground, "flotilla list, 1,000 nodes", 40, small.words("list")),
        row(ground, "flotilla list -o json, 1,000 nodes", 40, small.words("list", "-o", "json")),
        row(ground, "flotilla list, 10,000 nodes", 100, large.words("list")),
        row(ground, "flotilla list -o json, 10,000 nodes", 100, large.words("list", "-o", "json")),
        row(ground, "flotilla list 'n-00[100-199],!n-0015*', 10,000 nodes", 100, large.words("list", "n-00[100-199],!n-0015*")),
        row(ground, "flotilla list ':unknown&n-09*', 10,000 nodes", 100, large.words("list", ":unknown&n-09*")),
    ]
    table(["command", "median", "target", "met", "CPU", "peak memory"], rows)


def store(ground, _):
    print(f"## The registry's files (load {os.getloadavg()[0]:.1f})\n")
    lines = "name,host,user,port,groups,label\n" + "".join(
        f"s-{at:05d},10.9.{at >> 8 & 255}.{at & 255},pi,22,site{at % 20},v{at % 7}\n" for at in range(10_000))
    path = ground.write("many.csv", lines)
    walls = []
    for at in range(3):
        fleet = ground.home(f"store{at}")
        begin = time.monotonic()
        fleet.run("inventory", "import", path, "--yes")
        walls.append(time.monotonic() - begin)
    again = timed(ground, fleet.words("inventory", "import", path, "--yes"), 5)
    export = timed(ground, fleet.words("inventory", "export", "--format", "ansible-json"), 5)
    verdict = lambda value, target: "yes" if value < target else "**no**"  # noqa: E731
    table(["operation", "median", "target", "met"], [
        ["import of 10,000 nodes (CSV, 20 groups)", f"{median(walls):.2f} s", "3 s", verdict(median(walls), 3)],
        ["the same import again, nothing new", f"{again[0] / 1000:.2f} s", "3 s", verdict(again[0], 3000)],
        ["export of 10,000 nodes, ansible-json", f"{export[0]:.0f} ms", "–", "–"],
    ])
