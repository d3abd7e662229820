import FleetModel
import Foundation
import Operations
import Testing
import TimeSeries

@testable import SQLiteStore

/// Figures, not proofs: run by `scripts/benchmarks/samples` in release mode.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["FLOTILLA_BENCH"] != nil))
struct SampleStoreBench {
    private let clock = ContinuousClock()

    private func timed<T>(_ what: String, _ body: () async throws -> T) async throws -> T {
        let start = clock.now
        let result = try await body()
        print("\(what): \(clock.now - start)")
        return result
    }

    @Test func `two years of a hundred nodes`() async throws {
        let scratch = try Scratch()
        let samples = try scratch.open().samples
        let years = TwoYears(nodes: 100, series: 20, interval: 3600)
        try await timed("two years of 100 nodes, 20 series, hourly, imported and kept") {
            try await years.fill(samples)
        }
        let statistics = try await samples.statistics()
        print("bytes in use \(statistics.usedBytes), rows \(statistics.rows)")
        let name = LabelMatcher("__name__", .equal("x_total"))
        let node = LabelMatcher("node", .equal("n7"))
        for (days, resolution) in [(1, Resolution.raw), (30, .fiveMinutes), (730, .hour)] {
            let one = years.query([name, node], days: days, resolution)
            let all = years.query([name], days: days, resolution)
            print(try await timed("\(days) days of one node") { try await samples.select(one) }.count, "series")
            print(try await timed("\(days) days of all nodes") { try await samples.select(all) }.count, "series")
        }
    }

    @Test func `a million series`() async throws {
        let scratch = try Scratch()
        let samples = try scratch.open().samples
        try await timed("a million series of 50 targets, entered") {
            for target in 0..<50 {
                let own = (0..<20_000).map { number in
                    Sample(
                        "http_requests_total",
                        [.init("code", "\(200 + number % 5)"), .init("path", "/p\(target)/\(number)")],
                        1
                    )
                }
                let labels = [Sample.Label("instance", "i\(target)")]
                for part in 0..<2 {
                    let row = SampleRow(target: labels, at: noon + .seconds(15 * part), samples: own, isWhole: true)
                    _ = try await samples.append([row], window: .zero)
                }
            }
        }
        let name = LabelMatcher("__name__", .equal("http_requests_total"))
        let cases: [(String, [LabelMatcher])] = [
            ("one path", [name, LabelMatcher("path", .equal("/p7/77"))]),
            (
                "a regular expression on a million paths",
                [name, LabelMatcher("path", .matches(try Pattern("/p7/1234[0-9]")))]
            ),
            (
                "one target and code",
                [LabelMatcher("instance", .equal("i3")), LabelMatcher("path", .matches(try Pattern("/p3/.*9")))]
            ),
        ]
        for (what, matchers) in cases {
            let query = SeriesQuery(matchers, from: noon, through: noon + .seconds(60))
            print(try await timed(what) { try await samples.series(query) }.count, "series")
        }
        print("values of path:", try await timed("values") { try await samples.labelValues(of: "path") }.count)
    }

    @Test func `polls stored and folded`() async throws {
        let scratch = try Scratch()
        let samples = try scratch.open().samples
        let (nodes, size) = (100, 128)
        var random = SystemRandomNumberGenerator()
        var state = (0..<size).map { Double($0 * 1000) }
        var work = Duration.zero
        for poll in 0..<960 {
            for index in 0..<size / 2 { state[index] += Double(random.next() % 4000) / (index % 2 == 0 ? 1 : 100) }
            let list = state.enumerated().map { index, value in
                Sample("m\(index / 3)_total", [.init("device", "d\(index % 3)")], (value * 100).rounded() / 100)
            }
            let rows = (0..<nodes).map {
                let time = noon + .milliseconds(poll * 15_000 + $0 * 150 + Int(random.next() % 12))
                return SampleRow(target: [.init("node", "n\($0)")], at: time, samples: list, isWhole: true)
            }
            let start = clock.now
            _ = try await samples.append(rows, window: .zero)
            if poll % 2 == 1 {
                try await samples.maintain(
                    at: noon + .seconds(poll * 15),
                    keeping: RetentionLimits(raw: .seconds(86_400 * 30))
                )
            }
            work += clock.now - start
        }
        let statistics = try await samples.statistics()
        let count = statistics.appended.stored
        print("\(count) samples in \(work): \(Int(Double(count) / work.seconds)) samples/s, upkeep and all")
        print(
            "bytes a sample: \(Double(statistics.usedBytes) / Double(count)), with the journal of \(statistics.journalRows) polls"
        )
    }
}
