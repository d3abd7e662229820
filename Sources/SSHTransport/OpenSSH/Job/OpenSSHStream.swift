import FleetModel
import Operations

/// A command that stays open on one channel.
final class OpenSSHStream: RemoteStream {
    private let channel: MuxChannel
    private let node: NodeName
    private let clock: ContinuousClock

    init(_ channel: MuxChannel, node: NodeName, clock: ContinuousClock) {
        self.channel = channel
        self.node = node
        self.clock = clock
    }

    func send(_ bytes: [UInt8]) async throws {
        do {
            guard try await channel.write(bytes) else { throw MuxSocket.Gone() }
        } catch is MuxSocket.Gone {
            throw lost
        }
    }

    func next(within deadline: Duration) async throws -> OutputChunk? {
        do {
            return try await withThrowingTaskGroup(of: OutputChunk?.self) { group in
                group.addTask { try await self.nextOutput() }
                group.addTask { [clock, node] in
                    try await clock.sleep(for: deadline)
                    throw RemoteError(.idleTimeout, node, "nothing came within \(deadline)")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch is MuxSocket.Gone {
            throw lost
        }
    }

    private func nextOutput() async throws -> OutputChunk? {
        while true {
            switch try await channel.next() {
            case .output(let chunk): return chunk
            case .closed: return nil
            default: continue
            }
        }
    }

    private var lost: RemoteError { RemoteError(.connectionLost, node, "the connection was lost") }

    func close() async { await channel.close() }
}
