package import FleetModel

/// An alert of the source holds back alerts of the target that have the same values in the equal labels.
package struct InhibitionRule: Hashable, Sendable {
    package var name: String
    package var source: [LabelMatcher]
    package var target: [LabelMatcher]
    package var equal: [String]

    package init(name: String = "", source: [LabelMatcher], target: [LabelMatcher], equal: [String]) {
        self.name = name
        self.source = source
        self.target = target
        self.equal = equal
    }
}

/// Which alerts are held back by which, for one moment's firing alerts.
package struct Inhibitions: Sendable {
    private let rules: [Indexed]

    private struct Indexed {
        let rule: InhibitionRule
        /// Sources by the values of the equal labels.
        var sources: [LabelSet: [Source]] = [:]
    }

    private struct Source {
        let fingerprint: UInt64
        /// It is on both sides: it cannot hold back another that is on both sides.
        let isTargetToo: Bool
    }

    package init(_ rules: [InhibitionRule], firing: [(fingerprint: UInt64, labels: LabelSet)]) {
        self.rules = rules.map { rule in
            var indexed = Indexed(rule: rule)
            for alert in firing where rule.source.hold(in: alert.labels) {
                let source = Source(fingerprint: alert.fingerprint, isTargetToo: rule.target.hold(in: alert.labels))
                indexed.sources[alert.labels.keeping(rule.equal), default: []].append(source)
            }
            return indexed
        }
    }

    /// The fingerprint of the alert that holds this one back, or nil.
    package func inhibitor(of labels: LabelSet) -> UInt64? {
        for indexed in rules where indexed.rule.target.hold(in: labels) {
            guard let sources = indexed.sources[labels.keeping(indexed.rule.equal)] else { continue }
            let isSourceToo = indexed.rule.source.hold(in: labels)
            if let source = sources.first(where: { !(isSourceToo && $0.isTargetToo) }) { return source.fingerprint }
        }
        return nil
    }
}
