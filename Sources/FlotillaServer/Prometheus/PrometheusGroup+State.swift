import FleetModel
import Operations
import PromQL

/// What Prometheus says of itself, its rules and its targets.
extension PrometheusGroup {
    /// The version is that of the query language and the API, which is what clients ask for.
    var buildInformation: JSONValue {
        [
            "version": "3.5.0", "revision": .string("flotilla-" + version), "branch": "", "buildUser": "",
            "buildDate": "", "goVersion": "",
        ]
    }

    func ruleGroups(_ call: CallParameters) async throws -> Found {
        let kind = call["type"]
        guard kind == nil || kind == "alert" || kind == "record" else {
            throw PrometheusFault.badParameter("type", "not supported value \((kind ?? "").quoted)")
        }
        let (names, groups, files) = (call.all("rule_name[]"), call.all("rule_group[]"), call.all("file[]"))
        let found = await rules.groups().compactMap { group -> JSONValue? in
            guard groups.isEmpty || groups.contains(group.name), files.isEmpty || files.contains(group.file) else {
                return nil
            }
            let rules = group.rules.filter { rule in
                (kind == nil || (kind == "alert") == (rule.alerting != nil))
                    && (names.isEmpty || names.contains(rule.name))
            }
            guard !rules.isEmpty || names.isEmpty else { return nil }
            return group.document(rules)
        }
        return .success(["groups": .array(found)])
    }

    func alerts() async -> [JSONValue] {
        await rules.groups().flatMap { $0.rules.flatMap { $0.alerting?.alerts ?? [] } }.map(\.document)
    }

    func targetList(_ call: CallParameters) async throws -> Found {
        let (state, pool) = (call["state"] ?? "any", call["scrapePool"])
        let all = await targets.targets().filter { pool == nil || $0.pool == pool }
        let active = state == "dropped" ? [] : all.filter { !$0.isDropped }.map(\.document)
        let dropped = all.filter(\.isDropped)
        let counts = Dictionary(grouping: dropped, by: \.pool).mapValues { JSONValue.int(Int64($0.count)) }
        return .success([
            "activeTargets": .array(active),
            "droppedTargets": .array(
                state == "active"
                    ? []
                    : dropped.map {
                        ["discoveredLabels": $0.discovered.document, "scrapePool": .string($0.pool)]
                    }
            ),
            "droppedTargetCounts": .object(state == "active" ? [:] : counts),
        ])
    }
}

extension LabelSet {
    var document: JSONValue {
        .object(Dictionary(labels.map { ($0.key, .string($0.value)) }, uniquingKeysWith: { $1 }))
    }
}

extension Timestamp? {
    /// Go writes the zero time where there is none.
    fileprivate var document: JSONValue { .string(self?.rfc3339 ?? "0001-01-01T00:00:00Z") }
}

extension RuleGroupView {
    fileprivate func document(_ rules: [RuleView]) -> JSONValue {
        [
            "name": .string(name), "file": .string(file), "interval": .double(interval.seconds),
            "limit": .int(Int64(limit)), "evaluationTime": .double(evaluationTime.seconds),
            "lastEvaluation": lastEvaluation.document, "rules": .array(rules.map(\.document)),
        ]
    }
}

extension RuleView {
    fileprivate var document: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "query": .string(query), "labels": labels.document,
            "health": lastError != nil ? "err" : lastEvaluation == nil ? "unknown" : "ok",
            "evaluationTime": .double(evaluationTime.seconds), "lastEvaluation": lastEvaluation.document,
            "type": alerting == nil ? "recording" : "alerting",
        ]
        if let lastError { members["lastError"] = .string(lastError) }
        guard let alerting else { return .object(members) }
        members["duration"] = .double(alerting.hold.seconds)
        members["keepFiringFor"] = .double(alerting.keepFiring.seconds)
        members["annotations"] = alerting.annotations.document
        members["alerts"] = .array(alerting.alerts.map(\.document))
        let states = alerting.alerts.map(\.isFiring)
        members["state"] = states.contains(true) ? "firing" : states.isEmpty ? "inactive" : "pending"
        return .object(members)
    }
}

extension AlertView {
    var document: JSONValue {
        var members: [String: JSONValue] = [
            "labels": labels.document, "annotations": annotations.document,
            "state": isFiring ? "firing" : "pending", "activeAt": .string(activeAt.rfc3339),
            "value": .string(NumberText.exponentText(of: value)),
        ]
        if let keepFiringSince { members["keepFiringSince"] = .string(keepFiringSince.rfc3339) }
        return .object(members)
    }
}

extension TargetView {
    fileprivate var document: JSONValue {
        [
            "discoveredLabels": discovered.document, "labels": labels.document, "scrapePool": .string(pool),
            "scrapeUrl": .string(url), "globalUrl": .string(url), "lastError": .string(lastError ?? ""),
            "lastScrape": lastScrape.document, "lastScrapeDuration": .double(lastDuration.seconds),
            "health": isUp.map { $0 ? "up" : "down" } ?? "unknown",
            "scrapeInterval": .string(DurationText.text(milliseconds: interval.milliseconds)),
            "scrapeTimeout": .string(DurationText.text(milliseconds: timeout.milliseconds)),
        ]
    }
}
