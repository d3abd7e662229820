import FleetModel
import GRDB
import Synchronization

/// The registry's numbers of nodes: samples are kept under them, so that renaming a node costs nothing and loses nothing.
final class NodeNumbers: Sendable {
    private let registry: SQLiteFile
    private let known = Mutex<(version: Int64, numbers: [NodeName: Int64])?>(nil)

    init(registry: SQLiteFile) {
        self.registry = registry
    }

    /// The numbers as they are now; one row is read where no act changed the registry.
    func current() async throws -> [NodeName: Int64] {
        try await registry.read { [self] database in
            let version = try RegistryVersions(database).inventory
            if let known = known.withLock({ $0 }), known.version == version { return known.numbers }
            let fresh = try numbers(database)
            known.withLock { $0 = (version, fresh) }
            return fresh
        }
    }

    private func numbers(_ database: Database) throws -> [NodeName: Int64] {
        var numbers: [NodeName: Int64] = [:]
        let rows = try Row.fetchCursor(database, sql: "SELECT name, id FROM nodes")
        while let row = try rows.next() {
            guard let name = try? NodeName(row[0]) else {
                throw StateError.damaged(registry.path, because: "a node has a name that is none")
            }
            numbers[name] = row[1]
        }
        return numbers
    }
}
