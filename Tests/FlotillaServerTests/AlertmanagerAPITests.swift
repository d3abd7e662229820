import Alerting
import FleetModel
import FleetTesting
import Foundation
import Logging
import Operations
import SQLiteStore
import Testing

@testable import FlotillaServer

/// The real `amtool` takes the daemon for an Alertmanager.
@Suite(.serialized) struct AlertmanagerAPITests {
    @Test func `amtool adds and shows alerts, silences them and ends the silence`() async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed, alerts: try await Self.loop(bed))
            let amtool = try Amtool(port: fleet.port)
            _ = try amtool.run(["alert", "add", "Down", "node=pi-1", "severity=critical", "--annotation=summary=gone"])
            _ = try amtool.run(["alert", "add", "alertname=Slow", "node=pi-2"])
            #expect(try amtool.alerts() == ["Down pi-1", "Slow pi-2"])
            #expect(try amtool.alerts(["alert", "query", "severity=~crit.*"]) == ["Down pi-1"])
            let id = try amtool.run(["silence", "add", "--author=ana", "--comment=disk", "node=pi-1"])
                .trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(try amtool.alerts() == ["Slow pi-2"])
            #expect(try amtool.alerts(["alert", "query", "--silenced"]) == ["Down pi-1"])
            #expect(try amtool.run(["silence", "query", "-q"]) == id + "\n")
            #expect(try amtool.run(["silence", "query", "-q", "node=pi-2"]) == "")
            _ = try amtool.run(["silence", "update", "--comment=longer", "--duration=3h", id])
            #expect(try amtool.run(["silence", "query", "-o", "extended"]).contains("longer"))
            _ = try amtool.run(["silence", "expire", id])
            #expect(try amtool.run(["silence", "query", "-q"]) == "")
            #expect(try amtool.alerts() == ["Down pi-1", "Slow pi-2"])
            #expect(try amtool.run(["config", "show"]).isEmpty == false)
        }
    }

    @Test(
        arguments: [
            ("alerts", "{}", 400), ("alerts", "[{}]", 400), ("alerts", "[{\"labels\":{}}]", 400),
            ("alerts", "[{\"labels\":{\"a\":1}}]", 400), ("alerts", "[", 400),
            ("alerts", "[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"x\"}]", 400),
            (
                "alerts",
                "[{\"labels\":{\"a\":\"b\"},\"startsAt\":\"2026-01-02T00:00:00Z\",\"endsAt\":\"2026-01-01T00:00:00Z\"}]",
                400
            ),
            ("alerts", "[]", 200), ("alerts", "[{\"labels\":{\"a\":\"b\"}}]", 200), ("silences", "{}", 400),
            (
                "silences",
                "{\"matchers\":[{\"name\":\"a\",\"value\":\".*\",\"isRegex\":true}],\"startsAt\":\"2026-01-01T00:00:00Z\","
                    + "\"endsAt\":\"2096-01-01T00:00:00Z\",\"createdBy\":\"a\",\"comment\":\"b\"}", 400
            ),
        ]
    )
    func `a body that is no alert or silence is refused`(path: String, body: String, status: Int) async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed, alerts: try await Self.loop(bed))
            let reply = try fleet.ask("/alertmanager/api/v2/" + path, method: "POST", body: body)
            #expect(reply.status == status, "\(reply.text)")
        }
    }

    @Test func `groups, receivers and the state are shown`() async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed, alerts: try await Self.loop(bed))
            let body = "[{\"labels\":{\"alertname\":\"Down\",\"node\":\"pi-1\"}}]"
            _ = try fleet.ask("/alertmanager/api/v2/alerts", method: "POST", body: body)
            let groups = try fleet.ask("/alertmanager/api/v2/alerts/groups").text
            #expect(groups.contains("\"labels\":{\"alertname\":\"Down\"}"))
            #expect(try fleet.ask("/alertmanager/api/v2/receivers").text == "[{\"name\":\"ops\"}]")
            #expect(try fleet.ask("/alertmanager/api/v2/status").text.contains("\"disabled\""))
            #expect(try fleet.ask("/alertmanager/api/v2/silence/none").status == 404)
            #expect(try fleet.ask("/alertmanager/api/v2/alerts?filter=%3Db").status == 400)
            #expect(try fleet.ask("/alertmanager/api/v2/alerts?active=maybe").status == 400)
        }
    }

    private static func loop(_ bed: TestBed) async throws -> NotificationLoop {
        var root = Route(receiver: "ops")
        root.grouping = .labels(["alertname"])
        return try await NotificationLoop(
            plan: NotificationPlan(root: root, receivers: [Receiver(name: "ops", integrations: [])]),
            store: try SQLiteAlerts(beside: bed.path("fleet.db")),
            notifier: Nobody(),
            surroundings: .init(
                now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
                newID: { UUID().uuidString.lowercased() }
            ),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private struct Nobody: Notifier {
        func send(_ notice: Notice, over integration: Integration, at now: Timestamp) async throws(NotifyError) {}
    }
}

/// The `amtool` of a real Alertmanager, turned to our server.
private struct Amtool {
    let path: String
    let url: String

    init(port: FleetModel.Port) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = ProcessInfo.processInfo.environment["FLOTILLA_ORACLES"] ?? root.appending(path: ".oracles").path
        path = folder + "/alertmanager/amtool"
        url = "http://127.0.0.1:\(port)/alertmanager"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw FixtureError("\(path) is missing: run scripts/setup, or set FLOTILLA_ORACLES")
        }
    }

    func run(_ words: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["--alertmanager.url=" + url] + words
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw FixtureError("amtool \(words): " + String(decoding: said, as: UTF8.self))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `NAME NODE`, sorted.
    func alerts(_ words: [String] = ["alert", "query"]) throws -> [String] {
        let found = try JSONReading.parse(try run(words + ["-o", "json"]))
        guard case .array(let alerts) = found else { return [] }
        return alerts.compactMap { alert in
            let labels = alert.object?["labels"]?.object
            return (labels?["alertname"]?.string ?? "") + " " + (labels?["node"]?.string ?? "")
        }
        .sorted()
    }
}
