"""CPU, memory and time of programs, and tables."""
import os
import statistics
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class Run:
    """One run of a program with all the processes that it waited for."""

    def __init__(self, words, environment, output="/dev/null", limit=180):
        self.load = os.getloadavg()[0]
        begin = time.monotonic()
        with open(output, "wb") as out:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment, start_new_session=True)
            killer = limit_of(process.pid, limit)
            _, status, usage = os.wait4(process.pid, 0)
            killer.cancel()
        process.returncode = self.code = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - begin
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024


def limit_of(pid, seconds):
    import signal
    import threading
    timer = threading.Timer(seconds, lambda: os.killpg(pid, signal.SIGKILL))
    timer.daemon = True
    timer.start()
    return timer


def cpu_of(pid):
    """CPU seconds of a running process with all its threads."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def cpu_of_children(pid):
    """CPU seconds of the children that a process has waited for: of a server, what its sessions cost."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / TICK


def memory_of(pid, field="VmRSS"):
    """MiB; VmHWM is the peak."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(field + ":"))


def threads_of(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def written_by(pid):
    """Bytes that a process has given to the disk."""
    with open(f"/proc/{pid}/io", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("write_bytes:"))


def machine_cpu():
    """CPU seconds that the whole machine has worked."""
    with open("/proc/stat", encoding="utf-8") as file:
        user, nice, system, _, _, irq, soft = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + soft) / TICK


def median(values):
    return statistics.median(values)


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()
