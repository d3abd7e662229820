import FleetModel
import Foundation
import LocalDisk
import Operations
import Testing

@Suite struct LocalDiskTests {
    private func scratch() throws -> Home {
        let folder = FileManager.default.temporaryDirectory.appending(path: "flotilla-\(UUID().uuidString)")
        return Home(path: folder.path)
    }

    private func keys(in home: Home) -> KeyFiles {
        KeyFiles(home: home) { comment in
            .init(
                privateKey: Secret("private of \(comment)"),
                publicLine: "ssh-ed25519 AAAA \(comment)",
                fingerprint: "SHA256:x"
            )
        }
    }

    @Test func `a home is made for its owner alone`() throws {
        let home = try scratch()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        try HomeFolder(home).prepare()
        let mode = try FileManager.default.attributesOfItem(atPath: home.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func `a home that others can enter is refused with the mend`() throws {
        let home = try scratch()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        try HomeFolder(home).prepare()
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home.path)
        let error = #expect(throws: StateError.self) { try HomeFolder(home).prepare() }
        #expect(error?.code == "state.home_open")
        #expect(error?.advice == "run: chmod 700 \(home.path)")
    }

    @Test(arguments: [false, true]) func `a home without a registry, or with an empty one, is no fleet`(
        hasEmptyFile: Bool
    ) throws {
        let home = try scratch()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        try HomeFolder(home).prepare()
        if hasEmptyFile { try Data().write(to: URL(filePath: home.database)) }
        let error = #expect(throws: StateError.self) { try HomeFolder(home).check() }
        #expect(error?.code == "state.not_initialised")
        #expect(error?.problem.contains("is empty") == hasEmptyFile)
    }

    @Test func `a second init changes no key`() throws {
        let home = try scratch()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        try HomeFolder(home).prepare()
        let first = try keys(in: home).createMissing()
        let second = try KeyFiles(home: home) { _ in throw StateError("never", "asked for a key again") }
            .createMissing()
        #expect(first == second)
    }

    @Test func `a key that others can read is refused with the mend`() throws {
        let home = try scratch()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        try HomeFolder(home).prepare()
        let ring = try keys(in: home).createMissing()
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: ring.operate.path)
        let error = #expect(throws: StateError.self) { try keys(in: home).keys() }
        #expect(error?.code == "state.key_open")
    }

    @Test func `a second process that wants the lock is told who holds it`() throws {
        let home = try scratch()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        try HomeFolder(home).prepare()
        let lock = try ProcessLock(path: home.daemonLock)
        let error = #expect(throws: StateError.self) { try ProcessLock(path: home.daemonLock) }
        #expect(error?.problem.contains("process \(getpid())") == true)
        #expect(ProcessLock.holder(of: home.daemonLock) == getpid())
        withExtendedLifetime(lock) {}
    }

    @Test func `the lock is free again when its holder is gone`() throws {
        let home = try scratch()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        try HomeFolder(home).prepare()
        _ = try ProcessLock(path: home.daemonLock)
        #expect(ProcessLock.holder(of: home.daemonLock) == nil)
    }

    @Test func `spilled output goes after a day, not before`() throws {
        let home = try scratch()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        try HomeFolder(home).prepare()
        let file = home.spill + "/n1.out"
        _ = FileManager.default.createFile(atPath: file, contents: Data("x".utf8))
        let now = Int(Date().timeIntervalSince1970)
        SpillFolder.sweep(home, nowSeconds: now + 80_000)
        #expect(FileManager.default.fileExists(atPath: file))
        SpillFolder.sweep(home, nowSeconds: now + 90_000)
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}
