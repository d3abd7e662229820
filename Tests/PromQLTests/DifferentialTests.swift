import FleetModel
import FleetTesting
import Foundation
import PromQL
import Testing

/// Every expression of `Expressions` answered by us and by a real Prometheus over the same samples.
@Suite(.serialized) struct DifferentialTests {
    @Test func `answers are those of Prometheus`() async throws {
        let expressions = try Self.expressions()
        #expect(expressions.count >= 600)
        try await TestBed.with { bed in
            let data = GeneratedData()
            let server = try PrometheusServer(in: bed)
            try server.write(MemorySource(data.series).series)
            let source = MemorySource(data.series)
            for expression in expressions {
                for difference in try Self.differences(expression, server, source) {
                    Issue.record("\(expression)\n    \(difference)")
                }
            }
        }
    }

    private static let middle = GeneratedData.start + 3_612_345
    private static let moments = [middle, GeneratedData.start + 3_005_000]

    private static func differences(
        _ expression: String,
        _ server: PrometheusServer,
        _ source: MemorySource
    ) throws -> [String] {
        var found: [String] = []
        for moment in moments {
            let isOrdered = (try? Query(expression))?.answersInOrder ?? false
            let ours = OracleAnswer { try Query(expression).instant(at: moment, on: source) }
            let theirs = try server.query(expression, at: moment)
            if let difference = ours.difference(from: theirs, isOrdered: isOrdered) {
                found.append("at \(moment): \(difference)")
            }
        }
        let (start, end, step) = (middle - 1_500_000, middle + 600_000, Int64(97_000))
        let ours = OracleAnswer { try Query(expression).range(from: start, through: end, step: step, on: source) }
        let theirs = try server.query(expression, from: start, through: end, step: step)
        if let difference = ours.difference(from: theirs, isOrdered: false) { found.append("range: \(difference)") }
        return found
    }

    /// Those of the folder, or of a file that the environment names: for expressions made by the thousand.
    static func expressions() throws -> [String] {
        if let path = ProcessInfo.processInfo.environment["FLOTILLA_EXPRESSIONS"] {
            return try Scratch.text(path).split(separator: "\n").map(String.init)
        }
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Expressions")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
            .flatMap { try String(contentsOf: $0, encoding: .utf8).split(separator: "\n").map(String.init) }
            .filter { !$0.hasPrefix("#") }
    }
}
