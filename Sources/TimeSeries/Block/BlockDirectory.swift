/// What a source has in one span of time: its moments, and the metrics that have bytes of their own.
package struct BlockDirectory: Hashable, Sendable {
    /// Milliseconds since 1970, rising.
    package var times: [Int64]
    /// Numbers of metrics, rising.
    package var metrics: [Int64]

    package init(times: [Int64], metrics: [Int64]) {
        self.times = times
        self.metrics = metrics
    }

    package func sealed() -> [UInt8] {
        var body = ByteWriter()
        body.byte(Sealed.version)
        body.count(metrics.count)
        var before: Int64 = 0
        for metric in metrics {
            body.signed(metric &- before)
            before = metric
        }
        body.count(times.count)
        IntegerColumn.write(times, into: &body)
        return Sealed.bytes(body.bytes)
    }

    package init(_ bytes: [UInt8]) throws(ChunkError) {
        self = try bytes.reading { reader throws(ChunkError) in
            var body = try Sealed.versioned(&reader)
            var metrics: [Int64] = []
            var before: Int64 = 0
            for _ in 0..<(try body.count(upTo: body.left)) {
                before &+= try body.signed()
                metrics.append(before)
            }
            let count = try body.count(upTo: ChunkLimits.samples)
            return BlockDirectory(times: try IntegerColumn.read(count, from: &body), metrics: metrics)
        }
    }
}
