internal import FleetModel
package import Operations

/// A `prometheus.yml` into values; every mistake in one go, with its place.
package enum MonitoringReading {
    /// - Throws: `MonitoringErrors`: the file is refused whole.
    package static func read(_ bytes: [UInt8], path: String) throws(MonitoringErrors) -> MonitoringConfiguration {
        let mistakes = ConfigMistakes()
        var configuration = MonitoringConfiguration()
        do throws(YAMLFault) {
            if let root = try YAMLDocument.root(of: bytes) {
                configuration = DocumentReading(mistakes: mistakes, path: path).document(root)
            }
        } catch {
            mistakes.add(error.reason, error.mark)
        }
        let lines = mistakes.lines(of: path)
        guard lines.isEmpty else { throw MonitoringErrors(lines) }
        return configuration
    }
}

/// The sections of the file.
private struct DocumentReading {
    let mistakes: ConfigMistakes
    let path: String

    func document(_ root: YAMLNode) -> MonitoringConfiguration {
        var fields = ConfigFields(root, "the configuration", mistakes)
        var configuration = MonitoringConfiguration()
        let jobs = ScrapeJobReading(mistakes: mistakes, path: path)
        let defaults = global(fields.node("global"), &configuration, jobs)
        var names: Set<String> = []
        for node in fields.list("scrape_configs") ?? [] {
            guard let job = jobs.job(node, defaults) else { continue }
            if !names.insert(job.name).inserted {
                mistakes.add("the job_name “\(job.name.quotedForMessage)” stands twice", node.mark)
            }
            configuration.jobs.append(job)
        }
        configuration.ruleFiles = fields.texts("rule_files") ?? []
        if let node = fields.node("alerting") { alerting(node, &configuration) }
        remoteWrites(fields.list("remote_write") ?? [], &configuration)
        fields.refuse([
            "scrape_config_files": "write the jobs into this file",
            "remote_read": "import what is needed: metrics import",
            "storage": "flotilla.yml says how long samples are kept", "tracing": "there is no tracing here",
            "otlp": "send with remote write", "runtime": "this is not a Go program",
        ])
        fields.end()
        return configuration
    }

    private func global(
        _ node: YAMLNode?,
        _ configuration: inout MonitoringConfiguration,
        _ jobs: ScrapeJobReading
    ) -> ScrapeJob {
        var defaults = ScrapeJob(name: "")
        guard let node else { return defaults }
        var fields = ConfigFields(node, "global", mistakes)
        jobs.times(&fields, &defaults, isGlobal: true)
        jobs.limits(&fields, &defaults.limits)
        if let span = jobs.span("evaluation_interval", &fields), span > .zero {
            configuration.evaluationInterval = span
        }
        _ = jobs.span("rule_query_offset", &fields)
        let labels = fields.labels("external_labels") ?? [:]
        configuration.externalLabels = LabelSet(labels.map { Sample.Label($0.key, $0.value) })
        jobs.ignored(&fields)
        jobs.protocols(&fields)
        fields.ignore(["query_log_file", "keep_dropped_targets"])
        fields.end()
        return defaults
    }

    private func alerting(_ node: YAMLNode, _ configuration: inout MonitoringConfiguration) {
        var fields = ConfigFields(node, "alerting", mistakes)
        configuration.alertRelabelling = RelabelReading(mistakes: mistakes).rules(fields.list("alert_relabel_configs"))
        let jobs = ScrapeJobReading(mistakes: mistakes, path: path)
        for one in fields.list("alertmanagers") ?? [] {
            var fields = ConfigFields(one, "an alertmanager", mistakes)
            var target = AlertmanagerTarget(addresses: jobs.groups(&fields).flatMap(\.addresses))
            target.access = HTTPAccessReading(mistakes: mistakes).access(&fields)
            if let scheme = jobs.scheme(&fields) { target.scheme = scheme }
            target.pathPrefix = fields.text("path_prefix") ?? ""
            if let timeout = jobs.span("timeout", &fields) { target.timeout = timeout }
            if let version = fields.text("api_version"), version != "v2" {
                mistakes.add("api_version is v2", fields.mark(of: "api_version"))
            }
            let way = "give the addresses in static_configs"
            fields.refuse(["relabel_configs": way, "alert_relabel_configs": "use the one of alerting"])
            fields.refuse(ScrapeJobReading.discoveries(way))
            fields.end()
            configuration.alertmanagers.append(target)
        }
        fields.end()
    }

    private func remoteWrites(_ nodes: [YAMLNode], _ configuration: inout MonitoringConfiguration) {
        let reading = RemoteWriteReading(mistakes: mistakes, path: path)
        var names: Set<String> = []
        for (index, node) in nodes.enumerated() {
            guard let target = reading.target(node, index) else { continue }
            if !names.insert(target.name).inserted {
                mistakes.add("the remote_write “\(target.name.quotedForMessage)” stands twice", node.mark)
            }
            configuration.remoteWrites.append(target)
        }
    }
}
