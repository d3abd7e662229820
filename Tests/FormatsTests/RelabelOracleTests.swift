import FleetModel
import FleetTesting
import Formats
import Operations
import Testing

/// Relabelling is pure: the targets of a real Prometheus with the same file are the same.
@Suite struct RelabelOracleTests {
    static let rules: [String] = [
        "[]", "[{source_labels: [__address__], target_label: instance}]",
        "[{source_labels: [__address__], regex: '(.*):.*', target_label: device}]",
        "[{source_labels: [a, b], target_label: c}]", "[{source_labels: [a, b], separator: '', target_label: c}]",
        "[{source_labels: [a, b], regex: '(.)(.*);(?P<rest>.*)', target_label: '${1}_x', replacement: '$rest-$2$$'}]",
        "[{source_labels: [a], regex: x, target_label: never}]", "[{target_label: b, replacement: ''}]",
        "[{source_labels: [none], target_label: b}]", "[{action: keep, source_labels: [a], regex: one}]",
        "[{action: drop, source_labels: [a], regex: 'o.*'}]", "[{action: drop, source_labels: [a], regex: 'o'}]",
        "[{action: keepequal, source_labels: [a], target_label: same}]",
        "[{action: dropequal, source_labels: [a], target_label: same}]",
        "[{action: keepequal, source_labels: [a], target_label: b}]",
        "[{action: hashmod, source_labels: [a, b], modulus: 1000, target_label: shard}]",
        "[{action: hashmod, source_labels: [__address__], modulus: 7, target_label: shard}]",
        "[{action: labelmap, regex: '__meta_(.+)'}]", "[{action: labelmap, regex: '(a|b)', replacement: 'x_$1'}]",
        "[{action: labeldrop, regex: 'a|same'}]", "[{action: labelkeep, regex: '__.*|job|b'}]",
        "[{action: lowercase, source_labels: [b], target_label: lower}]",
        "[{action: uppercase, source_labels: [a, b], target_label: upper}]",
        "[{source_labels: [__address__], regex: '([^:]+):\\d+', target_label: __address__, replacement: '$1:9999'}]",
        "[{target_label: __metrics_path__, replacement: /other}]", "[{target_label: __scheme__, replacement: https}]",
        "[{target_label: __param_module, replacement: icmp}]", "[{target_label: job, replacement: renamed}]",
        "[{target_label: __scrape_interval__, replacement: 2h}]",
        "[{target_label: instance, replacement: 'α'}, {source_labels: [instance], target_label: 'a.b'}]",
        "[{source_labels: [a], regex: '(o)(n)?(x)?.*', target_label: c, replacement: '[$1$2$3${9}$1x]'}]",
        "[{source_labels: [a], target_label: c, replacement: '$'}]",
        "[{source_labels: [a], target_label: c, replacement: '${1}${'}]",
        "[{target_label: __address__, replacement: ''}]", "[{target_label: __address__, replacement: 'http://x'}]",
        "[{target_label: __tmp_x, replacement: y}, {source_labels: [__tmp_x], target_label: z}]",
    ]

    @Test func `a real Prometheus has the same targets with the same labels`() async throws {
        try await TestBed.with { bed in
            let file = bed.path("targets.json")
            try Scratch.write(
                #"[{"targets": ["127.0.0.1:1", "[::1]:2", "pi-01"], "labels": {"a": "one", "b": "Two É", "same": "one", "#
                    + #""__meta_rack": "r1"}}]"#,
                to: file
            )
            var text = "global: {scrape_interval: 1h, scrape_timeout: 9s}\nscrape_configs:\n"
            for (index, rule) in Self.rules.enumerated() {
                text += "- job_name: job-\(index)\n  params: {module: [http], x: ['a b', c]}\n"
                text += "  file_sd_configs: [{files: ['\(file)']}]\n  relabel_configs: \(rule)\n"
            }
            let prometheus = try RealPrometheus(in: bed, config: text)
            let configuration = try MonitoringReading.read(Array(text.utf8), path: "p.yml")
            let groups = try TargetFileReading.read(Scratch.read(file), path: file)
            let ours = configuration.jobs.map { Self.lines($0, $0.targets(in: groups)) }
            var theirs: [[String]] = []
            try ExpositionOracleTests.wait {
                theirs = try Self.theirs(prometheus, jobs: configuration.jobs)
                return theirs[0].count == 3
            }
            for (index, rule) in Self.rules.enumerated() { #expect(ours[index] == theirs[index], "\(rule)") }
        }
    }

    private static func lines(_ job: ScrapeJob, _ verdicts: [TargetVerdict]) -> [String] {
        verdicts.compactMap { verdict in
            switch verdict {
            case .target(let target):
                "\(target.labels) \(target.url(job.parameters)) \(PrometheusSpan.text(target.interval))"
            case .dropped(let discovered): "dropped \(discovered)"
            case .refused: nil
            }
        }.sorted()
    }

    private static func theirs(_ prometheus: RealPrometheus, jobs: [ScrapeJob]) throws -> [[String]] {
        guard case .object(let data) = try prometheus.data("/api/v1/targets") else { return [] }
        var found: [String: [String]] = [:]
        for case .object(let target) in (data["activeTargets"] ?? .null).elements {
            let line =
                "\(labels(target["labels"])) \(target["scrapeUrl"]?.string ?? "") "
                + (target["scrapeInterval"]?.string ?? "")
            found[target["scrapePool"]?.string ?? "", default: []].append(line)
        }
        for case .object(let target) in (data["droppedTargets"] ?? .null).elements {
            let discovered = labels(target["discoveredLabels"])
            found[discovered["job"], default: []].append("dropped \(discovered)")
        }
        return jobs.map { (found[$0.name] ?? []).sorted() }
    }

    private static func labels(_ value: JSONValue?) -> LabelSet {
        guard case .object(let members)? = value else { return .empty }
        return LabelSet(members.map { Sample.Label($0.key, $0.value.string ?? "") })
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }
}
