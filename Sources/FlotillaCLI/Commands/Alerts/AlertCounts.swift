import Alerting
import FleetModel
import Operations

/// How many alerts there are, for `status`.
struct AlertCounts: Sendable {
    /// Those that are silenced among them.
    var firing = 0
    /// Waiting for their `for` to be over.
    var pending = 0
    var silenced = 0

    /// What rules say is in the samples of the last five minutes; alerts that others pushed are known only to the desk.
    ///
    /// - `desk`: nil where `alertmanager.yml` is wrong.
    static func taken(from samples: any SeriesStore, _ desk: AlertDesk?, at now: Timestamp) async throws -> AlertCounts
    {
        var counts = AlertCounts()
        let query = SeriesQuery(
            [LabelMatcher(LabelSet.nameLabel, .equal("ALERTS"))],
            from: now - .seconds(300),
            through: now
        )
        for series in try await samples.select(query) where series.values.last?.isStaleMarker == false {
            if series.labels["alertstate"] == "pending" { counts.pending += 1 } else { counts.firing += 1 }
        }
        guard let desk else { return counts }
        let known = try await desk.alerts()
        counts.firing = known.count
        counts.silenced = known.count { !$0.silencedBy.isEmpty }
        return counts
    }

    var document: JSONValue {
        ["firing": .int(Int64(firing)), "pending": .int(Int64(pending)), "silenced": .int(Int64(silenced))]
    }

    var fields: [Record.Field] {
        [
            .init("firing", "firing", Cell("\(firing)", firing > silenced ? .bad : .plain)),
            .init("pending", "pending", .count(pending)), .init("silenced", "silenced", .count(silenced)),
        ]
    }
}
