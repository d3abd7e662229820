import FleetModel

/// How the series of two vectors meet: the matching labels of each are looked at once, the moments only see numbers.
struct SeriesPairing {
    private let binary: Binary
    private let grid: Grid
    private let left: [Column]
    private let right: [Column]
    /// For each column the number of its match group.
    private let leftGroups: [Int]
    private let rightGroups: [Int]
    private let groupCount: Int

    init(_ binary: Binary, _ left: [Column], _ right: [Column], _ grid: Grid) {
        self.binary = binary
        self.grid = grid
        self.left = left
        self.right = right
        var places: [LabelSet: Int] = [:]
        let matching = binary.matching
        func group(_ column: Column) -> Int {
            let key = Groups.key(column.labels, matching.labels, isWithout: !matching.isOn)
            if let place = places[key] { return place }
            places[key] = places.count
            return places.count - 1
        }
        leftGroups = left.map(group)
        rightGroups = right.map(group)
        groupCount = places.count
    }

    // MARK: Set operators

    func setOperation() throws -> [Column] {
        switch binary.operation {
        case .and: try filtered(left, leftGroups, by: presence(right, rightGroups), keep: true).withoutEmpty()
        case .unless: try filtered(left, leftGroups, by: presence(right, rightGroups), keep: false).withoutEmpty()
        default:
            try (left + filtered(right, rightGroups, by: presence(left, leftGroups), keep: false).withoutEmpty())
                .merged()
        }
    }

    /// For each group and moment whether any of its series has a value.
    private func presence(_ columns: [Column], _ groups: [Int]) -> [Bool] {
        var isPresent = [Bool](repeating: false, count: groupCount * grid.count)
        for (column, group) in zip(columns, groups) {
            for index in 0..<grid.count where !column.values[index].isStaleMarker {
                isPresent[group * grid.count + index] = true
            }
        }
        return isPresent
    }

    private func filtered(_ columns: [Column], _ groups: [Int], by isPresent: [Bool], keep: Bool) throws -> [Column] {
        zip(columns, groups).map { column, group in
            var values = column.values
            for index in 0..<grid.count where isPresent[group * grid.count + index] != keep {
                values[index] = Double.staleMarker
            }
            return Column(labels: column.labels, values: values)
        }
    }

    // MARK: Arithmetic and comparison

    func joined() throws -> [Column] {
        let isOneToMany = binary.matching.cardinality == .oneToMany
        let many = isOneToMany ? right : left
        let one = isOneToMany ? left : right
        let manyGroups = isOneToMany ? rightGroups : leftGroups
        let oneGroups = isOneToMany ? leftGroups : rightGroups
        if let partners = uniquePartners(manyGroups, oneGroups) {
            return try joinedPairs(many, one, partners)
        }
        var join = MomentJoin(groupCount: groupCount, grid: grid)
        for index in 0..<grid.count {
            let hasBoth =
                left.contains { !$0.values[index].isStaleMarker } && right.contains { !$0.values[index].isStaleMarker }
            guard hasBoth else { continue }
            try findOnes(one, oneGroups, index, &join)
            for (number, column) in many.enumerated() where !column.values[index].isStaleMarker {
                guard join.ones[manyGroups[number]] >= 0 else { continue }
                let partner = join.ones[manyGroups[number]]
                guard let value = result(column.values[index], one[partner].values[index]) else { continue }
                let labels = join.labels(number, partner) { resultLabels(column.labels, one[partner].labels) }
                try join.put(value, index, labels, manyGroups[number], isOneToOne: isOneToOne)
            }
        }
        return join.columns
    }

    private var isOneToOne: Bool { binary.matching.cardinality == .oneToOne }

    /// For each column of the many side its only possible partner; nil when some moment might not be unique.
    private func uniquePartners(_ manyGroups: [Int], _ oneGroups: [Int]) -> [Int]? {
        var partners = [Int](repeating: -1, count: groupCount)
        for (number, group) in oneGroups.enumerated() {
            guard partners[group] < 0 else { return nil }
            partners[group] = number
        }
        if isOneToOne, Set(manyGroups).count < manyGroups.count { return nil }
        return manyGroups.map { partners[$0] }
    }

    private func joinedPairs(_ many: [Column], _ one: [Column], _ partners: [Int]) throws -> [Column] {
        var results: [Column] = []
        for (column, partner) in zip(many, partners) where partner >= 0 {
            let other = one[partner]
            var values = Column.holes(grid.count)
            var isEmpty = true
            for index in 0..<grid.count {
                let (value, partnerValue) = (column.values[index], other.values[index])
                guard !value.isStaleMarker, !partnerValue.isStaleMarker else { continue }
                guard let result = result(value, partnerValue) else { continue }
                values[index] = result
                isEmpty = false
            }
            guard !isEmpty else { continue }
            results.append(Column(labels: resultLabels(column.labels, other.labels), values: values))
        }
        if isOneToOne { return try results.merged() }
        return try results.merged(orElse: Self.notUnique)
    }

    private static let notUnique = PromQLError.execution(
        "multiple matches for labels: grouping labels must ensure unique matches"
    )

    private func result(_ many: Double, _ one: Double) -> Double? {
        let (first, second) = binary.matching.cardinality == .oneToMany ? (one, many) : (many, one)
        guard binary.operation.isComparison else { return binary.operation.value(first, second) }
        let holds = binary.operation.holds(first, second)
        if binary.returnsBool { return holds ? 1 : 0 }
        return holds ? first : nil
    }

    private func findOnes(_ one: [Column], _ groups: [Int], _ index: Int, _ join: inout MomentJoin) throws {
        join.begin()
        for (number, column) in one.enumerated() where !column.values[index].isStaleMarker {
            let group = groups[number]
            guard join.ones[group] < 0 else {
                throw duplicate(column.labels, one[join.ones[group]].labels)
            }
            join.ones[group] = number
        }
    }

    private func duplicate(_ labels: LabelSet, _ other: LabelSet) -> PromQLError {
        let matching = binary.matching
        let group = Groups.key(labels, matching.labels, isWithout: !matching.isOn)
        let side = matching.cardinality == .oneToMany ? "left" : "right"
        return .execution(
            "found duplicate series for the match group \(group) on the \(side) hand-side of the operation: "
                + "[\(labels), \(other)];many-to-many matching not allowed: matching labels must be unique on one side"
        )
    }

    private func resultLabels(_ many: LabelSet, _ one: LabelSet) -> LabelSet {
        let matching = binary.matching
        var labels = binary.operation.isComparison && !binary.returnsBool ? many : many.unnamed
        if isOneToOne {
            labels = matching.isOn ? labels.keeping(matching.labels) : labels.removing(matching.labels)
        }
        for name in matching.include { labels = labels.setting(name, one[name]) }
        return labels
    }
}

/// What a join remembers while it goes from moment to moment.
struct MomentJoin {
    /// For each match group its series on the “one” side, -1 where there is none at this moment.
    var ones: [Int]
    private(set) var columns: [Column] = []
    private let grid: Grid
    private var matched: [Bool]
    private var places: [LabelSet: Int] = [:]
    private var known: [Pair: Int] = [:]

    private struct Pair: Hashable {
        let many: Int
        let one: Int
    }

    init(groupCount: Int, grid: Grid) {
        self.grid = grid
        ones = [Int](repeating: -1, count: groupCount)
        matched = [Bool](repeating: false, count: groupCount)
    }

    mutating func begin() {
        for group in ones.indices {
            ones[group] = -1
            matched[group] = false
        }
    }

    /// The column for a pair of series; its labels are made once.
    mutating func labels(_ many: Int, _ one: Int, _ make: () -> LabelSet) -> Int {
        let pair = Pair(many: many, one: one)
        if let place = known[pair] { return place }
        let labels = make()
        let place = places[labels] ?? columns.count
        if place == columns.count {
            places[labels] = place
            columns.append(Column(labels: labels, values: Column.holes(grid.count)))
        }
        known[pair] = place
        return place
    }

    mutating func put(_ value: Double, _ index: Int, _ place: Int, _ group: Int, isOneToOne: Bool) throws {
        if isOneToOne, matched[group] {
            throw PromQLError.execution(
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            )
        }
        guard columns[place].values[index].isStaleMarker else {
            throw matched[group]
                ? PromQLError.execution("multiple matches for labels: grouping labels must ensure unique matches")
                : [Column].duplicate
        }
        matched[group] = true
        columns[place].values[index] = value
    }
}
