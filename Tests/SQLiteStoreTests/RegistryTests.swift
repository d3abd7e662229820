import FleetModel
import FleetTesting
import Operations
import SQLiteStore
import Testing

@Suite struct RegistryTests {
    let scratch: Scratch
    let store: FleetDatabase

    init() throws {
        scratch = try Scratch()
        store = try scratch.open()
    }

    private func apply(_ changes: InventoryChange...) async throws {
        try await store.inventory.apply(changes, by: operatorOfTests, at: noon)
    }

    private func group(_ name: String, holding children: [String] = []) throws -> Group {
        var group = Group(name: try GroupName(name))
        group.children = Set(try children.map { try GroupName($0) })
        group.variables = ["who": .string(name)]
        group.isListedUnderAll = name == "web"
        return group
    }

    @Test func `everything about nodes and groups comes back as it was put in, after a restart too`() async throws {
        let gateway = try Make.fullNode("gate")
        let inner = try Make.fullNode("inner", jump: "gate", groups: ["eu", "web"])
        // The jump host and the groups come later in the batch: the order does not matter.
        try await apply(
            .register(inner),
            .register(gateway),
            .createGroup(try group("eu", holding: ["web"])),
            .createGroup(try group("web")),
            .setVariables(["ntp": "pool.ntp.org"])
        )
        let expected = Inventory(
            nodes: [gateway, inner],
            groups: [try group("eu", holding: ["web"]), try group("web")],
            variables: ["ntp": "pool.ntp.org"]
        )
        #expect(try await store.inventory.inventory() == expected)
        try store.close()
        #expect(try await scratch.open(.thorough).inventory.inventory() == expected)
    }

    @Test func `a registry from before groups could be listed under all is brought up to date`() async throws {
        try await apply(.createGroup(try group("eu", holding: ["web"])), .createGroup(try group("web")))
        try store.close()
        let back = "ALTER TABLE groups DROP COLUMN listed_under_all; DELETE FROM migrations WHERE position > 1;"
        _ = try output(of: "sqlite3", [scratch.path, back + "PRAGMA user_version = 1;"])
        var web = try group("web")
        web.isListedUnderAll = false
        let again = try scratch.open()
        #expect(try await again.inventory.inventory().groups[web.name] == web)
        web.isListedUnderAll = true
        try await again.inventory.apply([.updateGroup(web)], by: operatorOfTests, at: noon)
        #expect(try await again.inventory.inventory().groups[web.name] == web)
    }

    @Test func `one wrong change undoes the whole batch and its audit records`() async throws {
        let error = await #expect(throws: UsageError.self) {
            try await apply(.register(try Make.node("a")), .register(try Make.node("b")), .register(try Make.node("a")))
        }
        #expect(error?.code == "usage.duplicate_node")
        #expect(try await store.inventory.inventory().nodes.isEmpty)
        #expect(try await store.audit.entries(node: nil, since: nil, limit: 10).isEmpty)
    }

    @Test func `an unknown node is refused with the names that may have been meant`() async throws {
        try await apply(.register(try Make.node("pi-gps-01")), .register(try Make.node("web")))
        let error = await #expect(throws: UsageError.self) { try await apply(.unregister(try NodeName("pi-gps-1"))) }
        #expect(error?.problem == "unknown node “pi-gps-1”, did you mean “pi-gps-01”?")
    }

    @Test func `a jump host in use cannot be unregistered, but together with its users it can`() async throws {
        try await apply(.register(try Make.node("gate")), .register(try Make.fullNode("inner", jump: "gate")))
        let error = await #expect(throws: UsageError.self) { try await apply(.unregister(try NodeName("gate"))) }
        #expect(error?.code == "usage.jump_in_use")
        #expect(error?.problem == "“gate” is the jump host of “inner”")
        try await apply(.unregister(try NodeName("gate")), .unregister(try NodeName("inner")))
        #expect(try await store.inventory.inventory().nodes.isEmpty)
    }

    @Test func `circles of jump hosts are refused`() async throws {
        let error = await #expect(throws: UsageError.self) {
            try await apply(
                .register(try Make.fullNode("a", jump: "b")),
                .register(try Make.fullNode("b", jump: "c")),
                .register(try Make.fullNode("c", jump: "a"))
            )
        }
        #expect(error?.code == "usage.jump_circle")
    }

    @Test func `circles of groups are refused and shown`() async throws {
        let error = await #expect(throws: UsageError.self) {
            try await apply(
                .createGroup(try group("a", holding: ["b", "d"])),
                .createGroup(try group("b", holding: ["c"])),
                .createGroup(try group("c", holding: ["a"])),
                .createGroup(try group("d"))
            )
        }
        #expect(error?.problem == "groups would form a circle: a → b → c → a")
    }

    @Test func `groups that share a child are no circle`() async throws {
        try await apply(
            .createGroup(try group("a", holding: ["b", "c"])),
            .createGroup(try group("b", holding: ["d"])),
            .createGroup(try group("c", holding: ["d"])),
            .createGroup(try group("d"))
        )
        #expect(try await store.inventory.inventory().groups.count == 4)
    }

    @Test func `a renamed node keeps its users, key, status and samples`() async throws {
        try await apply(.register(try Make.fullNode("gate")), .register(try Make.fullNode("inner", jump: "gate")))
        let poll = PollRecord(node: try NodeName("gate"), at: noon, samples: [Sample("up", [], 1)])
        try await store.samples.append([poll])
        try await apply(.update(try Make.node("portal"), renaming: try NodeName("gate")))
        let inventory = try await store.inventory.inventory()
        let portal = try #require(inventory.nodes[try NodeName("portal")])
        #expect(inventory.nodes[try NodeName("inner")]?.jump == portal.name)
        #expect(portal.hostKey == Make.key("one"))
        #expect(portal.lastSeen == noon)
        #expect(try await store.samples.latest(of: [portal.name])[portal.name]?.samples == poll.samples)
        try store.close()
        #expect(try await scratch.open(.thorough).inventory.inventory() == inventory)
    }

    @Test func `a quarantine stays until a key is accepted`() async throws {
        let name = try NodeName("web")
        try await apply(.register(try Make.node("web")), .quarantine(name, reason: "key changed"))
        try await store.inventory.record([NodeObservation(name, .up, profile: .linux)], at: noon)
        var node = try await store.inventory.inventory().nodes[name]
        #expect(node?.status == .quarantined(reason: "key changed"))
        #expect(node?.lastSeen == noon)
        #expect(node?.profile == .linux)
        try await apply(.pinHostKey(Make.key("two"), name))
        node = try await store.inventory.inventory().nodes[name]
        #expect(node?.status == .unknown)
        #expect(node?.hostKey == Make.key("two"))
    }

    @Test func `what one process writes another one sees at once`() async throws {
        let other = try scratch.open()
        #expect(try await other.inventory.inventory().nodes.isEmpty)
        try await apply(.register(try Make.node("web")))
        #expect(try await other.inventory.inventory().nodes.count == 1)
        try await other.inventory.record([NodeObservation(try NodeName("web"), .up)], at: noon)
        #expect(try await store.inventory.inventory().nodes[try NodeName("web")]?.status == .up)
    }

    @Test(.timeLimit(.minutes(15))) func `many stores opened and written at once all finish and lose nothing`()
        async throws
    {
        let fresh = try Scratch()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for writer in 0..<8 {
                tasks.addTask { [path = fresh.path] in
                    let store = try FleetDatabase.open(at: path)
                    for number in 0..<20 {
                        let node = try Make.node("n\(writer)-\(number)")
                        try await store.inventory.apply([.register(node)], by: operatorOfTests, at: noon)
                    }
                }
            }
            try await tasks.waitForAll()
        }
        let store = try fresh.open(.thorough)
        #expect(try await store.inventory.inventory().nodes.count == 160)
        #expect(try await store.audit.firstBrokenRecord() == nil)
    }
}
