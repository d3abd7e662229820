import FleetModel
import Operations

extension Dial {
    /// Opens a channel from the last jump host to the destination; the jump host's connection is shared and pooled.
    func openForward(_ pool: ConnectionPool) async throws -> ForwardPump {
        var hop = destination.path[destination.path.count - 1]
        hop.path = Array(destination.path.dropLast())
        let ticket = pool.request(hop, deadlines, waiter: waiter, kind: .forward)
        do {
            let jump = try await waiter.until { try ticket.connection() }
            // Not before the jump host stands, whose own connecting may wait for a place as well.
            try await takeConnectPlace()
            let channel = try await openChannel(on: jump, of: hop)
            guard let pump = ForwardPump(channel, release: { pool.end(ticket) }) else {
                channel.abandon()
                throw failure(.unreachable, "no descriptors left", advice: "raise the limit of open files (ulimit -n)")
            }
            return pump
        } catch {
            pool.end(ticket)
            guard let error = error as? RemoteError, error.node == hop.node, hop.node != destination.node else {
                throw error
            }
            throw RemoteError(
                .jumpFailed,
                destination.node,
                "jump host \(hop.node.text): \(error.problem) (\(error.code))",
                advice: error.advice
            )
        }
    }

    private func openChannel(on jump: Connection, of hop: Destination) async throws -> Channel {
        guard let channel = jump.makeChannel() else { throw lost(hop) }
        channel.onChange = { [waiter] in waiter.fire() }
        do {
            let (host, port) = (destination.host.text, destination.port.number)
            let step = try await waiter.until { () -> Channel.Step? in
                let step = channel.openForward(to: host, port: port)
                if case .again = step { return nil }
                return step
            }
            switch step {
            case .done, .again: return channel
            case .dead: throw lost(hop)
            case .refused(let reason): throw refused(reason, by: hop)
            }
        } catch {
            channel.abandon()
            throw error
        }
    }

    private func lost(_ hop: Destination) -> RemoteError {
        failure(.jumpFailed, "the connection to jump host \(hop.node.text) was lost")
    }

    /// The jump host works; it is the way from there that does not.
    private func refused(_ reason: String, by hop: Destination) -> RemoteError {
        let text = "from jump host \(hop.node.text): \(reason)"
        if reason.contains("Connection refused") {
            return failure(.connectRefused, text, advice: "is sshd running there, and on that port?")
        }
        // Servers other than OpenSSH send the code of RFC 4254 without words: 1 is “administratively prohibited”.
        if reason.contains("prohibited") || reason.contains("error (1)") {
            return failure(
                .jumpFailed,
                reason.contains("prohibited") ? text : "jump host \(hop.node.text) prohibits forwarding",
                advice:
                    "allow forwarding on the jump host: AllowTcpForwarding, and no “restrict” without “port-forwarding” for the key"
            )
        }
        return failure(.unreachable, text, advice: Self.connectAdvice)
    }
}
