internal import FleetModel
internal import Operations

/// A section of `remote_write`.
struct RemoteWriteReading {
    let mistakes: ConfigMistakes
    let path: String

    func target(_ node: YAMLNode, _ index: Int) -> RemoteWriteTarget? {
        guard !node.isNull else {
            mistakes.add("an empty remote_write", node.mark)
            return nil
        }
        let jobs = ScrapeJobReading(mistakes: mistakes, path: path)
        var fields = ConfigFields(node, "remote_write", mistakes)
        let url = fields.text("url") ?? ""
        if !url.hasPrefix("http://") && !url.hasPrefix("https://") {
            mistakes.add("remote_write needs a url that begins with http:// or https://", fields.mark(of: "url"))
        }
        var target = RemoteWriteTarget(url: url, name: fields.text("name") ?? "\(index)-\(Self.host(of: url))")
        if let timeout = jobs.span("remote_timeout", &fields) { target.timeout = timeout }
        target.access = HTTPAccessReading(mistakes: mistakes).access(&fields)
        for (name, value) in fields.labels("headers") ?? [:] {
            if Self.reserved.contains(name.lowercased()) {
                mistakes.add("the header \(name.quotedForMessage) is ours to set", fields.mark(of: "headers"))
            }
            target.access.headers[name] = Secret(value)
        }
        target.relabelling = RelabelReading(mistakes: mistakes).rules(fields.list("write_relabel_configs"))
        if let queue = fields.node("queue_config") { target.queue = self.queue(queue, jobs) }
        if let message = fields.text("protobuf_message"), message != "prometheus.WriteRequest" {
            mistakes.add("only the message prometheus.WriteRequest is sent", fields.mark(of: "protobuf_message"))
        }
        fields.ignore(["send_exemplars", "send_native_histograms", "metadata_config", "round_robin_dns"])
        fields.end()
        return target
    }

    /// Without a name in front of the host, which may come with a password.
    private static func host(of url: String) -> Substring {
        let rest = url.split(separator: "://", maxSplits: 1).last ?? ""
        return rest.prefix { $0 != "/" }.split(separator: "@").last ?? ""
    }

    private func queue(_ node: YAMLNode, _ jobs: ScrapeJobReading) -> RemoteWriteTarget.Queue {
        var fields = ConfigFields(node, "queue_config", mistakes)
        var queue = RemoteWriteTarget.Queue()
        if let count = fields.count("max_shards"), count > 0 { queue.maxShards = min(count, 64) }
        if let count = fields.count("max_samples_per_send"), count > 0 { queue.maxSamplesPerSend = min(count, 100_000) }
        if let span = jobs.span("batch_send_deadline", &fields) { queue.batchDeadline = span }
        if let span = jobs.span("min_backoff", &fields) { queue.minBackoff = span }
        if let span = jobs.span("max_backoff", &fields) { queue.maxBackoff = span }
        if let span = jobs.span("sample_age_limit", &fields) { queue.sampleAgeLimit = span }
        queue.retriesOn429 = fields.flag("retry_on_http_429") ?? false
        fields.ignore(["capacity", "min_shards"])
        fields.end()
        return queue
    }

    private static let reserved: Set<String> = [
        "authorization", "host", "content-encoding", "content-length", "content-type", "user-agent", "connection",
        "keep-alive", "proxy-authenticate", "proxy-authorization", "www-authenticate", "accept-encoding",
        "x-prometheus-remote-write-version", "x-prometheus-remote-read-version",
    ]
}
