import FleetModel
import FleetTesting
import Operations
import Outbound
import Testing

@Suite struct HTTPExporterDoorTests {
    @Test func `a request carries the log-in, the parameters and what is accepted`() async throws {
        try await TestBed.with { bed in
            let server = try TextServer(in: bed) { _ in .init("a 1\n") }
            try Scratch.write("s3cret\n", to: bed.path("password"))
            var job = ScrapeJob(name: "j")
            job.parameters = ["module": ["a b", "c"]]
            job.access.login = .basic(user: "u", password: .file(bed.path("password")))
            job.access.headers = ["X-Own": Secret("1")]
            let answer = try await Self.fetch(job, server.port)
            #expect(answer == ExporterAnswer(body: Array("a 1\n".utf8), contentType: "text/plain; version=0.0.4"))
            let request = try #require(server.requests.first)
            #expect(request.path == "/metrics?module=a+b&module=c")
            #expect(request.headers["authorization"] == "Basic dTpzM2NyZXQ=")
            #expect(request.headers["x-own"] == "1")
            #expect(request.headers["accept"]?.hasPrefix("application/openmetrics-text;version=1.0.0") == true)
        }
    }

    @Test func `what is too long, refused, elsewhere or silent is an error of its own`() async throws {
        try await TestBed.with { bed in
            let server = try TextServer(in: bed) { request in
                switch request.path {
                case "/long": .init(String(repeating: "a 1\n", count: 1000))
                case "/moved": .init(302, headers: [("Location", "/metrics")])
                default: .init(503)
                }
            }
            var job = ScrapeJob(name: "j")
            job.access.followsRedirects = false
            for (path, code) in [("/long", "body_too_large"), ("/moved", "bad_status"), ("/metrics", "bad_status")] {
                job.path = path
                let error = await #expect(throws: ScrapeError.self) { try await Self.fetch(job, server.port) }
                #expect(error?.code == "scrape." + code)
            }
            job.timeout = .milliseconds(300)
            let silent = try OddServer.blackHole(in: bed)
            let error = await #expect(throws: ScrapeError.self) { try await Self.fetch(job, silent) }
            #expect(error?.code == "scrape.timeout")
        }
    }

    static func fetch(_ job: ScrapeJob, _ port: FleetModel.Port) async throws -> ExporterAnswer {
        let door = HTTPExporterDoor { try Scratch.read($0) }
        let result: Result<ExporterAnswer, any Error>
        do {
            result = .success(
                try await door.fetch(.init(job: job, target: try #require(Self.target(job, port)), bodyLimit: 1000))
            )
        } catch {
            result = .failure(error)
        }
        await door.shutdown()
        return try result.get()
    }

    static func target(_ job: ScrapeJob, _ port: FleetModel.Port) -> ScrapeTarget? {
        let group = TargetGroup(addresses: ["127.0.0.1:\(port)"], labels: [:], source: "test")
        guard case .target(let target)? = job.targets(in: [group]).first else { return nil }
        return target
    }
}
