package import FleetModel

/// When a place's clocks are how far from UTC: the content of a TZif file (RFC 9636).
package struct TimeZoneRules: Hashable, Sendable {
    package let name: String
    /// Seconds since 1970, ascending.
    private let changes: [Int64]
    /// Seconds east of UTC from the change of the same place on.
    private let offsets: [Int]
    /// Before the first change.
    private let first: Int
    /// For the time after the last change.
    private let later: RecurringZone?

    /// A place whose clocks never change.
    package init(name: String, offset: Int) {
        (self.name, changes, offsets, first, later) = (name, [], [], offset, nil)
    }

    /// `file` has the bytes of a TZif file; nil for what is none.
    package init?(name: String, file: [UInt8]) {
        guard var reader = TZifReader(file), let table = reader.table() else { return nil }
        self.name = name
        changes = table.changes
        offsets = table.offsets
        first = table.first
        later = RecurringZone(reader.footer)
    }

    /// Seconds east of UTC.
    package func offset(at moment: Timestamp) -> Int {
        let seconds = CivilTime.floor(moment.milliseconds, 1000)
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        if low == changes.count, let later { return later.offset(at: seconds) }
        return low == 0 ? first : offsets[low - 1]
    }
}

/// The second, 64-bit part of a TZif file.
struct TZifReader {
    private let bytes: [UInt8]
    private var place = 0
    private(set) var footer = ""

    struct Table {
        var changes: [Int64]
        var offsets: [Int]
        var first: Int
    }

    private struct Counts {
        var isUT, isStandard, leaps, changes, types, letters: Int

        func size(timeBytes: Int) -> Int {
            changes * (timeBytes + 1) + types * 6 + letters + leaps * (timeBytes + 4) + isStandard + isUT
        }
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 88, bytes.count < 1 << 20, bytes.starts(with: Array("TZif".utf8)), bytes[4] >= 0x32 else {
            return nil
        }
        self.bytes = bytes
    }

    mutating func table() -> Table? {
        guard let first = header() else { return nil }
        place += first.size(timeBytes: 4)
        guard let counts = header(), place + counts.size(timeBytes: 8) <= bytes.count, counts.types > 0 else {
            return nil
        }
        let end = place + counts.size(timeBytes: 8)
        let changes = (0..<counts.changes).map { number(at: place + $0 * 8, 8) }
        let kinds = (0..<counts.changes).map { Int(bytes[place + counts.changes * 8 + $0]) }
        let types = (0..<counts.types).map { Int(number(at: place + counts.changes * 9 + $0 * 6, 4)) }
        guard kinds.allSatisfy({ $0 < types.count }), zip(changes, changes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            return nil
        }
        footer = String(decoding: bytes[end...].drop { $0 == 10 }.prefix { $0 != 10 }, as: UTF8.self)
        return Table(changes: changes, offsets: kinds.map { types[$0] }, first: types[0])
    }

    private mutating func header() -> Counts? {
        guard place + 44 <= bytes.count, bytes[place...].starts(with: Array("TZif".utf8)) else { return nil }
        let counts = (0..<6).map { Int(number(at: place + 20 + $0 * 4, 4)) }
        guard counts.allSatisfy({ (0..<1 << 20).contains($0) }) else { return nil }
        place += 44
        return Counts(
            isUT: counts[0],
            isStandard: counts[1],
            leaps: counts[2],
            changes: counts[3],
            types: counts[4],
            letters: counts[5]
        )
    }

    /// Big-endian, signed.
    private func number(at index: Int, _ width: Int) -> Int64 {
        var value: UInt64 = 0
        for byte in bytes[index..<index + width] { value = value << 8 | UInt64(byte) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
}
