/// A function or method that templates may call.
package struct GoFunction: Sendable {
    package typealias Body = @Sendable ([GoValue]) throws(GoFunctionError) -> GoValue

    let parameters: [GoKind]
    /// The kind of any further arguments; nil where there may be none.
    let rest: GoKind?
    let body: Body

    /// - `rest`: the kind of a variadic function's last arguments.
    package init(_ parameters: [GoKind] = [], rest: GoKind? = nil, _ body: @escaping Body) {
        self.parameters = parameters
        self.rest = rest
        self.body = body
    }

    func kind(at place: Int) -> GoKind { place < parameters.count ? parameters[place] : rest ?? .any }
}

/// What a parameter takes; the engine refuses everything else before the function sees it.
package enum GoKind: Hashable, Sendable {
    case any, bool, int, float, string, strings
    /// An object of this Go type.
    case object(String)

    /// As Go names the type.
    var typeName: String {
        switch self {
        case .any: "interface {}"
        case .bool: "bool"
        case .int: "int"
        case .float: "float64"
        case .string: "string"
        case .strings: "[]string"
        case .object(let name): name
        }
    }

    /// The value as the function gets it, or nil where it does not fit.
    func taking(_ value: GoValue) -> GoValue? {
        switch (self, value) {
        case (.any, _), (.bool, .bool), (.int, .int), (.float, .float), (.string, .string): value
        case (.strings, .list(let elements)): elements.allSatisfy(\.isString) ? value : nil
        case (.strings, .none): .list([])
        case (.object(let name), .object(let object)): object.typeName == name ? value : nil
        case (.bool, _), (.int, _), (.float, _), (.string, _), (.strings, _), (.object, _): nil
        }
    }
}

/// Why a function gave nothing.
package struct GoFunctionError: Error, Hashable, Sendable {
    /// Lower case, no full stop.
    package let problem: String

    package init(_ problem: String) { self.problem = problem }
}

extension GoValue {
    var isString: Bool { if case .string = self { true } else { false } }

    /// The text inside, for bodies of functions that take `.string`.
    package var string: String {
        if case .string(let text) = plain { text } else { "" }
    }

    /// The texts inside, for bodies of functions that take `.strings`.
    package var strings: [String] {
        if case .list(let elements) = plain { elements.map(\.string) } else { [] }
    }

    /// The number inside, for bodies of functions that take `.int`.
    package var int: Int64 {
        if case .int(let number) = plain { number } else { 0 }
    }

    /// The number inside, for bodies of functions that take `.float`.
    package var float: Double {
        switch plain {
        case .float(let number): number
        case .int(let number): Double(number)
        case .none, .bool, .string, .list, .map, .object: 0
        }
    }
}
