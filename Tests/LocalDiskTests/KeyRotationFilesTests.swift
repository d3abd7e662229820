import FleetModel
import FleetTesting
import LocalDisk
import Operations
import Testing

/// The home's side of a rotation, cut off at every step.
@Suite struct KeyRotationFilesTests {
    private static func files(_ bed: TestBed) throws -> KeyFiles {
        try Scratch.folder(bed.path("home/keys"))
        try Scratch.folder(bed.path("home/run"))
        return KeyFiles(home: Home(path: bed.path("home"))) { comment in
            let word = String(UInt64.random(in: 0 ... .max), radix: 36)
            return .init(
                privateKey: Secret("private \(word)"),
                publicLine: "ssh-ed25519 \(word) \(comment)",
                fingerprint: "SHA256:\(word)"
            )
        }
    }

    private static func node(_ name: String) throws -> RotatedNode {
        try RotatedNode(Node(name: NodeName(name), host: HostAddress("127.0.0.1"), user: UserName("pi")))
    }

    @Test func `a rotation keeps both pairs until it is finished, and remembers which nodes are done`() async throws {
        try await TestBed.with { bed in
            let files = try Self.files(bed)
            let before = try files.createMissing()
            let next = try files.begin(.operate)
            #expect(try files.begin(.operate) == next, "one rotation at a time")
            #expect(try files.createMissing().operate == before.operate)
            #expect(try files.keys().credentials(.operate).count == 2)
            try files.markRotated(Self.node("a"), .operate)
            // The second line was cut off by a power failure.
            let journal = bed.path("home/keys/operate.rotated")
            try Scratch.write(Scratch.text(journal) + "\(next.fingerprint)\tb\tpi@127", to: journal)
            #expect(try files.rotated(.operate) == [Self.node("a")])
            #expect(try files.rotated(.collect).isEmpty)
            try files.finish(.operate)
            let after = try files.keys()
            #expect(after.operate.blob == next.blob && after.next.isEmpty && after.collect == before.collect)
            #expect(try files.retired().map(\.publicLine) == [before.operate.publicLine])
            let secrets = try LocalCommand.run(["grep", "-rl", "private " + before.operate.blob, bed.folder])
            #expect(secrets.text.isEmpty, "the old private key is gone")
        }
    }

    /// What the end of a rotation has done when it is cut off: the steps in their order.
    @Test(arguments: 0...7)
    func `an end that was cut off can be finished, and a key that opens is there at every step`(step: Int) async throws
    {
        try await TestBed.with { bed in
            let files = try Self.files(bed)
            let old = try files.createMissing().operate
            let next = try files.begin(.operate)
            try files.markRotated(Self.node("a"), .operate)
            let folder = bed.path("home/keys/")
            let secret = try Scratch.text(folder + "operate.next")
            let steps: [() throws -> Void] = [
                { try Scratch.write("operate \(old.publicLine)\n", to: folder + "retired", mode: 0o644) },
                { try Scratch.write(next.publicLine + "\n", to: folder + "operate.pub", mode: 0o644) },
                { try Scratch.write(next.fingerprint + "\n", to: folder + "operate.fingerprint", mode: 0o644) },
                { try Scratch.write(secret, to: folder + "operate") },
                { Scratch.remove(folder + "operate.next") },
                { Scratch.remove(folder + "operate.next.pub") },
                { Scratch.remove(folder + "operate.next.fingerprint") },
            ]
            for each in steps.prefix(step) { try each() }
            let paths = try files.keys().credentials(.operate).map { credential -> String in
                guard case .keyFile(let path, _) = credential else { return "" }
                return try Scratch.text(path)
            }
            #expect(paths.contains(secret), "the nodes know the new key")
            try files.finish(.operate)
            let ring = try files.keys()
            #expect(ring.operate.blob == next.blob && ring.operate.fingerprint == next.fingerprint)
            #expect(try Scratch.text(folder + "operate") == secret)
            #expect(ring.next.isEmpty)
            #expect(try files.retired() == [RetiredKey(purpose: .operate, publicLine: old.publicLine)])
            // What was left over does not stand in the next one's way.
            let third = try files.begin(.operate)
            #expect(third.blob != next.blob)
            #expect(try files.rotated(.operate).isEmpty)
        }
    }

    @Test func `two rotations at once: the second names the first`() async throws {
        try await TestBed.with { bed in
            let files = try Self.files(bed)
            let lock = try files.lockRotations()
            let error = #expect(throws: StateError.self) { try files.lockRotations() }
            #expect(error?.code == "state.keys_busy")
            withExtendedLifetime(lock) {}
        }
    }
}
