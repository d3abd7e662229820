import FleetModel
import Glibc
import Logging
import Operations
import Synchronization

/// The warm connections, one for each way to a node.
actor OpenSSHPool {
    /// What makes two destinations the same way: everything but the pinned key, which is looked at separately.
    private struct Way: Hashable {
        let destination: Destination

        init(_ destination: Destination) {
            var bare = destination
            bare.hostKey = nil
            self.destination = bare
        }
    }

    private struct Entry {
        let id: UInt64
        let connecting: Task<OpenSSHConnection, any Error>
        var lastUse: ContinuousClock.Instant
    }

    private let folder: String
    nonisolated let settings: OpenSSHSettings
    private let trust: any HostKeyTrust
    private let logger: Logger
    private let readiness = Readiness()
    private let logIns = OpenSSHLogIns()
    private var entries: [Way: Entry] = [:]
    private var nextID: UInt64 = 0
    /// Sessions at a time where the server allows fewer than the settings.
    private var sessions: [Way: Int] = [:]
    private var sweeping: Task<Void, Never>?
    private var isShutDown = false

    init(folder: String, settings: OpenSSHSettings, trust: any HostKeyTrust, logger: Logger) {
        self.folder = folder
        self.settings = settings
        self.trust = trust
        self.logger = logger
    }

    deinit { rmdir(folder) }

    /// A warm connection, or a new one. Callers that come meanwhile share the dialling.
    ///
    /// - Throws: `RemoteError`, `CancellationError`.
    func connection(to destination: Destination, _ deadlines: Deadlines) async throws -> OpenSSHConnection {
        guard !isShutDown else { throw RemoteError(.cancelled, destination.node, "the transport was shut down") }
        let way = Way(destination)
        if let entry = entries[way] {
            let connection = try await waitFor(entry, at: way)
            if destination.hostKey == nil || destination.hostKey?.base64 == connection.hostKey?.base64 {
                return connection
            }
            // Another key was pinned since: the node has to show its key again.
            drop(connection, of: destination)
        }
        return try await waitFor(dial(destination, deadlines, way), at: way)
    }

    private func dial(_ destination: Destination, _ deadlines: Deadlines, _ way: Way) -> Entry {
        if let entry = entries[way] { return entry }
        let connecting = Task { try await self.connect(destination, deadlines) }
        nextID += 1
        let entry = Entry(id: nextID, connecting: connecting, lastUse: settings.clock.now)
        entries[way] = entry
        sweepLater()
        return entry
    }

    private func connect(_ destination: Destination, _ deadlines: Deadlines) async throws -> OpenSSHConnection {
        let jump = try await jumpConnection(for: destination, deadlines)
        return try await OpenSSHDial(
            destination: destination,
            deadlines: deadlines,
            jump: jump,
            settings: settings,
            trust: trust,
            logIns: logIns,
            readiness: readiness,
            folder: folder,
            channels: sessions[Way(destination)] ?? settings.channels
        ).connect()
    }

    /// A connection beside the pooled one; it ends with the last reference to it.
    func connectApart(_ destination: Destination, _ deadlines: Deadlines) async throws -> OpenSSHConnection {
        try await connect(destination, deadlines)
    }

    private func jumpConnection(for destination: Destination, _ deadlines: Deadlines) async throws -> OpenSSHConnection?
    {
        guard var hop = destination.path.last else { return nil }
        hop.path = destination.path.dropLast()
        do {
            return try await connection(to: hop, deadlines)
        } catch let error as RemoteError {
            throw RemoteError(
                .jumpFailed,
                destination.node,
                "jump host \(hop.node): \(error.problem) (\(error.code))",
                advice: error.advice
            )
        }
    }

    private func waitFor(_ entry: Entry, at way: Way) async throws -> OpenSSHConnection {
        do {
            let connection = try await entry.connecting.cancellableValue()
            entries[way]?.lastUse = settings.clock.now
            return connection
        } catch {
            // The dialling failed for all who waited; one who was cancelled leaves it to the others.
            if !(error is CancellationError), entries[way]?.id == entry.id { entries[way] = nil }
            throw error
        }
    }

    /// The server refused a session: this connection takes no more commands, and the next one is asked for fewer.
    ///
    /// A new connection, because ssh (9.2) mixes up its channels once a proxied one was refused.
    /// - Returns: false when the server refuses even a single session.
    func retire(_ connection: OpenSSHConnection, of destination: Destination) async -> Bool {
        let way = Way(destination)
        let granted = connection.retire()
        if let entry = entries[way], let current = try? await entry.connecting.value, current === connection {
            entries[way] = nil
        }
        let known = sessions[way] ?? settings.channels + 1
        guard granted > 0 || known > 1 else { return false }
        sessions[way] = max(1, min(known - 1, granted))
        return true
    }

    /// Ends a connection that turned out to be dead.
    func drop(_ connection: OpenSSHConnection, of destination: Destination) {
        entries[Way(destination)] = nil
        connection.end()
    }

    func forget(_ node: NodeName) async {
        let gone = entries.filter { way, _ in
            way.destination.node == node || way.destination.path.contains { $0.node == node }
        }
        for (way, entry) in gone {
            entries[way] = nil
            await Self.end(entry)
        }
    }

    func shutdown() async {
        isShutDown = true
        sweeping?.cancel()
        let all = entries.values
        entries = [:]
        for entry in all { await Self.end(entry) }
        rmdir(folder)
    }

    private static func end(_ entry: Entry) async {
        entry.connecting.cancel()
        if let connection = try? await entry.connecting.value { connection.end() }
    }

    // MARK: idle connections

    private func sweepLater() {
        guard sweeping == nil, !isShutDown else { return }
        sweeping = Task { [weak self, settings] in
            try? await settings.clock.sleep(for: settings.idleTime / 2)
            await self?.sweep()
        }
    }

    private func sweep() async {
        sweeping = nil
        let border = settings.clock.now - settings.idleTime
        for (way, entry) in entries where entry.lastUse < border {
            guard let connection = try? await entry.connecting.cancellableValue(), connection.isUnused else { continue }
            guard entries[way]?.id == entry.id, !isJump(way) else { continue }
            entries[way] = nil
            connection.end()
        }
        if !entries.isEmpty { sweepLater() }
    }

    private func isJump(_ way: Way) -> Bool {
        entries.keys.contains { $0.destination.path.last?.node == way.destination.node }
    }
}

extension Task where Failure == any Error {
    /// The value, or `CancellationError` as soon as the *waiting* task is cancelled.
    func cancellableValue() async throws -> Success {
        let outcome = OnceOutcome<Success>()
        let relay = Task<Void, Never> { outcome.settle(await self.result) }
        defer { relay.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { outcome.wait($0) }
        } onCancel: {
            outcome.settle(.failure(_Concurrency.CancellationError()))
        }
    }
}

/// Hands the first outcome to one waiter.
private final class OnceOutcome<Value: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Value, any Error>)
        case settled(Result<Value, any Error>)
        case over
    }

    private let state = Mutex(State.open)

    func wait(_ continuation: CheckedContinuation<Value, any Error>) {
        let ready = state.withLock { state -> Result<Value, any Error>? in
            guard case .settled(let result) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .over
            return result
        }
        if let ready { continuation.resume(with: ready) }
    }

    func settle(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            switch state {
            case .open: state = .settled(result)
            case .waiting(let continuation):
                state = .over
                return continuation
            case .settled, .over: break
            }
            return nil
        }
        waiter?.resume(with: result)
    }
}
