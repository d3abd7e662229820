import FleetModel
import GRDB
import TimeSeries

/// Keeps the file below a number of bytes: what is worth least goes first.
///
/// The file itself does not shrink: its free pages are used again.
struct SampleSizeLimit {
    let file: SQLiteFile
    let bytes: Int
    /// Of each resolution so many days stay while a coarser one has something to give.
    private static let sheltered: [(tier: Tier, days: Int64)] = [
        (.raw, 2), (.fiveMinutes, 14), (.hours, 0), (.fiveMinutes, 0), (.raw, 0),
    ]

    func enforce(at now: Int64) async throws {
        let upkeep = SampleUpkeep(file: file)
        while try await usedBytes() > bytes {
            try Task.checkCancellation()
            guard let (tier, block) = try await oldest(at: now) else { return }
            try await upkeep.forget(tier, before: (block + 1) * tier.span)
        }
    }

    private func usedBytes() async throws -> Int {
        try await file.read { try StoreBytes($0).used }
    }

    private func oldest(at now: Int64) async throws -> (Tier, Int64)? {
        try await file.read { database in
            for (tier, days) in Self.sheltered {
                guard let key = try Int64.fetchOne(database, sql: "SELECT min(key) FROM \(tier.table)") else {
                    continue
                }
                let block = BlockKey(key).block
                if (block + 1) * tier.span <= now - days * Tier.day { return (tier, block) }
            }
            return nil
        }
    }
}

/// The size of the file and the part of it that is in use.
struct StoreBytes {
    var file: Int
    var used: Int

    init(_ database: Database) throws {
        let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
        let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        file = pages * size
        used = (pages - free) * size
    }
}
