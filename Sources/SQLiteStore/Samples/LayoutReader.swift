import FleetModel
import Foundation
import GRDB

/// Reads the series of a layout back.
struct LayoutReader {
    let database: Database
    let path: String

    func series(of layout: Int64) throws -> [Series] {
        let sql = "SELECT series FROM layouts WHERE id = ?"
        guard let packed = try Data.fetchOne(database.cachedStatement(sql: sql), arguments: [layout]) else {
            throw StateError.damaged(path, because: "layout \(layout) of a poll is missing")
        }
        return try Self.numbers([UInt8](packed)).map(series)
    }

    static func numbers(_ packed: [UInt8]) -> [Int64] {
        var numbers: [Int64] = []
        var index = 0
        while let number = packed.varint(at: &index) { numbers.append(Int64(bitPattern: number)) }
        return numbers
    }

    private func series(_ number: Int64) throws -> Series {
        let statement = try database.cachedStatement(sql: "SELECT key FROM series WHERE id = ?")
        guard let key = try Data.fetchOne(statement, arguments: [number]), let series = Series(key: [UInt8](key)) else {
            throw StateError.damaged(path, because: "series \(number) is missing or cut short")
        }
        return series
    }
}
