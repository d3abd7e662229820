import FleetModel
import FleetTesting
import Operations
import SQLiteStore
import Synchronization
import Testing

@Suite struct TrustTests {
    let scratch: Scratch
    let store: FleetDatabase
    let web: NodeName

    init() async throws {
        scratch = try Scratch()
        store = try scratch.open()
        web = try NodeName("web")
        try await store.inventory.apply([.register(try Make.node("web"))], by: operatorOfTests, at: noon)
    }

    private func trust(_ policy: HostKeyPolicy = .pinFirst) -> RegistryTrust {
        RegistryTrust(store: store.inventory, policy: policy, actor: Actor("collector"), now: { noon })
    }

    private func destination(_ name: String, pinned: HostKey? = nil) throws -> Destination {
        try Destination(
            node: NodeName(name),
            host: HostAddress("127.0.0.1"),
            user: UserName("pi"),
            credentials: [],
            hostKey: pinned
        )
    }

    @Test func `a key never seen is pinned and audited, and the same key is trusted from then on`() async throws {
        let trust = trust()
        try await trust.examine(Make.key("one"), of: try destination("web"))
        try await trust.examine(Make.key("one"), of: try destination("web"))
        #expect(try await store.inventory.inventory().nodes[web]?.hostKey == Make.key("one"))
        let audit = try await store.audit.entries(node: web, since: nil, limit: 9)
        #expect(audit.map(\.entry.action) == ["node.register", "host_key.pin"])
        #expect(audit.last?.entry.detail.object?["fingerprint"] == "SHA256:one")
    }

    @Test func `a changed key is refused with both fingerprints and quarantines the node`() async throws {
        try await trust().examine(Make.key("one"), of: try destination("web"))
        for pinned in [Make.key("one"), nil] {
            let error = await #expect(throws: RemoteError.self) {
                try await trust().examine(Make.key("evil"), of: try destination("web", pinned: pinned))
            }
            #expect(error?.kind == (pinned == nil ? .quarantined : .hostKeyChanged))
            #expect(error?.problem.contains("SHA256:one") == true)
            #expect(error?.problem.contains("SHA256:evil") == true)
            #expect(error?.advice?.contains("flotilla host-keys accept web") == true)
        }
        #expect(try await store.inventory.inventory().nodes[web]?.status.word == "quarantined")
        #expect(try await store.audit.entries(node: web, since: nil, limit: 1).first?.entry.action == "node.quarantine")
    }

    @Test func `strict trust refuses what it does not know and pins nothing`() async throws {
        let error = await #expect(throws: RemoteError.self) {
            try await trust(.strict).examine(Make.key("one"), of: try destination("web"))
        }
        #expect(error?.kind == .hostKeyUnknown)
        #expect(try await store.inventory.inventory().nodes[web]?.hostKey == nil)
    }

    @Test func `a key accepted after the destination was made is trusted`() async throws {
        try await store.inventory.apply([.pinHostKey(Make.key("new"), web)], by: operatorOfTests, at: noon)
        try await trust().examine(Make.key("new"), of: try destination("web", pinned: Make.key("old")))
    }

    @Test(.timeLimit(.minutes(15))) func `hundreds of first contacts at once are all pinned before they go on`()
        async throws
    {
        let names = (0..<300).map { "n\($0)" }
        let changes = try names.map { InventoryChange.register(try Make.node($0)) }
        try await store.inventory.apply(changes, by: operatorOfTests, at: noon)
        let shown = Mutex(0)
        let trust = RegistryTrust(
            store: store.inventory,
            actor: Actor("collector"),
            now: { noon },
            onPin: { _, _ in shown.withLock { $0 += 1 } }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for name in names {
                let (destination, inventory) = (try destination(name), store.inventory)
                tasks.addTask {
                    try await trust.examine(Make.key(name), of: destination)
                    #expect(try await inventory.inventory().nodes[destination.node]?.hostKey == Make.key(name))
                }
            }
            try await tasks.waitForAll()
        }
        #expect(shown.withLock { $0 } == 300)
    }

    @Test(.timeLimit(.minutes(15))) func `of two keys shown by one node at once only one is ever trusted`() async throws
    {
        let trust = trust()
        let destination = try destination("web")
        let trusted = await withTaskGroup(of: Bool.self) { tasks in
            for word in ["one", "two"] {
                tasks.addTask { (try? await trust.examine(Make.key(word), of: destination)) != nil }
            }
            return await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(trusted == 1)
    }
}
