import FleetModel
import Glibc
import Operations

extension OpenSSHDial {
    func cannotStart(_ code: Int32) -> RemoteError {
        RemoteError(
            .unreachable,
            destination.node,
            "\(settings.program) could not be started: \(String(cString: strerror(code)))",
            advice: "install openssh-client (8.5 or newer), or let the node use the libssh transport"
        )
    }

    func late(_ stage: SSHLog.Stage) -> RemoteError {
        let place = destination.host.joined(to: destination.port)
        switch stage {
        case .connecting where jump == nil:
            return RemoteError(
                .connectTimeout,
                destination.node,
                "no connection to \(place) within \(text(deadlines.connect))",
                advice: "see whether the node is up and whether a firewall drops the packets"
            )
        case .connecting, .connected:
            return RemoteError(
                .bannerTimeout,
                destination.node,
                "\(place) says nothing within \(text(deadlines.login))",
                advice: "see whether it is an SSH server that listens there, and whether it is overloaded"
            )
        case .speaking, .loggingIn, .ready:
            return RemoteError(
                .authTimeout,
                destination.node,
                "the log-in at \(place) did not end within \(text(deadlines.login))",
                advice: "see the node's own log; slow name resolution (UseDNS) and directory services are usual causes"
            )
        }
    }

    private func text(_ duration: Duration?) -> String { duration.map { "\($0)" } ?? "the deadline" }

    func denied(_ denials: [(offered: String, methods: String?, complaint: String)]) -> RemoteError {
        let offered = denials.map(\.offered).joined(separator: ", ")
        let methods = denials.compactMap(\.methods).last ?? "unknown methods"
        let who = "\(destination.user.text)@\(destination.host.joined(to: destination.port))"
        return RemoteError(
            .authDenied,
            destination.node,
            "\(who) refused the log-in: offered \(offered); the server allows \(methods) (\(denials.last?.complaint ?? ""))",
            advice: "put the public key into the node's authorized_keys, or give the log-in that it accepts"
        )
    }

    func advice(_ kind: RemoteError.Code) -> String? {
        switch kind {
        case .unresolved: "see the spelling of the host and the name service of this machine"
        case .connectRefused: "see whether sshd runs on the node and listens on this port"
        case .unreachable: "see the network between here and the node"
        case .protocolError: "see whether it is an SSH server that listens there, and which algorithms it allows"
        case .jumpFailed: "the jump host must allow TCP forwarding (AllowTcpForwarding, permitopen)"
        default: nil
        }
    }
}
