import FleetModel
import Glibc

/// Two operands, of which at least one is a vector.
extension Evaluator {
    func join(_ binary: Binary, _ grid: Grid) throws -> [Column] {
        if binary.left.type == .vector, binary.right.type == .vector {
            let left = try vector(binary.left, over: grid)
            let right = try vector(binary.right, over: grid)
            let pairing = SeriesPairing(binary, left, right, grid)
            return binary.operation.isSetOperator ? try pairing.setOperation() : try pairing.joined()
        }
        let isSwapped = binary.left.type == .scalar
        let columns = try vector(isSwapped ? binary.right : binary.left, over: grid)
        let numbers = try scalar(isSwapped ? binary.left : binary.right, over: grid)
        return try withScalar(binary, columns, numbers, isSwapped: isSwapped)
    }

    private func withScalar(
        _ binary: Binary,
        _ columns: [Column],
        _ numbers: [Double],
        isSwapped: Bool
    ) throws -> [Column] {
        let operation = binary.operation
        let losesName = !operation.isComparison || binary.returnsBool
        let results = columns.map { column in
            var values = column.values
            for index in values.indices where !values[index].isStaleMarker {
                let value = values[index]
                let (left, right) = isSwapped ? (numbers[index], value) : (value, numbers[index])
                if operation.isComparison {
                    let holds = operation.holds(left, right)
                    values[index] = binary.returnsBool ? (holds ? 1 : 0) : holds ? value : Double.staleMarker
                } else {
                    values[index] = operation.value(left, right)
                }
            }
            return Column(labels: losesName ? column.labels.unnamed : column.labels, values: values)
        }
        let kept = operation.isComparison && !binary.returnsBool ? results.withoutEmpty() : results
        return losesName && !columns.shareName ? try kept.merged() : kept
    }
}

extension BinaryOperator {
    /// For scalars, and for the arithmetic of vectors; a comparison gives 1 or 0.
    func value(_ left: Double, _ right: Double) -> Double {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .modulo: Glibc.fmod(left, right)
        case .power: Glibc.pow(left, right)
        case .arcTangent: Glibc.atan2(left, right)
        default: holds(left, right) ? 1 : 0
        }
    }

    func holds(_ left: Double, _ right: Double) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        default: false
        }
    }
}
