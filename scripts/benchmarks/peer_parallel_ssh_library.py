"""The parallel-ssh library, 64 greenlets. With --warm: one run for each line on stdin, connections kept."""
import json
import resource
import sys
import time

from pssh.clients import ParallelSSHClient

hosts, port, user, key = sys.argv[1:5]
client = ParallelSSHClient(open(hosts).read().split(), user=user, port=int(port), pkey=key, pool_size=64, allow_agent=False)


def run():
    answers = []
    for output in client.run_command("uptime", stop_on_errors=False):
        if output.exception is None:
            answers.append("\n".join(output.stdout))
    return answers


if "--warm" not in sys.argv:
    print("\n".join(run()))
else:
    for _ in sys.stdin:
        begin, cpu = time.monotonic(), time.process_time()
        count = sum("load average" in answer for answer in run())
        print(json.dumps({
            "seconds": time.monotonic() - begin, "cpu": time.process_time() - cpu, "answers": count,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
