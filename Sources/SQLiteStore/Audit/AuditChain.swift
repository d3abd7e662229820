import Crypto
import FleetModel
import GRDB
import Operations

/// The hash chain inside one transaction.
///
/// A record's hash is SHA-256, in hex, over seven netstrings (`LENGTH:BYTES,`): the hash before it, sequence, time in
/// milliseconds, actor, action, node (empty for none) and detail as stored. Anybody can check it with a few lines of script.
struct AuditChain {
    let database: Database

    /// The link before the first record.
    static let genesis = String(repeating: "0", count: 64)

    func append(_ entries: [AuditEntry], by actor: Actor, at now: Timestamp) throws {
        var (sequence, hash) = try head()
        for entry in entries {
            sequence += 1
            let record = Record(sequence: sequence, at: now, actor: actor.name, entry: entry)
            hash = record.hash(after: hash)
            try insert(record, hash)
        }
        try run("UPDATE audit_head SET sequence = ?, hash = ? WHERE one = 1", [sequence, hash])
    }

    /// The first record that does not fit, or the one that should follow the last where records are missing at the end.
    func firstBroken() throws -> Int64? {
        var (expected, hash) = (Int64(1), Self.genesis)
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT sequence, at, actor, action, node, detail, hash FROM audit ORDER BY sequence"
        )
        while let row = try rows.next() {
            let record = Record(row)
            let stored: String = row[6]
            guard record.sequence == expected, record.hash(after: hash) == stored else { return expected }
            (expected, hash) = (expected + 1, stored)
        }
        let head = try head()
        return head.sequence == expected - 1 && head.hash == hash ? nil : min(expected, head.sequence + 1)
    }

    private func head() throws -> (sequence: Int64, hash: String) {
        guard let row = try Row.fetchOne(database, sql: "SELECT sequence, hash FROM audit_head WHERE one = 1") else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the end of the audit chain is missing")
        }
        return (row[0], row[1])
    }

    private func insert(_ record: Record, _ hash: String) throws {
        try run(
            "INSERT INTO audit (sequence, at, actor, action, node, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [record.sequence, record.at, record.actor, record.action, record.node, record.detail, hash]
        )
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// A row as it is hashed.
    private struct Record {
        var sequence: Int64
        var at: Int64
        var actor: String
        var action: String
        var node: String?
        var detail: String

        init(sequence: Int64, at: Timestamp, actor: String, entry: AuditEntry) {
            self.sequence = sequence
            self.at = at.milliseconds
            self.actor = actor
            self.action = entry.action
            self.node = entry.node?.text
            self.detail = entry.detail.text()
        }

        init(_ row: Row) {
            self.sequence = row[0]
            self.at = row[1]
            self.actor = row[2]
            self.action = row[3]
            self.node = row[4]
            self.detail = row[5]
        }

        func hash(after previous: String) -> String {
            var content: [UInt8] = []
            for field in [previous, String(sequence), String(at), actor, action, node ?? "", detail] {
                content.append(contentsOf: "\(field.utf8.count):".utf8)
                content.append(contentsOf: field.utf8)
                content.append(UInt8(ascii: ","))
            }
            return SHA256.hash(data: content).hex
        }
    }
}

extension Sequence<UInt8> {
    fileprivate var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
