package import FleetModel
import Glibc
package import Logging
package import Operations

/// The second transport: commands through the system's `ssh`, for what libssh lacks (hardware keys without an agent,
/// newer algorithms).
///
/// One `ssh` process for each node is kept as a warm connection; commands are channels of it, spoken directly through
/// its control socket, so that no process is made for a command. Costs about 8 MB for each connected node.
package final class OpenSSHShell: RemoteShell {
    private let pool: OpenSSHPool
    private let settings: OpenSSHSettings

    /// - Throws: `StateError` when the private folder cannot be made.
    package init(trust: any HostKeyTrust, settings: OpenSSHSettings = .init(), logger: Logger) throws {
        OpenSSHLeftovers.clear(in: settings.runtimeFolder)
        var template = Array(OpenSSHLeftovers.folderTemplate(in: settings.runtimeFolder).utf8CString)
        guard let made = mkdtemp(&template) else {
            throw StateError(
                "no_runtime_folder",
                "no private folder could be made in \(settings.runtimeFolder): \(String(cString: strerror(errno)))"
            )
        }
        self.settings = settings
        pool = OpenSSHPool(folder: String(cString: made), settings: settings, trust: trust, logger: logger)
    }

    package func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        await OpenSSHJob(job: job, destination: destination, pool: pool, clock: settings.clock).run()
    }

    package func open(
        _ command: Command,
        on destination: Destination,
        deadlines: Deadlines
    ) async throws -> any RemoteStream {
        let line = ShellEnvelope.line(for: command, nonce: nil)
        let channel = try await OpenSSHStart(pool: pool, destination: destination, deadlines: deadlines)
            .start(line)
        return OpenSSHStream(channel, node: destination.node, clock: settings.clock)
    }

    package func forget(_ node: NodeName) async { await pool.forget(node) }

    package func shutdown() async { await pool.shutdown() }
}
