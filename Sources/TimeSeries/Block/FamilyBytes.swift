/// The bytes of all series of one metric of one source: a list of lengths first, so that one series is read alone.
package enum FamilyBytes {
    /// - Parameters:
    ///   - columns: by the number of the series.
    ///   - moments: how many moments the block has.
    /// - Returns: the sealed bytes.
    package static func seal(_ columns: [Int64: SourceBlock.Column], moments: Int) -> [UInt8] {
        framed(columns) { column, bytes in
            Presence.write(column.places, moments, into: &bytes)
            ValueColumn.write(column.values, into: &bytes)
        }
    }

    /// The columns of the series that are wanted.
    package static func open(_ bytes: [UInt8], moments: Int, wanted: (Int64) -> Bool = { _ in true })
        throws(ChunkError) -> [Int64: SourceBlock.Column]
    {
        try unframed(bytes, wanted) { reader throws(ChunkError) in
            let places = try Presence.read(moments, from: &reader) ?? Array(0..<Int32(moments))
            return SourceBlock.Column(places: places, values: try ValueColumn.read(places.count, from: &reader))
        }
    }

    /// Hands over the series that are wanted, one by one: number, places (nil where every moment has a figure), figures.
    package static func forEach(
        _ bytes: [UInt8],
        moments: Int,
        wanted: (Int64) -> Bool,
        _ body: (Int64, [Int32]?, [Double]) -> Void
    ) throws(ChunkError) {
        try forEachPart(bytes, wanted) { series, reader throws(ChunkError) in
            let places = try Presence.read(moments, from: &reader)
            body(series, places, try ValueColumn.read(places?.count ?? moments, from: &reader))
        }
    }

    static func framed<T>(_ columns: [Int64: T], _ write: (T, inout ByteWriter) -> Void) -> [UInt8] {
        var (head, body) = (ByteWriter(), ByteWriter())
        head.byte(Sealed.version)
        head.count(columns.count)
        var before: Int64 = 0
        for (series, column) in columns.sorted(by: { $0.key < $1.key }) {
            var bytes = ByteWriter()
            write(column, &bytes)
            head.signed(series &- before)
            head.count(bytes.bytes.count)
            body.append(bytes.bytes)
            before = series
        }
        return Sealed.bytes(head.bytes + body.bytes)
    }

    static func unframed<T>(
        _ bytes: [UInt8],
        _ wanted: (Int64) -> Bool,
        _ read: (inout ByteReader) throws(ChunkError) -> T
    ) throws(ChunkError) -> [Int64: T] {
        var columns: [Int64: T] = [:]
        try forEachPart(bytes, wanted) { series, reader throws(ChunkError) in columns[series] = try read(&reader) }
        return columns
    }

    private static func forEachPart(
        _ bytes: [UInt8],
        _ wanted: (Int64) -> Bool,
        _ body: (Int64, inout ByteReader) throws(ChunkError) -> Void
    ) throws(ChunkError) {
        try bytes.reading { reader throws(ChunkError) in
            var whole = try Sealed.versioned(&reader)
            var parts: [(series: Int64, length: Int)] = []
            var series: Int64 = 0
            for _ in 0..<(try whole.count(upTo: whole.left)) {
                series &+= try whole.signed()
                parts.append((series, try whole.count(upTo: whole.left)))
            }
            for part in parts {
                var column = ByteReader(try whole.next(part.length))
                if wanted(part.series) { try body(part.series, &column) }
            }
        }
    }
}

/// Which moments have a figure: one zero byte when all have one, else runs of absent and present ones.
enum Presence {
    static func write(_ places: [Int32], _ moments: Int, into bytes: inout ByteWriter) {
        guard places.count != moments else { return bytes.count(0) }
        var runs: [(gap: Int32, length: Int)] = []
        var next: Int32 = 0
        for place in places {
            if place == next, !runs.isEmpty {
                runs[runs.count - 1].length += 1
            } else {
                runs.append((place - next, 1))
            }
            next = place + 1
        }
        bytes.count(runs.count + 1)
        for run in runs {
            bytes.count(Int(run.gap))
            bytes.count(run.length)
        }
    }

    /// Nil where every moment has a figure.
    static func read(_ moments: Int, from bytes: inout ByteReader) throws(ChunkError) -> [Int32]? {
        let runs = try bytes.count(upTo: moments + 1)
        guard runs > 0 else { return nil }
        var places: [Int32] = []
        var next = 0
        for _ in 1..<runs {
            next += try bytes.count(upTo: moments)
            let length = try bytes.count(upTo: moments)
            guard next + length <= moments else { throw .nonsense("a figure beyond the last moment") }
            places.append(contentsOf: Int32(next)..<Int32(next + length))
            next += length
        }
        return places
    }
}
