import FleetModel
import FleetTesting
import Foundation
import Operations
import SQLiteStore
import Testing

@Suite struct DamageTests {
    let scratch: Scratch

    init() async throws {
        scratch = try Scratch()
        let store = try scratch.open()
        let nodes = try (1...60).map { InventoryChange.register(try Make.fullNode("n\($0)")) }
        try await store.inventory.apply(nodes, by: operatorOfTests, at: noon)
        try store.close()
    }

    private func write(_ bytes: [UInt8], at offset: UInt64, in path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: bytes)
        try file.close()
    }

    private func refusal(_ inspection: FleetDatabase.Inspection = .quick) throws -> StateError? {
        let before = try scratch.contents()
        let error = #expect(throws: StateError.self) { try scratch.open(inspection) }
        #expect(try scratch.contents().filter { !$0.key.hasSuffix("-shm") && !$0.value.isEmpty } == before)
        return error
    }

    private func expectDamaged() throws {
        let error = try refusal()
        #expect(error?.code == "state.damaged")
        #expect(error?.problem.contains(scratch.path) == true)
        #expect(error?.advice?.contains("restore") == true)
    }

    @Test func `a garbage header is refused and nothing is touched`() throws {
        try write(Array("not a database at all".utf8), at: 0, in: scratch.path)
        try expectDamaged()
    }

    @Test(arguments: [50, 100, 5000, 60_000]) func `a file cut short is refused and nothing is touched`(size: Int)
        throws
    {
        #expect(truncate(scratch.path, size) == 0)
        try expectDamaged()
    }

    @Test func `flipped bytes in pages are found`() throws {
        for page in 1..<8 {
            try write([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], at: UInt64(page * 4096), in: scratch.path)
        }
        try expectDamaged()
    }

    @Test(arguments: ["TABLE host_keys", "TRIGGER audit_is_never_edited", "INDEX nodes_by_jump"])
    func `a missing part of the schema is named`(part: String) throws {
        _ = try output(of: "sqlite3", [scratch.path, "DROP \(part)"])
        #expect(try refusal()?.problem.contains(part.split(separator: " ")[1]) == true)
    }

    @Test func `a text that no longer passes its check is damage, not a crash`() async throws {
        _ = try output(of: "sqlite3", [scratch.path, "UPDATE nodes SET host = '-oProxyCommand=x' WHERE id = 3"])
        let store = try scratch.open()
        let error = await #expect(throws: StateError.self) { try await store.inventory.inventory() }
        #expect(error?.code == "state.damaged")
    }

    @Test func `a write-ahead log with a damaged header is refused, not dropped`() async throws {
        // A copy of the files while the store is open is what a crash leaves behind.
        let store = try scratch.open()
        try await store.inventory.apply([.register(try Make.node("last"))], by: operatorOfTests, at: noon)
        let crashed = try Scratch()
        for (name, data) in try scratch.contents() {
            try data.write(to: URL(fileURLWithPath: crashed.folder + "/" + name))
        }
        try write([1, 2, 3, 4], at: 4, in: crashed.path + "-wal")
        let before = try crashed.contents()
        let error = #expect(throws: StateError.self) { try crashed.open() }
        #expect(error?.code == "state.damaged")
        #expect(error?.problem.contains("-wal") == true)
        #expect(try crashed.contents() == before)
    }

    @Test func `what was committed before a crash is there after it`() async throws {
        let store = try scratch.open()
        try await store.inventory.apply([.register(try Make.node("last"))], by: operatorOfTests, at: noon)
        let crashed = try Scratch()
        for (name, data) in try scratch.contents() where !name.hasSuffix("-shm") {
            try data.write(to: URL(fileURLWithPath: crashed.folder + "/" + name))
        }
        let wal = crashed.path + "-wal"
        let size = try #require(FileManager.default.attributesOfItem(atPath: wal)[.size] as? Int)
        // A half-written frame at the end is what a torn write leaves.
        try write(Array(repeating: 7, count: 1000), at: UInt64(size), in: wal)
        let again = try crashed.open(.thorough)
        #expect(try await again.inventory.inventory().nodes[try NodeName("last")] != nil)
        #expect(try await again.audit.firstBrokenRecord() == nil)
    }

    @Test func `an emptied registry beside measurements is refused, not begun anew`() async throws {
        try Data([1]).write(to: URL(fileURLWithPath: scratch.folder + "/fleet-samples.db"))
        #expect(truncate(scratch.path, 0) == 0)
        #expect(throws: StateError.self) { try scratch.open() }
        #expect(try scratch.contents()["fleet.db"]?.isEmpty == true)
    }

    @Test func `a kill in the middle of making the file is no damage`() throws {
        let cut = try Scratch()
        // What `kill -9` leaves while the new file is changed over to a write-ahead log.
        _ = try output(of: "sqlite3", [cut.path, "PRAGMA journal_mode = WAL"])
        #expect(try cut.contents()["fleet.db"]?.count == 4096)
        // A journal of no pages from an empty file: its magic, a nonce, 512 bytes a sector, 4096 a page.
        var journal: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7, 0, 0, 0, 0, 0x72, 0x4F, 0x84, 0x9C]
        journal += [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0x10, 0]
        journal += Array(repeating: 0, count: 512 - journal.count)
        try Data(journal).write(to: URL(fileURLWithPath: cut.path + "-journal"))
        try cut.open().close()
        #expect(try cut.contents()["fleet.db-journal"] == nil)
    }

    @Test func `a copy made while the registry is in use takes the place of a damaged one`() async throws {
        let store = try scratch.open()
        try await store.inventory.apply([.register(try Make.node("last"))], by: operatorOfTests, at: noon)
        let expected = try await store.inventory.inventory()
        try store.copyRegistry(to: scratch.folder + "/copy.db")
        #expect(throws: StateError.self) { try store.copyRegistry(to: scratch.folder + "/copy.db") }
        let restored = try Scratch()
        try FileManager.default.moveItem(atPath: scratch.folder + "/copy.db", toPath: restored.path)
        let again = try restored.open(.thorough)
        #expect(try await again.inventory.inventory() == expected)
        #expect(try await again.audit.firstBrokenRecord() == nil)
    }

    @Test func `a log without its file is refused`() throws {
        try FileManager.default.removeItem(atPath: scratch.path)
        try Data(repeating: 1, count: 9000).write(to: URL(fileURLWithPath: scratch.path + "-wal"))
        let error = #expect(throws: StateError.self) { try scratch.open() }
        #expect(error?.code == "state.damaged")
    }

    @Test func `a newer database and another program's are refused by name`() throws {
        _ = try output(of: "sqlite3", [scratch.path, "PRAGMA user_version = 999"])
        #expect(try refusal()?.code == "state.newer_version")
        for sql in ["PRAGMA application_id = 42", "PRAGMA application_id = 0"] {
            _ = try output(of: "sqlite3", [scratch.path, sql])
            #expect(try refusal()?.code == "state.foreign_file")
        }
    }
}
