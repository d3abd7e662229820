import FleetModel
import FleetTesting
import Testing

@Suite struct SelectorTests {
    let inventory: Inventory
    let facts: SelectorFacts

    init() throws {
        func group(_ name: String, holding children: [String] = [], _ variables: [String: JSONValue] = [:]) throws
            -> Group
        {
            var group = Group(name: try GroupName(name))
            group.children = Set(try children.map { try GroupName($0) })
            group.variables = variables
            return group
        }
        func node(_ name: String, _ groups: [String], _ labels: [String: String] = [:], _ status: NodeStatus = .up)
            throws -> Node
        {
            var node = try Make.node(name)
            node.groups = Set(try groups.map { try GroupName($0) })
            for (key, value) in labels { node.labels[try LabelKey(key)] = try OneLine(value) }
            node.status = status
            return node
        }
        let down = NodeStatus.down(code: "ssh.connect_refused", reason: "refused")
        var nodes = try (1...12).map { try node($0 < 10 ? "pi-gps-0\($0)" : "pi-gps-\($0)", ["gps"], ["stratum": "1"]) }
        nodes += [
            try node("web1", ["web"], ["site": "lab"]), try node("web2", ["web"], ["site": "a, b:c"], down),
            try node("db", ["db"], [:], .unknown), try node("up", [], [:], .quarantined(reason: "key")),
        ]
        nodes[13].variables = ["tier": "own"]
        inventory = Inventory(
            nodes: nodes,
            groups: [
                try group("gps"), try group("web", ["tier": "front", "rack": 7]), try group("db", ["tier": "back"]),
                try group("site", holding: ["web", "db"], ["tier": "any", "zone": "eu"]), try group("empty"),
            ],
            variables: ["zone": "world", "ntp": true]
        )
        facts = SelectorFacts(drifted: [try NodeName("db")], stale: [try NodeName("db"), try NodeName("gone")]) {
            node,
            key in
            key == "kernel" ? (node.text.hasPrefix("pi") ? "6.1.21" : "5.10") : nil
        }
    }

    static let gps: String = "pi-gps-[01-12]"

    static let meanings: [(String, String)] = [
        ("web1", "web1"), ("pi-*", gps), ("pi-gps-0?", "pi-gps-[01-09]"), ("*", "all"), ("all", "all"),
        ("web[1-2]", "web[1-2]"),
        ("pi-gps-[01-03,12]", "pi-gps-[01-03,12]"), ("pi-gps-[01-12/4]", "pi-gps-[01,05,09]"),
        ("web{1,2},db", "db,web[1-2]"),
        ("{web{1,2},db}", "db,web[1-2]"), ("@web", "web[1-2]"), ("web", "web[1-2]"), ("db", "db"),
        ("@site", "db,web[1-2]"),
        ("@{web,db}", "db,web[1-2]"), ("@w*", "web[1-2]"), ("@empty", ""), ("nothing-*", ""), ("*[ab]", "db"),
        ("web[!1]", "web2"),
        ("web1,db", "db,web1"), ("web1:db", "db,web1"), ("web1 , db", "db,web1"), ("*-gps-[10-12]", "pi-gps-[10-12]"),
        ("site:&web", "web[1-2]"), ("site:&web:!web2", "web1"), ("!web2:site:&web", "web1"),
        ("all:!gps", "db,up,web[1-2]"),
        ("!gps", "db,up,web[1-2]"), ("site!web", "db"), ("site!web1!db", "web2"), ("gps&web,db", "db"),
        ("db,site&web1", "db,web1"),
        ("(gps,web)&:down", "web2"), ("site!(web,nothing*)", "db"), ("&web", "web[1-2]"), ("((db))", "db"),
        (":up", "\(gps),web1"), (":down", "web2"), (":unknown", "db"), (":quarantined", "up"), (":drifted", "db"),
        (":alerting", ""),
        (":stale", "db"), ("web:up", "up,web[1-2]"), ("web::up", "\(gps),web[1-2]"), ("web&:up", "web1"),
        ("web:&:up", "web1"),
        ("web!:up", "web2"), ("!:up", "db,up,web2"), ("up", "up"),
        ("stratum=1", gps), ("stratum!=1", "db,up,web[1-2]"), ("site=lab", "web1"), ("site~lab|b", "web[1-2]"),
        ("site!~.", "db,\(gps),up"),
        ("site=", "db,\(gps),up"), ("site=\"a, b:c\"", "web2"), ("site='a, b:c'", "web2"), (#"site=a\,\ b\:c"#, "web2"),
        (#"kernel~^6\."#, gps), (#"kernel~^6\.,db"#, "db,\(gps)"), ("kernel~^(5|7),up", "db,up,web[1-2]"),
        ("kernel!~[,:!6]", "db,up,web[1-2]"),
        ("tier=front", "web1"), ("tier=own", "web2"), ("tier=back", "db"), ("zone=eu", "db,web[1-2]"),
        ("zone=world&ntp=true", "\(gps),up"),
        ("rack=7", "web[1-2]"), ("port=22&:down", "web2"), ("(kernel~^5)", "db,up,web[1-2]"),
    ]

    @Test(arguments: meanings)
    func `a selector means these nodes`(text: String, expected: String) throws {
        let found = try Selector(text).nodes(in: inventory, facts: facts)
        let wanted = expected == "all" ? NodeSetText.fold(inventory.nodes.keys) : expected
        #expect(NodeSetText.fold(found) == wanted)
        #expect(found == found.naturallySorted())
    }

    @Test(arguments: [
        ("", "empty"), ("  ", "empty"), ("a,,b", "character 3"), ("a,", "ends where a name is expected"),
        ("(a", "never closed"),
        ("a)", "never opened"), ("a b", "operator"), (":upp", ":quarantined"), ("@", "after “@”"),
        ("a&&b", "character 3"),
        ("pi-[1", "“[” is never closed"), ("pi-{a,b", "“{” is never closed"), ("pi-[9-1]", "range"), ("pi-[]", "range"),
        ("a=\"x", "quote"), ("a~(", "regular expression"), (#"a~(x)\1"#, "back reference"), ("a~(?=x)", "lookaround"),
        ("web;rm", "operator"), ("pi-[1-999999999]", "100000"), ("é", "U+00E9"), ("a,\u{1B}[2J", "U+001B"),
        (String(repeating: "(", count: 100_000), "nested too deeply"),
    ])
    func `a bad selector says what is wrong and where`(text: String, says: String) {
        let error = #expect(throws: UsageError.self) { try Selector(text) }
        #expect(error?.code == "usage.bad_selector")
        let message = (error?.problem ?? "") + (error?.advice ?? "")
        #expect(message.contains(says), "\(message)")
        #expect(message.utf8.count < 600)
    }

    @Test(arguments: [
        ("web3", "usage.unknown_node", "“web1” or “web2”"), ("pi-gps-[12-13]", "usage.unknown_node", "pi-gps-13"),
        ("gsp", "usage.unknown_node", "“gps”"), ("@wbe", "usage.unknown_group", "“web”"),
        ("web,!nobody", "usage.unknown_node", "nobody"),
        ("pi-gps-1", "usage.unknown_node", "did you mean"),
        ("[1-999]-[1-999]-[1-999]", "usage.bad_selector", "more than 100000"),
    ])
    func `an unknown name is an error with its near misses`(text: String, code: String, says: String) {
        let error = #expect(throws: UsageError.self) { try Selector(text).nodes(in: inventory) }
        #expect(error?.code == code)
        #expect(error?.problem.contains(says) == true, "\(error?.problem ?? "")")
    }

    @Test func `a sample is repeatable, spread, and never larger than asked for`() throws {
        let names = Array(inventory.nodes.keys)
        let first = Sampling.pick(5, of: names, seed: 7)
        #expect(Sampling.pick(5, of: names.reversed(), seed: 7) == first)
        #expect(first.count == 5 && Set(first).count == 5)
        #expect(Set((0..<200).flatMap { Sampling.pick(1, of: names, seed: $0) }).count == names.count)
        #expect(Sampling.pick(99, of: names, seed: 1).count == names.count)
        #expect(Sampling.pick(0, of: names, seed: 1).isEmpty)
        // Written down once: the same seed means the same nodes in every version.
        #expect(NodeSetText.fold(first) == "pi-gps-[01,06,09-10],web1")
    }

    @Test func `only a plain name counts as one named node`() throws {
        #expect(try Selector("web1").singleName == "web1")
        for text in ["web*", "@web1", "web1,db", "web[1]", "all", "{web1}"] {
            #expect(try Selector(text).singleName == nil)
        }
    }
}
