import FleetModel
import Operations

/// One attempt to log in: which credentials are offered together, and how `ssh` is told.
///
/// Each attempt has credentials of one kind, so that the order of the destination is kept and a prompt has one answer.
struct SSHAttempt: Equatable {
    enum Kind: Equatable {
        case none
        case keys
        case agent(socket: String?)
        case password(Secret)
        case keyboardInteractive(Secret)
    }

    var kind: Kind
    /// Key files, in the order to offer, with their passphrases.
    var files: [(path: String, passphrase: Secret?)] = []

    static func == (left: SSHAttempt, right: SSHAttempt) -> Bool {
        left.kind == right.kind && left.files.elementsEqual(right.files, by: ==)
    }

    static func attempts(for credentials: [Credential]) -> [SSHAttempt] {
        var attempts: [SSHAttempt] = []
        for credential in credentials {
            switch credential {
            case .keyFile(let path, let passphrase):
                if attempts.last?.kind != .keys { attempts.append(SSHAttempt(kind: .keys)) }
                attempts[attempts.count - 1].files.append((path, passphrase))
            case .agent(let socket): attempts.append(SSHAttempt(kind: .agent(socket: socket)))
            case .password(let secret): attempts.append(SSHAttempt(kind: .password(secret)))
            case .keyboardInteractive(let secret): attempts.append(SSHAttempt(kind: .keyboardInteractive(secret)))
            }
        }
        return attempts.isEmpty ? [SSHAttempt(kind: .none)] : attempts
    }

    /// For messages: what was offered, never a secret.
    var offered: String {
        switch kind {
        case .none: "nothing"
        case .keys: files.map { "key \($0.path)" }.joined(separator: ", ")
        case .agent(let socket): socket.map { "the agent at \($0)" } ?? "the agent"
        case .password: "a password"
        case .keyboardInteractive: "keyboard-interactive"
        }
    }

    var asks: Bool {
        switch kind {
        case .none, .agent: false
        case .keys: files.contains { $0.passphrase != nil }
        case .password, .keyboardInteractive: true
        }
    }
}

/// The words and the environment with which `ssh` is started as the master of one connection.
struct SSHInvocation {
    let destination: Destination
    let attempt: SSHAttempt
    let control: String
    let questions: String
    /// The control socket of the jump host, where there is one.
    let jumpControl: String?
    let program: String

    /// Plain host keys only: a host certificate would be shown to `HostKeyTrust` as a key that it cannot pin.
    private static let hostKeyAlgorithms = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
        "rsa-sha2-256", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ]

    var arguments: [String] {
        let options = fixedOptions + hostKeyOptions + credentialOptions + jumpOptions
        // `--` cannot be used: the host is checked not to begin with a hyphen, and so is the user.
        return [
            "-F", "none", "-M", "-N", "-T", "-v", "-S", control, "-p", "\(destination.port)", "-l",
            destination.user.text,
        ]
            + options.flatMap { ["-o", $0] } + [destination.host.text]
    }

    private var fixedOptions: [String] {
        [
            "ControlPersist=no", "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no", "ClearAllForwardings=yes",
            "ServerAliveInterval=15", "ServerAliveCountMax=3", "TCPKeepAlive=yes", "EscapeChar=none",
            "ConnectionAttempts=1", "CanonicalizeHostname=no", "AddKeysToAgent=no", "GSSAPIAuthentication=no",
            // The default key exchange of newer clients costs the controller 70 ms of CPU for each node.
            "KexAlgorithms=^curve25519-sha256",
        ]
    }

    private var hostKeyOptions: [String] {
        [
            "StrictHostKeyChecking=yes", "UserKnownHostsFile=none", "GlobalKnownHostsFile=none", "CheckHostIP=no",
            "UpdateHostKeys=no", "VerifyHostKeyDNS=no", "HashKnownHosts=no",
            "KnownHostsCommand=/bin/sh \(questions)/trust \(questions) %I %t %K %H",
            "HostKeyAlgorithms=" + orderedHostKeyAlgorithms.joined(separator: ","),
        ]
    }

    private var orderedHostKeyAlgorithms: [String] {
        let all = Self.hostKeyAlgorithms
        guard let pinned = destination.hostKey?.algorithm else { return all }
        let first = pinned == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : all.filter { $0 == pinned }
        return first + all.filter { !first.contains($0) }
    }

    private var credentialOptions: [String] {
        let asking = attempt.asks ? "BatchMode=no" : "BatchMode=yes"
        switch attempt.kind {
        case .none:
            return [
                asking, "PreferredAuthentications=publickey", "PubkeyAuthentication=yes", "IdentitiesOnly=yes",
                "IdentityFile=none", "IdentityAgent=none",
            ]
        case .keys:
            return [asking, "PreferredAuthentications=publickey", "IdentitiesOnly=yes", "IdentityAgent=none"]
                + attempt.files.map { "IdentityFile=" + Self.optionValue($0.path) }
        case .agent(let socket):
            let agent = socket.map(Self.optionValue) ?? "SSH_AUTH_SOCK"
            return [asking, "PreferredAuthentications=publickey", "IdentityFile=none", "IdentityAgent=\(agent)"]
        case .password:
            return [
                asking, "PreferredAuthentications=password", "PubkeyAuthentication=no", "NumberOfPasswordPrompts=1",
                "IdentityAgent=none",
            ]
        case .keyboardInteractive:
            return [
                asking, "PreferredAuthentications=keyboard-interactive", "PubkeyAuthentication=no",
                "NumberOfPasswordPrompts=1", "IdentityAgent=none",
            ]
        }
    }

    private var jumpOptions: [String] {
        guard let jumpControl else { return ["ProxyCommand=none"] }
        // The host of the inner command is never dialled: where the master is gone, this cannot resolve.
        let words = [
            program, "-F", "none", "-o", "ControlMaster=no", "-S", jumpControl, "-W",
            destination.host.joined(to: destination.port), "gone.invalid",
        ]
        return [
            "ProxyCommand="
                + ShellQuoting.line(words).split(separator: "%", omittingEmptySubsequences: false)
                .joined(separator: "%%")
        ]
    }

    /// A path as an option's value: quotes against spaces, doubled signs against ssh's own tokens and variables.
    private static func optionValue(_ path: String) -> String {
        var value = "\""
        for character in path {
            switch character {
            case "%": value += "%%"
            case "\"", "\\": value += "\\" + String(character)
            default: value.append(character)
            }
        }
        return value + "\""
    }

    /// Only what ssh needs: nothing of ours reaches the helper programs by accident.
    func environment(from own: [String: String]) -> [String] {
        let kept = ["PATH", "HOME", "SSH_AUTH_SOCK", "SSH_SK_PROVIDER", "XDG_RUNTIME_DIR"]
            .compactMap { name in own[name].map { "\(name)=\($0)" } }
        return kept + [
            "LC_ALL=C", "SSH_ASKPASS=\(questions)/askpass", "SSH_ASKPASS_REQUIRE=\(attempt.asks ? "force" : "never")",
            "DISPLAY=none",
        ]
    }
}
