internal import FleetModel
internal import Operations

/// Messages as rows of the store: the samples of one target at one moment stand together.
enum RemoteWriteRows {
    private struct Place: Hashable {
        let target: LabelSet
        let at: Timestamp
    }

    /// Tells of each thing that is left out, with the number of its samples.
    static func rows(
        of request: WriteRequest,
        until limit: Timestamp,
        refusing: (String, Int) -> Void
    ) -> [SampleRow] {
        var samples: [Place: [Sample]] = [:]
        for series in request.series {
            guard let labels = checked(series.labels) else {
                refusing("bad labels", max(1, series.points.count))
                continue
            }
            let target = labels.keeping(["instance", "job"])
            let rest = labels.removing(["instance", "job", LabelSet.nameLabel]).labels
            let name = labels[LabelSet.nameLabel]
            for point in series.points {
                guard point.at <= limit else {
                    refusing("from the future", 1)
                    continue
                }
                samples[Place(target: target, at: point.at), default: []].append(
                    Sample(name, rest, canonical(point.value))
                )
            }
        }
        return samples.map { SampleRow(target: $0.key.target.labels, at: $0.key.at, samples: $0.value, isWhole: false) }
    }

    /// Every NaN is Prometheus' own, but for the stale marker.
    private static func canonical(_ value: Double) -> Double {
        value.isNaN && !value.isStaleMarker ? Double(bitPattern: 0x7FF8_0000_0000_0001) : value
    }

    /// Nil where there is no name, a name is empty or stands twice.
    private static func checked(_ labels: [Sample.Label]) -> LabelSet? {
        guard !labels.contains(where: \.key.isEmpty) else { return nil }
        let set = LabelSet(labels)
        guard set.labels.count == labels.filter({ !$0.value.isEmpty }).count, !set[LabelSet.nameLabel].isEmpty else {
            return nil
        }
        return set
    }
}
