import FleetModel
import FleetTesting
import Foundation
import Operations
import Testing
import TimeSeries

@testable import SQLiteStore

/// Figures, not proofs: run by `scripts/benchmarks/samples` in release mode. What the same samples take on the disk here and
/// in blocks of the real Prometheus.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["FLOTILLA_BENCH"] != nil))
struct DiskRace {
    @Test func `made-up polls`() async throws {
        try await Self.race("10 nodes, 128 series, 4 hours at 15 s, made up", Self.madeUp(nodes: 10, polls: 960))
    }

    /// `FLOTILLA_RECORDED` names the registry of a home in which a daemon polled real nodes for a while.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["FLOTILLA_RECORDED"] != nil))
    func `recorded polls`() async throws {
        let path = ProcessInfo.processInfo.environment["FLOTILLA_RECORDED"] ?? ""
        let recorded = try FleetDatabase.open(at: path)
        let everything = SeriesQuery([], from: Timestamp(milliseconds: 0), through: Timestamp(milliseconds: .max))
        let series = try await recorded.samples.select(everything)
        try recorded.close()
        try await Self.race("real polls of \(path)", Self.rows(series))
    }

    private static func race(_ what: String, _ rows: [SampleRow]) async throws {
        try await TestBed.with { bed in
            let count = rows.reduce(0) { $0 + $1.samples.count }
            let series = Set(rows.flatMap { row in row.samples.map { LabelSet($0.labels + row.target + [$0.named]) } })
            print("\(what): \(count) samples, \(series.count) series")
            let ours = try await ours(rows)
            let theirs = try theirs(rows, in: bed)
            func each(_ bytes: Int) -> Double { (Double(bytes) / Double(count) * 1000).rounded() / 1000 }
            print("bytes a sample: chunks \(each(ours.chunks)), Prometheus \(each(theirs.chunks))")
            print("bytes a sample, everything: \(each(ours.whole)), Prometheus \(each(theirs.whole))")
        }
        try await TestBed.with { bed in
            let count = rows.reduce(0) { $0 + $1.samples.count }
            let even = try theirs(rows.map(onWholeSecond), in: bed)
            print("the same on whole seconds, Prometheus: chunks \(Double(even.chunks * 1000 / count) / 1000)")
        }
    }

    /// Prometheus moves its own scrapes onto even times, where they take less.
    private static func onWholeSecond(_ row: SampleRow) -> SampleRow {
        var row = row
        row.at = Timestamp(milliseconds: (row.at.milliseconds + 500) / 1000 * 1000)
        return row
    }

    /// Bytes of the rows that hold figures, and of the whole file with index, layouts and the last polls.
    private static func ours(_ rows: [SampleRow]) async throws -> (chunks: Int, whole: Int) {
        let scratch = try Scratch()
        let database = try scratch.open()
        let samples = database.samples
        for start in stride(from: 0, to: rows.count, by: 1000) {
            _ = try await samples.append(Array(rows[start..<min(start + 1000, rows.count)]), window: .zero)
        }
        try await SampleUpkeep(file: samples.file()).fold(at: rows.last?.at.milliseconds ?? 0, all: true)
        let whole = try await samples.statistics().usedBytes
        let sum = "SELECT sum(length(body)) FROM chunks"
        return (Int(try output(of: "sqlite3", [scratch.folder + "/fleet-samples.db", sum])) ?? 0, whole)
    }

    /// Bytes of the chunk segments, and of the blocks with their index.
    private static func theirs(_ rows: [SampleRow], in bed: TestBed) throws -> (chunks: Int, whole: Int) {
        let (text, blocks) = (bed.path("samples.txt"), bed.path("blocks"))
        try write(rows, to: text)
        let tool = try PrometheusServer.program("promtool")
        let made = try LocalCommand.run([tool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, blocks])
        guard made.exitCode == 0 else { throw FixtureError("promtool: " + made.errorText + made.text) }
        var (chunks, whole) = (0, 0)
        let files = FileManager.default.enumerator(atPath: blocks)
        while let name = files?.nextObject() as? String {
            let attributes = try FileManager.default.attributesOfItem(atPath: blocks + "/" + name)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
            whole += size
            if name.contains("/chunks/") { chunks += size }
        }
        return (chunks, whole)
    }

    /// OpenMetrics text.
    private static func write(_ rows: [SampleRow], to path: String) throws {
        try FleetTesting.Scratch.write("", to: path)
        guard let file = FileHandle(forWritingAtPath: path) else { throw FixtureError("cannot write \(path)") }
        defer { try? file.close() }
        for row in rows {
            var text = ""
            for sample in row.samples {
                let labels = LabelSet(sample.labels + row.target + [sample.named]).unnamed.labels
                let list = labels.map { "\($0.key)=\(JSONValue.string($0.value).text())" }.joined(separator: ",")
                text += "\(sample.name){\(list)} \(sample.value) \(Double(row.at.milliseconds) / 1000)\n"
            }
            try file.write(contentsOf: Data(text.utf8))
        }
        try file.write(contentsOf: Data("# EOF\n".utf8))
    }

    /// Half of the counters rise by whole numbers, half by hundredths.
    private static func madeUp(nodes: Int, polls: Int) -> [SampleRow] {
        var random = SystemRandomNumberGenerator()
        var state = (0..<nodes).map { _ in (0..<128).map { Double($0 * 1000) } }
        return (0..<polls).flatMap { poll in
            (0..<nodes).map { node in
                for at in 0..<64 { state[node][at] += Double(random.next() % 4000) / (at % 2 == 0 ? 1 : 100) }
                let list = state[node].enumerated().map { at, value in
                    Sample("m\(at / 3)_total", [.init("device", "d\(at % 3)")], (value * 100).rounded() / 100)
                }
                let time = noon + .milliseconds(poll * 15_000 + node * 150 + Int(random.next() % 12))
                return SampleRow(target: [.init("node", "n\(node)")], at: time, samples: list, isWhole: true)
            }
        }
    }

    /// Series as the polls that they came by; markers of ends, which OpenMetrics cannot tell, are left out.
    private static func rows(_ series: [Series]) -> [SampleRow] {
        struct Poll: Hashable {
            var at: Int64
            var target: LabelSet
        }
        var polls: [Poll: [Sample]] = [:]
        for one in series {
            let own = one.labels.unnamed.labels
            let target = LabelSet(own.filter { targetLabels.contains($0.key) })
            let labels = own.filter { !targetLabels.contains($0.key) }
            for (time, value) in zip(one.times, one.values) where !value.isStaleMarker {
                polls[Poll(at: time, target: target), default: []]
                    .append(Sample(one.labels[LabelSet.nameLabel], labels, value))
            }
        }
        return polls.map {
            SampleRow(target: $0.target.labels, at: Timestamp(milliseconds: $0.at), samples: $1, isWhole: true)
        }.sorted { $0.at < $1.at }
    }

    private static let targetLabels: Set<String> = ["job", "instance", "node", "group"]
}

extension Sample {
    fileprivate var named: Label { Label(LabelSet.nameLabel, name) }
}
