import FleetModel
import FleetTesting
import Foundation
import Operations
import SQLiteStore
import Testing

/// Figures, not proofs: run by `scripts/benchmarks/query` in release mode. Both answer through their HTTP APIs.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["FLOTILLA_BENCH"] != nil))
struct QueryRace {
    private static let start: Int64 = 1_700_006_400_000
    private static let day: Int64 = 86_400_000
    private static let interval: Int64 = 60_000
    private static let nodes = (ProcessInfo.processInfo.environment["FLOTILLA_NODES"] ?? "100,1000")
        .split(separator: ",").compactMap { Int($0) }

    private static let queries = [
        "avg by (group) (rate(node_cpu_seconds_total{mode!=\"idle\"}[5m]))",
        "sum by (node) (rate(node_cpu_seconds_total[5m]))",
        "max by (group) (max_over_time(node_cpu_seconds_total[1h]))",
        "count(node_cpu_seconds_total)", "node_cpu_seconds_total{mode=\"user\",node=\"node-7\"}",
    ]

    @Test(arguments: nodes) func `a day at sixty points`(nodes: Int) async throws {
        try await TestBed.with { bed in
            let series = Self.series(nodes)
            let theirs = try PrometheusServer(in: bed)
            try theirs.write(series)
            let ours = try await ServedFleet(in: bed)
            try await Self.store(series, ours)
            for query in Self.queries {
                var (own, real): ([Double], [Double]) = ([], [])
                let theirAnswer = try Self.ask(theirs.port, "/api/v1/", query).answer
                #expect(try Self.ask(ours.port, "/prometheus/api/v1/", query).answer.isLike(theirAnswer), "\(query)")
                for _ in 0..<7 {
                    real.append(try Self.ask(theirs.port, "/api/v1/", query).seconds)
                    own.append(try Self.ask(ours.port, "/prometheus/api/v1/", query).seconds)
                }
                let (mine, their) = (own.sorted()[3], real.sorted()[3])
                print(
                    "\(nodes) nodes: \(Self.milliseconds(mine)) ms, Prometheus \(Self.milliseconds(their)) ms, "
                        + "ratio \((mine / their * 100).rounded() / 100): \(query)"
                )
            }
        }
    }

    private static func milliseconds(_ seconds: Double) -> Double { (seconds * 10_000).rounded() / 10 }

    private static func ask(
        _ port: FleetModel.Port,
        _ prefix: String,
        _ query: String
    ) throws -> (seconds: Double, answer: RangeAnswer) {
        let plain = CharacterSet.alphanumerics
        let escaped = query.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
        let step = day / 60 / 1000
        let path =
            "\(prefix)query_range?query=\(escaped)&start=\(start / 1000 + step)&end=\((start + day) / 1000)&step=\(step)"
        let began = ContinuousClock.now
        let reply = try HTTPReply.ask(port, path)
        let took = (ContinuousClock.now - began).seconds
        guard reply.status == 200 else { throw FixtureError(reply.text) }
        return (took, try RangeAnswer(reply.body))
    }

    /// As polls come: one row for each node and minute, folded now and then.
    private static func store(_ series: [Series], _ fleet: ServedFleet) async throws {
        let own: Set<String> = ["mode", "cpu"]
        let byNode = Dictionary(grouping: series) { $0.labels["node"] }
        for index in 0..<Int(day / interval) {
            let at = Timestamp(milliseconds: start + Int64(index) * interval)
            let rows = byNode.values.map { all in
                SampleRow(
                    target: all[0].labels.labels.filter { !own.contains($0.key) && $0.key != LabelSet.nameLabel },
                    at: at,
                    samples: all.map {
                        Sample(
                            $0.labels[LabelSet.nameLabel],
                            $0.labels.labels.filter { own.contains($0.key) },
                            $0.values[index]
                        )
                    },
                    isWhole: true
                )
            }
            _ = try await fleet.database.samples.append(rows, window: .zero)
            guard index % 120 == 119 else { continue }
            try await fleet.database.samples.maintain(at: at, keeping: RetentionLimits(raw: .seconds(7 * 86_400)))
        }
    }

    /// Counters of one processor; a group has fifty nodes or so.
    private static func series(_ nodes: Int) -> [Series] {
        var random = SystemRandomNumberGenerator()
        return (0..<nodes).flatMap { node in
            ["idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"].map { mode in
                let labels = [
                    "__name__": "node_cpu_seconds_total", "cpu": "0", "mode": mode, "node": "node-\(node)",
                    "instance": "10.0.\(node / 250).\(node % 250):22", "job": "flotilla", "group": "site-\(node % 20)",
                ]
                var total = 0.0
                let times = Array(stride(from: start, to: start + day, by: Int(interval)))
                let values = times.map { _ in
                    total += Double(random.next() % 700) / 100
                    return (total * 100).rounded() / 100
                }
                return Series(labels: LabelSet(labels.map { .init($0, $1) }), times: times, values: values)
            }
        }
    }
}

/// The series of a `query_range`, each by its labels.
private struct RangeAnswer {
    private var series: [LabelSet: [(at: Double, value: Double)]] = [:]

    init(_ body: [UInt8]) throws {
        let list = try JSONReading.parse(body)["data"]["result"].elements
        for one in list {
            let labels = (one["metric"].object ?? [:]).map { Sample.Label($0.key, $0.value.string ?? "") }
            series[LabelSet(labels)] = one["values"].elements.compactMap { pair in
                let pair = pair.elements
                guard pair.count == 2, let at = Double(pair[0].text()), let value = Double(pair[1].string ?? "")
                else { return nil }
                return (at, value)
            }
        }
    }

    /// The same series and moments; figures may differ by what the order of adding does to the last digits.
    func isLike(_ other: RangeAnswer) -> Bool {
        guard !series.isEmpty, series.count == other.series.count else { return false }
        return series.allSatisfy { labels, points in
            guard let others = other.series[labels], points.count == others.count, !points.isEmpty else { return false }
            return zip(points, others).allSatisfy { mine, its in
                mine.at == its.at && abs(mine.value - its.value) <= 1e-9 * max(abs(mine.value), abs(its.value))
            }
        }
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] {
        if case .array(let elements) = self { return elements }
        return []
    }

    fileprivate subscript(name: String) -> JSONValue { object?[name] ?? .null }
}
