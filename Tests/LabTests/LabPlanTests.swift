import FleetModel
import Testing

@testable import Lab

@Suite struct LabPlanTests {
    @Test(arguments: [
        (1, ["pop-01"]), (2, ["pop-01", "pi-gps-01"]),
        (7, ["pop-01", "pop-02", "pop-03", "pop-04", "pi-gps-01", "pi-gps-02", "pi-ntp-01"]),
    ])
    func `names are the documented ones`(count: Int, names: [String]) throws {
        #expect(try LabPlan(count: count).nodes.map(\.name.text) == names)
    }

    @Test func `five thousand nodes have names and addresses of their own`() throws {
        let nodes = try LabPlan(count: 5000).nodes
        #expect(nodes.count == 5000)
        #expect(Set(nodes.map(\.name)).count == 5000)
        #expect(Set(nodes.map(\.host)).count == 5000)
        #expect(nodes.count { $0.profile == .pipe } == 2500)
        #expect(nodes.allSatisfy { $0.host.text.hasPrefix("127.77.") || $0.host.text.hasPrefix("127.78.") })
    }

    @Test func `a lab that grows keeps the nodes it had`() throws {
        let small = Set(try LabPlan(count: 10).nodes)
        #expect(small.isSubset(of: Set(try LabPlan(count: 300).nodes)))
    }

    @Test func `time nodes are in the group of their stratum`() throws {
        let nodes = try LabPlan(count: 8).nodes
        let strata = nodes.filter { $0.profile == .time }.map { ($0.name.text, $0.groups.map(\.text)) }
        #expect(strata.map(\.0) == ["pi-gps-01", "pi-gps-02", "pi-ntp-01", "pi-ntp-02"])
        #expect(
            strata.map(\.1) == [["lab", "stratum1"], ["lab", "stratum1"], ["lab", "stratum2"], ["lab", "stratum2"]]
        )
    }

    @Test(arguments: [0, -1, 10_001])
    func `an impossible size is refused`(count: Int) {
        #expect(throws: UsageError.self) { try LabPlan(count: count) }
    }
}
