package import FleetModel

/// What leaves, and in which requests.
package enum WriteBatches {
    /// With the external labels (the series' own win) and relabelled; nil for a series that stays here.
    package static func outgoing(_ series: Series, _ external: LabelSet, _ rules: [RelabelRule]) -> Series? {
        var labels = series.labels
        for label in external.labels where labels[label.key].isEmpty { labels = labels.setting(label.key, label.value) }
        guard let labels = Relabelling.apply(rules, to: labels), !labels.labels.isEmpty else { return nil }
        return Series(labels: labels, times: series.times, values: series.values)
    }

    /// A series is always in the same shard, so its samples arrive in order; each shard is a list of requests.
    package static func shards(_ series: [Series], _ queue: RemoteWriteTarget.Queue) -> [[[Series]]] {
        var shards = Array(repeating: [Series](), count: max(1, queue.maxShards))
        for one in series { shards[Int(one.labels.fingerprint % UInt64(shards.count))].append(one) }
        return shards.filter { !$0.isEmpty }.map { batches($0, most: max(1, queue.maxSamplesPerSend)) }
    }

    private static func batches(_ series: [Series], most: Int) -> [[Series]] {
        var batches: [[Series]] = []
        var batch: [Series] = []
        var room = most
        for one in series {
            var start = 0
            while start < one.times.count {
                let end = min(one.times.count, start + room)
                batch.append(
                    Series(
                        labels: one.labels,
                        times: Array(one.times[start..<end]),
                        values: Array(one.values[start..<end])
                    )
                )
                room -= end - start
                start = end
                guard room == 0 else { continue }
                batches.append(batch)
                batch = []
                room = most
            }
        }
        return batch.isEmpty ? batches : batches + [batch]
    }
}

/// What sending says about itself at `/metrics`.
package struct WriteFigures: FigureSource {
    private let loop: RemoteWriteLoop

    package init(_ loop: RemoteWriteLoop) {
        self.loop = loop
    }

    package func figures() async -> [FigureFamily] {
        let counts = await loop.counts.sorted { $0.key < $1.key }
        func family(
            _ name: String,
            _ kind: FigureFamily.Kind,
            _ help: String,
            _ value: (WriteCounts) -> Double
        ) -> FigureFamily {
            let name = "flotilla_remote_write_" + name
            return FigureFamily(
                name,
                kind,
                help,
                counts.map { Sample(name, [.init("remote", $0.key)], value($0.value)) }
            )
        }
        return [
            family("sent_samples_total", .counter, "Samples that the receiver took.") { Double($0.sent) },
            family("dropped_samples_total", .counter, "Samples that the receiver refused.") { Double($0.dropped) },
            family("too_old_samples_total", .counter, "Samples behind sample_age_limit.") { Double($0.tooOld) },
            family("retries_total", .counter, "Requests that were tried again.") { Double($0.retries) },
            family("position_timestamp_seconds", .gauge, "Everything up to here was sent.") {
                Double($0.position?.milliseconds ?? 0) / 1000
            },
        ]
    }
}
