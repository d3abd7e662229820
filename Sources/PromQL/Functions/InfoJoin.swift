import FleetModel

/// `info(v, {…})`: the labels of info metrics, such as `target_info`, put on series of the same instance and job.
struct InfoJoin {
    private static let identity = ["instance", "job"]
    private let base: [Column]
    private let info: [Column]
    /// Info metrics themselves stay as they are.
    private let isInfo: [Bool]
    /// What the labels must be like that are taken over; empty for all labels.
    private let wanted: [LabelMatcher]
    /// For each group of instance, job and info metric the info series in it.
    private let groups: [LabelSet: [Int]]
    private let names: [String]

    /// The values of `info` are the times of its samples, since the youngest series wins.
    init(_ base: [Column], info: [Column], isInfo: [Bool], wanted: [LabelMatcher]) {
        self.base = base
        self.info = info
        self.isInfo = isInfo
        self.wanted = wanted
        var groups: [LabelSet: [Int]] = [:]
        for (index, column) in info.enumerated() {
            groups[Self.key(column.labels, column.labels[LabelSet.nameLabel]), default: []].append(index)
        }
        self.groups = groups
        self.names = Set(info.map { $0.labels[LabelSet.nameLabel] }).sorted { $0.isBefore($1) }
    }

    private static func key(_ labels: LabelSet, _ name: String) -> LabelSet {
        labels.keeping(identity).setting(LabelSet.nameLabel, name)
    }

    func joined(_ grid: Grid) throws -> [Column] {
        var results: [Column] = []
        for (number, column) in base.enumerated() {
            guard !isInfo[number] else {
                results.append(column)
                continue
            }
            var places: [[Int]: Int] = [:]
            for index in 0..<grid.count where !column.values[index].isStaleMarker {
                let partners = try names.compactMap { try youngest(Self.key(column.labels, $0), index) }
                if places[partners] == nil {
                    guard let labels = try labels(column.labels, partners) else { continue }
                    places[partners] = results.count
                    results.append(Column(labels: labels, values: Column.holes(grid.count)))
                }
                if let place = places[partners] { results[place].values[index] = column.values[index] }
            }
        }
        return try results.merged()
    }

    private func youngest(_ key: LabelSet, _ index: Int) throws -> Int? {
        var best: Int?
        for candidate in groups[key] ?? [] where !info[candidate].values[index].isStaleMarker {
            guard let other = best else {
                best = candidate
                continue
            }
            let (time, otherTime) = (info[candidate].values[index], info[other].values[index])
            if time == otherTime {
                throw PromQLError.execution("found duplicate series for info metric \(key[LabelSet.nameLabel])")
            }
            if time > otherTime { best = candidate }
        }
        return best
    }

    /// The labels of a series with those of its info series; nil where the matchers ask for labels that it lacks.
    private func labels(_ labels: LabelSet, _ partners: [Int]) throws -> LabelSet? {
        var added = LabelSet.empty
        for partner in partners {
            for label in info[partner].labels.labels where label.key != LabelSet.nameLabel {
                if !wanted.isEmpty, !wanted.contains(where: { $0.name == label.key }) { continue }
                let known = added[label.key]
                if !known.isEmpty, !known.hasSameBytes(as: label.value) {
                    throw PromQLError.execution("conflicting label: \(label.key)")
                }
                if labels[label.key].isEmpty { added = added.setting(label.key, label.value) }
            }
        }
        if added.labels.isEmpty, !wanted.allSatisfy({ $0.holds(for: "") }) { return nil }
        return added.labels.reduce(labels) { $0.setting($1.key, $1.value) }
    }
}

extension Evaluator {
    func info(_ arguments: [Expression], _ grid: Grid) throws -> [Column] {
        let base = try vector(arguments[0], over: grid)
        var matchers: [LabelMatcher] = []
        if arguments.count > 1, case .selector(let selector) = arguments[1].kind { matchers = selector.matchers }
        let target = LabelMatcher(LabelSet.nameLabel, .equal("target_info"))
        let named = matchers.filter { $0.name == LabelSet.nameLabel }
        let ownNames = arguments.count > 1 ? named : [target]
        let isInfo = base.map { column in ownNames.contains { $0.holds(for: column.labels[LabelSet.nameLabel]) } }
        let isIdentified = zip(base, isInfo).contains { column, isInfo in
            !isInfo && (!column.labels["instance"].isEmpty || !column.labels["job"].isEmpty)
        }
        var wanted = matchers
        var info: [Column] = []
        if isIdentified {
            wanted.removeAll { $0.name == LabelSet.nameLabel }
            let selector = VectorSelector(name: nil, matchers: named.isEmpty ? matchers + [target] : matchers)
            info = try latest(selector, over: grid) { time, _ in Double(time) }
        }
        return try InfoJoin(base, info: info, isInfo: isInfo, wanted: wanted).joined(grid)
    }
}
