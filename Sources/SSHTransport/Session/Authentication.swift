import CLibSSH
import FleetModel
import Glibc
import Operations

/// Logs in with exactly the given credentials, in their order.
@SSHLoop
struct Authentication {
    enum Outcome {
        case accepted
        /// What was offered, what could not be, and what the server would take.
        case denied(offered: [String], unusable: [String], allowed: [String])
        case broken
    }

    private enum Answer {
        case accepted
        case denied
        case broken
    }

    let session: Session
    let user: UserName
    let waiter: Waiter
    private var offered: [String] = []
    private var unusable: [String] = []

    init(_ session: Session, user: UserName, waiter: Waiter) {
        self.session = session
        self.user = user
        self.waiter = waiter
    }

    mutating func run(_ credentials: [Credential]) async throws -> Outcome {
        for credential in credentials {
            switch try await offer(credential) {
            case .accepted: return .accepted
            case .broken: return .broken
            case .denied: continue
            }
        }
        if offered.isEmpty {
            // Nothing could be offered, so the server has not said yet what it takes.
            _ = try await again { ssh_userauth_none(session.raw, nil) }
        }
        return .denied(offered: offered, unusable: unusable, allowed: allowedMethods)
    }

    private mutating func offer(_ credential: Credential) async throws -> Answer {
        switch credential {
        case .keyFile(let path, let passphrase): return try await offerKey(path, passphrase)
        case .agent(let socket): return try await offerAgent(socket)
        case .password(let secret):
            offered.append("password")
            return try await again { withCString(of: secret) { ssh_userauth_password(session.raw, nil, $0) } }
        case .keyboardInteractive(let secret):
            offered.append("keyboard-interactive")
            return try await answerPrompts(secret)
        }
    }

    private mutating func offerKey(_ path: String, _ passphrase: Secret?) async throws -> Answer {
        let identity: KeyRing.Identity
        do {
            // Nobody reads the socket meanwhile, so nobody may be woken by it either.
            session.pause()
            defer { session.resume() }
            identity = try await KeyRing.shared.identity(path: path, passphrase: passphrase)
        } catch {
            unusable.append(error.reason)
            return .denied
        }
        if let certified = identity.certified {
            offered.append("certificate \(path)-cert.pub")
            let answer = try await again { ssh_userauth_publickey(session.raw, nil, certified) }
            if answer != .denied { return answer }
        }
        offered.append("key \(path)")
        return try await again { ssh_userauth_publickey(session.raw, nil, identity.key) }
    }

    /// libssh talks to the agent with blocking calls, so a thread takes the session for that long.
    private mutating func offerAgent(_ socket: String?) async throws -> Answer {
        guard let path = socket ?? getenv("SSH_AUTH_SOCK").map({ String(cString: $0) }), !path.isEmpty else {
            unusable.append("agent: SSH_AUTH_SOCK is not set")
            return .denied
        }
        guard access(path, R_OK | W_OK) == 0 else {
            unusable.append("agent \(path): \(String(cString: strerror(errno)))")
            return .denied
        }
        offered.append("agent \(path)")
        let code = await session.lent { await Self.askAgent($0, path) }
        if let stopped = waiter.stopped { throw stopped }
        return answer(code) ?? .denied
    }

    private nonisolated static func askAgent(_ raw: ssh_session, _ path: String) async -> Int32 {
        // SAFETY: the session is lent to this one thread; the loop does not touch it until it is back.
        nonisolated(unsafe) let raw = raw
        return await BlockingPool.work.run {
            var seconds: Int = 60
            ssh_options_set(raw, SSH_OPTIONS_IDENTITY_AGENT, path)
            ssh_options_set(raw, SSH_OPTIONS_TIMEOUT, &seconds)
            ssh_set_blocking(raw, 1)
            let code = ssh_userauth_agent(raw, nil)
            ssh_set_blocking(raw, 0)
            return code
        }
    }

    private func answerPrompts(_ secret: Secret) async throws -> Answer {
        // A server may ask in several rounds; one that never stops asking gets no more than these.
        for _ in 0..<8 {
            let code = try await repeated { ssh_userauth_kbdint(session.raw, nil, nil) }
            guard code == SSH_AUTH_INFO.rawValue else { return answer(code) ?? .denied }
            for index in 0..<UInt32(clamping: max(0, ssh_userauth_kbdint_getnprompts(session.raw))) {
                var echo: CChar = 0
                _ = ssh_userauth_kbdint_getprompt(session.raw, index, &echo)
                guard echo == 0 else { continue }
                _ = withCString(of: secret) { ssh_userauth_kbdint_setanswer(session.raw, index, $0) }
            }
        }
        return .denied
    }

    private func again(_ call: @SSHLoop () -> Int32) async throws -> Answer {
        answer(try await repeated(call)) ?? .denied
    }

    private func repeated(_ call: @SSHLoop () -> Int32) async throws -> Int32 {
        try await waiter.until {
            let code = call()
            session.updateInterest()
            return code == SSH_AUTH_AGAIN.rawValue ? nil : code
        }
    }

    private func answer(_ code: Int32) -> Answer? {
        switch code {
        case SSH_AUTH_SUCCESS.rawValue: .accepted
        case SSH_AUTH_DENIED.rawValue, SSH_AUTH_PARTIAL.rawValue, SSH_AUTH_INFO.rawValue: .denied
        default: isBroken ? .broken : .denied
        }
    }

    private var isBroken: Bool { ssh_get_status(session.raw) & (SSH_CLOSED | SSH_CLOSED_ERROR) != 0 }

    private var allowedMethods: [String] {
        let methods = ssh_userauth_list(session.raw, nil)
        let names: [(Int32, String)] = [
            (Int32(SSH_AUTH_METHOD_PUBLICKEY), "publickey"), (Int32(SSH_AUTH_METHOD_PASSWORD), "password"),
            (Int32(SSH_AUTH_METHOD_INTERACTIVE), "keyboard-interactive"),
            (Int32(SSH_AUTH_METHOD_HOSTBASED), "hostbased"), (Int32(SSH_AUTH_METHOD_GSSAPI_MIC), "gssapi-with-mic"),
        ]
        return names.filter { methods & $0.0 != 0 }.map(\.1)
    }
}
