package import FleetModel

/// Stands where a shell could not be built: every job fails with the reason.
package struct UnavailableShell: RemoteShell {
    private let reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        CommandResult(ending: .failed(error(destination)))
    }

    package func open(_ command: Command, on destination: Destination, deadlines: Deadlines) async throws
        -> any RemoteStream
    {
        throw error(destination)
    }

    package func forget(_ node: NodeName) async {}
    package func shutdown() async {}

    private func error(_ destination: Destination) -> RemoteError {
        RemoteError(.unreachable, destination.node, "\(destination.node): \(reason)")
    }
}
