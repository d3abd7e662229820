import FleetModel
import Operations

/// Gets a command to begin: on a warm connection, or once more on a new one when the warm one was dead.
struct OpenSSHStart {
    let pool: OpenSSHPool
    let destination: Destination
    let deadlines: Deadlines
    private static let refusalsBorne = 6

    init(pool: OpenSSHPool, destination: Destination, deadlines: Deadlines) {
        self.pool = pool
        self.destination = destination
        self.deadlines = deadlines
    }

    /// The channel on which the server accepted the command.
    ///
    /// - Throws: `RemoteError`, `CancellationError`.
    func start(_ line: String) async throws -> MuxChannel {
        var isSecond = false
        var refusals = 0
        while true {
            let connection = try await pool.connection(to: destination, deadlines)
            do {
                let channel = try await connection.openChannel()
                try await begin(line, on: channel)
                return channel
            } catch is MuxSocket.Gone {
                // It died before the command was sent, so nothing can have begun.
                await pool.drop(connection, of: destination)
                guard !isSecond else {
                    throw RemoteError(
                        .closedEarly,
                        destination.node,
                        "the connection ended before the command was sent"
                    )
                }
                isSecond = true
            } catch is MuxChannel.ClosedUntaken {
                refusals += 1
                guard refusals < Self.refusalsBorne else {
                    throw refused("it closed the session before it took the command")
                }
                try await Task.sleep(for: .milliseconds(20 * refusals))
            } catch is ChannelPlaces.Retired {
                continue
            } catch let refusal as MuxChannel.Refused {
                refusals += 1
                let mayRetry = await pool.retire(connection, of: destination) || refusals < Self.refusalsBorne
                guard refusal.isOfSession, mayRetry else { throw refused(refusal.reason) }
                // sshd counts a session that has just been closed until its next turn.
                try await Task.sleep(for: .milliseconds(20 * refusals))
            }
        }
    }

    private func begin(_ line: String, on channel: MuxChannel) async throws {
        do {
            try await channel.exec(line)
            while true {
                switch try await channel.next() {
                case .requestAccepted: return
                case .requestRefused:
                    throw MuxChannel.Refused(reason: "the command was not accepted", isOfSession: false)
                case .closed:
                    await channel.close()
                    throw MuxChannel.ClosedUntaken()
                default: continue
                }
            }
        } catch is CancellationError {
            // Whether it has begun is not known: the channel goes, and the shell behind it with its hang-up.
            await channel.close()
            throw CancellationError()
        } catch is MuxSocket.Gone {
            throw RemoteError(
                .connectionLost,
                destination.node,
                "the connection was lost while the command was being started"
            )
        }
    }

    private func refused(_ reason: String) -> RemoteError {
        RemoteError(
            .channelRefused,
            destination.node,
            "the server refused to run a command: \(reason)",
            advice:
                "see MaxSessions and ForceCommand in its sshd_config, and the log-in shell of \(destination.user.text)"
        )
    }
}
