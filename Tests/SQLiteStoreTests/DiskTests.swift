import FleetModel
import FleetTesting
import Foundation
import Operations
import SQLiteStore
import Testing

@Suite(.serialized) struct DiskTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Registers nodes one by one until the disk is full; the names that were reported as done, and the error.
    private func fill(_ store: FleetDatabase) async throws -> ([NodeName], StateError?) {
        var done: [NodeName] = []
        for number in 1...5000 {
            let node = try Make.fullNode("n\(number)")
            do {
                try await store.inventory.apply([.register(node)], by: operatorOfTests, at: noon)
                done.append(node.name)
            } catch let error as StateError {
                return (done, error)
            }
        }
        return (done, nil)
    }

    @Test func `a full database says so and keeps all that was reported as done`() async throws {
        let store = try scratch.open(pageLimit: 80)
        let (done, error) = try await fill(store)
        #expect(error?.code == "state.disk_full")
        #expect(error?.problem.contains(scratch.path) == true)
        try store.close()
        let again = try scratch.open(.thorough)
        #expect(try await Set(again.inventory.inventory().nodes.keys) == Set(done))
        #expect(!done.isEmpty)
        #expect(try await again.audit.firstBrokenRecord() == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "mounting needs root")) func `a full disk says so and loses nothing`()
        async throws
    {
        try #require(
            try output(of: "sh", ["-c", "mount -t tmpfs -o size=1m,mode=700 tmpfs \(scratch.folder) && echo ok"])
                == "ok"
        )
        defer { _ = try? output(of: "umount", ["-l", scratch.folder]) }
        let store = try scratch.open()
        let (done, error) = try await fill(store)
        #expect(error?.code == "state.disk_full")
        #expect(error?.problem.contains("of 1 MiB free") == true, "\(error?.problem ?? "")")
        // A crash right now: what is on the disk must hold all that was reported as done, once there is room again.
        _ = try output(of: "mount", ["-o", "remount,size=8m", scratch.folder])
        let again = try scratch.open(.thorough)
        #expect(try await Set(again.inventory.inventory().nodes.keys) == Set(done))
        #expect(!done.isEmpty)
        try await store.inventory.apply([.register(try Make.node("more"))], by: operatorOfTests, at: noon)
        #expect(try await again.inventory.inventory().nodes.count == done.count + 1)
        try again.close()
        try store.close()
    }

    @Test(.enabled(if: geteuid() == 0, "mounting needs root")) func `a read-only disk and a stranger's home are named`()
        throws
    {
        try scratch.open().close()
        #expect(chown(scratch.path, 12345, 12345) == 0)
        #expect(#expect(throws: StateError.self) { try scratch.open() }?.code == "state.wrong_owner")
        #expect(chown(scratch.path, 0, 0) == 0)
        let mount = "mount -t tmpfs -o ro tmpfs \(scratch.folder) && echo ok"
        try #require(try output(of: "sh", ["-c", mount]) == "ok")
        defer { _ = try? output(of: "umount", ["-l", scratch.folder]) }
        let error = #expect(throws: StateError.self) { try scratch.open() }
        #expect(error?.code == "state.not_writable")
        #expect(error?.problem.contains("Read-only") == true)
    }

    @Test func `a missing folder is named with the way to make it`() {
        let error = #expect(throws: StateError.self) { try FleetDatabase.open(at: scratch.folder + "/none/fleet.db") }
        #expect(error?.code == "state.missing_folder")
        #expect(error?.advice?.contains("flotilla init") == true)
    }

    @Test func `only the owner can read the state`() async throws {
        let store = try scratch.open()
        try await store.inventory.apply([.register(try Make.node("a"))], by: operatorOfTests, at: noon)
        try await store.samples.append([PollRecord(node: try NodeName("a"), at: noon, samples: [Sample("up", [], 1)])])
        for name in try FileManager.default.contentsOfDirectory(atPath: scratch.folder) {
            let mode = try FileManager.default.attributesOfItem(atPath: scratch.folder + "/" + name)[.posixPermissions]
            #expect((mode as? Int) == 0o600, "\(name)")
        }
    }
}
