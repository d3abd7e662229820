package import FleetModel

/// The message of Prometheus' remote write 1.0.
package struct WriteRequest: Hashable, Sendable {
    package var series: [Series]

    package struct Series: Hashable, Sendable {
        /// As sent: whether they are in order and unique is the receiver's to check.
        package var labels: [Sample.Label]
        package var points: [Point]

        package init(labels: [Sample.Label], points: [Point]) {
            self.labels = labels
            self.points = points
        }
    }

    package struct Point: Hashable, Sendable {
        package var at: Timestamp
        package var value: Double

        package init(at: Timestamp, value: Double) {
            self.at = at
            self.value = value
        }

        /// By bits, so that a stale marker is told from other NaNs.
        package static func == (left: Point, right: Point) -> Bool {
            left.at == right.at && left.value.bitPattern == right.value.bitPattern
        }
    }

    package init(series: [Series]) {
        self.series = series
    }

    /// What one request may hold.
    package struct Limits: Hashable, Sendable {
        package var series = 100_000
        package var samples = 1_000_000
        package var labels = 256
        /// Bytes of a label's name or value.
        package var text = 65_536

        package init() {}
    }

    package enum Fault: Error, Hashable {
        case damaged
        case tooMany(String)
        case noUTF8
    }
}

extension WriteRequest {
    /// Reads the message; fields that are not known (metadata, exemplars, histograms) are passed over.
    ///
    /// - Throws: `Fault`.
    package init(_ bytes: [UInt8], limits: Limits = Limits()) throws(Fault) {
        var reader = WireReader(bytes: bytes, range: 0..<bytes.count)
        var series: [Series] = []
        var samples = 0
        while let field = try reader.field() {
            guard case .bytes(let range) = field.content, field.number == 1 else { continue }
            guard series.count < limits.series else { throw .tooMany("series") }
            let one = try Self.series(bytes, range, limits, left: limits.samples - samples)
            samples += one.points.count
            series.append(one)
        }
        self.series = series
    }

    private static func series(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        _ limits: Limits,
        left: Int
    ) throws(Fault) -> Series {
        var reader = WireReader(bytes: bytes, range: range)
        var series = Series(labels: [], points: [])
        while let field = try reader.field() {
            guard case .bytes(let range) = field.content else { continue }
            if field.number == 1 {
                guard series.labels.count < limits.labels else { throw .tooMany("labels") }
                series.labels.append(try label(bytes, range, limits))
            } else if field.number == 2 {
                guard series.points.count < left else { throw .tooMany("samples") }
                series.points.append(try point(bytes, range))
            }
        }
        return series
    }

    private static func label(_ bytes: [UInt8], _ range: Range<Int>, _ limits: Limits) throws(Fault) -> Sample.Label {
        var reader = WireReader(bytes: bytes, range: range)
        var texts = ["", ""]
        while let field = try reader.field() {
            guard case .bytes(let range) = field.content, field.number == 1 || field.number == 2 else { continue }
            guard range.count <= limits.text else { throw .tooMany("bytes in a label") }
            guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .noUTF8 }
            texts[field.number - 1] = text
        }
        return Sample.Label(texts[0], texts[1])
    }

    private static func point(_ bytes: [UInt8], _ range: Range<Int>) throws(Fault) -> Point {
        var reader = WireReader(bytes: bytes, range: range)
        var value = 0.0
        var at: Int64 = 0
        while let field = try reader.field() {
            switch (field.number, field.content) {
            case (1, .fixed64(let bits)): value = Double(bitPattern: bits)
            case (2, .varint(let number)): at = Int64(bitPattern: number)
            default: break
            }
        }
        return Point(at: Timestamp(milliseconds: at), value: value)
    }

    /// The message as bytes, not packed.
    package var bytes: [UInt8] {
        var writer = WireWriter()
        for one in series {
            var inner = WireWriter()
            for label in one.labels {
                var pair = WireWriter()
                pair.text(1, label.key)
                pair.text(2, label.value)
                inner.message(1, pair)
            }
            for point in one.points {
                var sample = WireWriter()
                sample.double(1, point.value)
                sample.number(2, point.at.milliseconds)
                inner.message(2, sample)
            }
            writer.message(1, inner)
        }
        return writer.output
    }
}
