import FleetModel
import FleetTesting
import Formats
import Foundation
import Logging
import Operations
import Outbound
import SQLiteStore
import Testing

/// One file of jobs, scraped by us into our store and by a real Prometheus into its own.
@Suite struct ScrapeOracleTests {
    static let jobs = [
        "", "honor_labels: true", "metric_relabel_configs: [{action: drop, source_labels: [__name__], regex: 'b.*'}]",
        "metric_relabel_configs: [{action: labeldrop, regex: 'instance|x'}]",
        "metric_relabel_configs: [{source_labels: [x], target_label: instance}]", "sample_limit: 2", "sample_limit: 5",
        "label_limit: 3", "label_value_length_limit: 20", "label_name_length_limit: 3", "body_size_limit: 10B",
        "metrics_path: /gone", "metrics_path: /bad", "metrics_path: /odd",
        "{metrics_path: /odd, fallback_scrape_protocol: PrometheusText0.0.4}", "metrics_path: /timed",
        "{metrics_path: /timed, honor_timestamps: false}", "metrics_path: /twice", "target_limit: 0",
        "metric_relabel_configs: [{target_label: __name__, source_labels: [__name__], replacement: 'p_$1'}]",
    ]

    @Test func `our store and Prometheus' hold the same series with the same values`() async throws {
        try await TestBed.with { bed in
            let now = Int64(Date().timeIntervalSince1970) * 1000 - 30_000
            let server = try TextServer(in: bed) { request in Self.answer(request.path, now) }
            let text = Self.file(server.port)
            let prometheus = try RealPrometheus(in: bed, config: text)
            let found = try await Self.ours(bed, text)
            try await Self.wait { try prometheus.query("scrape_duration_seconds").count == Self.jobs.count }
            for (index, job) in Self.jobs.enumerated() {
                let selector = #"{job="job-\#(index)",__name__!="scrape_duration_seconds"}[10m]"#
                let theirs = try prometheus.query(selector).map { "\($0.labels) \($0.points.first?.value ?? "")" }
                #expect(found[index].sorted() == theirs.sorted(), "\(job)")
            }
        }
    }

    private static func answer(_ path: String, _ now: Int64) -> TextServer.Answer {
        switch path {
        case "/metrics":
            .init("a{x=\"1\",job=\"own\"} 1\nb{instance=\"i\",exported_instance=\"e\"} 2\nbb{x=\"\"} NaN\nc 3.5\n")
        case "/bad": .init("a 1\nb x\n")
        case "/odd": .init("a 1\n", type: "text/html")
        case "/timed": .init("a 1 \(now)\nb 2\nc 3 \(now + 100_000_000)\n")
        case "/twice": .init("a 1\na 2\nc 5\n")
        default: .init(404)
        }
    }

    private static func file(_ port: FleetModel.Port) -> String {
        var text = "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"
        for (index, job) in jobs.enumerated() {
            let fields =
                job.hasPrefix("{")
                ? String(job.dropFirst().dropLast()).replacingOccurrences(of: ", ", with: "\n  ")
                : job
            text += "- job_name: job-\(index)\n  static_configs: [{targets: ['127.0.0.1:\(port)']}]\n"
            text += fields.isEmpty ? "" : "  \(fields)\n"
        }
        return text
    }

    /// Two rounds of our own loop, then what the store has of each job.
    private static func ours(_ bed: TestBed, _ text: String) async throws -> [[String]] {
        let database = try FleetDatabase.open(at: bed.path("fleet.sqlite"))
        let now: @Sendable () -> Timestamp = { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        let door = HTTPExporterDoor { try Scratch.read($0) }
        let loop = ScrapeLoop(
            ports: .init(
                doors: (door, door),
                texts: PrometheusExposition(),
                store: database.samples,
                clock: ContinuousClock(),
                now: now,
                targetFiles: { _ in [:] }
            ),
            seed: 1,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        await loop.use(try MonitoringReading.read(Array(text.utf8), path: "prometheus.yml"))
        let running = Task { await loop.run() }
        try await wait { await loop.targets().allSatisfy { $0.lastScrape != nil } }
        // The first is stored when the second has begun.
        let first = await loop.targets().map(\.lastScrape)
        try await wait { zip(await loop.targets().map(\.lastScrape), first).allSatisfy { $0 != $1 } }
        running.cancel()
        await running.value
        await door.shutdown()
        var found: [[String]] = []
        for index in jobs.indices {
            let series = try await database.samples.select(
                SeriesQuery(
                    [
                        LabelMatcher("job", .equal("job-\(index)")),
                        LabelMatcher("__name__", .notEqual("scrape_duration_seconds")),
                    ],
                    from: Timestamp(milliseconds: 0),
                    through: now() + .seconds(60)
                )
            )
            found.append(series.map { "\($0.labels) \(Self.value($0))" })
        }
        return found
    }

    private static func value(_ series: Series) -> String {
        series.values.first.map(GoNumberText.text) ?? ""
    }

    static func wait(_ isDone: () async throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await isDone() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw FixtureError("it did not come that far within a minute")
    }
}
