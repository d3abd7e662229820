package import FleetModel

/// One exporter to be asked, with the labels of its samples.
package struct ScrapeTarget: Hashable, Sendable {
    package var job: String
    /// Before relabelling.
    package var discovered: LabelSet
    /// After it, with those that begin with `__`.
    package var relabelled: LabelSet
    package var interval: Duration
    package var timeout: Duration

    /// What the samples carry.
    package var labels: LabelSet {
        LabelSet(sorted: relabelled.labels.filter { !$0.key.hasPrefix("__") })
    }

    package var address: String { relabelled["__address__"] }
    package var scheme: String { relabelled["__scheme__"] }

    /// Path and parameters as they are asked for.
    package func path(_ parameters: [String: [String]]) -> String {
        var all = parameters
        for label in relabelled.labels where label.key.hasPrefix("__param_") {
            let name = String(label.key.dropFirst(8))
            // The label stands for the first value only.
            all[name] = [label.value] + (all[name] ?? []).dropFirst()
        }
        let query = all.sorted { $0.key.isBefore($1.key) }.flatMap { pair in
            pair.value.map { Self.escaped(pair.key) + "=" + Self.escaped($0) }
        }
        let path = relabelled["__metrics_path__"]
        let slashed = path.hasPrefix("/") ? path : "/" + path
        return slashed + (query.isEmpty ? "" : (slashed.contains("?") ? "&" : "?") + query.joined(separator: "&"))
    }

    package func url(_ parameters: [String: [String]]) -> String {
        "\(scheme)://\(address)\(path(parameters))"
    }

    /// As Go's `url.QueryEscape`.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: " "): result += "+"
            default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}

/// What relabelling made of a discovered target.
package enum TargetVerdict: Hashable, Sendable {
    case target(ScrapeTarget)
    case dropped(discovered: LabelSet)
    case refused(discovered: LabelSet, reason: String)
}

extension ScrapeJob {
    /// Every target of these groups, relabelled as Prometheus does.
    package func targets(in groups: [TargetGroup]) -> [TargetVerdict] {
        groups.flatMap { group in group.addresses.map { target($0, group.labels) } }
    }

    private func target(_ address: String, _ own: [String: String]) -> TargetVerdict {
        var found = own
        found["__address__"] = address
        let defaults = [
            "job": name, "__scrape_interval__": PrometheusSpan.text(interval),
            "__scrape_timeout__": PrometheusSpan.text(timeout), "__metrics_path__": path, "__scheme__": scheme,
        ]
        for (key, value) in defaults where (found[key] ?? "").isEmpty { found[key] = value }
        for (key, values) in parameters where (found["__param_" + key] ?? "").isEmpty {
            if let first = values.first { found["__param_" + key] = first }
        }
        let discovered = LabelSet(found.map { Sample.Label($0.key, $0.value) })
        guard let relabelled = Relabelling.apply(relabelling, to: discovered) else {
            return .dropped(discovered: discovered)
        }
        return finished(relabelled, discovered)
    }

    private func finished(_ relabelled: LabelSet, _ discovered: LabelSet) -> TargetVerdict {
        let address = relabelled["__address__"]
        func refused(_ reason: String) -> TargetVerdict { .refused(discovered: discovered, reason: reason) }
        guard !address.isEmpty else { return refused("no address") }
        guard !address.contains("/") else { return refused("“\(address.quotedForMessage)” is no host and port") }
        guard let interval = PrometheusSpan.read(relabelled["__scrape_interval__"]), interval > .zero else {
            return refused("the scrape interval is no span of time")
        }
        guard let timeout = PrometheusSpan.read(relabelled["__scrape_timeout__"]), timeout > .zero else {
            return refused("the scrape timeout is no span of time")
        }
        guard timeout <= interval else { return refused("the scrape timeout is longer than the interval") }
        var labels = LabelSet(sorted: relabelled.labels.filter { !$0.key.hasPrefix("__meta_") })
        if labels["instance"].isEmpty { labels = labels.setting("instance", address) }
        return .target(
            ScrapeTarget(job: name, discovered: discovered, relabelled: labels, interval: interval, timeout: timeout)
        )
    }
}
