import FleetModel
import FleetTesting
import Foundation
import Testing

/// Samples in, questions, samples out, as a user does it.
@Suite(.serialized) struct MetricsJourneyTests {
    private static let text = """
        # TYPE requests counter
        requests_total{instance="a:1",job="x",path="/\\"q\\\\"} 1.0 1700000000
        requests_total{instance="a:1",job="x",path="/\\"q\\\\"} 31.0 1700000060.500
        requests_total{instance="b:1",job="x"} 5.0 1700000000
        # TYPE temp gauge
        temp{instance="a:1",job="x"} -0.25 1699999900
        temp{instance="a:1",job="x"} NaN 1699999960
        temp{instance="a:1",job="x"} +Inf 1700000000
        # EOF

        """

    @Test func `what is imported is found, and comes out again as promtool reads it`() async throws {
        let promtool = try PrometheusServer.program("promtool")
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            try Scratch.write(Self.text, to: bed.path("in.om"))
            let imported = try journey.flotilla("metrics", "import", bed.path("in.om"), "-o", "json")
            #expect(imported.exitCode == 0, "\(imported.errorText)")
            #expect(try imported.json()["stored"] == 6)
            #expect(try journey.flotilla("metrics", "import", bed.path("in.om"), "-o", "json").json()["repeated"] == 6)
            try Scratch.write("old{job=\"x\"} 7 86400\n# EOF\n", to: bed.path("old.om"))
            #expect(try journey.flotilla("metrics", "import", bed.path("old.om")).exitCode == 0)
            #expect(try journey.flotilla("query", "old", "--time", "1970-01-02T00:00:00Z").text.contains(" 7\n"))
            let answer = try journey.flotilla(
                "query",
                "sum by (instance) (requests_total)",
                "--time",
                "1700000061",
                "-o",
                "json"
            )
            let result = try answer.json()["data"]["result"]
            #expect(result[0]["value"] == [1_700_000_061, "31"])
            #expect(result[1]["metric"]["instance"] == "b:1")
            let exported = try journey.flotilla("metrics", "export", "-q", "--match", "{instance=~\".+\"}")
            #expect(Self.samples(exported.text) == Self.samples(Self.text))
            try Scratch.write(exported.text, to: bed.path("out.om"))
            let blocks = try LocalCommand.run([
                promtool, "tsdb", "create-blocks-from", "openmetrics", bed.path("out.om"), bed.path("blocks"),
            ])
            #expect(blocks.exitCode == 0, "\(blocks.errorText)")
            // A data folder of Prometheus has a log beside its blocks.
            try Scratch.folder(bed.path("blocks/wal"))
            let dumped = try LocalCommand.output([promtool, "tsdb", "dump", bed.path("blocks")])
            #expect(dumped.split(separator: "\n").count == 6)
            #expect(dumped.contains("{__name__=\"temp\", instance=\"a:1\", job=\"x\"} -0.25 1699999900000"))
        }
    }

    @Test func `a wrong file is refused whole, with its place`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            for (text, code) in [
                ("a 1 1700000000\nb{ 2 1700000000\n# EOF\n", "usage.bad_metrics"),
                ("a 1 1700000000\n", "usage.bad_metrics"), ("a 1\n# EOF\n", "usage.no_timestamp"),
            ] {
                try Scratch.write(text, to: bed.path("bad.om"))
                let refused = try journey.flotilla("metrics", "import", bed.path("bad.om"), "-o", "json")
                #expect(refused.exitCode == 2)
                #expect(try refused.json()["error"]["code"] == .string(code))
            }
            #expect(try journey.flotilla("query", "a", "--time", "1700000000").text == "nothing found\n")
        }
    }

    @Test func `a mistake in a query is marked`() async throws {
        try await TestBed.with { bed in
            let journey = Journey(bed)
            _ = try journey.flotilla("init")
            let refused = try journey.flotilla("query", "sum(\nup foo)")
            #expect(refused.exitCode == 2)
            let lines = refused.errorText.split(separator: "\n").map(String.init)
            let marked = try #require(lines.firstIndex { $0.hasSuffix("up foo)") })
            #expect(lines[marked].count - "foo)".count == lines[marked + 1].prefix { $0 != "^" }.count)
            #expect(try journey.flotilla("query", "up", "--step", "5m").exitCode == 2)
            #expect(try journey.flotilla("query", "up", "--start", "now", "--end", "-5m").exitCode == 2)
            #expect(try journey.flotilla("query", "vector(1) > 2", "--start", "-5m").text == "nothing found\n")
        }
    }

    private static func samples(_ text: String) -> [String] {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { String($0).replacing(".0 1", with: " 1") }
            .sorted()
    }
}
