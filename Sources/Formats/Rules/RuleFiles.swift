package import Alerting
internal import FleetModel
package import Operations

/// Files of rules on a disk: read, checked, tested.
package enum RuleFiles {
    /// More than people write by hand.
    private static let largest = 16 << 20

    /// One file, read whole.
    ///
    /// - Throws: `RuleFileErrors`, or what `files` throws.
    package static func file(_ path: String, _ files: some FileTree) throws -> RuleFile {
        try RuleFileReading.read(files.contents(of: path, limit: largest), path: path)
    }

    /// All `*.yml` and `*.yaml` of a folder, in the order of their names; every mistake of all of them in one go.
    ///
    /// - Throws: `RuleFileErrors`, or what `files` throws.
    package static func folder(_ path: String, _ files: some FileTree) throws -> [RuleFile] {
        guard files.kind(of: path) == .folder else { return [] }
        let names = try files.entries(of: path).filter { name in
            !name.hasPrefix(".") && (name.hasSuffix(".yml") || name.hasSuffix(".yaml"))
        }
        var found: [RuleFile] = []
        var mistakes: [String] = []
        for name in names.sorted(by: { $0.isBefore($1) }) where files.kind(of: path + "/" + name) == .file {
            do {
                found.append(try file(path + "/" + name, files))
            } catch let error as RuleFileErrors {
                mistakes += error.mistakes
            }
        }
        guard mistakes.isEmpty else { throw RuleFileErrors(mistakes) }
        return found
    }

    /// What `rules check` says about a file.
    ///
    /// - Throws: what `files` throws.
    package static func check(_ path: String, _ files: some FileTree) throws -> RuleReport {
        do {
            let found = try file(path, files)
            return RuleReport(path: path, count: found.ruleCount, warnings: found.warnings)
        } catch let error as RuleFileErrors {
            return RuleReport(path: path, mistakes: error.mistakes)
        }
    }

    /// What `rules test` says about a file of unit tests; the rule files it names are looked for beside it.
    ///
    /// - Throws: what `files` throws.
    package static func test(_ path: String, _ files: some FileTree) async throws -> RuleReport {
        do {
            let tests = try RuleTestReading.read(files.contents(of: path, limit: largest), path: path)
            var report = RuleReport(path: path, count: tests.tests.count)
            // Without tests the rules are of no concern, as for promtool.
            guard !tests.tests.isEmpty else { return report }
            let rules = try rules(of: tests, beside: path, files, &report.warnings)
            report.tests = await RuleTestRun(tests, rules: rules).outcomes()
            return report
        } catch let error as RuleFileErrors {
            return RuleReport(path: path, mistakes: error.mistakes)
        }
    }

    private static func rules(
        of tests: RuleTestFile,
        beside path: String,
        _ files: some FileTree,
        _ warnings: inout [String]
    ) throws -> [RuleFile] {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        var found: [RuleFile] = []
        for pattern in tests.ruleFiles {
            let paths = try PathGlob(pattern, in: folder).paths(in: files)
            if paths.isEmpty { warnings.append("\(path): no file is named “\(pattern.quotedForMessage)”") }
            for path in paths { found.append(try file(path, files)) }
        }
        return found
    }
}
