import FleetModel
import FleetTesting
import Formats
import Foundation
import Logging
import Operations
import Outbound
import SQLiteStore
import Synchronization
import Testing

/// From our store into a real Prometheus, over an outage and a restart.
@Suite struct RemoteWriteLoopTests {
    private final class Positions: WritePositions {
        private let kept = Mutex<[String: Timestamp]>([:])
        func position(of target: RemoteWriteTarget) -> Timestamp? { kept.withLock { $0[target.name] } }
        func keep(_ position: Timestamp, of target: RemoteWriteTarget) { kept.withLock { $0[target.name] = position } }
    }

    @Test func `what was stored during an outage and before a restart arrives, in order and once`() async throws {
        try await TestBed.with { bed in
            let prometheus = try RealPrometheus(in: bed, config: "{}")
            let database = try FleetDatabase.open(at: bed.path("fleet.sqlite"))
            let isOut = Mutex(true)
            let refused = Mutex(0)
            let proxy = try TextServer(in: bed) { request in
                if isOut.withLock({ $0 }) {
                    refused.withLock { $0 += 1 }
                    return .init(503)
                }
                let headers = ["Content-Encoding: snappy", "Content-Type: application/x-protobuf"]
                let answer = try? LoopbackHTTP.request(
                    "POST",
                    "/api/v1/write",
                    port: prometheus.port,
                    headers: headers,
                    body: request.body
                )
                return .init(answer?.status ?? 502, body: answer?.body ?? [])
            }
            let now = Self.now()
            let first = Timestamp(milliseconds: now.milliseconds - 200_000)
            try await Self.fill(database, from: first, count: 100)
            let positions = Positions()
            let configuration = try MonitoringReading.read(Array(Self.file(proxy.port).utf8), path: "p.yml")
            positions.keep(first + .milliseconds(-1), of: configuration.remoteWrites[0])
            // The outage, and a process that ends in it.
            let before = Self.loop(database, positions)
            await before.loop.use(configuration)
            try await ScrapeOracleTests.wait { refused.withLock { $0 } >= 2 }
            await before.loop.stop()
            await before.door.shutdown()
            isOut.withLock { $0 = false }
            let after = Self.loop(database, positions)
            await after.loop.use(configuration)
            try await ScrapeOracleTests.wait { await after.loop.counts["far"]?.sent ?? 0 >= 200 }
            await after.loop.stop()
            await after.door.shutdown()
            let found = try prometheus.query(#"{job="j"}[10m]"#)
            #expect(
                found.map { "\($0.labels)" } == [
                    #"kept{instance="i", job="j", site="north", x="1"}"#,
                    #"kept{instance="i", job="j", site="north", x="2"}"#,
                ]
            )
            #expect(found.map { $0.points.map(\.value) } == Array(repeating: (0..<100).map { "\($0)" }, count: 2))
            #expect(found.allSatisfy { $0.points.first?.at == first.milliseconds })
        }
    }

    private static let now: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    private static func file(_ port: FleetModel.Port) -> String {
        """
        global: {external_labels: {site: north, job: never}}
        remote_write:
          - url: http://127.0.0.1:\(port)/api/v1/write
            name: far
            write_relabel_configs: [{action: drop, source_labels: [__name__], regex: 'left.*'}]
            queue_config: {max_samples_per_send: 30, max_shards: 2, min_backoff: 10ms, max_backoff: 50ms}
        """
    }

    private static func fill(_ database: FleetDatabase, from first: Timestamp, count: Int) async throws {
        let rows = (0..<count).map { index in
            SampleRow(
                target: [.init("instance", "i"), .init("job", "j")],
                at: first + .seconds(index),
                samples: [
                    Sample("kept", [.init("x", "1")], Double(index)), Sample("kept", [.init("x", "2")], Double(index)),
                    Sample("left", [], 1),
                ],
                isWhole: true
            )
        }
        _ = try await database.samples.append(rows, window: .seconds(60))
    }

    private static func loop(
        _ database: FleetDatabase,
        _ positions: Positions
    ) -> (loop: RemoteWriteLoop, door: HTTPWriteDoor) {
        let door = HTTPWriteDoor { try Scratch.read($0) }
        let loop = RemoteWriteLoop(
            ports: .init(
                store: database.samples,
                door: door,
                positions: positions,
                clock: ContinuousClock(),
                now: now
            ),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return (loop, door)
    }
}
