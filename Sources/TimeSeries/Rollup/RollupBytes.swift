/// Rollups of all series of one metric of one source as bytes.
///
/// A column that follows from another is not kept: the greatest figure of a counter is its last one, the sum of an idle
/// series is its figure times the count.
package enum RollupBytes {
    /// - Parameters:
    ///   - rollups: by the number of the series.
    ///   - resolution: of them all.
    ///   - moments: the times that most of them have their samples at; given again to `open`.
    /// - Returns: the sealed bytes.
    package static func seal(_ rollups: [Int64: Rollup], _ resolution: Resolution, moments: [Int64]) -> [UInt8] {
        FamilyBytes.framed(rollups) { rollup, bytes in write(rollup, resolution, moments, into: &bytes) }
    }

    /// The rollups of the series that are wanted.
    package static func open(
        _ bytes: [UInt8],
        _ resolution: Resolution,
        moments: [Int64],
        wanted: (Int64) -> Bool = { _ in true }
    ) throws(ChunkError) -> [Int64: Rollup] {
        try FamilyBytes.unframed(bytes, wanted) { reader throws(ChunkError) in
            try read(resolution, moments, from: &reader)
        }
    }

    /// What follows from the other columns.
    private struct Derived: OptionSet {
        var rawValue: UInt8
        static let times = Derived(rawValue: 1)
        static let last = Derived(rawValue: 2)
        static let min = Derived(rawValue: 4)
        static let max = Derived(rawValue: 8)
        static let sum = Derived(rawValue: 16)
    }

    private static func write(_ rollup: Rollup, _ width: Resolution, _ moments: [Int64], into bytes: inout ByteWriter) {
        let buckets = rollup.buckets
        let last = buckets.map(\.last)
        var derived: Derived = []
        if rollup.times == moments { derived.insert(.times) }
        if same(last, rollup.values) { derived.insert(.last) }
        if same(last, buckets.map(\.min)) { derived.insert(.min) }
        if same(last, buckets.map(\.max)) { derived.insert(.max) }
        if same(buckets.map { $0.last * Double($0.count) }, buckets.map(\.sum)) { derived.insert(.sum) }
        bytes.byte(derived.rawValue)
        bytes.count(rollup.values.count)
        bytes.count(buckets.count)
        if !derived.contains(.times) { integers(rollup.times, &bytes) }
        doubles(rollup.values, &bytes)
        integers(buckets.map { $0.start / width.milliseconds }, &bytes)
        integers(buckets.map(\.count), &bytes)
        if !derived.contains(.last) { doubles(last, &bytes) }
        if !derived.contains(.min) { doubles(buckets.map(\.min), &bytes) }
        if !derived.contains(.max) { doubles(buckets.map(\.max), &bytes) }
        if !derived.contains(.sum) { doubles(buckets.map(\.sum), &bytes) }
    }

    private static func read(_ width: Resolution, _ moments: [Int64], from bytes: inout ByteReader) throws(ChunkError)
        -> Rollup
    {
        let derived = Derived(rawValue: try bytes.byte())
        let size = try bytes.count(upTo: ChunkLimits.samples)
        let count = try bytes.count(upTo: ChunkLimits.samples)
        var rollup = Rollup()
        rollup.times = derived.contains(.times) ? moments : try integers(size, &bytes)
        rollup.values = try doubles(size, &bytes)
        let starts = try integers(count, &bytes)
        let counts = try integers(count, &bytes)
        let last = derived.contains(.last) ? rollup.values : try doubles(count, &bytes)
        guard rollup.times.count == size, last.count == count else { throw .nonsense("columns of different lengths") }
        let least = derived.contains(.min) ? last : try doubles(count, &bytes)
        let greatest = derived.contains(.max) ? last : try doubles(count, &bytes)
        let sums = derived.contains(.sum) ? zip(last, counts).map { $0 * Double($1) } : try doubles(count, &bytes)
        rollup.buckets = (0..<count).map { index in
            Bucket(
                start: starts[index] &* width.milliseconds,
                min: least[index],
                max: greatest[index],
                sum: sums[index],
                count: counts[index],
                last: last[index]
            )
        }
        return rollup
    }

    private static func same(_ one: [Double], _ other: [Double]) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { $0.bitPattern == $1.bitPattern }
    }

    private static func integers(_ numbers: [Int64], _ bytes: inout ByteWriter) {
        var column = ByteWriter()
        IntegerColumn.write(numbers, into: &column)
        bytes.block(column.bytes)
    }

    private static func doubles(_ values: [Double], _ bytes: inout ByteWriter) {
        var column = ByteWriter()
        ValueColumn.write(values, into: &column)
        bytes.block(column.bytes)
    }

    private static func integers(_ count: Int, _ bytes: inout ByteReader) throws(ChunkError) -> [Int64] {
        var column = ByteReader(try bytes.block())
        return try IntegerColumn.read(count, from: &column)
    }

    private static func doubles(_ count: Int, _ bytes: inout ByteReader) throws(ChunkError) -> [Double] {
        var column = ByteReader(try bytes.block())
        return try ValueColumn.read(count, from: &column)
    }
}
