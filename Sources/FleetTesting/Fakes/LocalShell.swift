package import FleetModel
import Glibc
package import Operations

/// A "node" that is this machine: our scripts run under one chosen shell, without any SSH. For tests of scripts.
package struct LocalShell: RemoteShell {
    private let words: [String]
    private let environment: [String]

    /// - `words`: the shell, such as `["/bin/dash"]` or `["/bin/busybox", "sh"]`.
    package init(_ words: [String], environment: [String] = []) {
        self.words = words
        self.environment = environment
    }

    package func run(_ job: RemoteJob, on destination: Destination) async -> CommandResult {
        do {
            let (text, arguments): (String, [String]) =
                switch job.command {
                case .script(let text, let arguments): (text, arguments)
                case .loginShell(let text), .verb(let text): (text, [])
                }
            let result = try LocalCommand.run(
                words + ["-c", text, "sh"] + arguments,
                environment: environment,
                input: try await bytes(job.stdin)
            )
            return CommandResult(
                ending: .exited(result.exitCode),
                stdout: .init(result.stdout),
                stderr: .init(result.stderr)
            )
        } catch {
            return CommandResult(ending: .failed(RemoteError(.unreachable, destination.node, "\(error)")))
        }
    }

    private func bytes(_ input: StandardInput) async throws -> [UInt8] {
        switch input {
        case .empty: return []
        case .bytes(let bytes): return bytes
        case .file(let path): return try Scratch.read(path)
        case .stream(let next):
            var all: [UInt8] = []
            while let chunk = try await next() { all += chunk }
            return all
        }
    }

    package func open(
        _ command: Command,
        on destination: Destination,
        deadlines: Deadlines
    ) async throws -> any RemoteStream {
        throw RemoteError(.channelRefused, destination.node, "the local shell has no open streams")
    }

    package func forget(_ node: NodeName) async {}
    package func shutdown() async {}
}
