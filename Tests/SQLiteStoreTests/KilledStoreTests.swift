import FleetModel
import FleetTesting
import Foundation
import Operations
import Testing
import TimeSeries

@testable import SQLiteStore

/// This very test program is started a second time as the process that is killed.
@Suite(.serialized) struct KilledStoreTests {
    private static let place = "FLOTILLA_KILLED_STORE"
    private static let metrics = ["a_total", "b", "c"]

    private static func row(_ number: Int, _ instance: String) -> SampleRow {
        SampleRow(
            target: [.init("instance", instance)],
            at: noon + .seconds(number * 60),
            // Now and then another set of series, so that layouts and stale markers are in it.
            samples: metrics.prefix(number % 50 == 0 ? 2 : 3).map { Sample($0, [], Double(number)) },
            isWhole: number % 7 > 0
        )
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment[place] != nil))
    func `the process that is killed`() async throws {
        let folder = try #require(ProcessInfo.processInfo.environment[Self.place])
        let samples = try FleetDatabase.open(at: folder + "/fleet.db").samples
        let told = try #require(FileHandle(forUpdatingAtPath: folder + "/told"))
        let first =
            (String(decoding: try told.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n").last)
            .flatMap { Int($0) } ?? 0
        let limits = RetentionLimits(raw: .seconds(1000 * 86_400))
        // An end of its own, should the one that kills be killed first.
        for number in first + 1..<first + 5000 {
            for instance in ["x", "y"] { _ = try await samples.append([Self.row(number, instance)], window: .zero) }
            try told.write(contentsOf: Data("\(number)\n".utf8))
            if number % 5 == 0 {
                try await SampleUpkeep(file: samples.file()).fold(at: 0, all: true)
                try await samples.maintain(at: noon + .seconds(number * 60), keeping: limits)
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `kill -9 amid appends, folding and rolling up loses nothing that was reported as stored`() async throws {
        let scratch = try Scratch()
        let told = scratch.folder + "/told"
        try Data().write(to: URL(fileURLWithPath: told))
        for _ in 0..<4 {
            let before = try last(told)
            let enough = before + Int.random(in: 100...700)
            try await kill(scratch.folder) { try last(told) >= enough }
            let reported = try last(told)
            #expect(reported >= enough)
            let store = try scratch.open(.thorough)
            try await check(store, reported)
            try store.close()
        }
    }

    private func check(_ store: FleetDatabase, _ reported: Int) async throws {
        let query = SeriesQuery(
            [LabelMatcher("__name__", .equal("a_total"))],
            from: noon,
            through: noon + .seconds(60 * (reported + 1))
        )
        let all = try await store.samples.select(query)
        #expect(all.count == 2)
        for series in all {
            // One more may be stored than was reported.
            let numbers = series.values.map { Int($0) }
            #expect(numbers == Array(1...max(reported, numbers.count)))
            #expect(series.times == numbers.map { (noon + .seconds($0 * 60)).milliseconds })
        }
        var third = query
        third.matchers = [LabelMatcher("__name__", .equal("c"))]
        for series in try await store.samples.select(third) {
            let numbers = series.values.filter { !$0.isStaleMarker }.map { Int($0) }
            #expect(numbers.prefix { $0 <= reported } == ArraySlice((1...reported).filter { $0 % 50 > 0 }))
        }
    }

    private func last(_ path: String) throws -> Int {
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last.flatMap { Int($0) } ?? 0
    }

    private func kill(_ folder: String, when isEnough: () throws -> Bool) async throws {
        let child = Process()
        child.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        )
        child.arguments = ["--testing-library", "swift-testing", "--filter", "the process that is killed"]
        child.environment = ProcessInfo.processInfo.environment.merging([Self.place: folder]) { $1 }
        child.standardOutput = FileHandle.nullDevice
        child.standardError = FileHandle.nullDevice
        try child.run()
        while try !isEnough(), child.isRunning { try await Task.sleep(for: .milliseconds(2)) }
        Foundation.kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
    }
}
