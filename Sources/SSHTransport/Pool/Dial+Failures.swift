import CLibSSH
import FleetModel
import Glibc
import Operations

/// The server closed the connection before it began to speak SSH.
struct TurnedAway: Error {
    /// It said that it has too many connections, which passes; else it may be a wall that stays.
    let isExplicit: Bool
    let error: RemoteError

    func isWorthRetrying(_ attempt: Int) -> Bool { isExplicit || attempt <= 6 }
}

extension Dial {
    static let connectAdvice = "is the node up, is the address right, and does a firewall drop the port?"

    func failure(_ code: RemoteError.Code, _ problem: String, advice: String? = nil) -> RemoteError {
        RemoteError(code, destination.node, "\(endpoint): \(problem)", advice: advice)
    }

    var endpoint: String { destination.host.joined(to: destination.port) }

    func unresolved(_ reason: String) -> RemoteError {
        failure(
            .unresolved,
            "the name “\(destination.host.text)” was not resolved: \(reason)",
            advice: "check the host of the node, or register its address"
        )
    }

    func connectFailure(_ code: Int32) -> RemoteError {
        let reason = String(cString: strerror(code))
        switch code {
        case ECONNREFUSED:
            return failure(.connectRefused, "connection refused", advice: "is sshd running there, and on that port?")
        case ETIMEDOUT:
            return failure(.connectTimeout, reason, advice: Self.connectAdvice)
        case EMFILE, ENFILE:
            return failure(.unreachable, reason, advice: "raise the limit of open files (ulimit -n)")
        default:
            return failure(.unreachable, reason, advice: Self.connectAdvice)
        }
    }

    func loginTimeout(_ session: Session, _ limit: Duration) -> RemoteError {
        // A thread may have the session (agent): this makes its calls end.
        session.cut()
        guard session.serverBanner != nil else {
            return failure(
                .bannerTimeout,
                "connected, but no SSH banner within \(limit)",
                advice: "is it an SSH server? a node that is out of memory or disk often hangs like this"
            )
        }
        return failure(
            .authTimeout,
            "the log-in was not finished within \(limit) (\(stage))",
            advice:
                "the node is slow, or its PAM or directory service hangs; raise the log-in time limit if it is only slow"
        )
    }

    /// Why `ssh_connect` failed: turned away, not SSH at all, or no common ground.
    func exchangeFailure(_ session: Session, _ preamble: [UInt8]) -> any Error {
        let said = Printable.line(String(decoding: preamble, as: UTF8.self))
        guard session.serverBanner == nil else {
            return failure(
                .protocolError,
                "key exchange with \(session.serverBanner ?? "?") failed: \(session.errorText)",
                advice: "is the server's SSH very old, or are its algorithms restricted?"
            )
        }
        if said.contains("Exceeded MaxStartups") || said.contains("Not allowed at this time") {
            return TurnedAway(isExplicit: true, error: failure(.throttled, "turned away: “\(said)”"))
        }
        if !said.isEmpty, !said.hasPrefix("SSH-") {
            return failure(
                .protocolError,
                "what answers is not an SSH server: “\(said)”",
                advice: "check the port of the node"
            )
        }
        if session.errorText.contains("too large banner") {
            return failure(.protocolError, "the server's banner is too long", advice: "check the port of the node")
        }
        return TurnedAway(
            isExplicit: false,
            error: failure(
                .closedEarly,
                "the server closed the connection before it said anything",
                advice: "hosts.allow, fail2ban or MaxStartups may turn us away; see the node's auth log"
            )
        )
    }

    func throttled(_ refusal: TurnedAway, _ attempts: Int, _ spent: Duration) -> RemoteError {
        guard refusal.isExplicit else { return refusal.error }
        return failure(
            .throttled,
            "still turned away after \(attempts) attempts in \(spent.milliseconds / 1000) s",
            advice: "raise MaxStartups in the server's sshd_config, or poll fewer nodes behind it at once"
        )
    }

    func loginBroken(_ session: Session) -> RemoteError {
        let reason = session.errorText
        if reason.contains("Too many authentication failures") {
            return failure(.authDenied, "the server ended the log-in: \(reason)", advice: "offer fewer keys")
        }
        return failure(.closedEarly, "the connection was closed during log-in: \(reason)")
    }

    func denied(_ offered: [String], _ unusable: [String], _ allowed: [String]) -> RemoteError {
        var parts: [String] = []
        parts.append(offered.isEmpty ? "nothing could be offered" : "offered \(offered.joined(separator: ", "))")
        if !unusable.isEmpty { parts.append("not usable: \(unusable.joined(separator: "; "))") }
        if !allowed.isEmpty { parts.append("the server takes \(allowed.joined(separator: ", "))") }
        return failure(
            .authDenied,
            "log-in as \(destination.user.text) was denied; \(parts.joined(separator: "; "))",
            advice:
                "put the operate key's line into ~\(destination.user.text)/.ssh/authorized_keys on the node, or enroll it"
        )
    }
}
