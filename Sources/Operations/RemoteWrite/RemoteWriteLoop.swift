package import FleetModel
package import Logging

/// Sends what the store holds to other systems. The sample store itself is the queue: each receiver has a position in time,
/// kept on disk, and what lies behind it was sent. So a restart loses nothing, and an outage may last as long as samples are
/// kept, without a second copy of them.
package actor RemoteWriteLoop {
    /// Polls and scrapes are stored up to this long after the moment they carry; what comes later still is not sent.
    package static let settling: Duration = .seconds(30)
    /// The most time that is sent in one piece.
    private static let piece: Duration = .seconds(60)

    /// What the loop stands on.
    package struct Ports: Sendable {
        package var store: any SeriesStore
        package var door: any WriteDoor
        package var positions: any WritePositions
        package var clock: any Clock<Duration>
        package var now: @Sendable () -> Timestamp

        package init(
            store: any SeriesStore,
            door: any WriteDoor,
            positions: any WritePositions,
            clock: any Clock<Duration>,
            now: @escaping @Sendable () -> Timestamp
        ) {
            self.store = store
            self.door = door
            self.positions = positions
            self.clock = clock
            self.now = now
        }
    }

    private struct Receiver: Hashable {
        let target: RemoteWriteTarget
        let external: LabelSet
    }

    private let ports: Ports
    private let settling: Duration
    private let logger: Logger
    private var running: [Receiver: Task<Void, Never>] = [:]
    package private(set) var counts: [String: WriteCounts] = [:]

    package init(ports: Ports, settling: Duration = RemoteWriteLoop.settling, logger: Logger) {
        self.ports = ports
        self.settling = settling
        self.logger = logger
    }

    /// Sends to the receivers of this configuration from now on.
    package func use(_ configuration: MonitoringConfiguration) {
        let wanted = Set(
            configuration.remoteWrites.map { Receiver(target: $0, external: configuration.externalLabels) }
        )
        for (receiver, task) in running where !wanted.contains(receiver) {
            task.cancel()
            running[receiver] = nil
        }
        for receiver in wanted where running[receiver] == nil {
            // UNSTRUCTURED: lives as long as its receiver is wanted; cancelled above and in `stop`.
            running[receiver] = Task { await self.follow(receiver) }
        }
    }

    /// What was sent and not yet noted is sent once more after a restart; receivers take that for what it is.
    package func stop() async {
        let tasks = Array(running.values)
        running = [:]
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func follow(_ receiver: Receiver) async {
        var piece = Self.piece
        while !Task.isCancelled {
            do {
                let position = try start(of: receiver)
                let end = min(position + piece, ports.now() - settling)
                guard end > position else {
                    try await ports.clock.sleep(for: max(.milliseconds(200), receiver.target.queue.batchDeadline))
                    continue
                }
                try await send(from: position, through: end, to: receiver)
                try ports.positions.keep(end, of: receiver.target)
                counts[receiver.target.name, default: .init()].position = end
                // Grows slowly: a piece that was too large once is not tried again at once.
                piece = min(Self.piece, piece + .seconds(1))
            } catch is CancellationError {
                return
            } catch {
                // Too many samples at once, or a store that is busy: a smaller piece, a little later.
                piece = max(.seconds(1), piece / 2)
                logger.error(
                    "remote write",
                    metadata: ["reason": "\((error as? any Explained)?.problem ?? "\(error)")"]
                )
                try? await ports.clock.sleep(for: .seconds(5))
            }
        }
    }

    private func start(of receiver: Receiver) throws -> Timestamp {
        if let position = try ports.positions.position(of: receiver.target) { return position }
        // A new receiver gets what comes from now on.
        let now = ports.now() - settling
        try ports.positions.keep(now, of: receiver.target)
        return now
    }

    private func send(from start: Timestamp, through end: Timestamp, to receiver: Receiver) async throws {
        let query = SeriesQuery(
            [LabelMatcher(LabelSet.nameLabel, .notEqual(""))],
            from: start + .milliseconds(1),
            through: end,
            sampleLimit: 2_000_000
        )
        let found = try await ports.store.select(query)
        let series = found.compactMap { WriteBatches.outgoing($0, receiver.external, receiver.target.relabelling) }
        let shards = WriteBatches.shards(series, receiver.target.queue)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batches in shards {
                group.addTask { for batch in batches { try await self.deliver(batch, to: receiver.target) } }
            }
            try await group.waitForAll()
        }
    }

    /// Tries until the receiver takes the batch or refuses it for good.
    private func deliver(_ batch: [Series], to target: RemoteWriteTarget) async throws {
        let samples = batch.reduce(0) { $0 + $1.times.count }
        var pause = target.queue.minBackoff
        while true {
            try Task.checkCancellation()
            if isTooOld(batch, target) { return counts[target.name, default: .init()].tooOld += samples }
            do {
                try await ports.door.send(batch, to: target)
                return counts[target.name, default: .init()].sent += samples
            } catch let failure as WriteFailure {
                guard failure.canBeRetried else {
                    counts[target.name, default: .init()].dropped += samples
                    logger.error("remote write refused", metadata: ["reason": "\(failure.problem)"])
                    return
                }
                counts[target.name, default: .init()].retries += 1
                try await ports.clock.sleep(for: failure.retryAfter ?? pause)
                pause = min(pause * 2, target.queue.maxBackoff)
            }
        }
    }

    private func isTooOld(_ batch: [Series], _ target: RemoteWriteTarget) -> Bool {
        guard target.queue.sampleAgeLimit > .zero, let newest = batch.compactMap(\.times.last).max() else {
            return false
        }
        return ports.now() - Timestamp(milliseconds: newest) > target.queue.sampleAgeLimit
    }
}

/// What became of samples on their way to one receiver, since the start.
package struct WriteCounts: Hashable, Sendable {
    package var sent = 0
    /// Refused by the receiver.
    package var dropped = 0
    /// Older than `sample_age_limit`.
    package var tooOld = 0
    package var retries = 0
    /// Everything up to here was sent.
    package var position: Timestamp?

    package init() {}
}
