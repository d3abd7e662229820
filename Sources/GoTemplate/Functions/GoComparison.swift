/// `eq`, `lt` and their kin: only values of one kind can be compared.
enum GoComparison {
    static func isEqual(_ left: GoValue, _ right: GoValue) throws(GoFunctionError) -> Bool {
        switch (left.plain, right.plain) {
        case (.bool(let left), .bool(let right)): return left == right
        case (.int(let left), .int(let right)): return left == right
        case (.float(let left), .float(let right)): return left == right
        case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
        case (.none, .none): return true
        case (.none, _), (_, .none): return false
        case (.bool, _), (.int, _), (.float, _), (.string, _), (_, .bool), (_, .int), (_, .float), (_, .string):
            throw incompatible(left, right)
        case (.list, _), (.map, _), (.object, _):
            throw GoFunctionError("non-comparable type \(GoPrinter.text(of: left)): \(left.typeName)")
        }
    }

    private static func incompatible(_ left: GoValue, _ right: GoValue) -> GoFunctionError {
        GoFunctionError("incompatible types for comparison: \(left.typeName) and \(right.typeName)")
    }

    static func isLess(_ left: GoValue, _ right: GoValue) throws(GoFunctionError) -> Bool {
        switch (left.plain, right.plain) {
        case (.int(let left), .int(let right)): return left < right
        case (.float(let left), .float(let right)): return left < right
        case (.string(let left), .string(let right)): return left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.bool, .bool): throw GoFunctionError("invalid type for comparison")
        case (.bool, _), (.int, _), (.float, _), (.string, _):
            if case .list = right.plain { throw GoFunctionError("invalid type for comparison") }
            throw incompatible(left, right)
        case (.none, _), (.list, _), (.map, _), (.object, _):
            throw GoFunctionError("invalid type for comparison")
        }
    }
}
