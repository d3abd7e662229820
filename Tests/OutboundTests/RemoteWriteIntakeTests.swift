import FleetModel
import FleetTesting
import Formats
import Foundation
import Operations
import SQLiteStore
import Synchronization
import Testing

@Suite struct RemoteWriteIntakeTests {
    @Test func `a real Prometheus writes its own scrapes into our store`() async throws {
        try await TestBed.with { bed in
            let database = try FleetDatabase.open(at: bed.path("fleet.sqlite"))
            let intake = RemoteWriteIntake(database.samples, now: Self.now)
            let server = try TextServer(in: bed) { request in
                if request.path == "/metrics" { return .init("a{x=\"é\"} 1\nb NaN\n") }
                let verdict = Waiting.value {
                    await intake.take(
                        request.body,
                        type: request.headers["content-type"] ?? "",
                        encoding: request.headers["content-encoding"] ?? ""
                    )
                }
                return .init(verdict.status)
            }
            let config = """
                scrape_configs:
                  - {job_name: j, scrape_interval: 1s, static_configs: [{targets: ['127.0.0.1:\(server.port)']}]}
                remote_write:
                  - url: http://127.0.0.1:\(server.port)/write
                    queue_config: {batch_send_deadline: 1s}
                """
            let prometheus = try RealPrometheus(in: bed, config: config)
            try await ScrapeOracleTests.wait { try await Self.series(database).count == 7 }
            _ = prometheus
            let found = try await Self.series(database)
            let instance = "instance=\"127.0.0.1:\(server.port)\", job=\"j\""
            #expect(found.contains("a{\(instance), x=\"é\"}"))
            #expect(found.contains("up{\(instance)}"))
        }
    }

    @Test func `bad types, bombs, bad labels and the future are named, and the rest is kept`() async throws {
        try await TestBed.with { bed in
            let database = try FleetDatabase.open(at: bed.path("fleet.sqlite"))
            let intake = RemoteWriteIntake(database.samples, now: Self.now)
            let type = "application/x-protobuf"
            func take(_ body: [UInt8], _ type: String, _ encoding: String = "snappy") async -> Int {
                await intake.take(body, type: type, encoding: encoding).status
            }
            #expect(await take([], type + ";proto=io.prometheus.write.v2.Request") == 415)
            #expect(await take([], type, "gzip") == 415)
            #expect(await take([0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0], type) == 413)
            #expect(await take([1, 2, 3], type) == 400)
            #expect(await take(Snappy.pack([1, 2, 3]), type) == 400)
            let at = Self.now()
            let later = at + .seconds(3600)
            let request = WriteRequest(series: [
                .init(
                    labels: [.init("__name__", "good")],
                    points: [.init(at: at, value: 1), .init(at: later, value: 2)]
                ),
                .init(labels: [.init("x", "1")], points: [.init(at: at, value: 1)]),
                .init(labels: [.init("__name__", "a"), .init("x", "1"), .init("x", "2")], points: []),
            ])
            let verdict = await intake.take(Snappy.pack(request.bytes), type: type, encoding: "snappy")
            #expect(verdict.status == 400)
            #expect(try await Self.series(database) == ["good"])
        }
    }

    private static let now: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    private static func series(_ database: FleetDatabase) async throws -> Set<String> {
        let query = SeriesQuery(
            [LabelMatcher("__name__", .notEqual(""))],
            from: Timestamp(milliseconds: 0),
            through: now() + .seconds(7200)
        )
        return Set(try await database.samples.select(query).map { "\($0.labels)" })
    }
}

/// For a server's thread, which waits for its answer.
private enum Waiting {
    static func value(_ body: @escaping @Sendable () async -> WriteVerdict) -> WriteVerdict {
        let verdict = Mutex(WriteVerdict(500))
        let done = DispatchSemaphore(value: 0)
        let work: @Sendable () async -> Void = {
            let answer = await body()
            verdict.withLock { $0 = answer }
            done.signal()
        }
        Task { await work() }
        done.wait()
        return verdict.withLock { $0 }
    }
}
