/// The functions of the language.
package enum Function: String, Hashable, Sendable, CaseIterable {
    case abs, absent, acos, acosh, asin, asinh, atan, atanh, ceil, changes, clamp, cos, cosh, deg, delta, deriv, exp
    case floor, hour, idelta, increase, irate, ln, log10, log2, minute, month, pi, rad, rate, resets, round, scalar, sgn
    case sin, sinh, sort, sqrt, tan, tanh, time, timestamp, vector, year
    case absentOverTime = "absent_over_time"
    case avgOverTime = "avg_over_time"
    case clampMax = "clamp_max"
    case clampMin = "clamp_min"
    case countOverTime = "count_over_time"
    case daysInMonth = "days_in_month"
    case dayOfMonth = "day_of_month"
    case dayOfWeek = "day_of_week"
    case dayOfYear = "day_of_year"
    case doubleExponentialSmoothing = "double_exponential_smoothing"
    case histogramAvg = "histogram_avg"
    case histogramCount = "histogram_count"
    case histogramFraction = "histogram_fraction"
    case histogramQuantile = "histogram_quantile"
    case histogramStddev = "histogram_stddev"
    case histogramStdvar = "histogram_stdvar"
    case histogramSum = "histogram_sum"
    case info
    case labelJoin = "label_join"
    case labelReplace = "label_replace"
    case lastOverTime = "last_over_time"
    case madOverTime = "mad_over_time"
    case maxOverTime = "max_over_time"
    case minOverTime = "min_over_time"
    case predictLinear = "predict_linear"
    case presentOverTime = "present_over_time"
    case quantileOverTime = "quantile_over_time"
    case sortByLabel = "sort_by_label"
    case sortByLabelDescending = "sort_by_label_desc"
    case sortDescending = "sort_desc"
    case stddevOverTime = "stddev_over_time"
    case stdvarOverTime = "stdvar_over_time"
    case sumOverTime = "sum_over_time"
    case timeOfLastOverTime = "ts_of_last_over_time"
    case timeOfMaxOverTime = "ts_of_max_over_time"
    case timeOfMinOverTime = "ts_of_min_over_time"

    package var result: ValueType {
        switch self {
        case .pi, .scalar, .time: .scalar
        default: .vector
        }
    }

    /// The types of the arguments; the last one stands for all further ones where there may be more.
    package var arguments: [ValueType] {
        switch self {
        case .pi, .time: []
        case .vector: [.scalar]
        case .clamp: [.vector, .scalar, .scalar]
        case .clampMax, .clampMin, .round: [.vector, .scalar]
        case .doubleExponentialSmoothing: [.matrix, .scalar, .scalar]
        case .histogramFraction: [.scalar, .scalar, .vector]
        case .histogramQuantile: [.scalar, .vector]
        case .info: [.vector, .vector]
        case .labelJoin: [.vector, .string, .string, .string]
        case .labelReplace: [.vector, .string, .string, .string, .string]
        case .predictLinear: [.matrix, .scalar]
        case .quantileOverTime: [.scalar, .matrix]
        case .sortByLabel, .sortByLabelDescending: [.vector, .string]
        default: isOverWindow ? [.matrix] : [.vector]
        }
    }

    /// True for functions of a range vector.
    package var isOverWindow: Bool {
        switch self {
        case .changes, .delta, .deriv, .idelta, .increase, .irate, .rate, .resets, .predictLinear,
            .doubleExponentialSmoothing:
            true
        default: rawValue.hasSuffix("_over_time")
        }
    }

    /// How many arguments there must be at least and may be at most.
    var counts: (least: Int, most: Int) {
        let count = arguments.count
        return switch self {
        case .daysInMonth, .dayOfMonth, .dayOfWeek, .dayOfYear, .hour, .minute, .month, .year, .round, .info:
            (count - 1, count)
        case .labelJoin, .sortByLabel, .sortByLabelDescending: (count - 1, .max)
        default: (count, count)
        }
    }
}
