package import FleetModel
import Glibc

/// A key pair made by `ssh-keygen`.
package struct TestKey: Sendable {
    package let path: String
    /// The line of `PATH.pub`.
    package let publicLine: String
    package let hostKey: HostKey

    package static func generate(at path: String, type: String = "ed25519", passphrase: String = "") throws -> TestKey {
        // Few rounds: the tests are not about the cost of guessing a passphrase.
        try LocalCommand.output([
            "ssh-keygen", "-q", "-t", type, "-a", "4", "-N", passphrase, "-C", "test", "-f", path,
        ])
        let line = try Scratch.text(path + ".pub").trimmingNewline
        return try TestKey(path: path, publicLine: line, hostKey: .parsed(line))
    }

    /// Signs a user key: `PATH-cert.pub` appears beside it.
    package func sign(_ key: TestKey, principals: [String], validity: String = "-1h:+1h") throws {
        try LocalCommand.output([
            "ssh-keygen", "-q", "-s", path, "-I", "test", "-n", principals.joined(separator: ","), "-V", validity,
            key.path + ".pub",
        ])
    }

    /// An agent that holds this key. - Returns: the path of its socket; the bed ends the agent.
    package func agent(in bed: TestBed, name: String = "agent") throws -> String {
        let socket = bed.path(name + ".sock")
        let process = try ServerProcess(["/usr/bin/ssh-agent", "-D", "-a", socket], log: bed.path(name + ".log"))
        bed.atEnd { process.end() }
        for _ in 0..<6000 where !Scratch.exists(socket) { usleep(10_000) }
        try LocalCommand.output(["ssh-add", "-q", path], environment: ["SSH_AUTH_SOCK=\(socket)"])
        return socket
    }
}

extension HostKey {
    /// From a line `algorithm base64 …`; the fingerprint is the one that `ssh-keygen -l` prints.
    package static func parsed(_ line: String) throws -> HostKey {
        let words = line.split(separator: " ")
        guard words.count >= 2 else { throw FixtureError("no public key: \(line)") }
        let shown = try LocalCommand.output(["ssh-keygen", "-l", "-f", "/dev/stdin"], input: Array((line + "\n").utf8))
        let fingerprint = shown.split(separator: " ").dropFirst().first ?? ""
        return HostKey(algorithm: String(words[0]), base64: String(words[1]), fingerprint: String(fingerprint))
    }
}

extension String {
    package var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
