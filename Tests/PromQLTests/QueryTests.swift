import FleetModel
import FleetTesting
import PromQL
import Testing

@Suite struct QueryTests {
    private static let source = MemorySource(
        (0..<50).map { number in
            let labels = LabelSet([.init("__name__", "load_total"), .init("node", "n\(number)")])
            let times = (0..<100).map { Int64($0) * 15_000 }
            return Series(labels: labels, times: times, values: times.map { Double($0) / 1000 + Double(number) })
        }
    )

    private static func code(_ ask: () throws -> QueryAnswer) -> String? {
        do {
            _ = try ask()
            return nil
        } catch { return (error as? any Explained)?.code }
    }

    @Test func `a query that reads too many samples is refused`() throws {
        let options = QueryOptions(limits: QueryLimits(samples: 1000))
        let query = try Query("sum(rate(load_total[20m]))")
        #expect(Self.code { try query.instant(at: 1_400_000, on: Self.source, options) } == "promql.too_large")
        #expect(Self.code { try query.instant(at: 1_400_000, on: Self.source) } == nil)
    }

    @Test func `values in between count too`() throws {
        let options = QueryOptions(limits: QueryLimits(samples: 100_000))
        let query = try Query("max_over_time(vector(1)[10y:1s])")
        #expect(Self.code { try query.instant(at: 1_400_000, on: Self.source, options) } == "promql.too_large")
    }

    @Test func `an answer of too many series is refused`() throws {
        let options = QueryOptions(limits: QueryLimits(series: 10))
        #expect(
            Self.code { try Query("load_total").instant(at: 300_000, on: Self.source, options) } == "promql.too_large"
        )
        #expect(Self.code { try Query("sum(load_total)").instant(at: 300_000, on: Self.source, options) } == nil)
    }

    @Test func `a range of too many steps is refused`() throws {
        let query = try Query("1")
        #expect(
            Self.code { try query.range(from: 0, through: 11_000_000, step: 1000, on: Self.source) }
                == "promql.too_large"
        )
        #expect(Self.code { try query.range(from: 0, through: 10_999_000, step: 1000, on: Self.source) } == nil)
        #expect(Self.code { try query.range(from: 10, through: 0, step: 1, on: Self.source) } == "promql.execution")
        #expect(Self.code { try query.range(from: 0, through: 10, step: 0, on: Self.source) } == "promql.execution")
        #expect(
            Self.code { try query.range(from: .min, through: .max, step: 1, on: Self.source) } == "promql.execution"
        )
    }

    @Test(arguments: [(QueryOptions.Interruption.timeout, "promql.timeout"), (.cancelled, "promql.cancelled")])
    func `an interrupted query ends`(interruption: QueryOptions.Interruption, code: String) throws {
        let options = QueryOptions(interruption: { interruption })
        #expect(Self.code { try Query("sum(load_total)").instant(at: 300_000, on: Self.source, options) } == code)
    }

    @Test func `the source is told what the query needs`() throws {
        let source = RecordingSource()
        _ = try Query("rate(a[5m] offset 1m) + b").range(from: 1_000_000, through: 2_000_000, step: 500_000, on: source)
        #expect(source.seen.map(\.function) == [.rate, nil])
        #expect(source.seen.map(\.from) == [640_001, 700_001])
        #expect(source.seen.map(\.through) == [1_940_000, 2_000_000])
        #expect(source.seen.map(\.window) == [300_000, 300_000])
        #expect(source.seen.map(\.step) == [500_000, 500_000])
    }

    @Test(arguments: [
        String(repeating: "abs(", count: 90) + "load_total" + String(repeating: ")", count: 90),
        "load_total" + String(repeating: " + load_total", count: 290),
    ])
    func `a query as deep as may be is answered on any thread`(text: String) async throws {
        let query = try Query(text)
        let answer = try query.instant(at: 300_000, on: Self.source)
        guard case .vector(let samples) = answer.result else { throw FixtureError("no vector") }
        #expect(samples.count == 50)
        #expect(query.expression.description.count > text.count / 2)
    }

    @Test func `an error of the source comes out as it is`() throws {
        #expect(throws: RecordingSource.Broken.self) {
            try Query("a").instant(at: 0, on: RecordingSource(isBroken: true))
        }
    }

    @Test func `a series with more times than values is refused`() throws {
        let damaged = Damaged(
            series: Series(labels: LabelSet([.init("__name__", "a")]), times: [1, 2, 3], values: [1])
        )
        for text in ["a", "rate(a[5m])", "a[5m]"] {
            #expect(Self.code { try Query(text).instant(at: 3, on: damaged) } == "promql.execution")
        }
    }

    private struct Damaged: SeriesSource {
        let series: Series

        func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws { try body(series) }
    }

    @Test func `a look reaches back five minutes and not to their very beginning`() throws {
        let source = MemorySource([Series(labels: LabelSet([.init("__name__", "a")]), times: [1000], values: [1])])
        func count(at time: Int64) throws -> Int {
            guard case .vector(let samples) = try Query("a").instant(at: time, on: source).result else { return -1 }
            return samples.count
        }
        #expect(try [999, 1000, 300_999, 301_000].map(count) == [0, 1, 1, 0])
    }

    @Test func `notes tell what may not be meant`() throws {
        let answer = try Query("quantile(2, rate(load_total[5m])) or rate(gauge[5m])").instant(
            at: 600_000,
            on: MemorySource(
                Self.source.series + [
                    Series(labels: LabelSet([.init("__name__", "gauge")]), times: [400_000, 500_000], values: [1, 2])
                ]
            )
        )
        #expect(answer.warnings == ["PromQL warning: quantile value should be between 0 and 1, got 2"])
        #expect(answer.infos.count == 1)
        #expect(answer.infos.first?.contains("metric might not be a counter") == true)
    }

    @Test func `labels of other bytes are other labels`() throws {
        let composed = LabelSet([.init("name", "\u{e9}")])
        let decomposed = LabelSet([.init("name", "e\u{301}")])
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }
}

/// Has no series and remembers what it was asked for.
private final class RecordingSource: SeriesSource {
    struct Broken: Error {}

    private(set) var seen: [Selection] = []
    private let isBroken: Bool

    init(isBroken: Bool = false) { self.isBroken = isBroken }

    func forEachSeries(_ selection: Selection, _ body: (Series) throws -> Void) throws {
        if isBroken { throw Broken() }
        seen.append(selection)
    }
}
