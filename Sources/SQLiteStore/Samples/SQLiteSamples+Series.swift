package import FleetModel
internal import Foundation
internal import GRDB
package import Operations
internal import Synchronization
package import TimeSeries

extension SQLiteSamples {
    package func select(_ query: SeriesQuery) async throws -> [Series] {
        try await gather(query, buckets: false) { labels, found in
            Series(labels: LabelSet(sorted: labels), times: found.times, values: found.values)
        }.filter { !$0.times.isEmpty }.sorted { $0.labels.isBefore($1.labels) }.joined()
    }

    package func buckets(_ query: SeriesQuery) async throws -> [RolledSeries] {
        let width = query.resolution == .raw ? Resolution.fiveMinutes : query.resolution
        return try await gather(query, buckets: true) { labels, found in
            RolledSeries(labels: LabelSet(sorted: labels), buckets: found.buckets(width))
        }.filter { !$0.buckets.isEmpty }.sorted { $0.labels.isBefore($1.labels) }
    }

    private func gather<T: Sendable>(
        _ query: SeriesQuery,
        buckets: Bool,
        _ body: @escaping @Sendable ([Sample.Label], GatheredSamples.Found) -> T
    ) async throws -> [T] {
        guard query.from <= query.through else { return [] }
        let path = plan.path
        return try await file().read { database in
            var all: [T] = []
            for (sources, families) in try LabelIndex(database, path).matches(query.matchers) {
                var reading = SampleReading(
                    database,
                    path,
                    sources: Set(sources.map(\.id)),
                    families: families.mapValues { Set($0.keys) },
                    span: query.from.milliseconds...query.through.milliseconds,
                    sampleLimit: query.sampleLimit,
                    looks: buckets ? nil : query.looks,
                    wantsBuckets: buckets
                )
                try reading.read(query.resolution)
                let targets = Dictionary(sources.map { ($0.id, $0.labels) }, uniquingKeysWith: { $1 })
                let keys = families.values.reduce(into: LabelIndex.Family()) { $0.merge($1) { $1 } }
                for found in reading.found {
                    guard let key = keys[found.place.of], let target = targets[found.place.source] else { continue }
                    all.append(body(key.labels(at: target), found))
                }
            }
            return all
        }
    }

    package func series(_ query: SeriesQuery) async throws -> [LabelSet] {
        guard query.from <= query.through else { return [] }
        let span = query.from.milliseconds...query.through.milliseconds
        return try await file().read { [path = plan.path] database in
            let index = LabelIndex(database, path)
            let journal = JournalReader(database, path)
            var found: Set<LabelSet> = []
            for (sources, families) in try index.matches(query.matchers) {
                let keys = families.values.reduce(into: LabelIndex.Family()) { $0.merge($1) { $1 } }
                for source in sources {
                    let listed = try index.series(of: source.id, span)
                    for series in try listed.union(journal.looseSeries(of: source.id, span)) {
                        if let key = keys[series] { found.insert(LabelSet(sorted: key.labels(at: source.labels))) }
                    }
                }
            }
            return found.sorted { $0.isBefore($1) }
        }
    }

    package func labelNames() async throws -> [String] {
        try await file().read { [path = plan.path] database in
            var names = Set(try String.fetchAll(database, sql: "SELECT DISTINCT label FROM label_pairs"))
            names.insert("__name__")
            for source in try LabelIndex(database, path).sources() { names.formUnion(source.labels.map(\.key)) }
            return names.sorted()
        }
    }

    package func labelValues(of label: String) async throws -> [String] {
        try await file().read { [path = plan.path] database in
            if label == "__name__" { return try String.fetchAll(database, sql: "SELECT name FROM metrics").sorted() }
            let sql = "SELECT value FROM label_pairs WHERE label = ?"
            var values = Set(try String.fetchAll(database, sql: sql, arguments: [label]))
            for source in try LabelIndex(database, path).sources() {
                values.formUnion(source.labels.filter { $0.key == label }.map(\.value))
            }
            return values.sorted()
        }
    }

    package func maintain(at now: Timestamp, keeping limits: RetentionLimits) async throws {
        let (file, time) = (try file(), now.milliseconds)
        let upkeep = SampleUpkeep(file: file)
        try await upkeep.fold(at: time)
        try await upkeep.roll(at: time)
        try await upkeep.forgetRaw(before: time - limits.raw.milliseconds)
        try await upkeep.forget(.fiveMinutes, before: time - limits.fiveMinutes.milliseconds)
        try await upkeep.forget(.hours, before: time - limits.hours.milliseconds)
        let registered = Set(try await targets.current().values.map(\.node))
        try await upkeep.forgetGone(registered: registered, before: time - limits.raw.milliseconds)
        try await upkeep.forgetNames(before: time - limits.hours.milliseconds)
        if let bytes = limits.bytes { try await SampleSizeLimit(file: file, bytes: bytes).enforce(at: time) }
    }

    package func statistics() async throws -> StoreStatistics {
        let appended = appended.withLock { $0 }
        return try await file().read { database in
            func count(_ table: String) throws -> Int {
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
            }
            var statistics = StoreStatistics()
            statistics.appended = appended
            statistics.sources = try count("sources")
            statistics.templates = try count("series")
            statistics.journalRows = try count("journal")
            for tier in [Tier.raw, .fiveMinutes, .hours] { statistics.rows[tier.resolution] = try count(tier.table) }
            let bytes = try StoreBytes(database)
            (statistics.fileBytes, statistics.usedBytes) = (bytes.file, bytes.used)
            return statistics
        }
    }
}

extension [Series] {
    /// Two sources may have given a series in turn: an import, and the node itself. Sorted, they are neighbours.
    fileprivate func joined() -> [Series] {
        guard zip(self, dropFirst()).contains(where: { $0.labels == $1.labels }) else { return self }
        return reduce(into: []) { all, next in
            guard let last = all.last, last.labels == next.labels else { return all.append(next) }
            var values = Dictionary(zip(next.times, next.values)) { first, _ in first }
            for (time, value) in zip(last.times, last.values) { values[time] = value }
            let times = values.keys.sorted()
            all[all.count - 1] = Series(labels: next.labels, times: times, values: times.compactMap { values[$0] })
        }
    }
}
