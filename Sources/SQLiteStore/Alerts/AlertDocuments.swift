internal import Alerting
internal import FleetModel
internal import Operations

/// Values of alerts as the JSON that is stored, and back. Reading gives nil for what was not written by us.
enum AlertDocuments {
    static func fingerprint(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    // MARK: Known alerts

    static func document(_ known: KnownAlert) -> JSONValue {
        [
            "alert": document(known.alert), "source": .string(known.source.rawValue), "updated": time(known.updatedAt),
            "timeout": .bool(known.endIsTimeout), "stale": .bool(known.isStale),
            "starts": .array(known.starts.map(time)), "damped": known.dampedUntil.map(time) ?? .null,
        ]
    }

    static func known(_ value: JSONValue) -> KnownAlert? {
        guard let fields = value.object, let alert = fields["alert"].flatMap(alert),
            let source = fields["source"]?.string.flatMap(AlertSource.init), let updated = time(fields["updated"])
        else { return nil }
        return KnownAlert(
            alert,
            source: source,
            updatedAt: updated,
            endIsTimeout: fields["timeout"] == true,
            isStale: fields["stale"] == true,
            starts: elements(fields["starts"]).compactMap(time),
            dampedUntil: time(fields["damped"])
        )
    }

    private static func document(_ alert: Alert) -> JSONValue {
        [
            "labels": document(alert.labels), "annotations": document(alert.annotations),
            "starts": time(alert.startsAt), "ends": time(alert.endsAt), "url": .string(alert.generatorURL),
        ]
    }

    private static func alert(_ value: JSONValue) -> Alert? {
        guard let fields = value.object, let starts = time(fields["starts"]), let ends = time(fields["ends"]) else {
            return nil
        }
        return Alert(
            labels: labels(fields["labels"]),
            annotations: labels(fields["annotations"]),
            startsAt: starts,
            endsAt: ends,
            generatorURL: fields["url"]?.string ?? ""
        )
    }

    // MARK: Records and messages

    static func document(_ record: NoticeRecord) -> JSONValue {
        [
            "labels": document(record.groupLabels), "firing": document(record.firing),
            "resolved": document(record.resolved), "owed": document(record.owed),
            "at": record.at.map(time) ?? .null, "refused": .bool(record.isRefused),
        ]
    }

    static func record(_ value: JSONValue, _ key: NoticeRecord.Key) -> NoticeRecord? {
        guard let fields = value.object else { return nil }
        return NoticeRecord(
            place: key.place,
            groupKey: key.groupKey,
            groupLabels: labels(fields["labels"]),
            firing: fingerprints(fields["firing"]),
            resolved: fingerprints(fields["resolved"]),
            owed: fingerprints(fields["owed"]),
            at: time(fields["at"]),
            isRefused: fields["refused"] == true
        )
    }

    static func document(_ delivery: Delivery) -> JSONValue {
        let (order, notice) = (delivery.order, delivery.order.notice)
        return [
            "receiver": .string(order.place.receiver), "kind": .string(order.place.kind),
            "index": .int(Int64(order.place.index)), "group": .string(notice.groupKey),
            "labels": document(notice.groupLabels), "alerts": .array(notice.alerts.map(document)),
            "at": time(notice.at), "firing": document(order.firing), "resolved": document(order.resolved),
            "reason": .string(order.reason.text), "attempts": .int(Int64(delivery.attempts)),
            "next": time(delivery.nextTry), "problem": delivery.problem.map { .string($0) } ?? .null,
        ]
    }

    static func delivery(_ value: JSONValue, id: String, isDead: Bool) -> Delivery? {
        guard let fields = value.object, let at = time(fields["at"]), let next = time(fields["next"]),
            let receiver = fields["receiver"]?.string, let kind = fields["kind"]?.string,
            let group = fields["group"]?.string
        else { return nil }
        let notice = Notice(
            receiver: receiver,
            groupKey: group,
            groupLabels: labels(fields["labels"]),
            alerts: elements(fields["alerts"]).compactMap(alert),
            at: at
        )
        let order = NoticeOrder(
            place: NoticePlace(receiver: receiver, kind: kind, index: number(fields["index"])),
            notice: notice,
            firing: fingerprints(fields["firing"]),
            resolved: fingerprints(fields["resolved"]),
            reason: .restored(fields["reason"]?.string ?? "")
        )
        return Delivery(
            id: id,
            order: order,
            attempts: number(fields["attempts"]),
            nextTry: next,
            problem: fields["problem"]?.string,
            isDead: isDead
        )
    }

    // MARK: Silences

    static func document(_ silence: Silence) -> JSONValue {
        let matchers = silence.matchers.map { matcher -> JSONValue in
            ["name": .string(matcher.name), "sign": .string(matcher.sign), "operand": .string(matcher.operand)]
        }
        return [
            "matchers": .array(matchers), "updated": time(silence.updatedAt), "by": .string(silence.createdBy),
            "comment": .string(silence.comment),
        ]
    }

    static func silence(_ value: JSONValue, id: String, from start: Int64, to end: Int64) -> Silence? {
        guard let fields = value.object, let updated = time(fields["updated"]) else { return nil }
        let matchers = elements(fields["matchers"]).compactMap { value -> LabelMatcher? in
            guard let fields = value.object, let name = fields["name"]?.string, let sign = fields["sign"]?.string,
                let operand = fields["operand"]?.string
            else { return nil }
            return try? LabelMatcher(name, sign: sign, operand: operand)
        }
        // A matcher less would silence more.
        guard matchers.count == elements(fields["matchers"]).count, !matchers.isEmpty else { return nil }
        return Silence(
            id: id,
            matchers: matchers,
            startsAt: Timestamp(milliseconds: start),
            endsAt: Timestamp(milliseconds: end),
            updatedAt: updated,
            createdBy: fields["by"]?.string ?? "",
            comment: fields["comment"]?.string ?? ""
        )
    }

    // MARK: Parts

    private static func document(_ labels: LabelSet) -> JSONValue {
        .array(labels.labels.map { .array([.string($0.key), .string($0.value)]) })
    }

    private static func labels(_ value: JSONValue?) -> LabelSet {
        LabelSet(
            elements(value).compactMap { pair in
                let words = elements(pair)
                guard words.count == 2, let name = words[0].string, let text = words[1].string else { return nil }
                return LabelSet.Label(name, text)
            }
        )
    }

    private static func document(_ fingerprints: Set<UInt64>) -> JSONValue {
        .array(fingerprints.sorted().map { .string(fingerprint($0)) })
    }

    private static func fingerprints(_ value: JSONValue?) -> Set<UInt64> {
        Set(elements(value).compactMap { $0.string.flatMap { UInt64($0, radix: 16) } })
    }

    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let elements)? = value { elements } else { [] }
    }

    private static func number(_ value: JSONValue?) -> Int {
        if case .int(let number)? = value { Int(number) } else { 0 }
    }

    private static func time(_ moment: Timestamp) -> JSONValue { .int(moment.milliseconds) }

    private static func time(_ value: JSONValue?) -> Timestamp? {
        if case .int(let number)? = value { Timestamp(milliseconds: number) } else { nil }
    }

    private static func time(_ value: JSONValue) -> Timestamp? { time(Optional(value)) }
}
