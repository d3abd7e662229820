import FleetModel
import Operations

/// A session channel with a place in the pool, on which a command was accepted.
@SSHLoop
struct SessionChannel {
    let channel: Channel
    let ticket: Ticket

    /// Takes a warm or new connection, opens a channel and starts the command.
    ///
    /// - `line`: what to run, for the connection that was given.
    /// - `waiter`: whoever stops it ends the waiting, and nothing stays behind.
    /// - `staysWhenStopped`: a command that was sent but not answered yet when `waiter` was stopped is handed out all
    ///   the same: it may have begun, and then somebody has to end it.
    /// - `prepare`: sets the channel's handlers before the first byte can come.
    static func start(
        _ line: @SSHLoop (Connection) -> String,
        on destination: Destination,
        _ deadlines: Deadlines,
        pool: ConnectionPool,
        kind: Ticket.Kind,
        waiter: Waiter,
        staysWhenStopped: Bool,
        stage: @SSHLoop (Ticket?) -> Void,
        prepare: @SSHLoop (Channel) -> Void
    ) async throws -> SessionChannel {
        var triesLeft = 2
        var untaken = 0
        while true {
            triesLeft -= 1
            let ticket = pool.request(destination, deadlines, waiter: waiter, kind: kind)
            stage(ticket)
            do {
                let channel = try await open(ticket, deadlines, pool, waiter)
                stage(nil)
                prepare(channel)
                do {
                    try await exec(line(channel.connection), channel, destination, waiter)
                } catch  where !(staysWhenStopped && waiter.stopped != nil && channel.hasSentRequest) {
                    channel.abandon()
                    throw error
                } catch {}
                return SessionChannel(channel: channel, ticket: ticket)
            } catch is ClosedUntaken {
                pool.end(ticket)
                untaken += 1
                guard untaken < refusalsBorne else {
                    throw refused("it closed the session before it took the command", destination)
                }
                triesLeft += 1
                try await waiter.pause(.milliseconds(20 * untaken))
            } catch is DeadConnection {
                // It died before the command was sent, so nothing can have begun there.
                let wasWarm = ticket.isWarm
                pool.end(ticket)
                guard wasWarm, triesLeft > 0 else {
                    throw RemoteError(
                        .closedEarly,
                        destination.node,
                        "the connection was lost before the command was sent"
                    )
                }
            } catch {
                pool.end(ticket)
                throw error
            }
        }
    }

    struct DeadConnection: Error {}

    /// The server closed the session without an answer to the request: nothing has begun.
    ///
    /// dropbear (2022.83) does that to a session that is opened just when another one's command ends.
    struct ClosedUntaken: Error {}

    private static func open(_ ticket: Ticket, _ deadlines: Deadlines, _ pool: ConnectionPool, _ waiter: Waiter)
        async throws -> Channel
    {
        var refusals = 0
        while true {
            let connection = try await waiter.until { try ticket.connection() }
            guard let channel = connection.makeChannel() else { throw DeadConnection() }
            // A warm connection whose far side is gone for good answers nothing: after this long it is given up.
            let timer = deadlines.connect.map { SSHLoop.after($0) { connection.close() } }
            defer { timer?.cancel() }
            channel.onChange = { waiter.fire() }
            let step: Channel.Step
            do {
                step = try await waiter.until { channel.open().ifDecided }
            } catch {
                channel.abandon()
                throw error
            }
            switch step {
            case .done, .again:
                connection.hasServed = true
                return channel
            case .dead:
                channel.abandon()
                throw DeadConnection()
            case .refused(let reason):
                channel.abandon()
                refusals += 1
                if pool.wasRefused(ticket) { continue }
                guard connection.hasServed, refusals <= refusalsBorne else {
                    throw refused(reason, connection.destination)
                }
                // sshd counts a session that has just been closed until it has reaped its process.
                try await waiter.pause(.milliseconds(20 * refusals))
            }
        }
    }

    private static let refusalsBorne = 10

    private static func exec(_ line: String, _ channel: Channel, _ destination: Destination, _ waiter: Waiter)
        async throws
    {
        let onChange = channel.onChange
        channel.onChange = { waiter.fire() }
        defer { channel.onChange = onChange }
        switch try await waiter.until({ channel.requestExec(line).ifDecided }) {
        case .done, .again: break
        case .dead where channel.isClosed && channel.connection.isAlive:
            throw ClosedUntaken()
        case .dead:
            throw RemoteError(
                .connectionLost,
                destination.node,
                "the connection was lost while the command was being started: \(channel.connection.lossText ?? "")"
            )
        case .refused(let reason): throw refused(reason, destination)
        }
    }

    private static func refused(_ reason: String, _ destination: Destination) -> RemoteError {
        RemoteError(
            .channelRefused,
            destination.node,
            "the server refused to run a command: \(reason)",
            advice:
                "see MaxSessions and ForceCommand in its sshd_config, and the log-in shell of \(destination.user.text)"
        )
    }
}

extension Channel.Step {
    /// Nil while there is no answer, as `Waiter.until` wants it.
    var ifDecided: Channel.Step? {
        if case .again = self { nil } else { self }
    }
}
