import FleetModel
import FleetTesting
import Foundation
import Operations
import Testing

@testable import SQLiteStore

/// Secrets among the variables never stand in a file of the home in clear.
@Suite struct SealTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let word = "correct-horse-battery"
    private static let variables: [String: JSONValue] = [
        "ansible_password": .string(word), "http_port": 80, "colour": "green",
        "db": ["user": "app", "Admin_Passwd": .string(word)],
        "list": [["api_token": .string(word)], "plain"], "password": .null, "use_token": true,
        "become_pass": .array([.string(word), 7]),
    ]

    private func fill(_ store: FleetDatabase) async throws -> Inventory {
        var node = try Make.node("n1")
        node.variables = Self.variables
        var group = try Group(name: GroupName("g"))
        group.variables = Self.variables
        let changes: [InventoryChange] = [.register(node), .createGroup(group), .setVariables(Self.variables)]
        try await store.inventory.apply(changes, by: operatorOfTests, at: noon)
        return Inventory(nodes: [node], groups: [group], variables: Self.variables)
    }

    private func clearText() throws -> [String] {
        let needle = Data(Self.word.utf8)
        return try FileManager.default.subpathsOfDirectory(atPath: scratch.folder).filter { path in
            let url = URL(filePath: scratch.folder + "/" + path)
            return (try? Data(contentsOf: url))?.range(of: needle) != nil
        }
    }

    @Test func `a secret is in no file, open or closed, and reads back as it was`() async throws {
        let store = try scratch.open()
        let before = try await fill(store)
        #expect(try clearText().isEmpty, "the write-ahead log too")
        try store.close()
        #expect(try clearText().isEmpty)
        let after = try await scratch.open().inventory.inventory()
        #expect(after == before)
        let mode = try FileManager.default.attributesOfItem(atPath: scratch.folder + "/keys/variables.key")
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test func `without its key a secret stays sealed, and everything else is there`() async throws {
        let store = try scratch.open()
        _ = try await fill(store)
        try store.close()
        let key = scratch.folder + "/keys/variables.key"
        try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
        let lost = try scratch.open()
        let name = try NodeName("n1")
        let before = try await lost.inventory.inventory()
        var node = try #require(before.nodes[name])
        #expect(node.variables["http_port"] == 80)
        #expect(node.variables["ansible_password"] != .string(Self.word))
        // An act on the node keeps what cannot be read.
        node.variables["colour"] = "red"
        try await lost.inventory.apply([.update(node)], by: operatorOfTests, at: noon)
        try lost.close()
        try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
        let found = try await scratch.open().inventory.inventory().nodes[NodeName("n1")]
        #expect(found?.variables["ansible_password"] == .string(Self.word))
        #expect(found?.variables["colour"] == "red")
    }

    @Test func `a key that others can read is refused with the mend`() async throws {
        let store = try scratch.open()
        _ = try await fill(store)
        try store.close()
        let key = scratch.folder + "/keys/variables.key"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        let again = try scratch.open()
        let error = await #expect(throws: StateError.self) { try await again.inventory.inventory() }
        #expect(error?.code == "state.key_open")
    }

    @Test func `what is shown of a difference is masked`() throws {
        let old: [String: JSONValue] = ["root_password": "old", "port": 1]
        let new: [String: JSONValue] = ["root_password": "new", "port": 2, "db": ["token": "new"]]
        var node = try Make.node("n1")
        node.variables = old
        let current = Inventory(nodes: [node])
        node.variables = new
        let imported = InventoryImport(
            nodes: [ImportedNode(node, named: [.variables], at: SourcePosition(file: "f", line: 1, column: 1))]
        )
        let fields = try #require(InventoryDifference(importing: imported, into: current).changed.first).fields
        #expect(fields.count == 3)
        #expect(!"\(fields.map { [$0.old, $0.new] })".contains("new"))
    }
}
