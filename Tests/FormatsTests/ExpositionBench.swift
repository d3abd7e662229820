import FleetModel
import Formats
import Foundation
import Operations
import Testing

/// Figures, not proofs: run by hand in release mode with `FLOTILLA_BENCH=1` on a quiet machine.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["FLOTILLA_BENCH"] != nil))
struct ExpositionBench {
    @Test func `samples a second, read and written`() throws {
        let text = Self.text()
        var families: [MetricFamily] = []
        let known = try Self.best(of: 5) { try Self.read(text, labels: false) }
        let whole = try Self.best(of: 5) { try Self.read(text, labels: true) }
        var parser = ExpositionParser(text, as: .text)
        var points: [MetricFamily.Point] = []
        while let entry = try parser.next() {
            if case .sample(let value, _) = entry { points.append(.init(labels: try parser.labels(), value: value)) }
        }
        families.append(MetricFamily(name: "a", points: points))
        let written = Self.best(of: 5) { _ = ExpositionWriting.text(families, as: .openMetrics) }
        func rate(_ time: Duration) -> Int { Int(100_000 / time.seconds) }
        print("read, series known: \(rate(known))/s; with labels: \(rate(whole))/s; written: \(rate(written))/s")
        print("ratio to the target of 1,000,000/s: \(Double(rate(whole)) / 1_000_000)")
    }

    private static func text() -> [UInt8] {
        var text = ""
        for metric in 0..<400 {
            text += "# TYPE node_metric_\(metric)_total counter\n"
            for cpu in 0..<250 {
                text += "node_metric_\(metric)_total{cpu=\"\(cpu)\",mode=\"idle\",device=\"eth\(cpu % 7)\"} "
                text += "\(Double(metric * cpu) / 7)\n"
            }
        }
        return Array(text.utf8)
    }

    private static func read(_ text: [UInt8], labels: Bool) throws {
        var parser = ExpositionParser(text, as: .text)
        while let entry = try parser.next() {
            if labels, case .sample = entry { _ = try parser.labels() }
        }
    }

    private static func best(of count: Int, _ work: () throws -> Void) rethrows -> Duration {
        var best = Duration.seconds(1_000_000)
        for _ in 0..<count { best = min(best, try ContinuousClock().measure(work)) }
        return best
    }
}
