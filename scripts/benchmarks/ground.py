"""What every measurement stands on: scratch folder, the binary, a real sshd, a throw-away account, the fleet's homes."""
import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from measure import cpu_of_children

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def say(*words):
    print("bench:", *words, file=sys.stderr, flush=True)


def fail(text):
    say(text)
    sys.exit(3)


class Ground:
    def __init__(self, deadline):
        self.deadline = deadline
        self.scratch = tempfile.mkdtemp(prefix="flotilla-bench-", dir="/tmp")
        self.ends = contextlib.ExitStack()
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": self.scratch, "LC_ALL": "C.UTF-8", "USER": "bench",
        }
        self.flotilla = os.environ.get("FLOTILLA") or os.path.join(ROOT, ".build/release/flotilla")
        self.oracles = os.environ.get("FLOTILLA_ORACLES") or os.path.join(ROOT, ".oracles")
        self.server = None

    def __enter__(self):
        if not os.access(self.flotilla, os.X_OK):
            fail("no release build: run: swift build -c release --static-swift-stdlib --product flotilla")
        self.ends.callback(shutil.rmtree, self.scratch, ignore_errors=True)
        os.chmod(self.scratch, 0o755)
        return self

    def __exit__(self, *_):
        self.ends.close()

    def is_late(self, seconds=0):
        return time.monotonic() + seconds > self.deadline

    def path(self, name):
        return os.path.join(self.scratch, name)

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def peer(self, name):
        """A program of the oracles' folder."""
        found = os.path.join(self.oracles, "bin", name)
        if not os.access(found, os.X_OK):
            fail(f"{name} is missing: run scripts/setup bench")
        return found

    def versions(self):
        def first(*words):
            done = subprocess.run(words, capture_output=True, text=True, env=self.environment, check=False)
            return re.sub(r",.*", "", (done.stdout + done.stderr).strip().splitlines()[0])
        return f"{first(self.flotilla, 'version')}; {first('ssh', '-V')}"

    def home(self, name):
        """A fleet's home, made by `init`; returns the Fleet."""
        return Fleet(self, self.path(name))

    def sshd(self):
        """The one real OpenSSH server, started at the first call."""
        if not self.server:
            self.server = Server(self)
            self.ends.callback(self.server.stop)
        return self.server


class Server:
    """One sshd on every loopback address: each address is a node."""

    def __init__(self, ground):
        self.ground = ground
        self.port = free_port()
        self.user = account(ground)
        self.key = ground.path("peer_key")
        for path in (self.key, ground.path("host_key")):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
        self.authorized = ground.write("authorized_keys", read(self.key + ".pub"), 0o644)
        os.makedirs("/run/sshd", exist_ok=True) if os.getuid() == 0 else None
        config = ground.write("sshd_config", self.configuration())
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(ROOT, "scripts/benchmarks/orphans.py"), "/usr/sbin/sshd", "-D", "-q", "-f", config],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.listener = int(self.process.stdout.readline() or fail("sshd could not be started"))
        wait_for_port(self.port, self.process)
        self.key_line = " ".join(read(ground.path("host_key.pub")).split()[:2])

    def configuration(self):
        lines = [
            f"Port {self.port}", "ListenAddress 0.0.0.0", f"HostKey {self.ground.path('host_key')}", "PidFile none",
            "StrictModes no", "UsePAM no", f"AuthorizedKeysFile {self.authorized}", "PasswordAuthentication no",
            "MaxStartups 4096:30:8192", "MaxSessions 10", "UseDNS no", "PrintMotd no", "PrintLastLog no",
        ]
        # Known since OpenSSH 9.8, refused before: two thousand log-ins in a second are what we are here for.
        test = self.ground.write("probe_config", "\n".join(lines + ["PerSourcePenalties no", ""]))
        known = subprocess.run(["/usr/sbin/sshd", "-t", "-f", test], capture_output=True, check=False).returncode == 0
        return "\n".join(lines + (["PerSourcePenalties no"] if known else []) + [""])

    def cpu(self):
        """CPU seconds of the sessions that have ended, with the commands in them."""
        return cpu_of_children(self.listener) + cpu_of_children(self.process.pid)

    def authorize(self, lines):
        with open(self.authorized, "a", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))

    def addresses(self, count):
        return [f"127.1.{index // 200}.{index % 200 + 1}" for index in range(count)]

    def known_hosts(self, count):
        lines = (f"[{address}]:{self.port} {self.key_line}\n" for address in self.addresses(count))
        return self.ground.write("known_hosts", "".join(lines), 0o644)

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=10)


class Fleet:
    """A home of Flotilla and its commands."""

    def __init__(self, ground, home):
        self.ground, self.home = ground, home
        self.keys = {key["name"]: key["authorized_keys_line"] for key in json.loads(self.run("init", "-o", "json"))["keys"]}

    def words(self, *words):
        at = words.index("--") if "--" in words else len(words)
        return [self.ground.flotilla, *words[:at], "--home", self.home, *words[at:]]

    def run(self, *words, codes=(0,)):
        done = subprocess.run(
            self.words(*words), capture_output=True, text=True, env=self.ground.environment, stdin=subprocess.DEVNULL, check=False)
        if done.returncode not in codes:
            fail(f"flotilla {' '.join(words)} ended with {done.returncode}: {(done.stderr or done.stdout)[-600:]}")
        return done.stdout

    def import_nodes(self, rows):
        """Rows of name, host, user, port."""
        text = "name,host,user,port\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
        self.run("inventory", "import", self.ground.write("nodes.csv", text), "--yes")

    @contextlib.contextmanager
    def daemon(self, interval):
        log = open(os.path.join(self.ground.scratch, "daemon.log"), "ab")
        process = subprocess.Popen(
            self.words("serve", "--interval", interval), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.ground.environment)
        try:
            for _ in range(400):
                probe = subprocess.run(
                    self.words("collector", "status", "-o", "json"), capture_output=True, env=self.ground.environment, check=False)
                if b'"running": true' in probe.stdout or b'"running":true' in probe.stdout:
                    break
                if process.poll() is not None:
                    fail("the daemon did not start: " + read(log.name)[-600:])
                time.sleep(0.05)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()


def account(ground):
    """A throw-away account with shell /bin/sh when we are root, else our own."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid()).pw_name
    name = f"fltbench{os.getpid()}"
    subprocess.run(["useradd", "-m", "-k", "/dev/null", "-s", "/bin/sh", "-p", "*", name], check=True)
    ground.ends.callback(remove_account, name)
    return name


def remove_account(name):
    uid = pwd.getpwnam(name).pw_uid
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            if os.stat(f"/proc/{int(entry)}").st_uid == uid:
                os.kill(int(entry), signal.SIGKILL)
    subprocess.run(["userdel", "-r", "-f", name], capture_output=True, check=False)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as probe:
            if probe.recv(4):
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    fail("sshd did not start")
