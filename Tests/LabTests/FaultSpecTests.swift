import FleetModel
import Testing

@testable import Lab

@Suite struct FaultSpecTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let items: [FaultSpec.Item]
        var testDescription: String { text }

        init(_ text: String, _ items: FaultSpec.Item...) {
            self.text = text
            self.items = items
        }
    }

    @Test(arguments: [
        Case("none"), Case(""), Case("hang:2%", .init(.hang, .share(0.02))),
        Case("slow:5", .init(.slow(.seconds(3)), .nodes(5))),
        Case("slow=250ms:5", .init(.slow(.milliseconds(250)), .nodes(5))), Case("drop", .init(.drop)),
        Case("clock+90s", .init(.clock(.seconds(90)))), Case("clock-2h:1", .init(.clock(.seconds(-7200)), .nodes(1))),
        Case("hang-exec:0", .init(.hangExec, .nodes(0))),
        Case(
            "refuse:1,flood,key-changed,disk-full:100%,sudo-prompt:0.5%",
            .init(.refuse, .nodes(1)),
            .init(.flood),
            .init(.keyChanged),
            .init(.diskFull, .share(1)),
            .init(.sudoPrompt, .share(0.005))
        ),
    ])
    func `a specification is read as written`(example: Case) throws {
        #expect(try FaultSpec(parsing: example.text).items == example.items)
    }

    @Test(arguments: [
        ("hagn", "“hagn” is no fault"), ("hang,,drop", "an item is empty"), (",", "an item is empty"),
        ("hang:", "“” after “hang” is neither"), ("hang:-1", "“-1” after “hang” is neither"),
        ("hang:101%", "“101%” after “hang” is neither"), ("hang:nan%", "“nan%” after “hang” is neither"),
        ("clock+90", "“clock+90” is no fault"), ("clock+s", "“clock+s” is no fault"),
        ("clock+99999999999999999999s", "is no fault"), ("clock+4000d", "is no fault"),
        ("slow=", "“slow=” is no fault"),
        ("hang:5:5", "“5:5” after “hang” is neither"), ("none,hang", "“none” is no fault"),
        ("dr\u{1b}op", "“drU+001Bop” is no fault"),
    ])
    func `a mistake is named`(text: String, reason: String) {
        let error = #expect(throws: UsageError.self) { try FaultSpec(parsing: text) }
        #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "no error")")
        #expect(error?.code == "usage.bad_fault")
    }

    @Test func `faults are dealt alike for the same seed and to different nodes`() throws {
        let names = try LabPlan(count: 100).nodes.map(\.name)
        let spec = try FaultSpec(parsing: "hang:2%,slow:5,refuse:1,drop")
        let dealt = spec.dealt(to: names, seed: 7)
        #expect(dealt == spec.dealt(to: names, seed: 7))
        #expect(dealt != spec.dealt(to: names, seed: 8))
        #expect(dealt.count == 9)
        #expect(dealt.values.count { $0.contains(.hang) } == 2)
        #expect(dealt.values.count { $0.contains(.slow(.seconds(3))) } == 5)
    }

    @Test func `a small share of a small fleet still hits one node`() throws {
        let names = try LabPlan(count: 4).nodes.map(\.name)
        #expect(try FaultSpec(parsing: "hang:1%").dealt(to: names, seed: 1).count == 1)
        #expect(try FaultSpec(parsing: "hang:0%").dealt(to: names, seed: 1).isEmpty)
    }

    @Test func `named nodes all get a fault without an amount`() throws {
        let names = try LabPlan(count: 4).nodes.map(\.name)
        let dealt = try FaultSpec(parsing: "drop,clock+1s").applied(to: names, seed: 1)
        #expect(dealt.count == 4)
        #expect(dealt.values.allSatisfy { $0.contains(.drop) && $0.clockOffset == .seconds(1) })
    }

    @Test func `of two faults of one kind the later stands`() {
        let faults = NodeFaults([.clock(.seconds(1)), .clock(.seconds(2))])
        #expect(faults.words == ["clock+2000ms"])
    }

    @Test func `the words of a fault are a specification of it`() throws {
        for fault in [
            Fault.hang, .hangExec, .slow(.milliseconds(5)), .refuse, .off, .drop, .flood, .keyChanged, .diskFull,
            .sudoPrompt, .clock(.seconds(-90)),
        ] {
            #expect(try FaultSpec(parsing: fault.text).items == [FaultSpec.Item(fault)])
        }
    }
}
