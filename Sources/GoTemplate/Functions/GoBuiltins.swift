internal import FleetModel

/// The functions that every template of Go has.
enum GoBuiltins {
    static let names: Set<String> = Set(table.keys).union(["and", "or"])

    static let table: [String: GoFunction] = [
        "eq": GoFunction([.any], rest: .any, { values throws(GoFunctionError) in try equal(values) }),
        "ne": comparison { left, right throws(GoFunctionError) in try !GoComparison.isEqual(left, right) },
        "lt": comparison { left, right throws(GoFunctionError) in try GoComparison.isLess(left, right) },
        "le": comparison { left, right throws(GoFunctionError) in
            let isLess = try GoComparison.isLess(left, right)
            return try isLess ? true : GoComparison.isEqual(left, right)
        },
        "gt": comparison { left, right throws(GoFunctionError) in
            let isLess = try GoComparison.isLess(left, right)
            return try isLess ? false : !GoComparison.isEqual(left, right)
        },
        "ge": comparison { left, right throws(GoFunctionError) in try !GoComparison.isLess(left, right) },
        "not": GoFunction([.any]) { .bool(!$0[0].isTrue) },
        "len": GoFunction([.any]) { values throws(GoFunctionError) in try length(values[0]) },
        "index": GoFunction([.any], rest: .any, { values throws(GoFunctionError) in try indexed(values) }),
        "slice": GoFunction([.any], rest: .any, { values throws(GoFunctionError) in try sliced(values) }),
        "print": GoFunction(rest: .any, { values throws(GoFunctionError) in .string(try GoPrinter.joined(values)) }),
        "println": GoFunction(rest: .any, { values throws(GoFunctionError) in .string(try GoPrinter.line(values)) }),
        "printf": GoFunction(
            [.string],
            rest: .any,
            { values throws(GoFunctionError) in
                .string(try GoFormat.text(values[0].string, Array(values.dropFirst())))
            }
        ),
        "html": escaping(GoEscaping.html),
        "js": escaping(GoEscaping.js),
        "urlquery": escaping(GoEscaping.query),
    ]

    private static func comparison(
        _ compare: @escaping @Sendable (GoValue, GoValue) throws(GoFunctionError) -> Bool
    ) -> GoFunction {
        GoFunction([.any, .any]) { values throws(GoFunctionError) in .bool(try compare(values[0], values[1])) }
    }

    private static func escaping(_ escape: @escaping @Sendable (String) -> String) -> GoFunction {
        GoFunction(rest: .any, { values throws(GoFunctionError) in .string(escape(try GoPrinter.joined(values))) })
    }

    private static func equal(_ values: [GoValue]) throws(GoFunctionError) -> GoValue {
        guard values.count > 1 else { throw GoFunctionError("missing argument for comparison") }
        for other in values.dropFirst() where try GoComparison.isEqual(values[0], other) { return .bool(true) }
        return .bool(false)
    }

    private static func length(_ value: GoValue) throws(GoFunctionError) -> GoValue {
        switch value.plain {
        case .string(let text): return .int(Int64(text.utf8.count))
        case .list(let elements): return .int(Int64(elements.count))
        case .map(let map): return .int(Int64(map.entries.count))
        case .none: throw GoFunctionError("len of nil pointer")
        case .bool, .int, .float, .object: throw GoFunctionError("len of type \(value.typeName)")
        }
    }

    private static func indexed(_ values: [GoValue]) throws(GoFunctionError) -> GoValue {
        var value = values[0]
        if case .none = value { throw GoFunctionError("index of untyped nil") }
        for index in values.dropFirst() {
            switch value.plain {
            case .list(let elements): value = elements[try place(index, below: elements.count)]
            case .string(let text):
                value = .int(Int64(Array(text.utf8)[try place(index, below: text.utf8.count)]))
            case .map(let map):
                guard case .string(let key) = index.plain else {
                    if case .none = index { throw GoFunctionError("value is nil; should be of type string") }
                    throw GoFunctionError("value has type \(index.typeName); should be string")
                }
                value = map[key]
            case .none: throw GoFunctionError("index of nil pointer")
            case .bool, .int, .float, .object:
                throw GoFunctionError("can't index item of type \(value.typeName)")
            }
        }
        return value
    }

    private static func place(_ index: GoValue, below end: Int) throws(GoFunctionError) -> Int {
        guard case .int(let number) = index.plain else {
            if case .none = index { throw GoFunctionError("cannot index slice/array with nil") }
            throw GoFunctionError("cannot index slice/array with type \(index.typeName)")
        }
        guard number >= 0, number < Int64(end) else { throw GoFunctionError("index out of range: \(number)") }
        return Int(number)
    }

    private static func sliced(_ values: [GoValue]) throws(GoFunctionError) -> GoValue {
        let value = values[0].plain
        guard values.count <= 4 else {
            throw GoFunctionError("too many slice indexes: \(values.count - 1)")
        }
        switch value {
        case .string(let text):
            guard values.count < 4 else { throw GoFunctionError("cannot 3-index slice a string") }
            let bytes = Array(text.utf8)
            let (low, high) = try bounds(values, bytes.count)
            return .string(String(decoding: bytes[low..<high], as: UTF8.self))
        case .list(let elements):
            let (low, high) = try bounds(values, elements.count)
            return .list(Array(elements[low..<high]))
        case .none: throw GoFunctionError("slice of untyped nil")
        case .bool, .int, .float, .map, .object:
            throw GoFunctionError("can't slice item of type \(values[0].typeName)")
        }
    }

    private static func bounds(_ values: [GoValue], _ count: Int) throws(GoFunctionError) -> (Int, Int) {
        var places: [Int] = []
        for index in values.dropFirst() { places.append(try place(index, below: count + 1)) }
        let low = places.first ?? 0
        let high = places.count > 1 ? places[1] : count
        guard low <= high else { throw GoFunctionError("invalid slice index: \(low) > \(high)") }
        if places.count > 2, high > places[2] {
            throw GoFunctionError("invalid slice index: \(high) > \(places[2])")
        }
        return (low, high)
    }
}
