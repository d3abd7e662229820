import FleetModel
import FleetTesting
import Operations
import Probes
import Synchronization
import Testing

@testable import SSHTransport

/// Keys and the gate on accounts of real servers, from nothing to both keys proven.
@Suite(.serialized)
struct EnrollTests {
    enum Server: String, CaseIterable, Sendable {
        case openssh
        case dropbear
    }

    @Test(arguments: Server.allCases)
    func `a password is enough: both keys are proven, other people's lines stay`(server: Server) async throws {
        try await TestBed.with { bed in
            let others = [
                "# kept: a comment",
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOtherOtherOtherOtherOtherOtherOtherOthe other",
            ]
            let account = try TestAccount.create(in: bed, authorizedKeys: others)
            let node = try Self.node(account, on: server, in: bed)
            let keys = try Self.keys(in: bed)
            let access = EnrollAccess(secrets: [.password(account.password), .keyboardInteractive(account.password)])
            let (report, audit) = try await Self.enroll(node, keys, access)
            #expect(report.isEnrolled && report.isNew && report.isGateInPlace, "\(report)")
            let text = try Scratch.text(account.home + "/.ssh/authorized_keys")
            let lines = text.split(separator: "\n").map(String.init)
            #expect(Array(lines.prefix(2)) == others)
            #expect(lines.count == 4)
            #expect(audit.map(\.action) == ["enroll.begin", "enroll"])
            #expect(!"\(audit)".contains(account.password.withBytes { String(decoding: $0, as: UTF8.self) }))

            // Again, with the key that works now: nothing is doubled, nothing is written.
            let (again, _) = try await Self.enroll(node, keys, EnrollAccess())
            #expect(again.isEnrolled && !again.isNew, "\(again)")
            #expect(try Scratch.text(account.home + "/.ssh/authorized_keys") == text)
            let modes = try LocalCommand.output([
                "stat", "-c", "%a", account.home + "/.ssh", account.home + "/.ssh/authorized_keys",
            ])
            #expect(modes == "700\n600\n")
        }
    }

    @Test(arguments: Server.allCases)
    func `an agent is enough, and so is a key file with a passphrase`(server: Server) async throws {
        for isAgent in [true, false] {
            try await TestBed.with { bed in
                // dropbear's accounts and OpenSSH's alike take what stands in the account's own file.
                let plain = try TestKey.generate(at: bed.path("own"))
                let sealed = try TestKey.generate(at: bed.path("sealed"), passphrase: "open me")
                let account = try TestAccount.create(
                    in: bed,
                    authorizedKeys: [isAgent ? plain.publicLine : sealed.publicLine]
                )
                let node = try Self.node(account, on: server, in: bed)
                let way: Credential =
                    isAgent
                    ? .agent(socket: try plain.agent(in: bed))
                    : .keyFile(path: sealed.path, passphrase: Secret("open me"))
                let (report, audit) = try await Self.enroll(node, Self.keys(in: bed), EnrollAccess(keys: [way]))
                #expect(report.isEnrolled && report.isNew, "\(report)")
                #expect(!"\(audit)".contains("open me"))
            }
        }
    }

    @Test func `a server that does not take the short options gets the long ones`() async throws {
        try await TestBed.with { bed in
            let account = try TestAccount.create(in: bed)
            // dropbear knows `restrict`, but not `port-forwarding` beside it.
            let node = try Self.node(account, on: .dropbear, in: bed)
            let access = EnrollAccess(secrets: [.password(account.password)])
            let (report, _) = try await Self.enroll(node, Self.keys(in: bed), access, isJumpHost: true)
            #expect(report.isEnrolled && report.dialect == .plain, "\(report)")
            let lines = try Scratch.text(account.home + "/.ssh/authorized_keys").split(separator: "\n")
            #expect(lines.count == 2 && !lines.contains { $0.contains("restrict") }, "\(lines)")
            #expect(lines.allSatisfy { $0.contains("no-pty") })
            #expect(lines.count { $0.contains("no-port-forwarding") } == 1, "the jump host forwards, the gate does not")
        }
    }

    @Test func `a wrong password enrols nothing and says so`() async throws {
        try await TestBed.with { bed in
            let account = try TestAccount.create(in: bed)
            let node = try Self.node(account, on: .openssh, in: bed)
            let (report, _) = try await Self.enroll(
                node,
                Self.keys(in: bed),
                EnrollAccess(secrets: [.password(Secret("no"))])
            )
            #expect(report.error?.kind == .authDenied && !report.isEnrolled, "\(report)")
            #expect(!Scratch.exists(account.home + "/.ssh/authorized_keys"))
        }
    }

    // MARK: the stage

    private static func node(_ account: TestAccount, on server: Server, in bed: TestBed) throws -> Node {
        let port: Port =
            switch server {
            case .openssh:
                try {
                    var settings = RealSSHD.Settings()
                    settings.allowsPassword = true
                    settings.extraLines = ["AuthorizedKeysFile .ssh/authorized_keys"]
                    return try RealSSHD.start(in: bed, settings).port
                }()
            case .dropbear: try Dropbear.start(in: bed).port
            }
        return try Node(name: NodeName("n1"), host: HostAddress("127.0.0.1"), user: account.user, port: port)
    }

    private static func keys(in bed: TestBed) throws -> Operations.KeyRing {
        func key(_ purpose: KeyPurpose) throws -> FleetKey {
            let made = try TestKey.generate(at: bed.path(purpose.rawValue))
            return FleetKey(
                purpose: purpose,
                path: made.path,
                publicLine: made.publicLine,
                fingerprint: made.hostKey.fingerprint
            )
        }
        return try Operations.KeyRing(collect: key(.collect), operate: key(.operate))
    }

    private static func enroll(
        _ node: Node,
        _ keys: Operations.KeyRing,
        _ access: EnrollAccess,
        isJumpHost: Bool = false
    ) async throws -> (
        EnrollReport, [AuditEntry]
    ) {
        let shell = makeShell()
        let stores = MemoryStores()
        var order = Enroll.Order(nodes: [node], access: access, keys: keys)
        order.deadlines = .patient()
        order.isJumpHost = isJumpHost
        let record = WorkRecord(
            inventory: stores,
            audit: stores,
            actor: Actor("test"),
            now: { Timestamp(milliseconds: 0) }
        )
        let enroll = Enroll(shell: shell, record: record)
        let reports = try await enroll.run(
            order,
            in: Inventory(nodes: [node]),
            entropy: { UInt64.random(in: 0 ... .max) }
        )
        await shell.shutdown()
        return (try #require(reports.first).report, stores.entries)
    }
}

/// What a use case writes, kept in memory.
private final class MemoryStores: InventoryStore, AuditLog {
    private let kept = Mutex<[AuditEntry]>([])

    var entries: [AuditEntry] { kept.withLock { $0 } }

    func inventory() async throws -> Inventory { Inventory() }
    func apply(_ changes: [InventoryChange], by actor: Actor, at now: Timestamp) async throws {}
    func record(_ observations: [NodeObservation], at now: Timestamp) async throws {}
    func append(_ entries: [AuditEntry], by actor: Actor, at now: Timestamp) async throws {
        kept.withLock { $0 += entries }
    }
    func entries(node: NodeName?, since: Timestamp?, limit: Int) async throws -> [RecordedAudit] { [] }
    func firstBrokenRecord() async throws -> Int64? { nil }
}
