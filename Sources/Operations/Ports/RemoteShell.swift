package import FleetModel

/// Runs commands on nodes. Implementations keep connections warm and bound channels, log-ins and bytes.
package protocol RemoteShell: Sendable {
    /// Runs one job. Every way it can end is in the result, cancellation too (`exec.cancelled`, after the remote
    /// process tree has been ended). Retried only when the far side cannot have begun.
    func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult

    /// Starts a command that stays open, such as the probe's loop. No guard, no time limit of its own.
    ///
    /// - Throws: `RemoteError`, or `CancellationError`.
    func open(_ command: Command, on destination: Destination, deadlines: Deadlines) async throws -> any RemoteStream

    /// Ends the connections of this node (after a key change, or when it is unregistered).
    func forget(_ node: NodeName) async

    /// Ends every connection.
    func shutdown() async
}

/// A command that stays open: bytes in, bytes out.
package protocol RemoteStream: Sendable {
    /// - Throws: `RemoteError` when the connection is gone.
    func send(_ bytes: [UInt8]) async throws

    /// The next bytes, or nil when the command has ended.
    ///
    /// - Throws: `RemoteError` (`exec.idle_timeout` when nothing came before the deadline; the stream stays usable).
    func next(within deadline: Duration) async throws -> OutputChunk?

    /// Closes the channel; the connection stays.
    func close() async
}
