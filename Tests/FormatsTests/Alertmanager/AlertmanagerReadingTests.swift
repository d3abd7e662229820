import Alerting
import FleetModel
import Foundation
import Testing

@testable import Formats

/// The oracle is amtool of Alertmanager 0.33.
@Suite struct AlertmanagerReadingTests {
    @Test func `a file is taken exactly when amtool takes it`() throws {
        let folder = try ScratchFolder()
        let paths = try AlertmanagerConfigs.all.indices.map { index in
            try folder.write(AlertmanagerConfigs.all[index].text, to: "\(index).yml")
        }
        let printed = try Amtool.run(["check-config"] + paths)
        for (index, config) in AlertmanagerConfigs.all.enumerated() {
            let said = try #require(printed.components(separatedBy: "Checking '\(paths[index])'").last)
            let isTaken = said.components(separatedBy: "Checking '")[0].contains("SUCCESS")
            #expect(Self.mistakes(in: config.text).isEmpty == isTaken, "\(config.name): \(said.prefix(200))")
        }
    }

    @Test(arguments: Self.trees)
    func `an alert goes to the receivers that amtool names`(tree: String) throws {
        let folder = try ScratchFolder()
        let text =
            "route:\n  receiver: a\n  routes:\n\(tree)\nreceivers: [{name: a}, {name: b}, {name: c}, {name: d}]\n"
        let path = try folder.write(text, to: "alertmanager.yml")
        let plan = try Self.read(text)
        for words in Self.labels {
            let printed = try Amtool.run(["config", "routes", "test", "--config.file=" + path] + words)
            let labels = LabelSet(
                words.map { word in
                    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                    return LabelSet.Label(parts[0], parts[1])
                }
            )
            let receivers = plan.tree.matches(for: labels).map { plan.tree.routes[$0].route.receiver }
            #expect(receivers.joined(separator: ",") == printed.split(separator: "\n")[0], "\(words)")
        }
    }

    static let labels = [
        ["x=yes"], ["x=no", "y=1"], ["x=yes", "y=2"], ["severity=critical", "team=db"],
        ["severity=warning", "x=yesyes"],
    ]

    static let trees = [
        "  - {receiver: b, matchers: ['x=~\"y.*\"'], continue: true}\n  - {receiver: c, matchers: ['x=yes']}",
        "  - {receiver: b, match: {x: 'yes'}}\n  - {receiver: c, match_re: {severity: 'warn|crit.*'}}",
        "  - {matchers: ['y!=\"\"'], receiver: b, routes: [{matchers: [y=1], receiver: c}, {matchers: [x=yes], receiver: d}]}",
        "  - {matchers: ['y=\"\"'], receiver: b}\n  - {receiver: c}",
        "  - {matchers: ['{severity!~\"warning|info\",x!=no}'], receiver: b, continue: true}\n  - {receiver: d}",
        "  - {matchers: ['x=yes'], continue: true, routes: [{receiver: b, continue: true}, {receiver: c}]}\n  - {receiver: d}",
    ]

    @Test func `every mistake is named in one go, with its place`() {
        let text = """
            route:
              receiver: ops
              group_intervall: 5m
              group_by: [a, a]
              routes:
                - receiver: opps
                  matchers: ['a=~"("']
                  mute_time_intervals: [night]
            receivers:
              - name: ops
              - name: ops
                opsgenie_configs: [{}]
            """
        let lines = Self.mistakes(in: text)
        #expect(
            lines.map { $0.split(separator: ":").prefix(3).joined(separator: ":") } == [
                "f.yml:3:3", "f.yml:4:17", "f.yml:6:17", "f.yml:7:18", "f.yml:8:29", "f.yml:11:5", "f.yml:12:5",
            ]
        )
        #expect(
            lines.first == "f.yml:3:3: unknown field “group_intervall” in the route, did you mean “group_interval”?"
        )
        #expect(lines.last?.contains("use webhook_configs") == true)
    }

    @Test func `times and grouping are inherited, the rest is not`() throws {
        let text = """
            route:
              receiver: a
              group_by: [x]
              group_wait: 1s
              routes:
                - matchers: [y=1]
                  group_interval: 2s
                  mute_time_intervals: [t]
                  continue: true
                  routes: [{matchers: [z=1], group_by: ['...']}]
            receivers: [{name: a}]
            time_intervals: [{name: t}]
            """
        let routes = try Self.read(text).tree.routes.map(\.route)
        #expect(routes.map(\.groupWait) == [.seconds(1), .seconds(1), .seconds(1)])
        #expect(routes.map(\.groupInterval) == [.seconds(300), .seconds(2), .seconds(2)])
        #expect(routes.map(\.muteIntervals) == [[], ["t"], []])
        #expect(routes.map(\.continues) == [false, true, false])
        #expect(routes.map(\.grouping) == [.labels(["x"]), .labels(["x"]), .everyLabel])
    }

    static func read(_ text: String) throws -> NotificationPlan {
        try AlertmanagerReading.read(Array(text.utf8), path: "f.yml", zones: Self.zone)
    }

    static func mistakes(in text: String) -> [String] {
        do throws(AlertmanagerErrors) {
            _ = try AlertmanagerReading.read(Array(text.utf8), path: "f.yml", zones: Self.zone)
            return []
        } catch {
            return error.mistakes
        }
    }

    static func zone(_ name: String) -> TimeZoneRules? {
        FileManager.default.contents(atPath: "/usr/share/zoneinfo/" + name).flatMap {
            TimeZoneRules(name: name, file: Array($0))
        }
    }

    /// Each hour of three years, and some of a far future that only the footer's rule knows.
    @Test(
        arguments: [
            "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Africa/Casablanca", "UTC",
        ]
    )
    func `the clocks of a zone are those of the system`(name: String) throws {
        let rules = try #require(Self.zone(name))
        let zone = try #require(TimeZone(identifier: name))
        for start in [1_700_000_000, 2_300_000_000] {
            for hour in 0..<3 * 366 * 24 {
                let second = start + hour * 3600
                let wanted = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
                let found = rules.offset(at: Timestamp(milliseconds: Int64(second) * 1000))
                guard found == wanted else {
                    Issue.record("\(name) at \(second): \(found), the system says \(wanted)")
                    return
                }
            }
        }
    }
}

/// The real `amtool`.
enum Amtool {
    static func run(_ words: [String]) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appendingPathComponent(".oracles").path
        let path = folder + "/alertmanager/amtool"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Oracle.Missing(description: "\(path) is missing: run scripts/setup, or set FLOTILLA_ORACLES")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = words
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
