import FleetModel
import FleetTesting
import Glibc
import Operations
import Testing

@testable import SSHTransport

/// Exporters on a node's own loopback, through a real sshd.
@Suite struct NodeExporterTests {
    @Test(.timeLimit(.minutes(5))) func `a node_exporter that nobody else reaches is scraped through SSH`() async throws
    {
        try await TestBed.with { bed in
            let exporter = try LocalCommand.find("/usr/bin/prometheus-node-exporter")
            let port = try TestPort.free()
            let process = try ServerProcess(
                [exporter, "--web.listen-address=127.0.0.1:\(port)"],
                log: bed.path("exporter.log")
            )
            bed.atEnd { process.end() }
            try Self.waitFor(port)
            let key = try TestKey.generate(at: bed.path("key"))
            let account = try TestAccount.create(in: bed)
            let server = try RealSSHD.start(in: bed, .init(authorizedKeys: [key.publicLine]))
            let node = try Node(
                name: NodeName("web-01"),
                host: HostAddress("127.0.0.1"),
                user: account.user,
                port: server.port
            )
            let shell = makeShell()
            let answer = try await Self.fetch("web-01:\(port)", node, key, shell)
            #expect(answer.contentType.hasPrefix("text/plain"))
            #expect(String(decoding: answer.body, as: UTF8.self).contains("\nnode_memory_MemTotal_bytes "))
            let unknown = await #expect(throws: ScrapeError.self) { try await Self.fetch("web-02:1", node, key, shell) }
            #expect(unknown?.code == "scrape.no_such_node")
            let closed = await #expect(throws: ScrapeError.self) { try await Self.fetch("web-01:1", node, key, shell) }
            #expect(closed?.code == "scrape.failed")
            await shell.shutdown()
        }
    }

    private static func waitFor(_ port: Port) throws {
        for _ in 0..<600 {
            if (try? LoopbackHTTP.request("GET", "/", port: port)) != nil { return }
            usleep(100_000)
        }
        throw FixtureError("node_exporter did not come up")
    }

    private static func fetch(
        _ address: String,
        _ node: Node,
        _ key: TestKey,
        _ shell: any RemoteShell
    ) async throws -> ExporterAnswer {
        let pair = FleetKey(purpose: .operate, path: key.path, publicLine: key.publicLine, fingerprint: "")
        let door = NodeExporterDoor(
            shell: shell,
            registry: RegistryGlance(now: { Timestamp(milliseconds: 0) }) { Inventory(nodes: [node]) },
            routes: { Routes(inventory: $0, keys: KeyRing(collect: pair, operate: pair)) }
        )
        var job = ScrapeJob(name: "node")
        job.timeout = .seconds(60)
        let group = TargetGroup(addresses: [address], labels: [:], source: "test")
        guard case .target(let target)? = job.targets(in: [group]).first else { throw FixtureError("no target") }
        return try await door.fetch(ExporterRequest(job: job, target: target, bodyLimit: 10 << 20))
    }
}
