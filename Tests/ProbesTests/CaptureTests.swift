import FleetModel
import Testing

@testable import Probes

@Suite struct `Captured nodes` {
    @Test(arguments: Capture.all, Shell.allCases)
    func `give the same samples under every shell`(capture: Capture, shell: Shell) throws {
        let reading = ProbeReading.parse(try capture.frame(shell))
        let found = reading.samples.map(\.line).filter { isComparable($0, shell) }.sorted()
        if shell == .dash { try capture.record(found.joined(separator: "\n") + "\n", to: "expected.txt") }
        let expected = try capture.expectation("expected.txt").split(separator: "\n").map(String.init)
            .filter { isComparable($0, shell) }
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

    /// bash and newer busybox have a clock of their own. busybox ash runs its own `stat`, `date`, `uname` and `adjtimex`
    /// before any program of that name, so that the capture's stand-ins are not asked.
    private func isComparable(_ line: String, _ shell: Shell) -> Bool {
        let own = ["node_filesystem_", "disk_usage_percent", "node_uname_info", "node_timex_", "ntp_synced"]
        switch shell {
        case .dash: return true
        case .bash: return !line.hasPrefix("node_time_seconds")
        case .ash: return !line.hasPrefix("node_time_seconds") && !own.contains { line.hasPrefix($0) }
        }
    }

    @Test func `are seven kinds of machine`() {
        #expect(Capture.all.count >= 7)
    }
}
