import FleetModel
import Glibc
import Testing

@testable import FlotillaCLI

/// The shell on a real pseudo-terminal: what an operator's terminal gets, and in which state it is left.
@Suite(.serialized) struct DashboardShellTests {
    @Test(arguments: ["q", "\u{3}"])
    func `the terminal is left as it was found`(key: String) async throws {
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let before = try terminal.settings()
        let text = try await run(terminal, typing: [("Flotilla  12 nodes", key)])
        #expect(text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"))
        #expect(text.hasSuffix("\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"))
        let after = try terminal.settings()
        #expect(before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag && before.c_oflag == after.c_oflag)
    }

    @Test func `keys open the page of a node, and its last hour comes`() async throws {
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let text = try await run(terminal, typing: [("12 of 12", "\r"), ("last hour", "\u{1B}"), ("12 of 12", "q")])
        #expect(text.contains("6.1.0^[[2J"))
    }

    @Test func `a source that fails later is told, and the view goes on`() async throws {
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        _ = try await run(terminal, failing: true, typing: [("figures are old: the store is gone", "q")])
    }

    @Test func `a terminal that hangs up ends the view`() async throws {
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        _ = try await run(terminal, typing: [("Flotilla  12 nodes", nil)])
    }

    /// Runs the view; each text is waited for in what has come since the one before, then its key is typed; nil hangs up.
    private func run(_ terminal: PseudoTerminal, failing: Bool = false, typing: [(awaited: String, key: String?)])
        async throws -> String
    {
        let shell = DashboardShell(
            try sources(failing: failing),
            on: TerminalContext(isTerminal: true),
            refresh: .milliseconds(20),
            input: terminal.slave,
            output: terminal.slave
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await shell.run() }
            var all = ""
            for step in typing {
                all += try await terminal.text(until: step.awaited)
                if let key = step.key { terminal.type(key) } else { terminal.hangUp() }
            }
            try await group.waitForAll()
            return all + terminal.rest()
        }
    }

    private func sources(failing: Bool) throws -> DashboardShell.Sources {
        let model = try DashboardFixture.model(12)
        let calls = Calls()
        return DashboardShell.Sources(
            model: {
                if failing, calls.next() > 1 { throw StateError("gone", "the store is gone") }
                return model
            },
            detail: { _ in DashboardFixture.detail() },
            matching: { (_: String) throws(UsageError) in [] },
            now: { DashboardFixture.now },
            sleep: { try await Task.sleep(for: $0) }
        )
    }
}
