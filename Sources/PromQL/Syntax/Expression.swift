package import FleetModel

/// The four types of PromQL.
package enum ValueType: String, Hashable, Sendable {
    case scalar, string
    case vector = "instant vector"
    case matrix = "range vector"
}

/// A query as a tree; it has passed the type check.
package struct Expression: Hashable, Sendable {
    package let kind: Kind
    /// Where it stands in the text.
    package let range: SourceRange
    /// Levels of the tree below and with this one.
    let depth: Int

    package indirect enum Kind: Hashable, Sendable {
        /// Also a duration such as `5m`, which is a number of seconds.
        case number(Double, isDuration: Bool)
        case string(String)
        case selector(VectorSelector)
        /// `selector[window]`
        case window(VectorSelector, milliseconds: Int64)
        case subquery(Subquery)
        case call(Function, [Expression])
        case aggregation(Aggregation)
        case binary(Binary)
        case negation(Expression)
        /// `+x`, which changes nothing.
        case plus(Expression)
        case parentheses(Expression)
    }

    init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
        self.depth = 1 + (kind.parts.map(\.depth).max() ?? 0)
    }

    /// What the expression gives.
    package var type: ValueType {
        switch kind {
        case .number: .scalar
        case .string: .string
        case .selector, .aggregation: .vector
        case .window, .subquery: .matrix
        case .call(let function, _): function.result
        case .binary(let binary):
            binary.left.type == .scalar && binary.right.type == .scalar ? .scalar : .vector
        case .negation(let inner), .plus(let inner), .parentheses(let inner): inner.type
        }
    }

    /// All selectors in it, in the order of the text: which metrics a rule needs.
    package var selectors: [VectorSelector] {
        switch kind {
        case .selector(let selector), .window(let selector, _): [selector]
        default: kind.parts.flatMap(\.selectors)
        }
    }

    /// Without the parentheses around it.
    package var unwrapped: Expression {
        var inner = self
        while case .parentheses(let next) = inner.kind { inner = next }
        return inner
    }
}

extension Expression.Kind {
    /// The expressions directly below.
    package var parts: [Expression] {
        switch self {
        case .number, .string, .selector, .window: []
        case .subquery(let subquery): [subquery.inner]
        case .call(_, let arguments): arguments
        case .aggregation(let aggregation): (aggregation.parameter.map { [$0] } ?? []) + [aggregation.inner]
        case .binary(let binary): [binary.left, binary.right]
        case .negation(let inner), .plus(let inner), .parentheses(let inner): [inner]
        }
    }
}

/// `name{label="value"} offset 5m @ 0`
package struct VectorSelector: Hashable, Sendable {
    /// The name in front of the braces, nil where there is none.
    package var name: String?
    /// All matchers; one for the name is the last of them.
    package var matchers: [LabelMatcher]
    package var modifiers = TimeModifiers()
}

/// `offset` and `@`.
package struct TimeModifiers: Hashable, Sendable {
    /// Milliseconds into the past, negative into the future.
    package var offset: Int64 = 0
    package var at: Moment?

    /// What stands behind `@`.
    package enum Moment: Hashable, Sendable {
        /// Milliseconds since 1970.
        case time(Int64)
        case start, end
    }
}

/// `inner[window:step]`
package struct Subquery: Hashable, Sendable {
    package var inner: Expression
    /// Milliseconds.
    package var window: Int64
    /// Milliseconds; nil for the default step of the engine.
    package var step: Int64?
    package var modifiers = TimeModifiers()
}

/// `sum by (label) (inner)`
package struct Aggregation: Hashable, Sendable {
    package var aggregator: Aggregator
    package var parameter: Expression?
    package var inner: Expression
    package var grouping: [String]
    /// True: the grouping lists the labels that go, not those that stay.
    package var isWithout: Bool
}

/// `left + on (label) group_left right`
package struct Binary: Hashable, Sendable {
    package var left: Expression
    package var operation: BinaryOperator
    package var right: Expression
    package var returnsBool: Bool
    package var matching = VectorMatching()
}

/// How the series of two vectors find each other.
package struct VectorMatching: Hashable, Sendable {
    package var cardinality = Cardinality.oneToOne
    package var labels: [String] = []
    /// True: `on`; false: `ignoring`, with no labels where nothing is written.
    package var isOn = false
    /// The labels that come from the “one” side.
    package var include: [String] = []

    /// How many series of each side may meet in one group.
    package enum Cardinality: Hashable, Sendable {
        case oneToOne
        /// `group_left`
        case manyToOne
        /// `group_right`
        case oneToMany
    }
}
