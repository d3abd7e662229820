import FleetModel
import GRDB
import Glibc

/// One open SQLite file: readers that never wait for writers, one writer, errors in the operator's words.
final class SQLiteFile: Sendable {
    let path: String
    private let pool: DatabasePool

    private init(path: String, pool: DatabasePool) {
        self.path = path
        self.pool = pool
    }

    /// What to open and how.
    struct Plan: Sendable {
        var path: String
        var schema: Schema
        var inspection: FleetDatabase.Inspection
        /// True: a commit is on the disk when it returns. False: it survives `kill -9`, a power cut may take the last ones.
        var durable: Bool
        var pageLimit: Int?
        /// Where a copy is kept before a migration runs; nil: none is.
        var copies: String?
    }

    static func open(_ plan: Plan) throws(StateError) -> SQLiteFile {
        let place = StatePlace(path: plan.path)
        try place.check()
        try FileInspection(path: plan.path).check()
        try place.makePrivateFile()
        return try translating(plan.path) {
            try look(at: plan)
            try keepCopy(of: plan)
            let pool = try DatabasePool(path: plan.path, configuration: configuration(plan))
            try pool.writeWithoutTransaction { database in
                try settle(database, plan)
                try plan.schema.bring(database, path: plan.path)
            }
            return SQLiteFile(path: plan.path, pool: pool)
        }
    }

    /// Reads one consistent moment; never waits for a writer.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError {
            throw StateError(sqlite: error, path: path)
        }
    }

    /// One transaction: all of it or nothing.
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await pool.write(body)
        } catch let error as DatabaseError {
            throw StateError(sqlite: error, path: path)
        }
    }

    /// Copies one consistent moment into a new file, readable by its owner only; readers and writers go on meanwhile.
    func copy(to target: String) throws(StateError) {
        let place = StatePlace(path: target)
        try place.check()
        guard FileInspection(path: target).isEmpty else {
            throw StateError("file_exists", "\(target) is there already", advice: "name a file that is not there yet")
        }
        try place.makePrivateFile()
        try Self.translating(target) {
            let copy = try DatabaseQueue(path: target)
            try pool.backup(to: copy)
            try Self.makeWhole(copy)
        }
    }

    /// Looks at a file as closely as the plan says and changes nothing in it.
    static func verify(_ plan: Plan) throws(StateError) {
        try translating(plan.path) { try look(at: plan) }
    }

    /// A copy is one file: it must not need logs beside it.
    private static func makeWhole(_ copy: DatabaseQueue) throws {
        try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        try copy.close()
    }

    /// Keeps what stands there before a migration changes it.
    private static func keepCopy(of plan: Plan) throws {
        guard let folder = plan.copies, !FileInspection(path: plan.path).isEmpty else { return }
        let queue = try DatabaseQueue(path: plan.path, configuration: configuration(plan))
        defer { try? queue.close() }
        let isCurrent = try queue.read { try plan.schema.isCurrent($0, path: plan.path) }
        let isBare = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") == 0 }
        guard !isCurrent, !isBare else { return }
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw StateError.notWritable(folder, errno: errno) }
        let path = RegistryCopies.path(in: folder, before: plan.schema.migrations.count)
        let draft = path + ".new-\(getpid())"
        try StatePlace(path: draft).makePrivateFile()
        do {
            let copy = try DatabaseQueue(path: draft)
            try queue.backup(to: copy)
            let verdict = try copy.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard verdict == "ok" else { throw StateError.damaged(plan.path, because: verdict ?? "no answer") }
            try makeWhole(copy)
        } catch {
            unlink(draft)
            throw error
        }
        guard rename(draft, path) == 0 else { throw StateError.notWritable(path, errno: errno) }
    }

    func close() throws(StateError) {
        try Self.translating(path) { try pool.close() }
    }

    private static func configuration(_ plan: Plan) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(15)
        configuration.maximumReaderCount = 4
        configuration.label = plan.schema.name
        return configuration
    }

    private static func settle(_ database: Database, _ plan: Plan) throws {
        try database.execute(sql: "PRAGMA synchronous = \(plan.durable ? "FULL" : "NORMAL")")
        // Debian builds SQLite to overwrite what is deleted; for samples that only doubles the writing.
        if !plan.durable { try database.execute(sql: "PRAGMA secure_delete = OFF") }
        if let limit = plan.pageLimit { try database.execute(sql: "PRAGMA max_page_count = \(limit)") }
    }

    /// Looks through a read-only connection first: merely opening a file for writing changes bytes in it.
    private static func look(at plan: Plan) throws {
        guard !FileInspection(path: plan.path).isEmpty else { return }
        var configuration = configuration(plan)
        configuration.readonly = true
        let queue = try DatabaseQueue(path: plan.path, configuration: configuration)
        try queue.read { database in
            guard try plan.schema.isCurrent(database, path: plan.path) else { return }
            try SchemaInspection(path: plan.path).check(database, plan)
        }
        try queue.close()
    }

    private static func translating<T>(_ path: String, _ body: () throws -> T) throws(StateError) -> T {
        do {
            return try body()
        } catch let error as StateError {
            throw error
        } catch let error as DatabaseError {
            throw StateError(sqlite: error, path: path)
        } catch {
            throw StateError("unreadable", "\(path): \(error)")
        }
    }
}
