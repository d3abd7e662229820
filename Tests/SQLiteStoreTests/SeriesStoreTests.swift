import FleetModel
import FleetTesting
import Foundation
import Operations
import Testing
import TimeSeries

@testable import SQLiteStore

@Suite struct SeriesStoreTests {
    let scratch: Scratch
    let store: FleetDatabase
    var samples: SQLiteSamples { store.samples }

    init() throws {
        scratch = try Scratch()
        store = try scratch.open()
    }

    private let target = [Sample.Label("instance", "a:9100"), Sample.Label("job", "x")]

    private func row(_ seconds: Int, _ values: [String: Double], whole: Bool = true, instance: String = "a:9100")
        -> SampleRow
    {
        SampleRow(
            target: [.init("instance", instance), .init("job", "x")],
            at: noon + .seconds(seconds),
            samples: values.sorted { $0.key < $1.key }.map { Sample($0.key, [], $0.value) },
            isWhole: whole
        )
    }

    private func query(
        _ name: String,
        _ seconds: ClosedRange<Int> = -10_000_000...10_000_000,
        _ resolution: Resolution = .raw
    ) -> SeriesQuery {
        SeriesQuery(
            [LabelMatcher("__name__", .equal(name))],
            from: noon + .seconds(seconds.lowerBound),
            through: noon + .seconds(seconds.upperBound),
            resolution: resolution
        )
    }

    @Test func `samples come back by label, before and after they are folded, whatever the span`() async throws {
        for start in stride(from: 0, to: 20_000, by: 3000) {
            let rows = stride(from: start, to: start + 3000, by: 15).map {
                row($0, ["up": 1, "load": Double($0 % 100) / 100], whole: $0 % 2 == 0)
            }
            let report = try await samples.append(rows, window: .zero)
            #expect(report.stored == rows.count * 2)
            try await SampleUpkeep(file: samples.file()).fold(at: noon.milliseconds + Int64(start) * 1000)
        }
        #expect(try await samples.statistics().rows[.raw] ?? 0 > 6)
        let load = try #require(try await samples.select(query("load")).first)
        #expect(load.labels.labels == [.init("__name__", "load")] + target)
        let seconds = Array(stride(from: 0, to: 21_000, by: 15))
        let (times, values) = (
            seconds.map { noon.milliseconds + Int64($0) * 1000 }, seconds.map { Double($0 % 100) / 100 }
        )
        #expect(load.times == times)
        #expect(load.values == values)
        for span in [7200...7200, 0...15, 20_970...30_000, 7100...14_410, 7201...7214] {
            let part = try await samples.select(query("load", span)).first?.times ?? []
            let expected = load.times.filter { span.contains(Int($0 - noon.milliseconds) / 1000) }
            #expect(part == expected)
        }
    }

    @Test(arguments: [(1440, 300), (60, 20), (20_000, 45)])
    func `a query that looks here and there may miss what lies between, and nothing else`(step: Int, window: Int)
        async throws
    {
        for start in stride(from: 0, to: 21_000, by: 3000) {
            let rows = stride(from: start, to: start + 3000, by: 15).map { second in
                row(second, second % 45 == 0 ? ["up": 1] : ["up": 1, "load": Double(second)], whole: false)
            }
            _ = try await samples.append(rows, window: .zero)
            try await SampleUpkeep(file: samples.file()).fold(at: noon.milliseconds + Int64(start) * 1000)
        }
        for name in ["up", "load"] {
            var question = query(name, 100...20_000)
            let all = try #require(try await samples.select(question).first)
            question.looks = SeriesQuery.Looks(step: Int64(step) * 1000, window: Int64(window) * 1000)
            let some = try #require(try await samples.select(question).first)
            let isSeen = { (time: Int64) in (time - noon.milliseconds - 100_000) % Int64(step * 1000) < window * 1000 }
            let (needed, given) = (all.times.indices.filter { isSeen(all.times[$0]) }, Set(some.times))
            #expect(needed.allSatisfy { given.contains(all.times[$0]) })
            #expect(given.isSubset(of: all.times) && some.times.count < all.times.count)
            let values = Dictionary(uniqueKeysWithValues: zip(all.times, all.values))
            #expect(some.values == some.times.map { values[$0] ?? .nan })
        }
    }

    @Test func `repeated, conflicting, late and impossible samples are told apart and counted`() async throws {
        var report = try await samples.append([row(0, ["a": 1]), row(600, ["a": 2])], window: .zero)
        #expect(report.stored == 2)
        for isFolded in [false, true] {
            if isFolded {
                _ = try await samples.append([row(630, ["a": 9])], window: .zero)
                try await SampleUpkeep(file: samples.file()).fold(at: 0, all: true)
            }
            report = try await samples.append([row(600, ["a": 2])], window: .seconds(60))
            #expect(report.repeated == 1 && report.stored == 0)
            report = try await samples.append([row(600, ["a": 3])], window: .seconds(60))
            #expect(report.conflicting == 1 && report.stored == 0)
            report = try await samples.append([row(isFolded ? 590 : 591, ["a": 3])], window: .seconds(60))
            #expect(report.stored == 1)
            report = try await samples.append([row(500, ["a": 3])], window: .seconds(60))
            #expect(report.tooOld == 1)
        }
        let never = SampleRow(
            target: target,
            at: Timestamp(milliseconds: -1),
            samples: [Sample("a", [], 1)],
            isWhole: true
        )
        #expect(try await samples.append([never], window: .zero).outsideTime == 1)
        try await SampleUpkeep(file: samples.file()).fold(at: 0, all: true)
        let series = try #require(try await samples.select(query("a")).first)
        let times: [Int64] = [0, 590, 591, 600, 630].map { noon.milliseconds + $0 * 1000 }
        #expect(series.times == times)
        #expect(series.values == [1, 3, 3, 2, 9])
        #expect(try await samples.statistics().appended.conflicting == 2)
    }

    @Test func `a series that a whole scrape no longer has ends with a stale marker`() async throws {
        _ = try await samples.append([row(0, ["a": 1, "b": 1]), row(15, ["a": 2]), row(30, ["a": 3])], window: .zero)
        let b = try #require(try await samples.select(query("b")).first)
        #expect(b.values.map(\.isStaleMarker) == [false, true])
        #expect(b.times.last == noon.milliseconds + 15_000)
    }

    @Test func `a label that the target has too is set aside`() async throws {
        let sample = Sample("a", [.init("job", "own"), .init("exported_job", "older"), .init("empty", "")], 1)
        _ = try await samples.append(
            [SampleRow(target: target, at: noon, samples: [sample], isWhole: true)],
            window: .zero
        )
        let labels = try #require(try await samples.select(query("a")).first?.labels.labels)
        #expect(labels.map(\.key) == ["__name__", "exported_exported_job", "exported_job", "instance", "job"])
        #expect(labels.map(\.value) == ["a", "own", "older", "a:9100", "x"])
    }

    @Test func `series that were not scraped whole are listed at once, and after folding`() async throws {
        _ = try await samples.append([row(0, ["a": 1], whole: false), row(60, ["b": 1], whole: false)], window: .zero)
        let all = SeriesQuery([LabelMatcher("job", .equal("x"))], from: noon, through: noon + .seconds(60))
        for _ in 0..<2 {
            #expect(try await samples.series(all).map { $0[LabelSet.nameLabel] } == ["a", "b"])
            try await samples.maintain(at: noon + .seconds(7200), keeping: RetentionLimits(raw: .seconds(86_400)))
        }
    }

    @Test func `samples of nodes carry the labels of their node`() async throws {
        var node = try Make.node("pi-1")
        node.labels = [try LabelKey("site"): try OneLine("attic")]
        try await store.inventory.apply([.register(node)], by: operatorOfTests, at: noon)
        try await samples.append([PollRecord(node: node.name, at: noon, samples: [Sample("up", [], 1)])])
        let labels = try #require(try await samples.select(query("up")).first?.labels.labels)
        let expected = ["__name__": "up", "job": "flotilla", "node": "pi-1", "site": "attic"]
        for (key, value) in expected { #expect(labels.contains(.init(key, value))) }
        #expect(labels.contains { $0.key == "instance" })
        #expect(try await samples.labelNames() == ["__name__", "instance", "job", "node", "site"])
        #expect(try await samples.labelValues(of: "site") == ["attic"])
    }

    @Test func `samples of nodes carry the groups that their node was put into`() async throws {
        let names = ["alone", "one", "two", "named"]
        let groups: [String: [String]] = ["one": ["db"], "two": ["eu", "db"], "named": ["db"]]
        for group in ["db", "eu"] {
            let change = InventoryChange.createGroup(Group(name: try GroupName(group)))
            try await store.inventory.apply([change], by: operatorOfTests, at: noon)
        }
        for name in names {
            var node = try Make.node(name)
            node.groups = Set(try (groups[name] ?? []).map { try GroupName($0) })
            if name == "named" { node.labels = [try LabelKey("group"): try OneLine("mine")] }
            try await store.inventory.apply([.register(node)], by: operatorOfTests, at: noon)
            try await samples.append([PollRecord(node: node.name, at: noon, samples: [Sample("up", [], 1)])])
        }
        let found = try await samples.select(query("up")).map(\.labels)
        let byNode = Dictionary(uniqueKeysWithValues: found.map { ($0["node"], $0["group"]) })
        #expect(byNode == ["alone": "", "one": "db", "two": "db,eu", "named": "mine"])
    }

    @Test func `matchers choose what a naive model chooses`() async throws {
        var random = SystemRandomNumberGenerator()
        var model: Set<[Sample.Label]> = []
        let words = ["", "a", "b", "ab", "c1", "c22"]
        for source in 0..<12 {
            var keys = [("job", words[1 + source % 3]), ("instance", "i\(source)")]
            if source % 2 == 0 { keys.append(("zone", words[1 + source % 4])) }
            let target = keys.map { Sample.Label($0.0, $0.1) }.sorted { $0.key < $1.key }
            let list = (0..<20).map { _ in
                let own = ["mode", source % 2 == 0 ? "cpu" : "zone"].compactMap { key in
                    words.randomElement(using: &random).flatMap { $0.isEmpty ? nil : Sample.Label(key, $0) }
                }
                return Sample(["up", "load", "cpu_total"][Int.random(in: 0..<3)], own, 1)
            }
            for sample in list {
                model.insert(([.init("__name__", sample.name)] + target + sample.labels).sorted { $0.key < $1.key })
            }
            _ = try await samples.append(
                [SampleRow(target: target, at: noon, samples: list, isWhole: source % 3 > 0)],
                window: .zero
            )
        }
        _ = try await samples.append([row(0, ["end": 1])], window: .zero)
        let patterns = ["a|b", ".*", ".+", "c[0-9]+", "", "(?i)AB", "[^a]*"]
        for _ in 0..<300 {
            let matchers = try (0..<Int.random(in: 1...3)).map { _ in
                let label =
                    ["__name__", "job", "zone", "mode", "cpu", "instance"].randomElement(using: &random) ?? "job"
                let word = (words + ["up", "load", "i3"]).randomElement(using: &random) ?? ""
                let pattern = try Pattern(patterns.randomElement(using: &random) ?? "", flags: .dotMatchesAll)
                let tests: [LabelMatcher.Test] = [
                    .equal(word), .notEqual(word), .matches(pattern), .notMatches(pattern),
                ]
                return LabelMatcher(label, tests.randomElement(using: &random) ?? .equal(""))
            }
            let expected = model.filter { labels in
                matchers.allSatisfy { matcher in
                    matcher.holds(for: labels.first { $0.key == matcher.name }?.value ?? "")
                }
            }
            let query = SeriesQuery(matchers, from: noon, through: noon)
            let found = try await samples.select(query).map(\.labels.labels).filter { $0.first?.value != "end" }
            #expect(Set(found) == expected, "\(matchers)")
            #expect(found.count == expected.count)
        }
    }

    @Test func `rollups answer for days that are over, and for raw samples that are gone`() async throws {
        let hour = 3600
        let start = -12 * hour  // the midnight before noon
        let rows = stride(from: start, to: start + 60 * hour, by: 60).map {
            row($0, ["x_total": Double($0 - start), "g": 1])
        }
        _ = try await samples.append(rows, window: .zero)
        let now = noon + .seconds(start + 60 * hour)
        try await samples.maintain(at: now, keeping: RetentionLimits(raw: .seconds(30 * 86_400)))
        let all = try #require(try await samples.select(query("x_total")).first)
        #expect(all.times.count == rows.count)
        let fine = try #require(
            try await samples.select(query("x_total", -10_000_000...10_000_000, .fiveMinutes)).first
        )
        // Two days are over; the third is still raw.
        let rolled = 2 * 288 + 12 * 60
        #expect(fine.times.count == rolled)
        #expect(fine.values.last == all.values.last)
        let hours = try #require(try await samples.buckets(query("x_total", -10_000_000...10_000_000, .hour)).first)
        #expect(hours.buckets.map(\.count) == Array(repeating: 60, count: 60))
        let greatest: [Double] = (1...60).map { Double($0 * hour - 60) }
        #expect(hours.buckets.map(\.max) == greatest)
        try await samples.maintain(at: now, keeping: RetentionLimits(raw: .seconds(13 * hour)))
        let left = try #require(try await samples.select(query("x_total")).first)
        #expect(left.times.count == rolled, "raw samples are gone, the rollups stand in for them")
        #expect(left.values.last == all.values.last)
    }

    @Test func `a limit of bytes is kept, the newest last`() async throws {
        let rows = stride(from: 0, to: 9 * 86_400, by: 300).map { second in
            row(second, Dictionary(uniqueKeysWithValues: (0..<30).map { ("m\($0)_total", Double.random(in: 0...1)) }))
        }
        for start in stride(from: 0, to: rows.count, by: 500) {
            _ = try await samples.append(Array(rows[start..<min(start + 500, rows.count)]), window: .zero)
        }
        let now = noon + .seconds(9 * 86_400)
        let limits = RetentionLimits(raw: .seconds(100 * 86_400))
        try await samples.maintain(at: now, keeping: limits)
        let before = try await samples.statistics()
        let limit = before.usedBytes * 2 / 3
        try await samples.maintain(at: now, keeping: RetentionLimits(raw: limits.raw, bytes: limit))
        let after = try await samples.statistics()
        #expect(after.usedBytes <= limit)
        let series = try #require(try await samples.select(query("m1_total")).first)
        #expect(series.times.last == rows.last?.at.milliseconds)
        #expect(try await samples.select(query("m1_total", 8 * 86_400...10 * 86_400)).first?.times.count ?? 0 >= 288)
    }

    @Test func `a damaged chunk is named by its table and row`() async throws {
        let rows = (0..<200).map { row($0 * 15, ["a": Double($0)]) }
        _ = try await samples.append(rows, window: .zero)
        try await SampleUpkeep(file: samples.file()).fold(at: noon.milliseconds)
        try store.close()
        let path = scratch.folder + "/fleet-samples.db"
        let key = try output(of: "sqlite3", [path, "SELECT max(key) FROM chunks"])
        _ = try output(
            of: "sqlite3",
            [
                path,
                "UPDATE chunks SET body = cast(substr(body, 1, 9) || x'55' || substr(body, 11) AS BLOB) WHERE key = \(key)",
            ]
        )
        let again = try scratch.open()
        let error = await #expect(throws: StateError.self) { try await again.samples.select(query("a")) }
        #expect(error?.code == "state.damaged")
        #expect(error?.problem.contains("row \(key) of chunks") == true)
    }
}
