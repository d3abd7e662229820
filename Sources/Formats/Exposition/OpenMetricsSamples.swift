package import FleetModel
package import Operations

/// OpenMetrics text as `promtool tsdb create-blocks-from openmetrics` takes it.
package struct OpenMetricsSamples: SampleText {
    package init() {}

    package func reader() -> any SampleTextReader { Reader() }

    package func text(of metric: String, _ series: [Series]) -> [UInt8] {
        let points = series.flatMap { series in
            zip(series.times, series.values).map { time, value in
                MetricFamily.Point(labels: series.labels, value: value, at: Timestamp(milliseconds: time))
            }
        }
        let family = MetricFamily(name: metric, points: points)
        var output: [UInt8] = []
        if points.contains(where: { !$0.value.isStaleMarker }) {
            ExpositionWriting.write(family, as: .openMetrics, into: &output)
        }
        return output
    }

    package var end: [UInt8] {
        var output: [UInt8] = []
        ExpositionWriting.end(as: .openMetrics, into: &output)
        return output
    }

    private struct Reader: SampleTextReader {
        private var stream = ExpositionStream(as: .openMetrics, limits: Reader.limits)

        /// A file of years has more samples than a scrape.
        private static var limits: ExpositionLimits {
            var limits = ExpositionLimits()
            limits.samples = .max
            return limits
        }

        mutating func add(_ piece: [UInt8], isLast: Bool) { stream.add(piece, isLast: isLast) }

        mutating func next() throws(ExpositionError) -> TimedSample? {
            while let entry = try stream.next() {
                guard case .sample(let value, let at) = entry else { continue }
                return TimedSample(labels: try stream.labels(), value: value, at: at)
            }
            return nil
        }
    }
}
