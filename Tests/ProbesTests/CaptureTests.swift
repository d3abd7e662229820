import FleetModel
import Testing

@testable import Probes

@Suite struct `Captured nodes` {
    @Test(arguments: Capture.all, Shell.allCases)
    func `give the same samples under every shell`(capture: Capture, shell: Shell) throws {
        let reading = ProbeReading.parse(try capture.frame(shell))
        // bash and newer busybox have a clock of their own; dash and old ones go by date and uptime.
        let found = reading.samples.filter { shell == .dash || $0.name != "node_time_seconds" }.map(\.line).sorted()
        if shell == .dash { try capture.record(found.joined(separator: "\n") + "\n", to: "expected.txt") }
        let expected = try capture.expectation("expected.txt").split(separator: "\n").map(String.init)
            .filter { shell == .dash || !$0.hasPrefix("node_time_seconds ") }
        #expect(found.filter { !expected.contains($0) } == [])
        #expect(expected.filter { !found.contains($0) } == [])
        #expect(found.count == expected.count)
    }

    @Test(arguments: Capture.all)
    func `give their facts`(capture: Capture) throws {
        let facts = try #require(ProbeReading.parse(try capture.frame(.dash)).facts)
        let found = facts.document.text(pretty: true) + "\n"
        try capture.record(found, to: "facts.json")
        #expect(found == (try capture.expectation("facts.json")))
    }

    @Test func `are eight kinds of machine`() {
        #expect(Capture.all.count >= 7)
    }
}
