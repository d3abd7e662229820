import FleetModel
import Foundation
import GRDB

/// Reads the series of a layout back.
struct LayoutReader {
    let database: Database
    let path: String

    /// The numbers of its series, in order.
    func numbers(of layout: Int64) throws -> [Int64] {
        let sql = "SELECT series FROM layouts WHERE id = ?"
        guard let packed = try Data.fetchOne(database.cachedStatement(sql: sql), arguments: [layout]) else {
            throw StateError.damaged(path, because: "row \(layout) of layouts is missing")
        }
        return Self.numbers([UInt8](packed))
    }

    static func numbers(_ packed: [UInt8]) -> [Int64] {
        var numbers: [Int64] = []
        var index = 0
        while let number = packed.varint(at: &index) { numbers.append(Int64(bitPattern: number)) }
        return numbers
    }

    /// The name and labels of a series.
    func key(of series: Int64) throws -> SeriesKey {
        let statement = try database.cachedStatement(sql: "SELECT key FROM series WHERE id = ?")
        guard let key = try Data.fetchOne(statement, arguments: [series]), let found = SeriesKey(key: [UInt8](key))
        else {
            throw StateError.damaged(path, because: "row \(series) of series is missing or cut short")
        }
        return found
    }
}
