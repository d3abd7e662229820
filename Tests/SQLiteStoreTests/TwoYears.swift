import FleetModel
import Foundation
import Operations
import TimeSeries

@testable import SQLiteStore

/// Samples of two years, brought in as an import brings them and kept as the daemon keeps them.
struct TwoYears {
    var nodes: Int
    var series: Int
    /// Between two samples.
    var interval: Int
    let days = 730
    let limits = RetentionLimits(raw: .seconds(30 * 86_400))

    var end: Timestamp { noon + .seconds(days * 86_400) }

    /// What the counter of a node shows at a time.
    func value(_ node: Int, _ second: Int) -> Double { Double(second / 60 * (node + 1)) }

    func fill(_ samples: SQLiteSamples) async throws {
        for node in 0..<nodes {
            for start in stride(from: 0, to: days, by: 73) {
                let seconds = stride(from: start * 86_400, to: (start + 73) * 86_400, by: interval)
                _ = try await samples.append(seconds.map { row(node, $0) }, window: .zero)
            }
            try await samples.maintain(at: end, keeping: limits)
        }
    }

    private func row(_ node: Int, _ second: Int) -> SampleRow {
        var list = [Sample("x_total", [], value(node, second))]
        for number in 1..<series {
            list.append(Sample("gauge", [.init("device", "d\(number)")], gauge(number, second)))
        }
        let target = [Sample.Label("instance", "10.0.0.\(node):22"), Sample.Label("node", "n\(node)")]
        return SampleRow(target: target, at: noon + .seconds(second), samples: list, isWhole: true)
    }

    private func gauge(_ number: Int, _ second: Int) -> Double {
        let step = second / 600 * number
        return Double(step % 977) / 100
    }

    func query(_ matchers: [LabelMatcher], days: Int, _ resolution: Resolution) -> SeriesQuery {
        SeriesQuery(matchers, from: end + .seconds(-days * 86_400), through: end, resolution: resolution)
    }
}
