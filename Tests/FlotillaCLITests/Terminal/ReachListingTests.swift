import FleetModel
import Testing

@testable import FlotillaCLI
@testable import Operations

@Suite struct ReachListingTests {
    @Test func `nodes of which the same is to be said are one block, with advice that can be pasted`() throws {
        let names = try ["pi-01", "pi-02", "pi-03"].map { try NodeName($0) }
        let denied = { ReachReport.Answer.failed(RemoteError(.authDenied, $0, "the log-in was denied")) }
        let reports = [
            (node: names[0], report: ReachReport(operate: .commands, collect: denied(names[0]))),
            (node: names[1], report: ReachReport(operate: .commands, collect: .gate(isCurrent: true))),
            (node: names[2], report: ReachReport(operate: .commands, collect: denied(names[2]))),
        ]
        let shown = ReachListing(reports: reports, glyphs: .ascii).lines(on: .plain)
            .map { $0.rendered(colour: false) }
        #expect(shown.count { $0.contains("operate key: ") } == 2)
        #expect(shown.first?.contains("pi-[01,03] (2)") == true, "\(shown)")
        #expect(shown.contains { $0.hasSuffix("flotilla enroll 'pi-[01,03]'") }, "\(shown)")
    }
}
