internal import FleetModel
internal import Operations

/// One of the `scrape_configs`.
struct ScrapeJobReading {
    let mistakes: ConfigMistakes
    let path: String

    func job(_ node: YAMLNode, _ defaults: ScrapeJob) -> ScrapeJob? {
        guard !node.isNull else {
            mistakes.add("an empty scrape config", node.mark)
            return nil
        }
        var fields = ConfigFields(node, "a scrape config", mistakes)
        var job = defaults
        job.name = fields.text("job_name") ?? ""
        if job.name.isEmpty { mistakes.add("the scrape config has no job_name", node.mark) }
        times(&fields, &job, isGlobal: false)
        limits(&fields, &job.limits)
        request(&fields, &job)
        job.honorsLabels = fields.flag("honor_labels") ?? false
        job.honorsTimestamps = fields.flag("honor_timestamps") ?? true
        job.access = HTTPAccessReading(mistakes: mistakes).access(&fields)
        let relabel = RelabelReading(mistakes: mistakes)
        job.relabelling = relabel.rules(fields.list("relabel_configs"))
        job.metricRelabelling = relabel.rules(fields.list("metric_relabel_configs"))
        job.groups = groups(&fields)
        job.files = files(&fields)
        if let way = fields.text("via") {
            guard let route = ScrapeRoute(rawValue: way) else {
                mistakes.add("via is “ssh” or “network”", fields.mark(of: "via"))
                return job
            }
            job.route = route
        }
        ignored(&fields)
        fields.ignore([
            "track_timestamps_staleness", "keep_dropped_targets", "native_histogram_bucket_limit",
            "native_histogram_min_bucket_factor",
        ])
        fields.refuse(Self.discoveries("write the targets to a file and name it in file_sd_configs"))
        fields.end()
        return job
    }

    func times(_ fields: inout ConfigFields, _ job: inout ScrapeJob, isGlobal: Bool) {
        let interval = span("scrape_interval", &fields)
        let timeout = span("scrape_timeout", &fields)
        if let interval, interval > .zero { job.interval = interval }
        if let timeout, timeout > .zero {
            job.timeout = timeout
            if timeout > job.interval {
                mistakes.add("scrape_timeout is longer than scrape_interval", fields.mark(of: "scrape_timeout"))
            }
        } else {
            job.timeout = min(job.timeout, job.interval)
        }
    }

    func limits(_ fields: inout ConfigFields, _ limits: inout ScrapeLimits) {
        func set(_ key: String, _ limit: inout Int, _ fields: inout ConfigFields) {
            if let count = fields.count(key), count > 0 { limit = count }
        }
        set("sample_limit", &limits.samples, &fields)
        set("target_limit", &limits.targets, &fields)
        set("label_limit", &limits.labels, &fields)
        set("label_name_length_limit", &limits.labelName, &fields)
        set("label_value_length_limit", &limits.labelValue, &fields)
        guard let text = fields.text("body_size_limit") else { return }
        if let bytes = ByteSize.read(text) {
            if bytes > 0 { limits.body = bytes }
        } else {
            mistakes.add("body_size_limit is a size such as 10MB", fields.mark(of: "body_size_limit"))
        }
    }

    private func request(_ fields: inout ConfigFields, _ job: inout ScrapeJob) {
        if let path = fields.text("metrics_path"), !path.isEmpty { job.path = path }
        if let scheme = scheme(&fields) { job.scheme = scheme }
        job.isCompressed = fields.flag("enable_compression") ?? true
        for member in fields.node("params")?.members ?? [] {
            guard let key = mistakes.text(member.key, "a parameter's name") else { continue }
            guard case .sequence(let values) = member.value.content else {
                mistakes.add("a parameter's values are a list", member.value.mark)
                continue
            }
            job.parameters[key] = values.compactMap { mistakes.text($0, "a parameter's value") }
        }
        protocols(&fields)
        if let name = fields.text("fallback_scrape_protocol") {
            switch name {
            case "PrometheusText0.0.4", "PrometheusText1.0.0": job.fallback = .text
            case "OpenMetricsText1.0.0", "OpenMetricsText0.0.1": job.fallback = .openMetrics
            case "PrometheusProto":
                mistakes.add(
                    "PrometheusProto is not supported: use a text",
                    fields.mark(of: "fallback_scrape_protocol")
                )
            default: mistakes.add("unknown fallback_scrape_protocol", fields.mark(of: "fallback_scrape_protocol"))
            }
        }
    }

    /// Checked only: we ask for the two texts in our own order.
    func protocols(_ fields: inout ConfigFields) {
        let known = [
            "PrometheusText0.0.4", "PrometheusText1.0.0", "OpenMetricsText1.0.0", "OpenMetricsText0.0.1",
            "PrometheusProto",
        ]
        guard let list = fields.texts("scrape_protocols") else { return }
        for name in list where !known.contains(name) {
            mistakes.add("unknown scrape protocol “\(name.quotedForMessage)”", fields.mark(of: "scrape_protocols"))
        }
        if Set(list).count < list.count || list.isEmpty {
            mistakes.add(
                "scrape_protocols names each protocol once, and at least one",
                fields.mark(of: "scrape_protocols")
            )
        }
    }

    func scheme(_ fields: inout ConfigFields) -> String? {
        guard let scheme = fields.text("scheme"), !scheme.isEmpty else { return nil }
        if scheme != "http" && scheme != "https" { mistakes.add("scheme is http or https", fields.mark(of: "scheme")) }
        return scheme
    }

    func groups(_ fields: inout ConfigFields) -> [TargetGroup] {
        (fields.list("static_configs") ?? []).enumerated().map { index, node in
            group(node, source: "\(path):\(node.mark.line)")
        }
    }

    func group(_ node: YAMLNode, source: String) -> TargetGroup {
        var fields = ConfigFields(node, "a list of targets", mistakes)
        let addresses = fields.texts("targets") ?? []
        for address in addresses where address.isEmpty || address.contains("/") {
            mistakes.add("“\(address.quotedForMessage)” is no host and port", fields.mark(of: "targets"))
        }
        let labels = fields.labels("labels") ?? [:]
        fields.end()
        return TargetGroup(addresses: addresses, labels: labels, source: source)
    }

    private func files(_ fields: inout ConfigFields) -> [FileDiscovery] {
        (fields.list("file_sd_configs") ?? []).map { node in
            var fields = ConfigFields(node, "file_sd_configs", mistakes)
            let patterns = fields.texts("files") ?? []
            if patterns.isEmpty { mistakes.add("file_sd_configs names no files", node.mark) }
            for pattern in patterns where !FilePattern.isAllowed(pattern) {
                let shown = pattern.quotedForMessage
                mistakes.add("“\(shown)” is no path that ends in .json, .yml or .yaml", fields.mark(of: "files"))
            }
            let refresh = span("refresh_interval", &fields) ?? .seconds(300)
            fields.end()
            return FileDiscovery(patterns: patterns, refresh: refresh)
        }
    }

    func span(_ key: String, _ fields: inout ConfigFields) -> Duration? {
        guard let (mark, text) = fields.span(key) else { return nil }
        if let span = PrometheusSpan.read(text) { return span }
        mistakes.add("\(key) is a span of time such as 15s, not “\(text.quotedForMessage)”", mark)
        return nil
    }

    func ignored(_ fields: inout ConfigFields) {
        fields.ignore([
            "always_scrape_classic_histograms", "convert_classic_histograms_to_nhcb", "metric_name_escaping_scheme",
            "metric_name_validation_scheme", "scrape_failure_log_file",
        ])
    }

    static func discoveries(_ way: String) -> [String: String] {
        let names = [
            "azure", "consul", "digitalocean", "dns", "docker", "dockerswarm", "ec2", "eureka", "gce", "hetzner",
            "http",
            "ionos", "kubernetes", "kuma", "lightsail", "linode", "marathon", "nerve", "nomad", "openstack", "ovhcloud",
            "puppetdb", "scaleway", "serverset", "stackit", "triton", "uyuni", "vultr",
        ]
        return Dictionary(uniqueKeysWithValues: names.map { ($0 + "_sd_configs", way) })
    }
}

/// Sizes as Prometheus writes them: powers of 1024 whichever unit is used.
enum ByteSize {
    static func read(_ text: String) -> Int? {
        if text == "0" { return 0 }
        let digits = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard let number = Double(digits), number.isFinite else { return nil }
        let units = ["B": 1.0, "KB": 1024, "MB": 1_048_576, "GB": 1_073_741_824, "TB": 1_099_511_627_776]
        let word = text.dropFirst(digits.count).filter { $0 != "i" }
        guard let unit = units[String(word)], number * unit < 9e15 else { return nil }
        return Int(number * unit)
    }
}

/// The paths that file discovery takes.
enum FilePattern {
    /// A star may stand in the last part only.
    static func isAllowed(_ pattern: String) -> Bool {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last, !parts.dropLast().contains(where: { $0.contains("*") }) else { return false }
        guard last.filter({ $0 == "*" }).count <= 1 else { return false }
        return [".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"].contains(where: last.hasSuffix)
    }
}
