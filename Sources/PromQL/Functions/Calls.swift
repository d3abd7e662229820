import FleetModel
import Glibc

/// The functions that give instant vectors.
extension Evaluator {
    func call(
        _ function: Function,
        _ arguments: [Expression],
        at range: SourceRange,
        _ grid: Grid
    ) throws -> [Column] {
        if function == .absentOverTime { return try absentOverTime(arguments, at: range, grid) }
        if function.isOverWindow { return try overWindows(function, arguments, at: range, grid) }
        if let plain = function.ofValue { return try vector(arguments[0], over: grid).mapValues(plain) }
        if let part = function.ofDate { return try date(part, arguments, grid) }
        switch function {
        case .timestamp: return try timestamp(arguments[0], grid)
        case .vector: return [Column(labels: .empty, values: try scalar(arguments[0], over: grid))]
        case .absent: return try absent(arguments[0], grid)
        case .clamp, .clampMin, .clampMax: return try clamp(function, arguments, grid)
        case .round: return try round(arguments, grid)
        case .sort, .sortDescending, .sortByLabel, .sortByLabelDescending: return try sort(function, arguments, grid)
        case .labelReplace: return try labelReplace(arguments, grid)
        case .labelJoin: return try labelJoin(arguments, grid)
        case .info: return try info(arguments, grid)
        case .histogramQuantile, .histogramFraction: return try histogram(function, arguments, at: range, grid)
        // These are for native histograms; there are none here, and float samples are passed over.
        case .histogramAvg, .histogramCount, .histogramSum, .histogramStddev, .histogramStdvar:
            _ = try vector(arguments[0], over: grid)
            return []
        default: throw PromQLError.execution("function \(function.rawValue.quoted) is not supported")
        }
    }

    private func timestamp(_ argument: Expression, _ grid: Grid) throws -> [Column] {
        if case .selector(let selector) = argument.unwrapped.kind { return try latestTimes(selector, over: grid) }
        let columns = try vector(argument, over: grid).map { column in
            let values = column.values.indices.map { index in
                column.values[index].isStaleMarker ? Double.staleMarker : Double(grid.time(index)) / 1000
            }
            return Column(labels: column.labels.unnamed, values: values)
        }
        return try columns.merged()
    }

    // MARK: Absence

    private func absent(_ argument: Expression, _ grid: Grid) throws -> [Column] {
        absence(of: try vector(argument, over: grid), argument, grid)
    }

    private func absentOverTime(_ arguments: [Expression], at range: SourceRange, _ grid: Grid) throws -> [Column] {
        // Two series that differ in their names only are no mistake here.
        let feed = try windows(arguments[0].unwrapped, over: grid, function: .absentOverTime)
        var isPresent = [Bool](repeating: false, count: grid.count)
        try feed.forEach(self) { series in
            var next = 0
            for index in 0..<grid.count {
                let end = feed.fixedEnd ?? grid.time(index) &- feed.offset
                while next < series.times.count, series.times[next] <= end { next += 1 }
                if next > 0, series.times[next - 1] > end &- feed.length { isPresent[index] = true }
            }
        }
        guard isPresent.contains(false) else { return [] }
        return [
            Column(
                labels: Self.labelsOfAbsence(arguments[0]),
                values: isPresent.map { $0 ? Double.staleMarker : 1 }
            )
        ]
    }

    private func absence(of columns: [Column], _ argument: Expression, _ grid: Grid) -> [Column] {
        var values = [Double](repeating: 1, count: grid.count)
        for column in columns {
            for (index, value) in column.values.enumerated() where !value.isStaleMarker {
                values[index] = Double.staleMarker
            }
        }
        let column = Column(labels: Self.labelsOfAbsence(argument), values: values)
        return column.isEmpty ? [] : [column]
    }

    /// The labels that the selector asks to be equal, each named once.
    private static func labelsOfAbsence(_ argument: Expression) -> LabelSet {
        let selector: VectorSelector
        switch argument.unwrapped.kind {
        case .selector(let found), .window(let found, _): selector = found
        default: return .empty
        }
        var labels = LabelSet.empty
        var seen: Set<String> = []
        for matcher in selector.matchers where matcher.name != LabelSet.nameLabel {
            if case .equal(let value) = matcher.test, seen.insert(matcher.name).inserted {
                labels = labels.setting(matcher.name, value)
            } else {
                labels = labels.setting(matcher.name, "")
            }
        }
        return labels
    }

    // MARK: Values

    private func clamp(_ function: Function, _ arguments: [Expression], _ grid: Grid) throws -> [Column] {
        let columns = try vector(arguments[0], over: grid)
        let none = [Double](repeating: function == .clampMax ? -.infinity : .infinity, count: grid.count)
        let first = try scalar(arguments[1], over: grid)
        let least = function == .clampMax ? none : first
        let most = function == .clampMin ? none : function == .clampMax ? first : try scalar(arguments[2], over: grid)
        return try byMoment(columns, grid) { value, index in
            guard !(most[index] < least[index]) else { return Double.staleMarker }
            return Self.larger(least[index], Self.smaller(most[index], value))
        }
    }

    /// As Go's `math.Max`: NaN wins over everything but infinity.
    private static func larger(_ left: Double, _ right: Double) -> Double {
        if left == .infinity || right == .infinity { return .infinity }
        if left.isNaN || right.isNaN { return .nan }
        return Swift.max(left, right)
    }

    private static func smaller(_ left: Double, _ right: Double) -> Double {
        if left == -.infinity || right == -.infinity { return -.infinity }
        if left.isNaN || right.isNaN { return .nan }
        return Swift.min(left, right)
    }

    private func round(_ arguments: [Expression], _ grid: Grid) throws -> [Column] {
        let columns = try vector(arguments[0], over: grid)
        let nearest =
            arguments.count > 1
            ? try scalar(arguments[1], over: grid) : [Double](repeating: 1, count: grid.count)
        return try byMoment(columns, grid) { value, index in
            let inverse = 1 / nearest[index]
            return (value * inverse + 0.5).rounded(.down) / inverse
        }
    }

    private func byMoment(
        _ columns: [Column],
        _ grid: Grid,
        _ transform: (Double, Int) -> Double
    ) throws -> [Column] {
        let mapped = columns.map { column in
            let values = column.values.indices.map { index in
                column.values[index].isStaleMarker ? Double.staleMarker : transform(column.values[index], index)
            }
            return Column(labels: column.labels.unnamed, values: values)
        }
        return (columns.shareName ? mapped : try mapped.merged()).withoutEmpty()
    }
}

extension Function {
    /// What a function makes of each value on its own.
    var ofValue: ((Double) -> Double)? {
        switch self {
        case .abs: { $0.magnitude }
        case .ceil: { $0.rounded(.up) }
        case .floor: { $0.rounded(.down) }
        case .exp: { Glibc.exp($0) }
        case .sqrt: { $0.squareRoot() }
        case .ln: { Glibc.log($0) }
        case .log2: { Glibc.log2($0) }
        case .log10: { Glibc.log10($0) }
        case .deg: { $0 * 180 / .pi }
        case .rad: { $0 * .pi / 180 }
        case .sgn: { $0 < 0 ? -1 : $0 > 0 ? 1 : $0 }
        default: ofAngle
        }
    }

    private var ofAngle: ((Double) -> Double)? {
        switch self {
        case .sin: { Glibc.sin($0) }
        case .cos: { Glibc.cos($0) }
        case .tan: { Glibc.tan($0) }
        case .asin: { Glibc.asin($0) }
        case .acos: { Glibc.acos($0) }
        case .atan: { Glibc.atan($0) }
        case .sinh: { Glibc.sinh($0) }
        case .cosh: { Glibc.cosh($0) }
        case .tanh: { Glibc.tanh($0) }
        case .asinh: { Glibc.asinh($0) }
        case .acosh: { Glibc.acosh($0) }
        case .atanh: { Glibc.atanh($0) }
        default: nil
        }
    }
}
