package import FleetModel

/// Host-key trust over the registry: a key never seen is pinned, a changed one is refused and quarantines the node.
///
/// Cheap where it must be: a key that is the destination's own pinned one costs nothing. Pins of many nodes that arrive
/// together are written together; no handshake goes on before its pin is on the disk.
package actor RegistryTrust: HostKeyTrust {
    private let store: any InventoryStore
    private let policy: @Sendable () -> HostKeyPolicy
    private let actor: Actor
    private let now: @Sendable () -> Timestamp
    private let onPin: @Sendable (NodeName, HostKey) -> Void
    private var waiting: [Pin] = []
    private var isWriting = false

    /// `policy` is asked for each key never seen: a daemon's may change. `onPin` is called once for each key that was pinned, to show it.
    package init(
        store: any InventoryStore,
        policy: @escaping @autoclosure @Sendable () -> HostKeyPolicy = .pinFirst,
        actor: Actor,
        now: @escaping @Sendable () -> Timestamp,
        onPin: @escaping @Sendable (NodeName, HostKey) -> Void = { _, _ in }
    ) {
        self.store = store
        self.policy = policy
        self.actor = actor
        self.now = now
        self.onPin = onPin
    }

    private struct Pin {
        var node: NodeName
        var key: HostKey
        var done: CheckedContinuation<Void, any Error>
    }

    /// Another first contact with the node came earlier and showed another key.
    private struct LostRace: Error {
        var pinned: HostKey
    }

    package nonisolated func examine(_ key: HostKey, of destination: Destination) async throws {
        if destination.hostKey.map({ $0.isSame(as: key) }) == true { return }
        try await look(at: key, of: destination)
    }

    /// The registry may know more than the destination does: keys are accepted while connections are being made.
    private func look(at key: HostKey, of destination: Destination) async throws {
        let name = destination.node
        guard let node = try await store.inventory().nodes[name] else { throw HostKeyRefusal.unregistered(key, name) }
        if case .quarantined(let reason) = node.status { throw HostKeyRefusal.quarantined(name, reason) }
        if let pinned = node.hostKey {
            if pinned.isSame(as: key) { return }
            throw try await refuse(key, instead: pinned, of: name)
        }
        guard policy() == .pinFirst else { throw HostKeyRefusal.unknown(key, name) }
        do {
            try await pin(key, of: name)
        } catch let race as LostRace {
            throw try await refuse(key, instead: race.pinned, of: name)
        }
    }

    private func refuse(_ key: HostKey, instead pinned: HostKey, of name: NodeName) async throws -> RemoteError {
        let refusal = HostKeyRefusal.changed(key, instead: pinned, name)
        try await store.apply([.quarantine(name, reason: refusal.problem)], by: actor, at: now())
        return refusal
    }

    private func pin(_ key: HostKey, of name: NodeName) async throws {
        if let other = waiting.first(where: { $0.node == name && !$0.key.isSame(as: key) }) {
            // Two first contacts with one node showed two keys: nobody can say which one is right.
            throw LostRace(pinned: other.key)
        }
        try await withCheckedThrowingContinuation { done in
            waiting.append(Pin(node: name, key: key, done: done))
            guard !isWriting else { return }
            isWriting = true
            // UNSTRUCTURED: the batch belongs to every waiting handshake, so no single one's cancellation may end it;
            // each of them awaits its own part through its continuation.
            Task { await self.writeWaiting() }
        }
    }

    private func writeWaiting() async {
        while !waiting.isEmpty {
            let batch = waiting
            do {
                try await write(batch)
                batch.forEach { $0.done.resume() }
            } catch {
                // One bad node must not cost the others their pins.
                await writeSingly(batch, after: error)
            }
            waiting.removeFirst(batch.count)
        }
        isWriting = false
    }

    private func writeSingly(_ batch: [Pin], after error: any Error) async {
        guard batch.count > 1, error is UsageError || error is LostRace else {
            return batch.forEach { $0.done.resume(throwing: error) }
        }
        for pin in batch {
            do {
                try await write([pin])
                pin.done.resume()
            } catch {
                pin.done.resume(throwing: error)
            }
        }
    }

    private func write(_ batch: [Pin]) async throws {
        let inventory = try await store.inventory()
        var fresh: [NodeName: HostKey] = [:]
        for pin in batch {
            let known = inventory.nodes[pin.node]?.hostKey ?? fresh[pin.node]
            if let known, !known.isSame(as: pin.key) {
                throw LostRace(pinned: known)
            }
            if known == nil { fresh[pin.node] = pin.key }
        }
        let changes = fresh.sorted { $0.key < $1.key }.map { InventoryChange.pinHostKey($0.value, $0.key) }
        try await store.apply(changes, by: actor, at: now())
        for (node, key) in fresh { onPin(node, key) }
    }
}

/// What to do with a host key never seen. A changed one is refused in every case.
package enum HostKeyPolicy: Hashable, Sendable {
    /// Pin it, show it, write it into the audit record.
    case pinFirst
    /// Refuse it (`host_keys: strict`, without `--accept-new-host-keys`).
    case strict
}

extension HostKey {
    /// The same key; fingerprints are only its short form.
    package func isSame(as other: HostKey) -> Bool {
        algorithm == other.algorithm && base64 == other.base64
    }
}
