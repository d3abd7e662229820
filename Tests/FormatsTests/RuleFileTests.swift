import Alerting
import FleetModel
import Operations
import Testing

@testable import Formats

/// Rule files, beside promtool's verdicts.
@Suite struct RuleFileTests {
    @Test(arguments: RuleFixtures.files("Rules/good") + RuleFixtures.files("Rules/bad"))
    func `a rule file gets promtool's verdict`(file: String) throws {
        let path = RuleFixtures.path(file)
        let report = try RuleFiles.check(path, DiskFiles())
        #expect(report.isSound == file.contains("/good/"), "\(report.mistakes)")
        #expect(try Promtool.accepts(["check", "rules", path]) == report.isSound)
    }

    @Test func `the folders hold cases`() {
        #expect(RuleFixtures.files("Rules/good").count >= 30)
        #expect(RuleFixtures.files("Rules/bad").count >= 40)
    }

    /// File, and the places and words of its mistakes.
    static let placed: [(String, [String])] = [
        (
            "bad-expr",
            ["5:17: group \"a\", rule 1, \"A\": could not parse expression: parse error: unclosed left parenthesis"]
        ),
        (
            "bad-expr-block",
            ["8:11: group \"a\", rule 1, \"A\": could not parse expression: parse error: unexpected <op:*>"]
        ),
        ("bad-expr-folded", ["7:14: group \"a\""]),
        ("bad-expr-quoted", ["5:37: group \"a\""]),
        ("duplicate-label", ["8:7: the key “a” stands twice in labels"]),
        (
            "template-variable",
            ["6:21: group \"a\", rule 1, \"A\": label \"a\": template: undefined variable \"$label\""]
        ),
        ("unknown-group-field", ["3:3: field “intervall” is not known in a group, did you mean “interval”?"]),
        (
            "many-mistakes",
            [
                "5:17: group \"a\", rule 1, \"A\": could not parse expression",
                "6:5: field “lables” is not known in a rule, did you mean “labels”?",
                "9:10: group \"a\", rule 2, \"x\": a recording rule has no field “for”",
                "10:3: the group name \"a\" is repeated", "11:13: interval is a duration",
            ]
        ),
    ]

    @Test(arguments: placed)
    func `every mistake is told with its place`(file: String, wanted: [String]) throws {
        let report = try RuleFiles.check(RuleFixtures.path("Rules/bad/\(file).yml"), DiskFiles())
        #expect(report.mistakes.count == wanted.count, "\(report.mistakes)")
        for (mistake, start) in zip(report.mistakes, wanted) {
            #expect(mistake.hasPrefix(report.path + ":" + start), "\(mistake)")
        }
    }

    @Test func `a rule that stands there twice is a warning`() throws {
        let report = try RuleFiles.check(RuleFixtures.path("Rules/good/duplicate-rules.yml"), DiskFiles())
        #expect(report.warnings.count == 1)
        #expect(report.warnings.first?.contains(":6:5: another rule \"A\"") == true, "\(report.warnings)")
    }

    @Test func `a group's labels stand under those of its rules`() throws {
        let file = try RuleFiles.file(RuleFixtures.path("RuleTests/rules/grouplabels.yml"), DiskFiles())
        let labels = file.groups[0].rules[0].labels.map { "\($0.key)=\($0.value)" }
        #expect(labels == ["gone=", "team=core", "tier=two"])
        #expect(file.groups[0].queryOffset == .seconds(60))
    }

    @Test func `a folder is read whole or not at all`() throws {
        let files = MemoryFiles(texts: [
            "r/b.yml": "groups: [{name: b}]", "r/a.yaml": "groups: [{name: a}]", "r/.c.yml": "x", "r/d.txt": "x",
        ])
        #expect(try RuleFiles.folder("r", files).flatMap(\.groups).map(\.name) == ["a", "b"])
        #expect(try RuleFiles.folder("none", files).isEmpty)
        var broken = files
        broken.texts["r/e.yml"] = "groups: 1"
        broken.texts["r/f.yml"] = "rules: 1"
        let error = #expect(throws: RuleFileErrors.self) { try RuleFiles.folder("r", broken) }
        #expect(error?.mistakes.count == 2)
    }
}
