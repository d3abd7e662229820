"""asyncssh, 64 at once. With --warm: one run for each line on stdin, connections kept."""
import asyncio
import json
import resource
import sys
import time

import asyncssh

path, port, user, key_path, known_path = sys.argv[1:6]
hosts = open(path).read().split()
key = asyncssh.read_private_key(key_path)
known_hosts = asyncssh.read_known_hosts(known_path)
connections = {}


async def one(host, turn, keeps):
    async with turn:
        connection = connections.get(host)
        if connection is None:
            connection = await asyncssh.connect(
                host, int(port), username=user, client_keys=[key], known_hosts=known_hosts, agent_path=None, config=None)
        result = await connection.run("uptime")
        if keeps:
            connections[host] = connection
        else:
            connection.close()
        return result.stdout


async def run(keeps):
    turn = asyncio.Semaphore(64)
    return await asyncio.gather(*(one(host, turn, keeps) for host in hosts))


async def warm():
    for _ in iter(sys.stdin.readline, ""):
        begin, cpu = time.monotonic(), time.process_time()
        count = sum("load average" in answer for answer in await run(True))
        print(json.dumps({
            "seconds": time.monotonic() - begin, "cpu": time.process_time() - cpu, "answers": count,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)


if "--warm" in sys.argv:
    asyncio.run(warm())
else:
    print("".join(asyncio.run(run(False))))
