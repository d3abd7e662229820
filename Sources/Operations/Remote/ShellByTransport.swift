package import FleetModel

/// Sends each job to the transport that its node asks for.
package struct ShellByTransport: RemoteShell {
    private let libssh: any RemoteShell
    private let openssh: any RemoteShell

    package init(libssh: any RemoteShell, openssh: any RemoteShell) {
        self.libssh = libssh
        self.openssh = openssh
    }

    package func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        await shell(for: destination).run(job, on: destination)
    }

    package func open(_ command: Command, on destination: Destination, deadlines: Deadlines) async throws
        -> any RemoteStream
    {
        try await shell(for: destination).open(command, on: destination, deadlines: deadlines)
    }

    package func forget(_ node: NodeName) async {
        await libssh.forget(node)
        await openssh.forget(node)
    }

    package func shutdown() async {
        await libssh.shutdown()
        await openssh.shutdown()
    }

    private func shell(for destination: Destination) -> any RemoteShell {
        switch destination.transport {
        case .libssh: libssh
        case .openssh: openssh
        }
    }
}
