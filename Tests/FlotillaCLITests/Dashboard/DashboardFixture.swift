import FleetModel
import Foundation
import Testing

@testable import FlotillaCLI

/// A fleet for the tests of the screen: the same in every run.
enum DashboardFixture {
    static let now = Timestamp(milliseconds: 1_795_359_845_000)

    /// Half Pipe nodes, half time nodes, as the lab makes them; every kind of state among the first dozen.
    static func model(_ count: Int) throws -> DashboardModel {
        var generator = SplitMix(state: 2026)
        let nodes = try (0..<count).map { try node($0, &generator) }
        return DashboardModel(
            at: now,
            nodes: nodes,
            alerts: .init(firing: 1, pending: 2),
            collector: .init(
                isRunning: true,
                interval: .seconds(15),
                lastPoll: now + .seconds(-3),
                lag: .milliseconds(420)
            )
        )
    }

    private static func node(_ index: Int, _ generator: inout SplitMix) throws -> NodeView {
        let isPipe = index % 2 == 0
        let name = try NodeName((isPipe ? "pop-" : "pi-ntp-") + (index / 2 < 9 ? "0" : "") + "\(index / 2 + 1)")
        var node = NodeView(name: name, status: .up, lastSeen: now + .seconds(-(index % 20)))
        node.groups = [try GroupName(isPipe ? "pipe" : "stratum2")]
        node.address = "ops@127.0.0.\(index % 250 + 1):22"
        switch index % 50 {
        case 3: node.status = .down(code: "ssh.connect_refused", reason: "127.0.0.4:22 refused the connection")
        case 6: node.status = .quarantined(reason: "the host key differs from the pinned one")
        case 9:
            node.status = .unknown
            node.lastSeen = nil
            return node
        default: break
        }
        fill(&node, isPipe, &generator)
        node.alerts = index % 50 == 12 ? 1 : 0
        return node
    }

    private static func fill(_ node: inout NodeView, _ isPipe: Bool, _ generator: inout SplitMix) {
        func figure(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }
        node.location = isPipe ? "Frankfurt" : "日本 rack 4"
        node.uptime = .seconds(Int64(figure(1e4...1e6)))
        (node.memoryTotal, node.diskTotal) = (4e9, 64e9)
        node.cpuPercent = figure(0...100)
        node.memoryPercent = figure(0...100)
        node.diskPercent = figure(0...100)
        node.load = figure(0...4)
        node.temperature = figure(40...85)
        node.receiveRate = figure(0...1e6)
        node.transmitRate = figure(0...1e7)
        node.clockOffset = figure(-0.1...0.1)
        node.cpuHistory = (0..<60).map { $0 == 20 ? nil : figure(0...100) }
        if isPipe {
            node.pipe = .init(
                isUp: true,
                rank: Int(figure(1...3000)),
                points: figure(0...1e5),
                egress: figure(0...5e12)
            )
        } else {
            node.time = .init(isSynchronised: figure(0...1) > 0.1, offset: figure(-0.02...0.02), stratum: 2)
        }
    }

    static func detail() -> NodeDetail {
        NodeDetail(
            trends: [
                .init("cpu", .percent, (0..<60).map { Double($0) * 1.6 }),
                .init("clock", .offset, (0..<60).map { $0 == 30 ? nil : Double($0 % 7) / 1000 }),
                .init("never measured", .count, [nil, nil]),
            ],
            facts: [.init("kernel", "6.1.0\u{1B}[2J")]
        )
    }
}

/// Compares a screen with the file of its name; `FLOTILLA_GOLDEN=write` writes the file anew, to be looked at.
func expectGolden(_ lines: [StyledText], _ name: String, location: SourceLocation = #_sourceLocation) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    let file = folder.appendingPathComponent(name + ".txt")
    let screen = lines.map { $0.plain + "\n" }.joined()
    if ProcessInfo.processInfo.environment["FLOTILLA_GOLDEN"] == "write" {
        try screen.write(to: file, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(screen == golden, "\(name) differs from its golden file; now it is:\n\(screen)", sourceLocation: location)
}
