/// A word of the language with its place.
struct Token: Hashable {
    let kind: Kind
    let range: SourceRange

    enum Kind: Hashable {
        case end
        /// A name without colon that is no keyword, or any name inside of braces.
        case identifier
        /// A name with a colon.
        case metricIdentifier
        case string
        case number
        case duration
        case keyword(Keyword)
        case binary(BinaryOperator)
        case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
        case comma, colon, at
        case equal, equalPattern, notEqualPattern
    }

    enum Keyword: String, CaseIterable {
        case sum, avg, count, min, max, group, stddev, stdvar, topk, bottomk, quantile, limitk
        case countValues = "count_values"
        case limitRatio = "limit_ratio"
        case offset, by, without, on, ignoring, bool, start, end
        case groupLeft = "group_left"
        case groupRight = "group_right"

        /// True for words that may also name a metric.
        var mayNameMetric: Bool {
            switch self {
            case .on, .ignoring, .bool, .groupLeft, .groupRight: false
            default: true
            }
        }

        var aggregator: Aggregator? { Aggregator(rawValue: rawValue) }
    }

    static let words: [String: Kind] = {
        var words = Dictionary(uniqueKeysWithValues: Keyword.allCases.map { ($0.rawValue, Kind.keyword($0)) })
        for name in ["and", "or", "unless", "atan2"] { words[name] = BinaryOperator(rawValue: name).map(Kind.binary) }
        words["inf"] = .number
        words["nan"] = .number
        return words
    }()
}

/// What joins two expressions.
package enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case arcTangent = "atan2"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case and, or, unless

    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }

    var isArithmetic: Bool { precedence >= BinaryOperator.add.precedence && self != .arcTangent }

    package var isSetOperator: Bool { self == .and || self == .or || self == .unless }

    /// Higher binds tighter.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo, .arcTangent: 5
        case .power: 6
        }
    }
}

/// What makes one series of many.
package enum Aggregator: String, Hashable, Sendable, CaseIterable {
    case sum, avg, count, min, max, group, stddev, stdvar, topk, bottomk, quantile, limitk
    case countValues = "count_values"
    case limitRatio = "limit_ratio"

    /// The type of its first argument, for those that have one beside the vector.
    var parameter: ValueType? {
        switch self {
        case .topk, .bottomk, .quantile, .limitk, .limitRatio: .scalar
        case .countValues: .string
        case .sum, .avg, .count, .min, .max, .group, .stddev, .stdvar: nil
        }
    }

    /// True for those that choose among the series instead of making new ones.
    var chooses: Bool {
        switch self {
        case .topk, .bottomk, .limitk, .limitRatio: true
        default: false
        }
    }
}
