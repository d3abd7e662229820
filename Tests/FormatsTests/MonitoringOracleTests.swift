import FleetModel
import FleetTesting
import Formats
import Foundation
import Operations
import Testing

/// Whole files, judged by us and by the real `promtool`.
@Suite struct MonitoringOracleTests {
    @Test func `promtool and we take and refuse the same files`() async throws {
        let tool = try RealPrometheus.program("promtool")
        let url = Bundle.module.url(forResource: "files", withExtension: "json", subdirectory: "Monitoring")
        let files = try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: #require(url)))
        try await TestBed.with { bed in
            // One after the other, in one shell: promtool starts in a moment, Swift's processes do not.
            let all = (files["good"] ?? []) + (files["bad"] ?? [])
            for (index, text) in all.enumerated() { try Scratch.write(text, to: bed.path("\(index).yml")) }
            let script =
                "for i in $(seq 0 \(all.count - 1)); do '\(tool)' check config --syntax-only "
                + "'\(bed.folder)'/$i.yml >/dev/null 2>&1; echo $?; done"
            let verdicts = try LocalCommand.run(["/bin/sh", "-c", script]).text.split(separator: "\n")
            try #require(verdicts.count == all.count)
            for (index, text) in all.enumerated() {
                let mistakes = Self.mistakes(of: text)
                #expect(mistakes.isEmpty == (verdicts[index] == "0"), "\(text)\n\(mistakes)")
            }
        }
    }

    static func mistakes(of text: String) -> [String] {
        do throws(MonitoringErrors) {
            _ = try MonitoringReading.read(Array(text.utf8), path: "prometheus.yml")
            return []
        } catch {
            return error.mistakes
        }
    }

    @Test func `every mistake is told at once, with its place and the way out`() {
        let text = """
            global: {scrape_intervall: 15s}
            scrape_configs:
              - job_name: a
                kubernetes_sd_configs: [{role: node}]
                scrape_interval: 5
              - job_name: a
            """
        #expect(
            Self.mistakes(of: text) == [
                "prometheus.yml:1:10: unknown field “scrape_intervall” in global, did you mean “scrape_interval”?",
                "prometheus.yml:4:5: “kubernetes_sd_configs” is not supported: write the targets to a file and name it "
                    + "in file_sd_configs",
                "prometheus.yml:5:22: scrape_interval is a span of time such as 15s, not “5”",
                "prometheus.yml:6:5: the job_name “a” stands twice",
            ]
        )
    }
}
