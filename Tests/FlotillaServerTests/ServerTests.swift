import FleetModel
import FleetTesting
import Foundation
import Logging
import Operations
import SQLiteStore
import Testing
import TimeSeries

@testable import FlotillaServer

@Suite(.serialized) struct ServerTests {
    private static let auth = "Authorization: Bearer " + ServedFleet.token

    /// Who may call: the headers of a call from this machine, and the status.
    private static let callers: [(headers: [String], method: String, status: Int)] = [
        (["Host: localhost:8420"], "GET", 200), (["Host: 127.0.0.1"], "GET", 200), (["Host: [::1]:8420"], "GET", 200),
        (["Host: fleet.example:8420"], "GET", 200), (["Host: LOCALHOST."], "GET", 200),
        (["Host: evil.example"], "GET", 403), (["Host: 127.0.0.1.evil.example"], "GET", 403),
        (["Host: localhost.evil.example"], "GET", 403), (["Host: evil.example", auth], "GET", 200),
        (["Host: localhost", "X-Forwarded-For: 10.0.0.1"], "GET", 401),
        (["Host: localhost", "Forwarded: for=10.0.0.1"], "GET", 401), (["Host: localhost", "Via: 1.1 x"], "GET", 401),
        (["Host: localhost", "X-Forwarded-For: 10.0.0.1", auth], "GET", 200),
        (["Host: localhost", "Via: 1.1 x", auth + "0"], "GET", 401),
        (["Host: localhost", "Via: 1.1 x", "Authorization: Basic " + ServedFleet.token], "GET", 401),
        (["Host: localhost", "Origin: https://evil.example"], "POST", 403),
        (["Host: localhost", "Origin: null"], "POST", 403),
        (["Host: localhost", "Origin: http://localhost:8420"], "POST", 200),
        (["Host: localhost", "Origin: https://evil.example"], "GET", 200),
    ]

    @Test func `this machine may call, and whoever has the token`() async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed)
            for caller in Self.callers {
                let path = "/prometheus/api/v1/query?query=1"
                let reply = try fleet.ask(path, method: caller.method, headers: caller.headers)
                #expect(reply.status == caller.status, "\(caller)")
            }
            let refused = try fleet.ask("/metrics", headers: ["Host: localhost", "Via: x"])
            #expect(refused.headers["www-authenticate"] == "Bearer realm=\"flotilla\"")
        }
    }

    @Test func `without a token nothing is offered to other machines`() throws {
        for host in ["0.0.0.0", "10.0.0.1", "::"] {
            let error = #expect(throws: StateError.self) {
                try FleetServer(
                    address: ListenAddress(host: host, port: 0),
                    groups: [],
                    token: nil,
                    names: [],
                    requests: RequestCount(),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            }
            #expect(error?.code == "state.no_token")
        }
    }

    @Test func `a port that is taken is named`() async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed)
            let second = try FleetServer(
                address: ListenAddress(host: "127.0.0.1", port: Int(fleet.port.number)),
                groups: [],
                token: nil,
                names: [],
                requests: RequestCount(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let error = await #expect(throws: StateError.self) { try await second.run { _ in } }
            #expect(error?.code == "state.port_taken")
            #expect(error?.problem.contains("127.0.0.1:\(fleet.port)") == true)
        }
    }

    @Test func `large answers are compressed for those who take that`() async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed)
            let path = "/prometheus/api/v1/query_range?query=vector(1)&start=0&end=5000&step=1"
            let plain = try fleet.ask(path)
            #expect(plain.headers["content-encoding"] == nil)
            let packed = try fleet.ask(path, headers: ["Host: localhost", "Accept-Encoding: deflate, gzip;q=0.5"])
            #expect(packed.headers["content-encoding"] == "gzip")
            #expect(packed.body.count * 4 < plain.body.count)
            #expect(try LocalCommand.output(["gzip", "-dc"], input: packed.body) == plain.text)
            let refused = try fleet.ask(path, headers: ["Host: localhost", "Accept-Encoding: gzip;q=0, *"])
            #expect(refused.headers["content-encoding"] == nil)
        }
    }

    @Test func `a query ends when its caller goes`() async throws {
        try await TestBed.with { bed in
            let store = HangingStore()
            let moment = Timestamp(milliseconds: 0)
            let server = try FleetServer(
                address: ListenAddress(host: "127.0.0.1", port: 0),
                groups: [
                    PrometheusGroup(
                        questions: AskMetrics(
                            store,
                            threads: QueryThreads(most: 1),
                            now: { moment },
                            clock: ContinuousClock()
                        ),
                        rules: NoRules(),
                        targets: NoTargets(),
                        version: "0",
                        now: { moment }
                    )
                ],
                token: nil,
                names: [],
                requests: RequestCount(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let (addresses, told) = AsyncStream.makeStream(of: ListenAddress.self)
            let task = Task { try await server.run { told.yield($0) } }
            bed.atEnd { task.cancel() }
            var iterator = addresses.makeAsyncIterator()
            let address = try #require(await iterator.next())
            let url = "http://\(address)/prometheus/api/v1/query?query=up"
            let visit = try LocalCommand.run(["curl", "-s", "-m", "1", url])
            #expect(visit.exitCode == 28)
            for _ in 0..<60_000 where await !store.wasCancelled { try await Task.sleep(for: .milliseconds(1)) }
            #expect(await store.wasCancelled)
        }
    }

    @Test func `a form that is too large is refused`() async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed)
            let body = "query=" + String(repeating: "1", count: 5 << 20)
            #expect(try fleet.ask("/prometheus/api/v1/query", method: "POST", body: body).status == 413)
            #expect(try fleet.ask("/-/healthy").status == 200)
        }
    }

    @Test func `a reload says what is wrong`() async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed) { throw SettingsErrors(["flotilla.yml:2:1: unknown key"]) }
            for path in ["/-/reload", "/prometheus/-/reload"] {
                let reply = try fleet.ask(path, method: "POST")
                #expect(reply.status == 500)
                #expect(reply.text == "failed to reload config: flotilla.yml:2:1: unknown key\n")
            }
            #expect(try fleet.ask("/-/ready").status == 200)
            #expect(try fleet.ask("/prometheus/-/healthy").status == 200)
        }
    }

    @Test func `its own figures are in order`() async throws {
        let promtool = try PrometheusServer.program("promtool")
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed)
            _ = try fleet.ask("/-/healthy")
            let reply = try fleet.ask("/metrics")
            #expect(reply.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(
                reply.text.contains(
                    "flotilla_http_requests_total{code=\"200\",method=\"GET\",route=\"/-/healthy\"} 1\n"
                )
            )
            let verdict = try LocalCommand.run([promtool, "check", "metrics"], input: reply.body)
            #expect(verdict.exitCode == 0, "\(verdict.text)\(verdict.errorText)")
        }
    }

    @Test func `the registry is offered as targets`() async throws {
        try await TestBed.with { bed in
            let fleet = try await ServedFleet(in: bed)
            let nodes = try ["a1", "a2", "b1"].map {
                Node(name: try NodeName($0), host: try HostAddress("127.0.0.1"), user: try UserName("u"))
            }
            let actor = Actor("tests")
            try await fleet.database.inventory.apply(
                nodes.map { .register($0) },
                by: actor,
                at: Timestamp(milliseconds: 0)
            )
            #expect(try fleet.ask("/sd").text == #"["a1:9100","a2:9100","b1:9100"]"#)
            #expect(try fleet.ask("/sd?selector=a*&port=9256").text == #"["a1:9256","a2:9256"]"#)
            #expect(try fleet.ask("/sd").headers["content-type"] == "application/json")
            #expect(try fleet.ask("/sd?port=0").status == 400)
            #expect(try fleet.ask("/sd?selector=nosuch").status == 400)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:8420", "127.0.0.1:8420", true), (":0", "0.0.0.0:0", false), ("[::1]:1", "[::1]:1", true),
        ("[::]:80", "[::]:80", false), ("localhost:9", "localhost:9", true), ("10.1.2.3:9", "10.1.2.3:9", false),
        ("127.evil:9", "127.evil:9", false),
    ])
    func `an address to listen on is read`(text: String, written: String, isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.description == written)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: ["", "8420", "::1:8420", "[::1:8420", "a:65536", "a:-1", "a b:1", "[a]:1", "http://x:1", "a:"])
    func `what is no address is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}

/// A store that answers only when it is cancelled.
private actor HangingStore: SeriesStore {
    private(set) var wasCancelled = false

    func select(_ query: SeriesQuery) async throws -> [Series] {
        do {
            try await Task.sleep(for: .seconds(240))
        } catch {
            wasCancelled = true
            throw error
        }
        return []
    }

    func buckets(_ query: SeriesQuery) async throws -> [RolledSeries] { [] }
    func append(_ rows: [SampleRow], window: Duration) async throws -> AppendReport { AppendReport() }
    func series(_ query: SeriesQuery) async throws -> [LabelSet] { [] }
    func labelNames() async throws -> [String] { [] }
    func labelValues(of label: String) async throws -> [String] { [] }
    func maintain(at now: Timestamp, keeping limits: RetentionLimits) async throws {}
    func statistics() async throws -> StoreStatistics { StoreStatistics() }
}
