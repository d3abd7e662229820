package import FleetModel
package import Logging
package import Operations

/// The in-process SSH engine: every node's sessions on one event loop, connections kept warm, no process for anything.
package final class LibSSHShell: RemoteShell {
    private let pool: ConnectionPool

    /// - `trust`: asked about each host key before anything secret is sent.
    /// - `settings`: what an operator may tune.
    package init(trust: any HostKeyTrust, settings: LibSSHSettings = .init(), logger: Logger) {
        pool = ConnectionPool(trust: trust, settings: settings, logger: logger)
    }

    @SSHLoop
    package func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        let execution = Execution(job, on: destination, pool: pool)
        return await withTaskCancellationHandler {
            await execution.run()
        } onCancel: {
            Task { @SSHLoop in execution.cancel() }
        }
    }

    @SSHLoop
    package func open(
        _ command: Command,
        on destination: Destination,
        deadlines: Deadlines
    ) async throws -> any RemoteStream {
        let waiter = Waiter()
        let buffer = StreamBuffer()
        var ticket: Ticket?
        let clock = JobClock(deadlines, destination.node, waiter)
        clock.start { ticket?.stage }
        defer { clock.stop() }
        guard !command.holdsNUL else {
            throw RemoteError(
                .channelRefused,
                destination.node,
                "the command holds a NUL byte, which no shell can take"
            )
        }
        let line = LongScript.line(for: command, nonce: nil)
        return try await withTaskCancellationHandler {
            do {
                let session = try await SessionChannel.start(
                    { _ in line.text },
                    on: destination,
                    deadlines,
                    pool: pool,
                    kind: .stream,
                    waiter: waiter,
                    staysWhenStopped: false,
                    stage: {
                        ticket = $0
                        clock.follow($0)
                    },
                    prepare: { $0.onData = buffer.take }
                )
                if !line.prefix.isEmpty { session.channel.send(line.prefix) }
                return ChannelStream(session, pool, destination.node, buffer: buffer)
            } catch let error as RemoteError where error.kind == .cancelled && Task.isCancelled {
                throw CancellationError()
            }
        } onCancel: {
            Task { @SSHLoop in waiter.stop(RemoteError(.cancelled, destination.node, "cancelled")) }
        }
    }

    @SSHLoop
    package func forget(_ node: NodeName) async {
        pool.forget(node)
    }

    @SSHLoop
    package func shutdown() async {
        pool.shutdown()
    }
}
