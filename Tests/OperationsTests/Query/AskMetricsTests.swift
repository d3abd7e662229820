import FleetModel
import Operations
import PromQL
import Testing
import TimeSeries

@Suite struct AskMetricsTests {
    private let noon = Timestamp(milliseconds: 1_700_000_000_000)
    private let threads = QueryThreads(most: 2)

    private func questions(_ store: SpyStore, time: Duration = .seconds(60), samples: Int = 100_000) -> AskMetrics {
        let noon = noon
        return AskMetrics(
            store,
            threads: threads,
            bounds: .init(query: QueryLimits(samples: samples), time: time, rawKept: .seconds(7 * 86_400)),
            now: { noon },
            clock: ContinuousClock()
        )
    }

    @Test func `a query is answered from the store, in the order of labels`() async throws {
        let store = SpyStore([series("b", [1]), series("a", [2])], at: noon)
        let answer = try await questions(store).instant("up * 10", at: noon)
        guard case .vector(let samples) = answer.result else {
            Issue.record("no vector")
            return
        }
        #expect(samples.map(\.value) == [20, 10])
        #expect(await store.queries.map(\.resolution) == [.raw])
    }

    @Test(
        arguments: [
            ("up", 60, Resolution.raw), ("up", 1500, .fiveMinutes), ("up", 18_000, .hour),
            ("rate(up[5m])", 3600, .raw), ("rate(up[20m])", 1500, .fiveMinutes), ("rate(up[4h])", 18_000, .hour),
            ("avg_over_time(up[1d])", 86_400, .raw), ("max_over_time(up[1d])", 86_400, .hour),
            ("quantile_over_time(0.9, up[1d])", 86_400, .raw), ("max_over_time(up[1d:1m])", 86_400, .raw),
        ]
    )
    func `long ranges read rollups where the answer stays the same`(
        query: String,
        step: Int,
        resolution: Resolution
    ) async throws {
        let store = SpyStore([], at: noon)
        let end = noon + .seconds(step * 3)
        _ = try await questions(store).range(query, from: noon, through: end, step: .seconds(step))
        #expect(await store.queries.map(\.resolution) == [resolution])
    }

    @Test func `an instant selector over rollups looks back two buckets`() async throws {
        let store = SpyStore([], at: noon)
        _ = try await questions(store).range("up", from: noon, through: noon, step: .seconds(18_000))
        let query = try #require(await store.queries.first)
        #expect(query.through - query.from == .milliseconds(7_200_000 - 1))
    }

    @Test(arguments: [
        ("min_over_time", -1.0), ("max_over_time", 9), ("sum_over_time", 20), ("count_over_time", 10),
        ("avg_over_time", 2),
    ])
    func `where only rollups are left their figures are what counts`(function: String, value: Double) async throws {
        let old = noon + .seconds(-30 * 86_400)
        let store = SpyStore([], at: noon, rolling: [4, -1, 9, 0, 0, 0, 1, 2, 2, 3], at: old.milliseconds)
        let answer = try await questions(store).instant("\(function)(up[10m])", at: old + .seconds(300))
        guard case .vector(let samples) = answer.result else {
            Issue.record("no vector")
            return
        }
        #expect(samples.map(\.value) == [value])
    }

    @Test func `limits and time end a query with their own codes`() async throws {
        let many = SpyStore((0..<20).map { series("n\($0)", Array(repeating: 1, count: 100)) }, at: noon)
        let tooLarge = await #expect(throws: PromQLError.self) {
            try await questions(many, samples: 1000).instant("sum(up)", at: noon)
        }
        #expect(tooLarge?.code == "promql.too_large")
        let hanging = SpyStore([], at: noon, hangs: true)
        let late = await #expect(throws: PromQLError.self) {
            try await questions(hanging, time: .milliseconds(1)).instant("up", at: noon)
        }
        #expect(late?.code == "promql.timeout")
    }

    @Test func `a caller who goes ends the query and the reading`() async throws {
        let store = SpyStore([], at: noon, hangs: true)
        let questions = questions(store)
        let task = Task { try await questions.instant("up", at: noon) }
        for _ in 0..<60_000 where await store.queries.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        let error = await #expect(throws: PromQLError.self) { try await task.value }
        #expect(error?.code == "promql.cancelled")
        for _ in 0..<60_000 where await !store.wasCancelled { try await Task.sleep(for: .milliseconds(1)) }
        #expect(await store.wasCancelled)
    }

    private func series(_ node: String, _ values: [Double]) -> Series {
        Series(
            labels: LabelSet([.init("__name__", "up"), .init("node", node)]),
            times: values.indices.map { noon.milliseconds - Int64(values.count - 1 - $0) * 1000 },
            values: values
        )
    }
}

/// A store that remembers what it was asked for.
actor SpyStore: SeriesStore {
    private let all: [Series]
    private let hangs: Bool
    private let rolled: [RolledSeries]
    private(set) var queries: [SeriesQuery] = []
    private(set) var wasCancelled = false

    init(
        _ series: [Series],
        at moment: Timestamp,
        hangs: Bool = false,
        rolling values: [Double] = [],
        at start: Int64 = 0
    ) {
        let times = values.indices.map { start + Int64($0) * 15_000 }
        let rollup = Rollup(.hour, times: times, values: values, isCounter: false)
        let buckets = rollup.buckets.map { bucket in
            var own = bucket
            own.start = start - start % 300_000
            return own
        }
        rolled = values.isEmpty ? [] : [RolledSeries(labels: LabelSet([.init("node", "a")]), buckets: buckets)]
        all = series.sorted { $0.labels.isBefore($1.labels) }
        self.hangs = hangs
    }

    func select(_ query: SeriesQuery) async throws -> [Series] {
        queries.append(query)
        guard hangs else { return all }
        do {
            try await Task.sleep(for: .seconds(120))
        } catch {
            wasCancelled = true
            throw error
        }
        return all
    }

    func buckets(_ query: SeriesQuery) async throws -> [RolledSeries] {
        queries.append(query)
        return rolled
    }

    func append(_ rows: [SampleRow], window: Duration) async throws -> AppendReport { AppendReport() }
    func series(_ query: SeriesQuery) async throws -> [LabelSet] { all.map(\.labels) }
    func labelNames() async throws -> [String] { [] }
    func labelValues(of label: String) async throws -> [String] { [] }
    func maintain(at now: Timestamp, keeping limits: RetentionLimits) async throws {}
    func statistics() async throws -> StoreStatistics { StoreStatistics() }
}
