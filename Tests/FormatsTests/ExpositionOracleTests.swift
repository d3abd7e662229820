import FleetModel
import FleetTesting
import Formats
import Foundation
import Operations
import Testing

/// The same texts read by us and scraped by a real Prometheus.
@Suite struct ExpositionOracleTests {
    @Test func `a real Prometheus takes the same texts and finds the same samples`() async throws {
        try await TestBed.with { bed in
            let now = Int64(Date().timeIntervalSince1970)
            let cases = try Self.cases(now: now)
            let server = try TextServer(in: bed) { request in
                guard let index = Int(request.path.dropFirst()), cases.indices.contains(index) else {
                    return .init(404)
                }
                return .init(headers: [("Content-Type", cases[index].format.contentType)], body: cases[index].bytes)
            }
            let prometheus = try RealPrometheus(in: bed, config: Self.config(cases.count, port: server.port))
            try Self.wait { try prometheus.query("scrape_duration_seconds").count == cases.count }
            var theirs: [Int: [LabelSet: [String]]] = [:]
            for series in try prometheus.query(#"{case=~".+",__name__!~"up|scrape_.*"}[30m]"#) {
                let index = try #require(Int(series.labels["case"]))
                let labels = series.labels.removing(["case", "job", "instance"])
                theirs[index, default: [:]][labels] = [series.points.first?.value ?? ""]
            }
            let up = try prometheus.query(#"up{job="texts"}"#)
            for (index, one) in cases.enumerated() where String(decoding: one.bytes, as: UTF8.self) != "up 5\n" {
                let isUp = up.first { $0.labels["case"] == "\(index)" }?.points.first?.value == "1"
                let ours = Self.read(one)
                #expect(
                    ours == (isUp ? theirs[index] ?? [:] : nil),
                    "\(index) \(one.format): \(String(decoding: one.bytes, as: UTF8.self).debugDescription)"
                )
            }
        }
    }

    struct Text {
        let format: ExpositionFormat
        let bytes: [UInt8]
    }

    static func cases(now: Int64) throws -> [Text] {
        let file = try #require(
            Bundle.module.url(forResource: "texts", withExtension: "json", subdirectory: "Expositions")
        )
        let data = try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: file))
        var cases = ExpositionFormat.allCases.flatMap { format in
            (data[format.rawValue] ?? []).map { text in
                let text = text.replacingOccurrences(of: "@NOW@", with: "\(now)123")
                    .replacingOccurrences(of: "@SEC@", with: "\(now)")
                return Text(format: format, bytes: Array(text.utf8))
            }
        }
        let noUTF8: [[UInt8]] = [
            Array("a{b=\"".utf8) + [0xFF] + Array("\"} 1\n".utf8), Array("# HELP a ".utf8) + [0xC3, 0x28, 0x0A],
            Array("{\"a".utf8) + [0xE2, 0x82] + Array("\"} 1\n".utf8),
            Array("# ".utf8) + [0xFF, 0x0A] + Array("a 1\n".utf8),
        ]
        cases += noUTF8.map { Text(format: .text, bytes: $0) }
        return cases
    }

    /// Nil where the text is refused; of a series that stands twice the first sample counts.
    static func read(_ text: Text) -> [LabelSet: [String]]? {
        var reader = PrometheusExposition().reader(text.bytes, as: text.format, limits: ExpositionLimits())
        var found: [LabelSet: [String]] = [:]
        do throws(ExpositionError) {
            while let entry = try reader.next() {
                guard case .sample(let value, _) = entry else { continue }
                let labels = try reader.labels()
                if found[labels] == nil { found[labels] = [value.isNaN ? "NaN" : Self.plain(value)] }
            }
            return found
        } catch {
            return nil
        }
    }

    /// As the API writes numbers: without an exponent up to 1e21.
    private static func plain(_ value: Double) -> String {
        let short = GoNumberText.text(value)
        guard let e = short.firstIndex(of: "e"), let power = Int(short[short.index(after: e)...]) else { return short }
        guard power < 21, power >= -6 else {
            return short.replacingOccurrences(of: "e+0", with: "e+").replacingOccurrences(of: "e-0", with: "e-")
        }
        let whole = NSDecimalNumber(string: short).description(withLocale: nil)
        return whole
    }

    private static func config(_ count: Int, port: FleetModel.Port) -> String {
        var text = """
            scrape_configs:
              - job_name: texts
                scrape_interval: 2s
                scrape_timeout: 2s
                honor_labels: true
                relabel_configs:
                  - {source_labels: [case], target_label: __metrics_path__, replacement: "/$1"}
                static_configs:

            """
        for index in 0..<count { text += "      - {targets: [\"127.0.0.1:\(port)\"], labels: {case: \"\(index)\"}}\n" }
        return text
    }

    static func wait(_ isDone: () throws -> Bool) throws {
        for _ in 0..<600 {
            if try isDone() { return }
            usleep(100_000)
        }
        throw FixtureError("the real Prometheus did not come that far within a minute")
    }
}
