import FleetModel

/// `sum by (…)` and its kin.
extension Evaluator {
    func aggregate(_ aggregation: Aggregation, _ grid: Grid) throws -> [Column] {
        if aggregation.aggregator == .countValues { return try countValues(aggregation, grid) }
        let parameter = try aggregation.parameter.map { try scalar($0, over: grid) } ?? []
        let columns = try vector(aggregation.inner, over: grid)
        guard !columns.isEmpty else { return [] }
        let groups = Groups(of: columns, aggregation)
        switch aggregation.aggregator {
        case .topk, .bottomk, .limitk, .limitRatio:
            return try choose(aggregation, parameter, columns, groups, grid)
        case .quantile:
            if let position = aggregation.parameter?.range { noteQuantiles(parameter, at: position) }
            return quantiles(parameter, columns, groups, grid)
        default:
            return folded(aggregation.aggregator, columns, groups, grid)
        }
    }

    /// One pass over the values, column by column: the order of additions is that of the series.
    private func folded(_ aggregator: Aggregator, _ columns: [Column], _ groups: Groups, _ grid: Grid) -> [Column] {
        var results: [Column] = []
        for (group, members) in groups.members.enumerated() {
            let member = members.lazy.map { columns[$0].values }
            let values: [Double] =
                switch aggregator {
                case .sum: Folding.sums(member, grid.count)
                case .avg: Folding.means(member, grid.count)
                case .min: Folding.chosen(member, grid.count) { $0 > $1 || $0.isNaN }
                case .max: Folding.chosen(member, grid.count) { $0 < $1 || $0.isNaN }
                case .count: Folding.counts(member, grid.count)
                case .stddev: Folding.variances(member, grid.count).map { $0.isStaleMarker ? $0 : $0.squareRoot() }
                case .stdvar: Folding.variances(member, grid.count)
                default: Folding.counts(member, grid.count).map { $0.isStaleMarker ? $0 : 1 }
                }
            results.append(Column(labels: groups.labels[group], values: values))
        }
        return results
    }

    private func quantiles(_ quantiles: [Double], _ columns: [Column], _ groups: Groups, _ grid: Grid) -> [Column] {
        var present: [Double] = []
        return zip(groups.labels, groups.members).map { labels, members in
            let values = (0..<grid.count).map { index in
                present.removeAll(keepingCapacity: true)
                for member in members where !columns[member].values[index].isStaleMarker {
                    present.append(columns[member].values[index])
                }
                return present.isEmpty ? Double.staleMarker : Quantile.of(present, quantiles[index])
            }
            return Column(labels: labels, values: values)
        }
    }

    private func countValues(_ aggregation: Aggregation, _ grid: Grid) throws -> [Column] {
        let label = try aggregation.parameter.map { try string($0) } ?? ""
        guard !label.isEmpty else { throw PromQLError.execution("invalid label name \(label.quoted)") }
        let columns = try vector(aggregation.inner, over: grid)
        // A grouping by labels keeps the label of the value too.
        let names = aggregation.isWithout ? aggregation.grouping : aggregation.grouping + [label]
        var places: [LabelSet: Int] = [:]
        var results: [Column] = []
        for column in columns {
            var before = Double.staleMarker
            var place = 0
            for (index, value) in column.values.enumerated() where !value.isStaleMarker {
                if value.bitPattern != before.bitPattern {
                    let labels = column.labels.setting(label, NumberText.text(of: value))
                    let key = Groups.key(labels, names, isWithout: aggregation.isWithout)
                    place = places[key] ?? results.count
                    if place == results.count {
                        try count(held: grid.count)
                        places[key] = place
                        results.append(Column(labels: key, values: Column.holes(grid.count)))
                    }
                    before = value
                }
                let counted = results[place].values[index]
                results[place].values[index] = counted.isStaleMarker ? 1 : counted + 1
            }
        }
        return results
    }
}

/// Which series belong together.
struct Groups {
    private(set) var labels: [LabelSet] = []
    /// For each group its columns, in their order.
    private(set) var members: [[Int]] = []

    init(of columns: [Column], _ aggregation: Aggregation) {
        if aggregation.grouping.isEmpty, !aggregation.isWithout {
            labels = [.empty]
            members = [Array(columns.indices)]
            return
        }
        var places: [LabelSet: Int] = [:]
        for (index, column) in columns.enumerated() {
            let key = Self.key(column.labels, aggregation.grouping, isWithout: aggregation.isWithout)
            if let place = places[key] {
                members[place].append(index)
            } else {
                places[key] = labels.count
                labels.append(key)
                members.append([index])
            }
        }
    }

    static func key(_ labels: LabelSet, _ names: [String], isWithout: Bool) -> LabelSet {
        LabelSet(
            sorted: labels.labels.filter { label in
                isWithout ? label.key != LabelSet.nameLabel && !names.contains(label.key) : names.contains(label.key)
            }
        )
    }
}

/// Many columns into one, moment by moment, holes left out.
enum Folding {
    static func sums(_ members: some Sequence<[Double]>, _ count: Int) -> [Double] {
        var sums = [KahanSum](repeating: KahanSum(Double.staleMarker), count: count)
        for values in members {
            for index in 0..<count where !values[index].isStaleMarker {
                if sums[index].sum.isStaleMarker {
                    sums[index].sum = values[index]
                } else {
                    sums[index].add(values[index])
                }
            }
        }
        return sums.map { $0.sum.isStaleMarker ? $0.sum : $0.sum + $0.rest }
    }

    static func means(_ members: some Sequence<[Double]>, _ count: Int) -> [Double] {
        var means = [RunningMean?](repeating: nil, count: count)
        for values in members {
            for index in 0..<count where !values[index].isStaleMarker {
                if means[index]?.add(values[index]) == nil { means[index] = RunningMean(values[index]) }
            }
        }
        return means.map { $0?.result ?? Double.staleMarker }
    }

    static func counts(_ members: some Sequence<[Double]>, _ count: Int) -> [Double] {
        var counts = [Double](repeating: 0, count: count)
        for values in members {
            for index in 0..<count where !values[index].isStaleMarker { counts[index] += 1 }
        }
        return counts.map { $0 == 0 ? Double.staleMarker : $0 }
    }

    /// `isWorse` says whether the value held so far gives way to the next.
    static func chosen(
        _ members: some Sequence<[Double]>,
        _ count: Int,
        _ isWorse: (Double, Double) -> Bool
    ) -> [Double] {
        var chosen = Column.holes(count)
        for values in members {
            for index in 0..<count where !values[index].isStaleMarker {
                if chosen[index].isStaleMarker || isWorse(chosen[index], values[index]) {
                    chosen[index] = values[index]
                }
            }
        }
        return chosen
    }

    /// Welford's method, as Prometheus does it.
    static func variances(_ members: some Sequence<[Double]>, _ count: Int) -> [Double] {
        var states = [(count: Double, mean: Double, squares: Double)](repeating: (0, 0, 0), count: count)
        for values in members {
            for index in 0..<count where !values[index].isStaleMarker {
                let value = values[index]
                states[index].count += 1
                if states[index].count == 1 {
                    states[index].mean = value
                    states[index].squares = value.isFinite ? 0 : .nan
                    continue
                }
                let delta = value - states[index].mean
                states[index].mean += delta / states[index].count
                states[index].squares += delta * (value - states[index].mean)
            }
        }
        return states.map { $0.count == 0 ? Double.staleMarker : $0.squares / $0.count }
    }
}
