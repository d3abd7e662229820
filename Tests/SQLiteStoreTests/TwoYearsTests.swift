import FleetModel
import Foundation
import Operations
import Testing
import TimeSeries

@testable import SQLiteStore

@Suite struct TwoYearsTests {
    @Test func `two years stay small and whole: raw for a month, five minutes for three, hours for all`() async throws {
        let scratch = try Scratch()
        let samples = try scratch.open().samples
        let years = TwoYears(nodes: 2, series: 3, interval: 28_800)
        try await years.fill(samples)
        let statistics = try await samples.statistics()
        #expect(statistics.journalRows == years.nodes)
        // A row for each node, metric and stretch of time, and one directory.
        let families = years.nodes * 3
        #expect(statistics.rows[.raw] ?? 0 <= families * 31 * 3)
        #expect(statistics.rows[.fiveMinutes] ?? 0 <= families * 91)
        #expect(statistics.rows[.hour] ?? 0 <= families * (730 / 16 + 2))
        let name = LabelMatcher("__name__", .equal("x_total"))
        for (index, series) in try await samples.select(years.query([name], days: 730, .hour)).enumerated() {
            let seconds = Array(stride(from: 0, to: 730 * 86_400, by: years.interval))
            #expect(series.values == seconds.map { years.value(index, $0) })
        }
        let node = LabelMatcher("node", .equal("n1"))
        for (days, resolution) in [(20, Resolution.raw), (80, .fiveMinutes), (700, .hour), (700, .raw)] {
            let found = try await samples.select(years.query([name, node], days: days, resolution))
            #expect(found.first?.times.count == days * 3)
        }
    }
}
