import FleetModel
import FleetTesting
import Foundation
import PromQL
import Testing

/// Against a real Prometheus with the same samples; runs only where `FLOTILLA_RACE` gives the number of nodes:
/// `FLOTILLA_RACE=1000 swift test -c release --filter SpeedRaceTests`.
@Suite(.serialized) struct SpeedRaceTests {
    private static let nodes = ProcessInfo.processInfo.environment["FLOTILLA_RACE"].flatMap { Int($0) }
    private static let start: Int64 = 1_700_000_000_000
    private static let day: Int64 = 86_400_000

    private static let queries = [
        "avg by (group) (rate(node_cpu_seconds_total{mode!=\"idle\"}[5m]))",
        "sum by (node) (rate(node_cpu_seconds_total[5m]))",
        "max by (group) (max_over_time(node_cpu_seconds_total[1h]))",
        "count(node_cpu_seconds_total > 1000)",
        "sum by (mode) (node_cpu_seconds_total) / ignoring(mode) group_left sum(node_cpu_seconds_total)",
        "node_cpu_seconds_total{mode=\"user\"} / on(node) node_cpu_seconds_total{mode=\"system\"}",
        "quantile by (group) (0.9, rate(node_cpu_seconds_total{mode=\"user\"}[5m]))",
    ]

    @Test(.enabled(if: nodes != nil)) func `the same queries over a day, the same answers`() async throws {
        let series = Self.series(try #require(Self.nodes))
        try await TestBed.with { bed in
            let server = try PrometheusServer(in: bed)
            try server.write(series)
            let source = MemorySource(series)
            for points in [Int64(60), 1440] {
                for text in Self.queries { try Self.race(text, step: Self.day / points, source, server) }
            }
        }
    }

    private static func race(
        _ text: String,
        step: Int64,
        _ source: MemorySource,
        _ server: PrometheusServer
    ) throws {
        let query = try Query(text)
        var (ours, theirs): ([Double], [Double]) = ([], [])
        for _ in 0..<5 {
            let (from, through) = (start + step, start + day)
            let began = ContinuousClock.now
            let own = OracleAnswer { try query.range(from: from, through: through, step: step, on: source) }
            let between = ContinuousClock.now
            let wanted = try server.query(text, from: from, through: through, step: step)
            ours.append((between - began).seconds)
            theirs.append((ContinuousClock.now - between).seconds)
            let difference = own.difference(from: wanted, isOrdered: false)
            #expect(difference == nil, "\(text)")
        }
        print("RACE step \(step / 1000) s, \(text): \(median(ours)) s, Prometheus \(median(theirs)) s")
    }

    private static func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

    /// A counter for each mode of one processor, once in a minute.
    private static func series(_ nodes: Int) -> [Series] {
        var random = SmallRandom(seed: 1)
        return (0..<nodes).flatMap { node in
            ["idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"].map { mode in
                let labels = [
                    "__name__": "node_cpu_seconds_total", "cpu": "0", "mode": mode, "node": "node-\(node)",
                    "instance": "10.0.\(node / 250).\(node % 250):22", "job": "flotilla", "group": "site-\(node % 20)",
                ]
                var total = Double(random.next(100_000)) / 100
                let times = Array(stride(from: start, through: start + day, by: 60_000))
                let values = times.map { _ in
                    total += Double(random.next(700)) / 100
                    return total
                }
                return Series(labels: LabelSet(labels.map { .init($0, $1) }), times: times, values: values)
            }
        }
    }
}
