import FleetModel
import Foundation
import GRDB
import TimeSeries

/// Reads rows of chunks and rollups; a damaged one is named by its table and key.
struct ChunkReader {
    let database: Database
    let path: String

    init(_ database: Database, _ path: String) {
        self.database = database
        self.path = path
    }

    func bytes(_ tier: Tier, _ key: BlockKey) throws -> [UInt8]? {
        let statement = try database.cachedStatement(sql: "SELECT body FROM \(tier.table) WHERE key = ?")
        return try Data.fetchOne(statement, arguments: [key.number]).map { [UInt8]($0) }
    }

    func directory(_ tier: Tier, _ block: Int64, _ source: Int64) throws -> BlockDirectory? {
        let key = BlockKey(block, 0, source)
        return try bytes(tier, key).map { bytes in try reading(tier, key) { try BlockDirectory(bytes) } }
    }

    /// All raw samples of a source in the stretch of time around a moment.
    func block(of source: Int64, at time: Int64) throws -> SourceBlock {
        let block = Tier.raw.block(of: time)
        guard let directory = try directory(.raw, block, source) else { return SourceBlock() }
        var columns: [Int64: SourceBlock.Column] = [:]
        for metric in directory.metrics {
            let key = BlockKey(block, metric, source)
            guard let bytes = try bytes(.raw, key) else { throw missing(.raw, key) }
            let family = try reading(.raw, key) { try FamilyBytes.open(bytes, moments: directory.times.count) }
            columns.merge(family) { $1 }
        }
        return SourceBlock(times: directory.times, columns: columns)
    }

    func reading<T>(_ tier: Tier, _ key: BlockKey, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as ChunkError {
            throw StateError.damaged(path, because: "row \(key.number) of \(tier.table): \(error)")
        }
    }

    func missing(_ tier: Tier, _ key: BlockKey) -> StateError {
        .damaged(path, because: "row \(key.number) of \(tier.table) is missing")
    }
}
