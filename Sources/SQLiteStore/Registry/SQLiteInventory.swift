package import FleetModel
internal import GRDB
package import Operations
internal import Synchronization

/// The registry in SQLite. Reads cost one row while nothing changed since the last one; else the whole registry once.
package final class SQLiteInventory: InventoryStore {
    private let file: SQLiteFile
    private let seal: VariableSeal
    private let cache = Mutex<Moment?>(nil)

    init(file: SQLiteFile, seal: VariableSeal) {
        self.file = file
        self.seal = seal
    }

    /// An inventory and the versions at which it was true.
    private struct Moment: Sendable {
        var versions: RegistryVersions
        var inventory: Inventory
    }

    package func inventory() async throws -> Inventory {
        try await file.read { [self] database in try moment(database).inventory }
    }

    package func apply(_ changes: [InventoryChange], by actor: Actor, at now: Timestamp) async throws {
        guard !changes.isEmpty else { return }
        let after = try await file.write { [self] database in
            var moment = try moment(database)
            var edit = InventoryEdit(of: moment.inventory)
            for change in changes { try edit.apply(change) }
            try edit.finish()
            try RegistryWriter(database: database, seal: seal).write(edit)
            try AuditChain(database: database).append(edit.audit, by: actor, at: now)
            moment.versions = try RegistryVersions.bump(.inventory, in: database)
            moment.inventory = edit.inventory
            return moment
        }
        keep(after)
    }

    package func record(_ observations: [NodeObservation], at now: Timestamp) async throws {
        guard !observations.isEmpty else { return }
        let after = try await file.write { [self] database in
            var moment = try moment(database)
            let writer = RegistryWriter(database: database, seal: seal)
            for observation in observations {
                guard let node = moment.inventory.observe(observation, at: now) else { continue }
                try writer.writeObserved(node)
            }
            moment.versions = try RegistryVersions.bump(.observations, in: database)
            return moment
        }
        keep(after)
    }

    /// The registry as this transaction sees it; from memory when nobody changed it.
    private func moment(_ database: Database) throws -> Moment {
        let versions = try RegistryVersions(database)
        if let known = cache.withLock({ $0 }), known.versions == versions { return known }
        let fresh = Moment(
            versions: versions,
            inventory: try RegistryReader(database: database, path: file.path, seal: seal).inventory()
        )
        keep(fresh)
        return fresh
    }

    /// Never puts an older moment over a newer one: a slow reader may end after a fast writer.
    private func keep(_ moment: Moment) {
        cache.withLock { known in
            if let newer = known?.versions, !newer.isBefore(moment.versions) { return }
            known = moment
        }
    }
}

/// Counters of the registry: every act moves the first, every observation the second.
struct RegistryVersions: Equatable, Sendable {
    var inventory: Int64 = 0
    var observations: Int64 = 0

    enum Counter: String {
        case inventory, observations
    }

    init(_ database: Database) throws {
        let sql = "SELECT what, number FROM versions"
        let rows = try Row.fetchCursor(try database.cachedStatement(sql: sql))
        while let row = try rows.next() {
            switch Counter(rawValue: row[0]) {
            case .inventory: inventory = row[1]
            case .observations: observations = row[1]
            case nil: break
            }
        }
    }

    static func bump(_ counter: Counter, in database: Database) throws -> RegistryVersions {
        let sql = "UPDATE versions SET number = number + 1 WHERE what = ?"
        try database.cachedStatement(sql: sql).execute(arguments: [counter.rawValue])
        return try RegistryVersions(database)
    }

    func isBefore(_ other: RegistryVersions) -> Bool {
        (inventory, observations) != (other.inventory, other.observations)
            && inventory <= other.inventory && observations <= other.observations
    }
}
