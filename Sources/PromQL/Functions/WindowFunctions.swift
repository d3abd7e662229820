import FleetModel
import Glibc

/// The functions of range vectors.
extension Evaluator {
    func windowFunction(
        _ function: Function,
        _ arguments: [Expression],
        _ grid: Grid
    ) throws -> WindowFunction {
        switch function {
        case .rate: return { $0.extrapolated(isCounter: true, isRate: true) }
        case .increase: return { $0.extrapolated(isCounter: true, isRate: false) }
        case .delta: return { $0.extrapolated(isCounter: false, isRate: false) }
        case .irate: return { $0.lastStep(isRate: true) }
        case .idelta: return { $0.lastStep(isRate: false) }
        case .deriv: return { $0.count < 2 ? Double.staleMarker : $0.regression(around: $0.firstTime).slope }
        case .predictLinear:
            let ahead = try scalar(arguments[1], over: grid)
            return { window in
                guard window.count > 1 else { return Double.staleMarker }
                let (slope, intercept) = window.regression(around: window.now)
                return slope * ahead[window.index] + intercept
            }
        case .quantileOverTime:
            let quantiles = try scalar(arguments[0], over: grid)
            noteQuantiles(quantiles, at: arguments[0].range)
            return { Quantile.of($0.values, quantiles[$0.index]) }
        case .doubleExponentialSmoothing:
            let smoothing = try scalar(arguments[1], over: grid)
            let trend = try scalar(arguments[2], over: grid)
            return { try $0.smoothed(smoothing[$0.index], trend[$0.index]) }
        default: return plainWindowFunction(function)
        }
    }

    private func plainWindowFunction(_ function: Function) -> WindowFunction {
        switch function {
        case .avgOverTime: { $0.mean }
        case .sumOverTime: { $0.values.reduce(into: KahanSum()) { $0.add($1) }.result }
        case .countOverTime: { Double($0.count) }
        case .lastOverTime: { $0.lastValue }
        case .presentOverTime, .absentOverTime: { _ in 1 }
        case .maxOverTime: { $0.extreme { $0 > $1 || $1.isNaN }.value }
        case .minOverTime: { $0.extreme { $0 < $1 || $1.isNaN }.value }
        case .timeOfMaxOverTime: { Double($0.extreme { $0 >= $1 || $1.isNaN }.time) / 1000 }
        case .timeOfMinOverTime: { Double($0.extreme { $0 <= $1 || $1.isNaN }.time) / 1000 }
        case .timeOfLastOverTime: { Double($0.lastTime) / 1000 }
        case .stddevOverTime: { $0.variance.squareRoot() }
        case .stdvarOverTime: { $0.variance }
        case .madOverTime: { $0.medianDeviation }
        case .resets: { $0.steps { $1 < $0 } }
        case .changes: { $0.steps { $0 != $1 && !($0.isNaN && $1.isNaN) } }
        default: { _ in Double.staleMarker }
        }
    }

    func noteQuantiles(_ quantiles: [Double], at range: SourceRange) {
        guard let odd = quantiles.first(where: { !($0 >= 0 && $0 <= 1) }) else { return }
        notes.warn("quantile value should be between 0 and 1, got \(NumberText.text(of: odd))")
    }
}

extension Window {
    /// `rate`, `increase` and `delta`: the difference stretched to the borders of the window, at most half a distance of
    /// samples beyond the outermost ones where the series seems to begin or end, and not below zero for counters.
    func extrapolated(isCounter: Bool, isRate: Bool) -> Double {
        guard count > 1 else { return Double.staleMarker }
        var difference = lastValue - firstValue
        if isCounter {
            var before = firstValue
            for index in 1..<count {
                if values[index] < before { difference += before }
                before = values[index]
            }
        }
        let sampled = Double(lastTime &- firstTime) / 1000
        let distance = sampled / Double(count - 1)
        let threshold = distance * 1.1
        var toStart = Double(firstTime &- start) / 1000
        var toEnd = Double(end &- lastTime) / 1000
        if toStart >= threshold { toStart = distance / 2 }
        if isCounter, difference > 0, firstValue >= 0 {
            toStart = Swift.min(toStart, sampled * (firstValue / difference))
        }
        if toEnd >= threshold { toEnd = distance / 2 }
        var factor = (sampled + toStart + toEnd) / sampled
        if isRate { factor /= Double(length) / 1000 }
        return difference * factor
    }

    /// `irate` and `idelta`: from the last sample but one to the last.
    func lastStep(isRate: Bool) -> Double {
        guard count > 1 else { return Double.staleMarker }
        let last = count - 1
        let passed = times[last] &- times[last - 1]
        guard passed != 0 else { return Double.staleMarker }
        let isReset = isRate && values[last] < values[last - 1]
        let difference = isReset ? values[last] : values[last] - values[last - 1]
        return isRate ? difference / (Double(passed) / 1000) : difference
    }

    /// Least squares; the intercept is the value at the given time.
    func regression(around center: Int64) -> (slope: Double, intercept: Double) {
        if values.dropFirst().allSatisfy({ $0 == firstValue }) {
            return firstValue.isInfinite ? (.nan, .nan) : (0, firstValue)
        }
        var (sumX, sumY, sumXY, sumXX) = (KahanSum(), KahanSum(), KahanSum(), KahanSum())
        for (time, value) in zip(times, values) {
            let x = Double(time &- center) / 1000
            sumX.add(x)
            sumY.add(value)
            sumXY.add(x * value)
            sumXX.add(x * x)
        }
        let n = Double(count)
        let (x, y) = (sumX.sum + sumX.rest, sumY.sum + sumY.rest)
        let covariance = sumXY.sum + sumXY.rest - x * y / n
        let variance = sumXX.sum + sumXX.rest - x * x / n
        let slope = covariance / variance
        return (slope, y / n - slope * x / n)
    }

    /// Holt's linear method.
    func smoothed(_ smoothing: Double, _ trend: Double) throws -> Double {
        for (name, factor) in [("smoothing", smoothing), ("trend", trend)] where factor <= 0 || factor >= 1 {
            let letter = name.prefix(1) + "f"
            throw PromQLError.execution("invalid \(name) factor. Expected: 0 < \(letter) < 1, got: \(factor)")
        }
        guard count > 1 else { return Double.staleMarker }
        var level = values[0]
        var before = 0.0
        var slope = values[1] - values[0]
        for index in 1..<count {
            if index > 1 { slope = trend * (level - before) + (1 - trend) * slope }
            let next = smoothing * values[index] + (1 - smoothing) * (level + slope)
            (before, level) = (level, next)
        }
        return level
    }

    var mean: Double {
        var mean = RunningMean(firstValue)
        for value in values.dropFirst() { mean.add(value) }
        return mean.result
    }

    var variance: Double {
        var count = 0.0
        var mean = KahanSum()
        var squares = KahanSum()
        for value in values {
            count += 1
            let delta = value - (mean.sum + mean.rest)
            mean.add(delta / count)
            squares.add(delta * (value - (mean.sum + mean.rest)))
        }
        return (squares.sum + squares.rest) / count
    }

    var medianDeviation: Double {
        let median = Quantile.of(values, 0.5)
        return Quantile.of(values.map { ($0 - median).magnitude }, 0.5)
    }

    func extreme(_ isBetter: (Double, Double) -> Bool) -> (value: Double, time: Int64) {
        var best = (value: firstValue, time: firstTime)
        for (value, time) in zip(values, times) where isBetter(value, best.value) { best = (value, time) }
        return best
    }

    /// How many neighbours a test holds for.
    func steps(_ test: (Double, Double) -> Bool) -> Double {
        var count = 0.0
        var before = firstValue
        for value in values.dropFirst() {
            if test(before, value) { count += 1 }
            before = value
        }
        return count
    }
}

/// Quantiles of plain values.
enum Quantile {
    /// Between two values their weighted mean; NaN counts as the smallest.
    static func of(_ values: some Collection<Double>, _ quantile: Double) -> Double {
        guard !values.isEmpty, !quantile.isNaN else { return .nan }
        if quantile < 0 { return -.infinity }
        if quantile > 1 { return .infinity }
        let sorted = values.sorted { ($0.isNaN && !$1.isNaN) || $0 < $1 }
        let rank = quantile * Double(sorted.count - 1)
        let lower = rank.rounded(.down)
        let upper = Swift.min(Double(sorted.count - 1), lower + 1)
        let weight = rank - lower
        return sorted[Int(lower)] * (1 - weight) + sorted[Int(upper)] * weight
    }
}
