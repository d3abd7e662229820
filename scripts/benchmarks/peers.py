"""How each peer is called: the same key, the same pinned host keys, 64 nodes at once."""
import os

from ground import ROOT


class Peers:
    slow = ("clush (default key exchange)", "ansible (raw)", "ansible (shell, pipelining)")

    def __init__(self, ground, server, nodes):
        self.ground, self.server = ground, server
        self.hosts = server.addresses(nodes)
        self.known_hosts = server.known_hosts(nodes)
        self.default = self.configuration("ssh_default", "")
        self.curve = self.configuration("ssh_curve", "    KexAlgorithms curve25519-sha256\n")
        self.kept = self.configuration(
            "ssh_kept", "    KexAlgorithms curve25519-sha256\n    ControlMaster auto\n    ControlPersist 120\n"
            f"    ControlPath {ground.path('cm-%h')}\n")
        self.list = ground.write("hosts", "".join(host + "\n" for host in self.hosts))
        rows = "".join(f"{host} ansible_user={server.user} ansible_port={server.port}\n" for host in self.hosts)
        self.inventory = ground.write("hosts.ini", rows)
        self.pyinfra = ground.write("pyinfra_hosts.py", f"""fleet = ({self.hosts!r}, {{
            "ssh_user": {server.user!r}, "ssh_port": {server.port}, "ssh_key": {server.key!r}, "ssh_allow_agent": False,
            "ssh_look_for_keys": False, "ssh_known_hosts_file": {self.known_hosts!r}, "ssh_strict_host_key_checking": "yes"}})
""")

    def configuration(self, name, more):
        return self.ground.write(name, f"""Host *
    User {self.server.user}
    Port {self.server.port}
    IdentityFile {self.server.key}
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile {self.known_hosts}
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    BatchMode yes
{more}""")

    def cold(self):
        clush = ["clush", "-f", "64", "-w", ",".join(self.hosts), "-o"]
        ansible = [self.ground.peer("ansible"), "all", "-i", self.inventory, "-f", "64"]
        return {
            "clush -f 64": [*clush, "-F " + self.curve, "uptime"],
            "pssh -p 64": self.pssh(self.curve),
            "pyinfra --parallel 64": [
                self.ground.peer("pyinfra"), "--parallel", "64", "-v", "-y", self.pyinfra, "exec", "--", "uptime"],
            "parallel-ssh-library": self.library("parallel-ssh-library"),
            "asyncssh": self.library("asyncssh"),
            "clush (default key exchange)": [*clush, "-F " + self.default, "uptime"],
            "ansible (raw)": [*ansible, "-m", "raw", "-a", "uptime"],
        }

    def pssh(self, configuration):
        return ["parallel-ssh", "-p", "64", "-i", "-t", "120", "-h", self.list, "-x", "-F " + configuration, "uptime"]

    def control_persist(self):
        return self.pssh(self.kept)

    def library(self, name, *more):
        driver = os.path.join(ROOT, "scripts/benchmarks", "peer_" + name.replace("-", "_") + ".py")
        return [
            self.ground.peer("python3"), driver, self.list, str(self.server.port), self.server.user, self.server.key,
            self.known_hosts, *more]

    def environment(self, name):
        if not name.startswith("ansible"):
            return self.ground.environment
        return {
            **self.ground.environment, "ANSIBLE_SSH_ARGS": "-F " + self.curve, "ANSIBLE_HOST_KEY_CHECKING": "True",
            "ANSIBLE_HOME": self.ground.path("ansible"), "ANSIBLE_PRIVATE_KEY_FILE": self.server.key,
        }
