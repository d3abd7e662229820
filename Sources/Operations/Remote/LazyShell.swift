package import FleetModel
import Synchronization

/// A shell that is built when it is first used: `list` needs no SSH engine.
package final class LazyShell: RemoteShell {
    private let build: @Sendable () -> any RemoteShell
    private let built = Mutex<(any RemoteShell)?>(nil)

    package init(_ build: @escaping @Sendable () -> any RemoteShell) {
        self.build = build
    }

    package func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        await shell.run(job, on: destination)
    }

    package func open(_ command: Command, on destination: Destination, deadlines: Deadlines) async throws
        -> any RemoteStream
    {
        try await shell.open(command, on: destination, deadlines: deadlines)
    }

    package func forget(_ node: NodeName) async {
        // What was never built has nothing to forget.
        await built.withLock { $0 }?.forget(node)
    }

    package func shutdown() async {
        await built.withLock { $0 }?.shutdown()
    }

    private var shell: any RemoteShell {
        built.withLock { slot in
            if let shell = slot { return shell }
            let shell = build()
            slot = shell
            return shell
        }
    }
}
