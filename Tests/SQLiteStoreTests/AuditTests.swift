import FleetModel
import FleetTesting
import Foundation
import Operations
import SQLiteStore
import Testing

@Suite struct AuditTests {
    let scratch: Scratch
    let store: FleetDatabase

    init() async throws {
        scratch = try Scratch()
        store = try scratch.open()
        try await store.inventory.apply([.register(try Make.node("web"))], by: operatorOfTests, at: noon)
        let detail: JSONValue = ["command": "echo “hi”\n\u{7f}", "exit": 3]
        for number in 1...5 {
            let entry = AuditEntry("exec", node: number == 3 ? nil : try NodeName("web"), detail: detail)
            try await store.audit.append([entry], by: Actor("ops,1"), at: noon + .seconds(number))
        }
    }

    @Test func `records come back oldest first, narrowed down by node and time`() async throws {
        let all = try await store.audit.entries(node: nil, since: nil, limit: 100)
        #expect(all.map(\.sequence) == [1, 2, 3, 4, 5, 6])
        #expect(all[1].entry.detail == ["command": "echo “hi”\n\u{7f}", "exit": 3])
        #expect(all[1].actor == Actor("ops,1"))
        let some = try await store.audit.entries(node: try NodeName("web"), since: noon + .seconds(2), limit: 2)
        #expect(some.map(\.sequence) == [5, 6])
    }

    @Test func `a script of a few lines comes to the same hashes`() async throws {
        let script = """
            import hashlib, sqlite3, sys
            previous = "0" * 64
            for s, at, actor, action, node, detail, stored in sqlite3.connect(sys.argv[1]).execute(
                    "SELECT sequence, at, actor, action, node, detail, hash FROM audit ORDER BY sequence"):
                fields = [previous, str(s), str(at), actor, action, node or "", detail]
                content = b"".join(b"%d:%s," % (len(f.encode()), f.encode()) for f in fields)
                previous = hashlib.sha256(content).hexdigest()
                assert previous == stored, s
            print(previous)
            """
        let last = try await store.audit.entries(node: nil, since: nil, limit: 1).first
        #expect(try output(of: "python3", ["-c", script, scratch.path]) == last?.hash)
        #expect(try await store.audit.firstBrokenRecord() == nil)
    }

    @Test(arguments: [
        ("UPDATE audit SET actor = 'nobody' WHERE sequence = 4", Int64(4)),
        ("UPDATE audit SET node = NULL WHERE sequence = 2", 2),
        ("DELETE FROM audit WHERE sequence = 3", 3),
        ("DELETE FROM audit WHERE sequence = 6", 6),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET sequence = 9 WHERE sequence = 6", 6),
    ])
    func `a record changed or taken away behind our back is found`(sql: String, broken: Int64) async throws {
        let drop = "DROP TRIGGER audit_is_never_edited; DROP TRIGGER audit_is_never_deleted;"
        _ = try output(of: "sqlite3", [scratch.path, drop + sql])
        #expect(try await store.audit.firstBrokenRecord() == broken)
    }

    @Test func `the schema itself refuses to edit or delete a record`() throws {
        for sql in ["UPDATE audit SET at = 0", "DELETE FROM audit"] {
            #expect(try output(of: "sqlite3", [scratch.path, sql + "; SELECT 'done'"]) != "done")
        }
        #expect(try output(of: "sqlite3", [scratch.path, "SELECT count(*) FROM audit"]) == "6")
    }

    @Test func `values of variables stay out of the record`() async throws {
        var node = try Make.node("db")
        node.variables = ["ansible_password": "hunter2"]
        try await store.inventory.apply([.register(node)], by: operatorOfTests, at: noon)
        let text = try await store.audit.entries(node: node.name, since: nil, limit: 9).map { $0.entry.detail.text() }
        #expect(text.joined().contains("ansible_password"))
        #expect(!text.joined().contains("hunter2"))
    }
}
