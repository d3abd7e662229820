import Alerting
import FleetModel
import Operations
import Testing

@testable import Formats

/// Unit tests of rules, beside promtool's verdicts.
@Suite struct RuleTestFileTests {
    @Test(arguments: RuleFixtures.files("RuleTests"))
    func `a file of unit tests gets promtool's verdict`(file: String) async throws {
        let path = RuleFixtures.path(file)
        let report = try await RuleFiles.test(path, DiskFiles())
        let failures = report.mistakes + report.tests.flatMap(\.failures)
        #expect(report.isSound == file.hasPrefix("RuleTests/pass"), "\(failures)")
        #expect(try Promtool.accepts(["test", "rules", path]) == report.isSound)
    }

    @Test func `the folder holds cases`() {
        #expect(RuleFixtures.files("RuleTests").count >= 45)
    }

    @Test func `the stock rules are those of the tests, each with one`() throws {
        let path = RuleFixtures.path("RuleTests/stock/stock.yml")
        let file = try RuleFileReading.read(Array(StockRules.text.utf8), path: StockRules.path)
        #expect(try DiskFiles().contents(of: path, limit: 1 << 20) == Array(StockRules.text.utf8))
        #expect(file.ruleCount <= 12 && file.warnings.isEmpty)
        let tests = try RuleFixtures.files("RuleTests").filter { $0.contains("stock") }
            .map {
                String(decoding: try DiskFiles().contents(of: RuleFixtures.path($0), limit: 1 << 20), as: UTF8.self)
            }
        for rule in file.groups.flatMap(\.rules) {
            #expect(tests.contains { $0.contains("alertname: \(rule.name)\n    exp_alerts") }, "\(rule.name)")
        }
    }

    @Test func `a failure shows both sides`() async throws {
        let report = try await RuleFiles.test(RuleFixtures.path("RuleTests/fail-wrong-label.yml"), DiskFiles())
        let failure = try #require(report.tests.flatMap(\.failures).first)
        #expect(failure.hasPrefix("alertname: InstanceDown, time: 10m"))
        #expect(failure.contains("severity=\"warn\"") && failure.contains("severity=\"page\""))
    }

    @Test func `every mistake of a test file is told`() async throws {
        let text = "evaluation_interval: x\ntests:\n- intervall: 1m\n  promql_expr_test: 5\n"
        let report = try await RuleFiles.test("t.yml", MemoryFiles(texts: ["t.yml": text]))
        #expect(report.mistakes.map { $0.prefix(10) } == ["t.yml:1:22", "t.yml:3:3:", "t.yml:4:21"])
    }

    @Test func `time may begin elsewhere than in 1970`() async throws {
        let text = """
            tests:
            - start_timestamp: 1700000000
              promql_expr_test:
              - {expr: 'time()', eval_time: 1m, exp_samples: [{value: 1700000060}]}
            """
        let report = try await RuleFiles.test("t.yml", MemoryFiles(texts: ["t.yml": text]))
        #expect(report.isSound, "\(report)")
    }

    /// Pattern, and what it finds.
    static let patterns: [(String, [String])] = [
        ("rules/*.yml", ["a/rules/x.yml", "a/rules/y.yml"]), ("./rules/[x-z].yml", ["a/rules/x.yml", "a/rules/y.yml"]),
        ("../a/rules/?.yml", ["a/rules/x.yml", "a/rules/y.yml"]), ("*/x.yml", ["a/rules/x.yml"]), ("nothing/*", []),
        ("rules/x.yml", ["a/rules/x.yml"]), ("rules/[^x].yml", ["a/rules/y.yml"]), ("rules/x\\.yml", ["a/rules/x.yml"]),
    ]

    @Test(arguments: patterns)
    func `patterns of paths find what Go's find`(pattern: String, wanted: [String]) throws {
        let files = MemoryFiles(texts: ["a/rules/x.yml": "", "a/rules/y.yml": "", "a/rules/z.txt": "", "a/t.yml": ""])
        #expect(try PathGlob(pattern, in: "a").paths(in: files) == wanted)
    }
}
