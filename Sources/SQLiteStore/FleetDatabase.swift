package import FleetModel

/// The fleet's state on disk: the registry and its audit record in one SQLite file, the samples in a second one beside it.
///
/// Two files, so that a collector writing a thousand polls a second never keeps a `register` of another process waiting,
/// and so that damaged measurements never cost the registry. Any number of processes may have them open at once.
package final class FleetDatabase: Sendable {
    package let inventory: SQLiteInventory
    package let audit: SQLiteAudit
    package let samples: SQLiteSamples
    private let registry: SQLiteFile

    /// Opens the state, making it where there is none yet.
    ///
    /// - Parameters:
    ///   - path: the registry's file; its folder must exist. Samples go to `NAME-samples.db` beside it, the key of the
    ///     secrets among its variables to `keys/variables.key`.
    ///   - inspection: how closely to look for damage first.
    ///   - pageLimit: the most pages either file may have; nil for SQLite's own limit.
    /// - Returns: the open state; `close()` it, or let it go.
    /// - Throws: `StateError`: `state.damaged`, `state.newer_version`, `state.foreign_file`, `state.not_writable`,
    ///   `state.wrong_owner`, `state.missing_folder`, `state.disk_full`, `state.busy`. Nothing is changed then.
    package static func open(at path: String, inspection: Inspection = .quick, pageLimit: Int? = nil) throws(StateError)
        -> FleetDatabase
    {
        if FileInspection(path: samplesPath(beside: path)).isThere, FileInspection(path: path).isThereButEmpty {
            throw StateError.damaged(path, because: "it is empty, but the measurements of its fleet stand beside it")
        }
        let registry = try SQLiteFile.open(
            SQLiteFile.Plan(
                path: path,
                schema: .registry,
                inspection: inspection,
                durable: true,
                pageLimit: pageLimit,
                copies: StateError.folder(of: path) + "/backups"
            )
        )
        let samples = SQLiteFile.Plan(
            path: samplesPath(beside: path),
            schema: .samples,
            inspection: inspection,
            durable: false,
            pageLimit: pageLimit
        )
        return FleetDatabase(registry: registry, samples: samples)
    }

    private init(registry: SQLiteFile, samples: SQLiteFile.Plan) {
        self.registry = registry
        self.inventory = SQLiteInventory(file: registry, seal: VariableSeal(path: Self.sealPath(beside: registry.path)))
        self.audit = SQLiteAudit(file: registry)
        self.samples = SQLiteSamples(plan: samples, registry: registry)
    }

    /// Copies the registry and the audit record, as they are at one moment, to a file that is not there yet.
    ///
    /// Put in place of a damaged registry (without the damaged one's `-wal` and `-shm` files) it is a restored one.
    /// Blocks for as long as the copying takes; other users of the database go on meanwhile.
    ///
    /// - Throws: `StateError`.
    package func copyRegistry(to path: String) throws(StateError) {
        try registry.copy(to: path)
    }

    /// Ends all connections; the last process out folds the write-ahead logs into the files.
    ///
    /// - Throws: `StateError` when a connection is still in use.
    package func close() throws(StateError) {
        try samples.close()
        try registry.close()
    }

    private static func sealPath(beside path: String) -> String {
        StateError.folder(of: path) + "/keys/variables.key"
    }

    private static func samplesPath(beside path: String) -> String {
        (path.hasSuffix(".db") ? String(path.dropLast(3)) : path) + "-samples.db"
    }

    /// How closely a file is looked at before it is used.
    package enum Inspection: Sendable {
        /// Header, write-ahead log and schema; every page too where the file is small.
        case quick
        /// Every page, whatever it costs: for the daemon's start and for `backup verify`.
        case thorough
    }
}
