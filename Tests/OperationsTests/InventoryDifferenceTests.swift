import FleetModel
import FleetTesting
import Operations
import Testing

@Suite struct InventoryDifferenceTests {
    private func entry(_ node: Node, _ named: Set<NodeField> = [.host, .groups, .variables]) -> ImportedNode {
        ImportedNode(node, named: named, at: SourcePosition(file: "hosts", line: 1, column: 1))
    }

    private func group(_ name: String, _ children: String...) throws -> Group {
        var group = Group(name: try GroupName(name))
        group.children = Set(try children.map { try GroupName($0) })
        return group
    }

    @Test func `what the file does not name stays`() throws {
        var old = try Make.node("a", "10.0.0.1", user: "byhand", port: 2222)
        old.status = .up
        old.hostKey = HostKey(algorithm: "ssh-ed25519", base64: "AAAA", fingerprint: "SHA256:x")
        old.labels = [try LabelKey("site"): try OneLine("lab")]
        old.groups = [try GroupName("mine")]
        let current = Inventory(nodes: [old], groups: [try group("mine")])
        let imported = InventoryImport(nodes: [entry(try Make.node("a", "10.0.0.2"))])
        let difference = InventoryDifference(importing: imported, into: current)
        let new = try #require(difference.changed.first?.new)
        #expect(difference.changed.first?.fields.map(\.field) == ["host"])
        #expect(difference.changed.first?.fields.first?.old == "10.0.0.1")
        #expect(difference.changed.first?.fields.first?.new == "10.0.0.2")
        #expect(new.user.text == "byhand" && new.port.number == 2222 && new.status == .up && new.hostKey == old.hostKey)
        #expect(new.labels == old.labels && new.groups == old.groups)
        #expect(difference.changes == [.update(new)])
    }

    @Test func `only prune removes, and never a jump host in use`() throws {
        var stays = try Make.node("stays")
        stays.jump = try NodeName("gate")
        var goes = try Make.node("goes")
        goes.jump = try NodeName("inner")
        let current = Inventory(
            nodes: [stays, goes, try Make.node("inner"), try Make.node("gate")],
            groups: [try group("old")]
        )
        let imported = InventoryImport(nodes: [entry(try Make.node("stays"))])
        #expect(InventoryDifference(importing: imported, into: current).isEmpty)
        let difference = InventoryDifference(importing: imported, into: current, prune: true)
        #expect(difference.keptAsJumpHosts.map(\.text) == ["gate"])
        #expect(
            difference.changes == [
                .unregister(try NodeName("goes")), .unregister(try NodeName("inner")),
                .deleteGroup(try GroupName("old")),
            ]
        )
    }

    @Test func `changes come in an order in which each is valid`() throws {
        var far = try Make.node("a-far")
        far.jump = try NodeName("b-near")
        far.groups = [try GroupName("inner")]
        var near = try Make.node("b-near")
        near.jump = try NodeName("c-gate")
        let imported = InventoryImport(
            nodes: [entry(far, [.jump, .groups]), entry(near, [.jump]), entry(try Make.node("c-gate"))],
            groups: [try group("a-outer", "inner"), try group("inner")],
            variables: ["x": 1]
        )
        let changes = InventoryDifference(importing: imported, into: Inventory()).changes
        #expect(
            changes == [
                .setVariables(["x": 1]), .createGroup(try group("inner")), .createGroup(try group("a-outer", "inner")),
                .register(try Make.node("c-gate")), .register(near), .register(far),
            ]
        )
    }

    @Test func `groups and jumps that change places never form a circle on the way`() throws {
        var first = try Make.node("a")
        first.jump = try NodeName("b")
        let current = Inventory(nodes: [first, try Make.node("b")], groups: [try group("x", "y"), try group("y")])
        var second = try Make.node("b")
        second.jump = try NodeName("a")
        let imported = InventoryImport(
            nodes: [entry(try Make.node("a"), [.jump]), entry(second, [.jump])],
            groups: [try group("x"), try group("y", "x")]
        )
        let changes = InventoryDifference(importing: imported, into: current).changes
        #expect(
            changes == [
                .updateGroup(try group("x")), .updateGroup(try group("y", "x")), .update(try Make.node("a")),
                .update(second),
            ]
        )
    }

    @Test func `variables of all grow, and shrink only with prune`() throws {
        let current = Inventory(variables: ["a": 1, "b": 2])
        let imported = InventoryImport(variables: ["b": 3])
        let kept = InventoryDifference(importing: imported, into: current)
        #expect(kept.changes == [.setVariables(["a": 1, "b": 3])])
        #expect(kept.changedVariables.map(\.field) == ["variables.b"])
        #expect(
            InventoryDifference(importing: imported, into: current, prune: true).changes == [.setVariables(["b": 3])]
        )
    }

    @Test func `a file without groups never touches groups`() throws {
        let current = Inventory(nodes: [try Make.node("a")], groups: [try group("g")], variables: ["x": 1])
        let imported = InventoryImport(nodes: [entry(try Make.node("a"), [.host])], groupScope: .none)
        #expect(InventoryDifference(importing: imported, into: current, prune: true).isEmpty)
    }
}
