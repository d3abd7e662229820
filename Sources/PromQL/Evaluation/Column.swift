import FleetModel

/// The moments for which an expression is evaluated.
struct Grid: Hashable {
    let start: Int64
    let step: Int64
    let count: Int

    func time(_ index: Int) -> Int64 { start &+ Int64(index) &* step }

    var end: Int64 { time(count - 1) }

    var times: [Int64] { (0..<count).map(time) }
}

/// One series of an intermediate result: a value for each moment of the grid, the stale marker's bits where there is none.
/// Arithmetic never makes those bits (it gives quiet NaNs), so no second array is needed.
struct Column {
    var labels: LabelSet
    var values: [Double]

    static func holes(_ count: Int) -> [Double] { [Double](repeating: Double.staleMarker, count: count) }

    func series(on grid: Grid) -> Series {
        var times: [Int64] = []
        var kept: [Double] = []
        times.reserveCapacity(values.count)
        kept.reserveCapacity(values.count)
        for (index, value) in values.enumerated() where !value.isStaleMarker {
            times.append(grid.time(index))
            kept.append(value)
        }
        return Series(labels: labels, times: times, values: kept)
    }

    var isEmpty: Bool { values.allSatisfy(\.isStaleMarker) }
}

extension [Column] {
    static let duplicate = PromQLError.execution("vector cannot contain metrics with the same labelset")

    /// Columns with the same labels become one where their values never meet.
    func merged(orElse error: PromQLError = duplicate) throws -> [Column] {
        guard count > 1 else { return self }
        var places: [LabelSet: Int] = [:]
        places.reserveCapacity(count)
        var result: [Column] = []
        result.reserveCapacity(count)
        for column in self {
            guard let place = places[column.labels] else {
                places[column.labels] = result.count
                result.append(column)
                continue
            }
            for (index, value) in column.values.enumerated() where !value.isStaleMarker {
                guard result[place].values[index].isStaleMarker else { throw error }
                result[place].values[index] = value
            }
        }
        return result
    }

    /// Refuses columns with the same labels, also where their values never meet.
    func requireDistinct() throws {
        guard count > 1 else { return }
        var seen: Set<LabelSet> = []
        seen.reserveCapacity(count)
        for column in self where !seen.insert(column.labels).inserted { throw Self.duplicate }
    }

    /// True when all have the same metric name, so that taking it away cannot make two the same.
    var shareName: Bool {
        guard let first else { return true }
        let name = first.labels[LabelSet.nameLabel]
        return allSatisfy { $0.labels[LabelSet.nameLabel] == name }
    }

    /// Applies a function of the value to every value and takes the metric's name away.
    func mapValues(_ transform: (Double) -> Double) throws -> [Column] {
        let mapped = map { column in
            Column(
                labels: column.labels.unnamed,
                values: column.values.map { $0.isStaleMarker ? $0 : transform($0) }
            )
        }
        return shareName ? mapped : try mapped.merged()
    }

    func withoutEmpty() -> [Column] { filter { !$0.isEmpty } }
}
