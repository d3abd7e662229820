import Alerting
import FleetModel
import GRDB
import Operations

/// One step's changes, inside one transaction.
struct AlertWriting {
    let database: Database

    func write(_ changes: AlertChanges) throws {
        for known in changes.engine.alerts {
            try put("alerts (fingerprint, document)", [AlertDocuments.fingerprint(known.fingerprint)], .of(known))
        }
        for fingerprint in changes.engine.gone {
            try run("DELETE FROM alerts WHERE fingerprint = ?", [AlertDocuments.fingerprint(fingerprint)])
        }
        for record in changes.engine.records {
            let place = record.place
            let columns = "notice_records (receiver, kind, place, group_key, document)"
            try put(columns, [place.receiver, place.kind, place.index, record.groupKey], .of(record))
        }
        for key in changes.engine.forgotten {
            try run(
                "DELETE FROM notice_records WHERE receiver = ? AND kind = ? AND place = ? AND group_key = ?",
                [key.place.receiver, key.place.kind, key.place.index, key.groupKey]
            )
        }
        try writeSilences(changes)
        try writeDeliveries(changes)
        try writeHistory(changes)
    }

    private func writeSilences(_ changes: AlertChanges) throws {
        for silence in changes.silences {
            try put(
                "silences (id, starts_at, ends_at, document)",
                [silence.id, silence.startsAt.milliseconds, silence.endsAt.milliseconds],
                .of(silence)
            )
        }
        for id in changes.forgottenSilences { try run("DELETE FROM silences WHERE id = ?", [id]) }
    }

    private func writeDeliveries(_ changes: AlertChanges) throws {
        for delivery in changes.deliveries {
            try put(
                "deliveries (id, decided_at, is_dead, document)",
                [delivery.id, delivery.order.notice.at.milliseconds, delivery.isDead],
                .of(delivery)
            )
        }
        for id in changes.endedDeliveries { try run("DELETE FROM deliveries WHERE id = ?", [id]) }
    }

    private func writeHistory(_ changes: AlertChanges) throws {
        for entry in changes.history {
            try run(
                "INSERT INTO alert_history (at, event, alert, receiver, group_key, reason) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    entry.at.milliseconds, entry.event, entry.alert, entry.receiver, entry.groupKey, entry.reason,
                ]
            )
        }
        if let moment = changes.forgetBefore {
            try run("DELETE FROM alert_history WHERE at < ?", [moment.milliseconds])
            try run("DELETE FROM deliveries WHERE is_dead AND decided_at < ?", [moment.milliseconds])
        }
    }

    /// A document under its key, in place of the one from before.
    private struct Document {
        var text: String

        static func of(_ known: KnownAlert) -> Document { Document(text: AlertDocuments.document(known).text()) }
        static func of(_ record: NoticeRecord) -> Document { Document(text: AlertDocuments.document(record).text()) }
        static func of(_ silence: Silence) -> Document { Document(text: AlertDocuments.document(silence).text()) }
        static func of(_ delivery: Delivery) -> Document { Document(text: AlertDocuments.document(delivery).text()) }
    }

    private func put(_ columns: String, _ key: [any DatabaseValueConvertible], _ document: Document) throws {
        let places = Array(repeating: "?", count: key.count + 1).joined(separator: ", ")
        try run("INSERT OR REPLACE INTO \(columns) VALUES (\(places))", key + [document.text])
    }

    private func run(_ sql: String, _ arguments: [any DatabaseValueConvertible]) throws {
        try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }
}
