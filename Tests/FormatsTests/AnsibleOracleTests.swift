import FleetModel
import Foundation
import Operations
import SQLiteStore
import Testing

@testable import Formats

@Suite struct AnsibleOracleTests {
    @Test func `the collection has not shrunk`() {
        #expect(InventoryCase.all.count >= 36)
    }

    @Test(.timeLimit(.minutes(15)), arguments: InventoryCase.all)
    func `Ansible lists what we export, and reads our YAML as it reads the original`(inventory: InventoryCase)
        async throws
    {
        let folder = try ScratchFolder()
        let imported = try await Self.kept(try inventory.read(), in: folder)
        let theirs = try Oracle.list(inventory.oraclePath)
        let ours = InventoryWriting.write(imported, as: .ansibleJSON, options: try InventoryCase.writing)
        Self.expectEqual(try JSONReading.parse(ours), theirs)
        let yaml = InventoryWriting.write(imported, as: .ansibleYAML, options: try InventoryCase.writing)
        Self.expectEqual(try Oracle.list(try folder.write(yaml, to: "hosts.yml")), theirs)
    }

    @Test(arguments: InventoryCase.all)
    func `a YAML export reads back as the same inventory`(inventory: InventoryCase) throws {
        let first = try inventory.read().inventory
        let yaml = InventoryWriting.write(first, as: .ansibleYAML, options: try InventoryCase.writing)
        let second = try InventoryCase.read(yaml, as: "hosts.yml").inventory
        #expect(second.variables == first.variables)
        #expect(second.groups == first.groups)
        for (name, node) in first.nodes { #expect(second.nodes[name] == node) }
        #expect(second.nodes.count == first.nodes.count)
    }

    @Test(arguments: InventoryCase.all)
    func `a second import changes nothing`(inventory: InventoryCase) throws {
        let imported = try inventory.read()
        #expect(InventoryDifference(importing: imported, into: imported.inventory, prune: true).isEmpty)
        #expect(!InventoryDifference(importing: imported, into: Inventory()).isEmpty)
    }

    /// What is there of an import once it went through the registry's file.
    private static func kept(_ imported: InventoryImport, in folder: ScratchFolder) async throws -> Inventory {
        let path = folder.path + "/fleet.db"
        let changes = InventoryDifference(importing: imported, into: Inventory()).changes
        let store = try FleetDatabase.open(at: path)
        try await store.inventory.apply(changes, by: Actor("tester"), at: Timestamp(milliseconds: 0))
        try store.close()
        let again = try FleetDatabase.open(at: path)
        let inventory = try await again.inventory.inventory()
        try again.close()
        return inventory
    }

    /// Names the members that differ, rather than two documents of a hundred lines.
    private static func expectEqual(_ ours: JSONValue, _ theirs: JSONValue) {
        func compare(_ left: JSONValue?, _ right: JSONValue?, _ path: String) {
            if case .object(let one)? = left, case .object(let other)? = right {
                for key in Set(one.keys).union(other.keys).sorted() { compare(one[key], other[key], "\(path)/\(key)") }
            } else if left != right {
                Issue.record("\(path): \(left?.text() ?? "nothing"), Ansible has \(right?.text() ?? "nothing")")
            }
        }
        compare(Oracle.normalized(ours), theirs, "")
    }
}
