import FleetModel
import FleetTesting
import Foundation
import Testing

@Suite struct NodeSetTests {
    private func names(_ texts: [String]) throws -> [NodeName] { try texts.map { try NodeName($0) } }

    @Test(
        arguments: [
            ([], ""), (["a"], "a"), (["pi-01"], "pi-01"), (["pi-01", "pi-02", "pi-03", "web"], "pi-[01-03],web"),
            (["n1", "n2", "n3", "n10", "n5"], "n[1-3,5,10]"), (["n08", "n09", "n10", "n11"], "n[08-11]"),
            (["n99", "n100"], "n[99-100]"),
            (["n099", "n100"], "n[099-100]"), (["n1", "n01", "n001"], "n[1,01,001]"),
            (["n9", "n09", "n10"], "n[9,09-10]"),
            (["r1n1", "r1n2", "r2n1", "r2n2"], "r[1-2]n[1-2]"), (["r1n1", "r1n2", "r2n2"], "r1n[1-2],r2n2"),
            (["10", "11"], "[10-11]"),
            (["x2", "x10", "a"], "a,x[2,10]"),
            (["n99999999999999999998", "n99999999999999999999"], "n99999999999999999998,n99999999999999999999"),
        ] as [([String], String)]
    )
    func `names are folded by their numbers`(texts: [String], folded: String) throws {
        #expect(NodeSetText.fold(try names(texts)) == folded)
    }

    /// Names such as fleets have them: a few stems, one to three numbers, padded or not, with holes.
    private func randomNames(_ random: inout SplitMix64) throws -> Set<NodeName> {
        let stems = ["pi-", "web", "rack", "n", "a.b-", "x0x"]
        return Set(
            try (0..<Int.random(in: 1...60, using: &random)).map { _ in
                var text = stems[Int.random(in: 0..<3, using: &random)]
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    let number = String(Int.random(in: 0...12, using: &random))
                    let isPadded = Int.random(in: 0...3, using: &random) > 0
                    text +=
                        (isPadded && number.count < 2 ? "0" : "") + number
                        + ["-", "n", ""][Int.random(in: 0..<3, using: &random)] + "z"
                }
                return try NodeName(text)
            }
        )
    }

    @Test func `folding and selecting again gives the same nodes`() throws {
        var random = SplitMix64(seed: 1)
        for _ in 0..<300 {
            let names = try randomNames(&random)
            let inventory = Inventory(nodes: try names.map { try Make.node($0.text) })
            let text = NodeSetText.fold(names)
            #expect(Set(try Selector(text).nodes(in: inventory)) == names, "\(text)")
            #expect(NodeSetText.fold(names.shuffled()) == text)
        }
    }

    @Test(.timeLimit(.minutes(15))) func `ClusterShell reads our folded sets as the same nodes`() throws {
        var random = SplitMix64(seed: 2)
        let sets = try (0..<60).map { _ in try randomNames(&random) }
        let expanded = try Oracle.nodeset(["-e", "-S", "\n"], each: sets.map(NodeSetText.fold))
        for (set, lines) in zip(sets, expanded) {
            #expect(
                Set(lines.split(separator: "\n").map(String.init)) == Set(set.map(\.text)),
                "\(NodeSetText.fold(set))"
            )
        }
    }

    @Test func `one field is folded as ClusterShell folds it`() throws {
        var random = SplitMix64(seed: 3)
        let sets = try (0..<40).map { _ in
            Set(try (0..<30).map { _ in try NodeName("pi-\(Int.random(in: 1...60, using: &random))") })
        }
        let theirs = try Oracle.nodeset(["-f"], each: sets.map { $0.map(\.text).joined(separator: ",") })
        #expect(sets.map { NodeSetText.fold($0) } == theirs)
    }

    @Test(arguments: [
        ["a", "b"], ["pi-2", "pi-10"], ["n2", "n02"], ["n1", "n1a"], ["n09", "n10"], ["a1b2", "a1b10"], ["a", "a1"],
        ["n99999999999999999998", "n99999999999999999999"],
    ])
    func `names come in the order people count`(pair: [String]) {
        #expect(NaturalOrder.precedes(pair[0], pair[1]))
        #expect(!NaturalOrder.precedes(pair[1], pair[0]))
        #expect(!NaturalOrder.precedes(pair[0], pair[0]))
    }

    @Test(
        arguments: [
            ("pi-gps-1", ["pi-gps-01", "pi-gps-10"]), ("wbe", ["web"]), ("WEB", ["web"]), ("zzzzzz", []), ("", []),
        ] as [(String, [String])]
    )
    func `near misses are found, the nearest first`(text: String, near: [String]) {
        #expect(NearMisses.of(text, among: ["pi-gps-10", "pi-gps-01", "web", "database"]) == near)
    }
}
