import FleetModel
import GRDB
import Glibc
import Synchronization

/// One open SQLite file: one connection that only reads and never waits for writers, one that writes, opened when first
/// needed; errors in the operator's words.
///
/// A command that only reads thus writes nothing: the reading connection cannot, and no other is made.
final class SQLiteFile: Sendable {
    private let plan: Plan
    private let reader: DatabaseQueue
    private let writer: Mutex<DatabaseQueue?>

    private init(_ plan: Plan, reader: DatabaseQueue, writer: DatabaseQueue?) {
        self.plan = plan
        self.reader = reader
        self.writer = Mutex(writer)
    }

    var path: String { plan.path }

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
            let found = FileInspection(path: plan.path)
            // A kill while the file was being made leaves a rollback journal, which only a writer may play back.
            if found.hasRollbackJournal { try keepCopy(of: plan) }
            var writer = found.isEmpty || found.hasRollbackJournal ? try openWriter(plan) : nil
            // Else read-only first: merely opening a file for writing changes bytes in it.
            let reader = try reader(plan)
            if try !reader.read({ try isCurrent($0, plan) }) {
                try keepCopy(of: plan)
                writer = try openWriter(plan)
            }
            return SQLiteFile(plan, reader: reader, writer: writer)
        }
    }

    /// Reads one consistent moment; never waits for a writer.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await reader.read(body)
        } catch let error as DatabaseError {
            throw StateError(sqlite: error, path: path)
        }
    }

    /// One transaction: all of it or nothing.
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await writingConnection().write(body)
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
            try reader.backup(to: copy)
            try Self.makeWhole(copy)
        }
    }

    /// Looks at a file as closely as the plan says and changes nothing in it.
    static func verify(_ plan: Plan) throws(StateError) {
        try translating(plan.path) {
            let reader = try reader(plan)
            defer { try? reader.close() }
            _ = try reader.read { try isCurrent($0, plan) }
        }
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
        // The writer last: only it can fold the log into the file.
        try Self.translating(path) {
            try reader.close()
            try writer.withLock { try $0?.close() }
        }
    }

    private func writingConnection() throws -> DatabaseQueue {
        try writer.withLock { writer in
            if let writer { return writer }
            let opened = try Self.openWriter(plan)
            writer = opened
            return opened
        }
    }

    private static func reader(_ plan: Plan) throws -> DatabaseQueue {
        var configuration = configuration(plan)
        configuration.readonly = true
        return try DatabaseQueue(path: plan.path, configuration: configuration)
    }

    private static func openWriter(_ plan: Plan) throws -> DatabaseQueue {
        let writer = try DatabaseQueue(path: plan.path, configuration: configuration(plan))
        try writer.writeWithoutTransaction { database in
            try settle(database, plan)
            try plan.schema.bring(database, path: plan.path)
        }
        return writer
    }

    private static func configuration(_ plan: Plan) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(15)
        configuration.label = plan.schema.name
        return configuration
    }

    /// Not GRDB's own write-ahead setting: that makes and drops a table at each start, four waits for the disk.
    private static func settle(_ database: Database, _ plan: Plan) throws {
        // Each poll writes one page, that of its node's newest row: a small one. Only a new file takes it.
        if !plan.durable { try database.execute(sql: "PRAGMA page_size = 1024") }
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw StateError(
                "no_log",
                "\(plan.path): no write-ahead log can be had here (journal mode \(mode ?? "?"))",
                advice: "put the home on a local disk: network file systems often lack what it needs"
            )
        }
        try database.execute(sql: "PRAGMA synchronous = \(plan.durable ? "FULL" : "NORMAL")")
        // Debian builds SQLite to overwrite what is deleted; for samples that only doubles the writing.
        if !plan.durable { try database.execute(sql: "PRAGMA secure_delete = OFF") }
        // A poll changes the last page of its node's history: folded in every few rounds, a page that several polls have
        // changed is written into the file once. 32 MiB of log.
        if !plan.durable {
            let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \((32 << 20) / max(512, size))")
        }
        if let limit = plan.pageLimit { try database.execute(sql: "PRAGMA max_page_count = \(limit)") }
    }

    /// Looks for damage where no migration is to come, which looks for itself.
    private static func isCurrent(_ database: Database, _ plan: Plan) throws -> Bool {
        guard try plan.schema.isCurrent(database, path: plan.path) else { return false }
        try SchemaInspection(path: plan.path).check(database, plan)
        return true
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
