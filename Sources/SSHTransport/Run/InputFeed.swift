import CLibSSH
import FleetModel
import Glibc
import Operations

/// Sends a job's standard input as the node takes it, at most `limit` bytes ahead of it.
@SSHLoop
final class InputFeed {
    private static let limit = 512 << 10

    private let channel: Channel
    private let room = Waiter()
    private var task: Task<Void, Never>?

    /// - `prefix`: sent before the input.
    /// - `onFailure`: called when the local side cannot be read.
    init(
        _ input: StandardInput,
        after prefix: [UInt8] = [],
        to channel: Channel,
        onFailure: @escaping @SSHLoop (String) -> Void
    ) {
        self.channel = channel
        if !prefix.isEmpty { channel.send(prefix) }
        switch input {
        case .empty: channel.sendEOF()
        case .bytes(let bytes):
            channel.send(bytes)
            channel.sendEOF()
        case .file(let path): start(FileSource(path).next, onFailure)
        case .stream(let next): start(next, onFailure)
        }
    }

    /// Something about the channel changed: there may be room now.
    func channelChanged() { room.fire() }

    func end() {
        task?.cancel()
        room.fire()
    }

    private func start(
        _ next: @escaping @Sendable () async throws -> [UInt8]?,
        _ onFailure: @escaping @SSHLoop (String) -> Void
    ) {
        task = Task { @SSHLoop [channel, room] in
            do {
                while channel.canSend, let chunk = try await Self.pull(next), !Task.isCancelled {
                    channel.send(chunk)
                    while channel.pending > Self.limit, channel.canSend, !Task.isCancelled { await room.next() }
                }
                if !Task.isCancelled { channel.sendEOF() }
            } catch is CancellationError {
                return
            } catch {
                onFailure((error as? any Explained)?.problem ?? "\(error)")
            }
        }
    }

    /// The caller's code must not run on the loop.
    @concurrent
    private nonisolated static func pull(_ next: @Sendable () async throws -> [UInt8]?) async throws -> [UInt8]? {
        try await next()
    }
}
