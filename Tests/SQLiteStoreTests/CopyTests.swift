import FleetModel
import FleetTesting
import Foundation
import Operations
import Testing

@testable import SQLiteStore

/// Copies of the registry: made, kept, and put in a damaged one's place.
@Suite struct CopyTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private var copies: RegistryCopies { RegistryCopies(folder: scratch.folder + "/backups") }

    @Test func `the newest seven are kept, and one is due a day after the last`() async throws {
        let store = try scratch.open()
        var made: [String] = []
        for day in 0..<9 {
            let now = noon + .seconds(86_400 * day)
            #expect(copies.isDue(at: now))
            made.append(try copies.make(of: store, at: now))
            #expect(!copies.isDue(at: now + .seconds(3600)))
        }
        #expect(copies.paths() == made.reversed().prefix(7).map { $0 })
        for path in copies.paths() { try RegistryRestoration.verify(path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder + "/backups").count == 7)
    }

    @Test func `a really damaged registry names its newest copy, which takes its place`() async throws {
        let store = try scratch.open()
        try await store.inventory.apply([.register(try Make.node("first"))], by: operatorOfTests, at: noon)
        let copy = try copies.make(of: store, at: noon)
        let expected = try await store.inventory.inventory()
        for number in 0..<200 {
            try await store.inventory.apply([.register(try Make.node("k\(number)"))], by: operatorOfTests, at: noon)
        }
        try store.close()
        let size = try #require(FileManager.default.attributesOfItem(atPath: scratch.path)[.size] as? Int)
        let file = try FileHandle(forWritingTo: URL(filePath: scratch.path))
        try file.seek(toOffset: UInt64(size / 3))
        try file.write(contentsOf: Data(repeating: 0x5A, count: size / 3))
        try file.close()
        let error = #expect(throws: StateError.self) { try scratch.open(.thorough) }
        #expect(error?.code == "state.damaged")
        #expect(error?.advice?.contains("flotilla registry restore \(copy) --home \(scratch.folder)") == true)

        let damaged = try Data(contentsOf: URL(filePath: scratch.path))
        let kept = try RegistryRestoration(path: scratch.path).restore(copy, at: noon)
        let aside = try #require(kept)
        #expect(try Data(contentsOf: URL(filePath: aside)) == damaged)
        let again = try scratch.open(.thorough)
        #expect(try await again.inventory.inventory() == expected)
        #expect(try await again.audit.firstBrokenRecord() == nil)
        // Numbers of nodes that were lost are not given again: their samples would fall to others.
        try await again.inventory.apply([.register(try Make.node("new"))], by: operatorOfTests, at: noon)
        let number = try output(of: "sqlite3", [scratch.path, "SELECT id FROM nodes WHERE name = 'new'"])
        #expect(Int(number).map { $0 > 1000 } == true, "\(number)")
    }

    @Test func `a file that is no whole registry is not put in its place`() async throws {
        let store = try scratch.open()
        try await store.inventory.apply([.register(try Make.node("first"))], by: operatorOfTests, at: noon)
        try store.close()
        let before = try Data(contentsOf: URL(filePath: scratch.path))
        let bad = scratch.folder + "/bad"
        for (text, code) in [("", "state.damaged"), ("not a database at all", "state.damaged")] {
            try Data(text.utf8).write(to: URL(filePath: bad))
            let error = #expect(throws: StateError.self) {
                try RegistryRestoration(path: scratch.path).restore(bad, at: noon)
            }
            #expect(error?.code == code)
        }
        let missing = #expect(throws: StateError.self) {
            try RegistryRestoration(path: scratch.path).restore(scratch.folder + "/none", at: noon)
        }
        #expect(missing?.code == "state.unreadable")
        #expect(try Data(contentsOf: URL(filePath: scratch.path)) == before)
    }

    @Test func `a migration keeps a copy of what was there`() async throws {
        let store = try scratch.open()
        try await store.inventory.apply([.register(try Make.node("first"))], by: operatorOfTests, at: noon)
        try store.close()
        var schema = Schema.registry
        schema.migrations.append(.init(name: "9999 of this test", sql: "CREATE TABLE extra (x TEXT) STRICT"))
        let plan = SQLiteFile.Plan(
            path: scratch.path,
            schema: schema,
            inspection: .quick,
            durable: true,
            pageLimit: nil,
            copies: scratch.folder + "/backups"
        )
        try SQLiteFile.open(plan).close()
        let copy = try #require(copies.paths().first)
        #expect(copy.hasSuffix("registry-before-format-\(schema.migrations.count).sqlite"))
        try RegistryRestoration.verify(copy)
        #expect(try output(of: "sqlite3", [copy, "SELECT name FROM nodes"]) == "first")
    }
}
