internal import FleetModel

extension Rule {
    /// What a recording rule stores: the result under the rule's name, with its labels.
    ///
    /// - `limit`: the most series; 0 for no limit.
    /// - Throws: `rules.same_labels`, `rules.limit`.
    package func recorded(_ vector: [VectorElement], limit: Int) throws(RuleFault) -> [VectorElement] {
        var seen: Set<LabelSet> = []
        var result: [VectorElement] = []
        result.reserveCapacity(vector.count)
        for element in vector {
            var all = element.labels.setting(LabelSet.nameLabel, name)
            for label in labels { all = all.setting(label.key, label.value) }
            guard seen.insert(all).inserted else { throw .sameSeriesLabels }
            result.append(VectorElement(all, element.value))
        }
        if limit > 0, result.count > limit { throw .limit(limit, result.count, "series") }
        return result
    }
}
